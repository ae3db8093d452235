"""Checks of the catalogues, as lists of problems that a translator can act on."""

import gettext
import re
from collections.abc import Iterator
from functools import lru_cache

from babel.messages.catalog import Catalog, Message

from locales import po, style
from locales.fill import BrokenTemplateError, fields, fits
from locales.negotiate import SOURCE
from locales.style import Entry

_EDGES = re.compile(r"\A(\s*).*?(\s*)\Z", re.DOTALL)
_DOUBT = "REVIEW:"
_NUMBERS = 200  # numbers from 0 that show every plural form of any shipped language


def template_current() -> list[str]:
    """Check that the template holds exactly the texts of the code."""
    stored = po.TEMPLATE.read_bytes() if po.TEMPLATE.is_file() else b""
    same = stored == po.rendered(po.extracted())
    return [] if same else ["messages.pot is not current: python -m locales.tool update"]


def problems(locale: str) -> list[str]:
    """Every problem of a language's catalogue."""
    lines = header(locale) + same_messages(locale)
    for entry in entries(locale):
        lines += complete(entry) or [
            *placeholders(entry),
            *whitespace(entry),
            *style.typography(entry),
        ]
        lines += [*style.banned(entry), *style.lengths(entry)]
    return lines + style.reading(locale, entries(locale))


def header(locale: str) -> list[str]:
    """Check that a catalogue has the plural rule of its language."""
    if locale == SOURCE:
        return []
    rule = _catalogue(locale).plural_forms
    expected = po.empty(locale).plural_forms
    return [] if rule == expected else [f"{locale}: plural forms are {rule!r}, not {expected!r}"]


def same_messages(locale: str) -> list[str]:
    """Check that a catalogue has exactly the messages of the template."""
    if locale == SOURCE:
        return []
    own, template = _ids(_catalogue(locale)), _ids(_template())
    gaps = [f"{locale}: {key!r}: not in the catalogue" for key in sorted(template - own)]
    return gaps + [f"{locale}: {key!r}: no longer in the code" for key in sorted(own - template)]


def complete(entry: Entry) -> list[str]:
    """Check that every form is translated and none is marked fuzzy."""
    if entry.fuzzy:
        return [entry.wrong("marked fuzzy")]
    count = 1
    if len(entry.source) > 1:
        count = (
            len(entry.source) if entry.locale == SOURCE else _catalogue(entry.locale).num_plurals
        )
    if len(entry.forms) != count:
        return [entry.wrong(f"{len(entry.forms)} forms instead of {count}")]
    return [] if all(entry.forms) else [entry.wrong("not translated")]


def placeholders(entry: Entry) -> list[str]:
    """Check that every form has the placeholders of its source, and `{n}` where it is needed."""
    source = entry.source[-1]
    try:
        names = fields(source)
    except BrokenTemplateError as error:
        return [entry.wrong(str(error))]
    lines = []
    for index, form in enumerate(entry.forms):
        spare = frozenset({"n"}) if index in entry.single else frozenset[str]()
        if not fits(form, source, spare):
            lines.append(entry.wrong(f"places are not {sorted(names)} in {form!r}"))
    return lines


def whitespace(entry: Entry) -> list[str]:
    """Check that every form has the outer spaces and the line breaks of its source."""
    source = entry.source[0]
    return [
        entry.wrong(f"other spaces at the ends, or other lines, in {form!r}")
        for form in entry.forms
        if _outline(form) != _outline(source)
    ]


def doubts(locale: str) -> int:
    """How many messages translators have marked REVIEW."""
    catalogue = _template() if locale == SOURCE else _catalogue(locale)
    return sum(
        any(line.startswith(_DOUBT) for line in message.user_comments) for message in catalogue
    )


def entries(locale: str) -> Iterator[Entry]:
    """The messages of a language that are in use, obsolete ones left out."""
    catalogue = _template() if locale == SOURCE else _catalogue(locale)
    single = _single("(n != 1)" if locale == SOURCE else catalogue.plural_expr)
    for message in catalogue:
        if message.id:
            source = _strings(message.id)
            yield Entry(
                locale,
                message.context or "",
                source,
                source if locale == SOURCE else _strings(message.string),
                message.fuzzy,
                single if len(source) > 1 else frozenset(),
            )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (str(value),)


def _outline(text: str) -> tuple[str, str, int]:
    """The leading and trailing whitespace of a text, and its number of line breaks."""
    match = _EDGES.match(text)
    assert match is not None
    return match[1], match[2], text.count("\n")


def _ids(catalogue: Catalog) -> set[tuple[str, str]]:
    return {_key(message) for message in catalogue if message.id}


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", "|".join(_strings(message.id))


@lru_cache
def _single(rule: str) -> frozenset[int]:
    """The forms of a plural rule that stand for a single number."""
    plural = gettext.c2py(rule)
    forms = [plural(n) for n in range(_NUMBERS)]
    return frozenset(form for form in forms if forms.count(form) == 1)


@lru_cache
def _template() -> Catalog:
    return po.read(po.TEMPLATE.read_bytes())


@lru_cache
def _catalogue(locale: str) -> Catalog:
    return po.read(po.po_path(locale).read_bytes(), locale)
