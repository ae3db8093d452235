"""Phrases that are answered without a search: greetings, thanks, and the words for a person."""

import re

from knowledge.normalize import fold


def _phrases(*lines: str) -> frozenset[str]:
    return frozenset(_bare(phrase) for line in lines for phrase in line.split("|"))


def _bare(text: str) -> str:
    """A text folded and without punctuation: the form in which phrases are compared."""
    return re.sub(r"[\s.,!?¡¿…،؟।。！？]+", " ", fold(text)).strip()


GREETINGS = _phrases(
    "hi|hello|hey|good morning|good evening|good afternoon|thanks|thank you|ok|okay",
    "hola|buenas|buenos días|buenas tardes|buenas noches|gracias|muchas gracias|vale",
    "bonjour|salut|bonsoir|merci|merci beaucoup|d'accord",
    "olá|oi|bom dia|boa tarde|boa noite|obrigado|obrigada|valeu",
    "привет|здравствуйте|здравствуй|спасибо|добрый день|доброе утро|добрый вечер",
    "مرحبا|أهلا|اهلا|سلام|السلام عليكم|صباح الخير|مساء الخير|شكرا|شكرًا",
    "नमस्ते|नमस्कार|धन्यवाद|शुक्रिया|हैलो",
    "你好|您好|谢谢|早上好|晚上好|嗨",
)
HUMAN = _phrases(
    "human|person|a person|a human|real person|agent|operator|staff",
    "persona|humano|una persona|un humano|hablar con una persona",
    "humain|une personne|un humain|parler à une personne|parler à quelqu'un",
    "pessoa|humano|uma pessoa|atendente|falar com uma pessoa",
    "человек|живой человек|оператор|позовите человека",
    "إنسان|شخص|موظف|شخص حقيقي",
    "इंसान|व्यक्ति|किसी इंसान से बात",
    "真人|人工|客服|转人工|人工客服",
)


def is_greeting(text: str) -> bool:
    """Whether a text is a greeting or thanks, and nothing else."""
    return _bare(text) in GREETINGS


def wants_human(text: str) -> bool:
    """Whether a text is only a request for a person."""
    return _bare(text) in HUMAN
