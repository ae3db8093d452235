"""Words that are no question: greetings and thanks, and the words for a person.

They are met by list and not by search. Compared as ``knowledge.normalize.folded`` writes them.
"""

import re

from knowledge.normalize import folded


def _listed(*phrases: str) -> frozenset[str]:
    return frozenset(_bare(one) for phrase in phrases for one in phrase.split("|"))


def _bare(text: str) -> str:
    return re.sub(r"[\s.,!?¡¿…،؟।。！？]+", " ", folded(text)).strip()


GREETINGS = _listed(
    "hi|hello|hey|good morning|good evening|good afternoon|thanks|thank you|ok|okay",
    "hola|buenas|buenos días|buenas tardes|buenas noches|gracias|muchas gracias|vale",
    "bonjour|salut|bonsoir|merci|merci beaucoup|d'accord",
    "olá|oi|bom dia|boa tarde|boa noite|obrigado|obrigada|valeu",
    "привет|здравствуйте|здравствуй|спасибо|добрый день|доброе утро|добрый вечер",
    "مرحبا|أهلا|اهلا|سلام|السلام عليكم|صباح الخير|مساء الخير|شكرا|شكرًا",
    "नमस्ते|नमस्कार|धन्यवाद|शुक्रिया|हैलो",
    "你好|您好|谢谢|早上好|晚上好|嗨",
)
HUMAN = _listed(
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
    """Whether a text is only the word for a person."""
    return _bare(text) in HUMAN
