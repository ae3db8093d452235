"""Lines of a MID's texts that speak to an AI model instead of to members.

To a model every text is data, and what it says is checked in code; so these are no reason to
refuse a bundle. But nobody writes such a line for members: it came in with a text from elsewhere,
and whoever imports it should look.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

from service.bundle.files.yaml_lines import Loc
from service.bundle.schema.checks import QUOTED

MEND: Final = "write it as you would to a member, or take it out"

_BEFORE = r"(?:previous|prior|earlier|above|preceding|before|other|all)"
_RULES = r"(?:instructions?|rules?|prompts?|directions?|commands?)"
_ORDERS: Final = (
    # English, Spanish, French, Portuguese, Russian, Arabic, Hindi, Chinese, German.
    rf"\b(?:ignore|disregard|forget|override)\b[^.]{{0,30}}\b{_BEFORE}\b[^.]{{0,30}}\b{_RULES}\b",
    rf"\b(?:ignore|disregard|forget|override)\b[^.]{{0,30}}\b{_RULES}\b[^.]{{0,20}}\b{_BEFORE}\b",
    r"\b(?:ignora|ignore|olvida|olvide)\w*\b[^.]{0,30}\b(?:instrucciones|reglas|indicaciones)\b",
    r"\b(?:ignore|oublie)\w*\b[^.]{0,30}\b(?:instructions|consignes|règles)\b",
    r"\b(?:ignore|esqueça|desconsidere)\b[^.]{0,30}\b(?:instruções|regras)\b",
    r"\b(?:игнорируй|забудь|не обращай)\w*\b[^.]{0,40}\b(?:инструкци|правил|указани)",
    r"(?:تجاهل|انس)[^.]{0,30}(?:القواعد|التعليمات|الأوامر)",
    r"(?:नियम|निर्देश)[^।.]{0,30}(?:भूल|अनदेखा|नज़रअंदाज़|अनदेखी)",
    r"(?:忽略|无视|忘记)[^。.]{0,20}(?:规则|指令|指示|说明)",
    r"\b(?:ignoriere|vergiss)\b[^.]{0,30}\b(?:regeln|anweisungen)\b",
    r"\byou are now\b|\bpretend (?:to be|you are)\b|\bact as (?:an? )?(?:ai|assistant|system)\b",
    r"\b(?:reveal|print|repeat|show)\b[^.]{0,20}\b(?:system )?prompt\b|\bsystem prompt\b",
    r"\b(?:new|real) (?:instructions|rules|task)\b[^.]{0,10}:",
)
_SYSTEM: Final = "system|sistema|système|система|النظام|सिस्टम|系统"
_TURNS: Final = (
    # A turn of somebody else in a conversation, as models are trained on it.
    rf"^[\[(<#*\s]*(?:assistant|developer|{_SYSTEM})[\])>*\s]*[:：]|^\s*\[(?:{_SYSTEM})\]",
    r"<\|[^|>]*\|>|\[/?inst\]|<</?sys>>|</?(?:system|assistant|user|human|instructions?)\s*>",
    r"^\s*={3,}.*={3,}\s*$|</?(?:question|context|document|text)s?>",
)
_TOOLS: Final = (
    r"</?(?:tool|function)[_a-z]*\b|\b(?:tool_calls?|function_call|tool_use|tool_choice)\b",
    r"\{\{|\}\}|```|\{\s*\"(?:name|status|claims|arguments|role)\"\s*:",
)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_KINDS: Final = (
    (_any_of(_ORDERS), "gives orders to an AI model"),
    (_any_of(_TURNS), "looks like a turn in a conversation with an AI model"),
    (_any_of(_TOOLS), "looks like a call of a tool, or a placeholder"),
)


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """The lines of a text that speak to a model, each with what it does.

    Of a line that says so beyond what a warning quotes, only those words.
    """
    for line in text.split("\n"):
        plain = "".join(
            char for char in unicodedata.normalize("NFKC", line)
            if unicodedata.category(char) != "Cf"
        ).casefold()  # fmt: skip
        for pattern, says in _KINDS:
            if match := pattern.search(plain):
                yield (line.strip() if match.end() <= QUOTED else match[0]), says
                break


def instructions(raw: Any) -> Iterator[tuple[Loc, str, str]]:
    """Of a bundle: where such a line stands, the line, and what it does."""
    for kind, fields in (
        ("articles", ("question", "answer")),
        ("licences", ("title", "legal_text")),
    ):
        for n, one in enumerate(raw.get(kind) or ()):
            for name in fields:
                for language, text in one[name].items():
                    for line, says in found_in(text):
                        yield (kind, n, name, language), line, says
