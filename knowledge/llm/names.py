"""Names of people and places in a question, found without a list of names.

Three signs: words that say a name follows ("my name is", "ward"), a title ("Dr"), and a capital
letter where none belongs. What the texts of the request say, and the names of months, is known and
stays. Where a script has no capitals, or none were typed, only the first two signs are left.
"""

import re
from collections.abc import Collection, Iterable
from functools import cache

from babel import dates

from knowledge.normalize import LETTER, fold
from locales.negotiate import SHIPPED

_NAME = rf"{LETTER}+(?:['’\-]{LETTER}+)*"
_INTRODUCED = (
    r"my name(?:'s| is)|(?:this|it) is|i am called|(?:me llamo|mi nombre es)"
    r"|je m['’]appelle|mon nom est|(?:me chamo|meu nome (?:é|e))|mein name ist|ich hei(?:ß|ss)e"
    r"|меня зовут|моё имя|мое имя|اسمي|أنا اسمي|मेरा नाम|mera naam"
)
_TITLES = (
    r"mr|mrs|ms|miss|dr|prof|nurse|sister|señora|señor|sra|sr|dra|don|doña|mme|mlle|docteur|dona"
    r"|seu|frau|herr|доктор|госпожа|господин|الدكتورة|الدكتور|السيدة|السيد|डॉक्टर|डॉ|श्रीमती|श्री|सुश्री"
)
_PLACES = (
    r"ward|unit|room|floor|station|department|dept|clinic|hospital|shift team|depot"
    r"|sala|planta|unidad|habitación|hospital|salle|service|étage|chambre|hôpital"
    r"|enfermaria|ala|andar|quarto|setor|отделени[еяию]|палат[аеуы]|корпус|этаж"
    r"|جناح|قسم|غرفة|مستشفى|वार्ड|कमरा|अस्पताल"
)
_CUES = (
    re.compile(
        rf"(?<!\w)(?P<cue>{_INTRODUCED})(?P<gap>[\s:]+)(?P<name>{_NAME}(?:\s{_NAME})?)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\w)(?P<cue>{_TITLES})(?P<gap>\.?\s+)(?P<name>{_NAME})", re.IGNORECASE),
    re.compile(
        rf"(?<!\w)(?P<cue>{_PLACES})(?P<gap>\s+(?:no\.?\s*|n[º°]\s*|№\s*)?)"
        rf"(?P<name>\d{{1,4}}[a-zа-я]?|[a-z]\d{{0,4}})(?!\w)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<cue>我叫|我的名字是|我是)(?P<gap>\s?)(?P<name>[\u3400-\u9fff]{2,3})(?=[，,。\s、]|$)"
    ),
    re.compile(
        r"(?P<cue>)(?P<gap>)(?P<name>[\d一二三四五六七八九十]{1,4}(?:号)?(?:病房|病区|病室|科室|楼层))"
    ),
)
_WORD = re.compile(_NAME)
_ENDS = ".?!:¿¡\n"
LONGEST_ACRONYM = 4
MARK = "[name]"


def hide(text: str, known: Collection[str]) -> tuple[str, int]:
    """The text with marks for names, and how many there are; ``known`` are words that stay."""
    there = text.count(MARK)
    for cue in _CUES:
        text = cue.sub(lambda found: _announced(found, known), text)
    text = _WORD.sub(lambda found: _by_capital(found, known), text)
    # A first name and a surname are one name.
    text = re.sub(rf"{re.escape(MARK)}(?:\s+{re.escape(MARK)})+", MARK, text)
    return text, max(text.count(MARK) - there, 0)


def _announced(found: re.Match[str], known: Collection[str]) -> str:
    if all(word in known for word in fold(found["name"]).split()):
        return found[0]
    return f"{found['cue']}{found['gap']}{MARK}"


def _by_capital(found: re.Match[str], known: Collection[str]) -> str:
    word, before = found[0], found.string[: found.start()].rstrip(" \t\"'“«(")
    inside = found.string[: found.start()].endswith("[")
    if not word[0].isupper() or inside or (word.isupper() and len(word) <= LONGEST_ACRONYM):
        return word
    plain = fold(word)
    parts = re.split(r"['’\-]", plain)
    if plain in known or plain in _always() or all(part in known for part in parts):
        return word
    if (not before or before[-1] in _ENDS) and not _goes_on(found):
        return word
    return MARK


def _goes_on(found: re.Match[str]) -> bool:
    """Whether another word with a capital follows: a name opens the sentence."""
    after = re.match(r"\s+([^\W\d_])([^\W\d_]+)", found.string[found.end() :])
    return bool(after and after[1].isupper() and after[2].islower())


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts that leave anyway, as they are compared."""
    return frozenset(fold(word) for text in texts for word in _WORD.findall(text))


@cache
def _always() -> frozenset[str]:
    """What is written with a capital and leads to nobody."""
    months = (
        name
        for locale in SHIPPED
        for names in (dates.get_month_names, dates.get_day_names)
        for name in names("wide", "format", locale).values()
    )
    return frozenset(map(fold, months)) | {
        "i",
        "telegram",
        "midline",
        "i'm",
        "i've",
        "i'd",
        "i'll",
    }
