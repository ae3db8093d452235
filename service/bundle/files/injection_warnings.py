"""Warnings about prompt injection: lines of a MID's texts that address an AI model.

They are no reason to refuse a bundle: texts go to a model as data, and its output is checked in
code. But nobody writes such a line for members, so it came with a text from elsewhere, and the
person who imports it should look at it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

from service.bundle.files.yaml_lines import Loc
from service.bundle.schema.checks import QUOTED

INJECTION_MEND: Final = "write it as you would to a member, or take it out"

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
    # Markers of another speaker's turn, as in the conversations that models are trained on.
    rf"^[\[(<#*\s]*(?:assistant|developer|{_SYSTEM})[\])>*\s]*[:：]|^\s*\[(?:{_SYSTEM})\]",
    r"<\|[^|>]*\|>|\[/?inst\]|<</?sys>>|</?(?:system|assistant|user|human|instructions?)\s*>",
    r"^\s*={3}.*={3}\s*$|</?(?:question|context|document|text)s?>",
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


def find_injections(text: str) -> Iterator[tuple[str, str]]:
    """Find the lines of a text that address a model; yields the line and what it does.

    Of a line whose match is beyond the part that a warning quotes, only the match is yielded.
    """
    for line in text.split("\n"):
        plain = "".join(
            char for char in unicodedata.normalize("NFKC", line)
            if unicodedata.category(char) != "Cf"
        ).casefold()  # fmt: skip
        for pattern, does in _KINDS:
            if match := pattern.search(plain):
                yield (line.strip() if match.end() <= QUOTED else match[0]), does
                break


def find_bundle_injections(raw: Any) -> Iterator[tuple[Loc, str, str]]:
    """Find such lines in a bundle, given as plain blocks; yields place, line, and what it does."""
    for kind, fields in (
        ("articles", ("question", "answer")),
        ("licences", ("title", "legal_text")),
    ):
        for n, item in enumerate(raw.get(kind) or ()):
            for name in fields:
                for language, text in item[name].items():
                    for line, does in find_injections(text):
                        yield (kind, n, name, language), line, does
