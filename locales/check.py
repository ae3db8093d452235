"""What must hold for the catalogues, as lists of problems that a translator can act on."""

import gettext
import re
from collections.abc import Iterator
from functools import lru_cache

from babel.messages.catalog import Catalog, Message

from locales import po, style
from locales.entry import Entry
from locales.fill import BrokenTemplateError, fields, fits
from locales.negotiate import SOURCE

_EDGES = re.compile(r"\A(\s*).*?(\s*)\Z", re.DOTALL)
_DOUBT = "REVIEW:"
_ENOUGH = 200  # numbers from 0 that show every plural form of any shipped language


def template_current() -> list[str]:
    """Whether the template holds exactly what the code says now."""
    stored = po.TEMPLATE.read_bytes() if po.TEMPLATE.is_file() else b""
    same = stored == po.rendered(po.extracted())
    return [] if same else ["messages.pot is not current: python -m locales.tool update"]


def problems(locale: str) -> list[str]:
    """Everything that is wrong with a language."""
    found = header(locale) + in_step(locale)
    for entry in entries(locale):
        found += complete(entry) or [*places(entry), *edges(entry), *style.typography(entry)]
        found += [*style.banned(entry), *style.lengths(entry)]
    return found + style.reading(locale, entries(locale))


def header(locale: str) -> list[str]:
    """Whether a catalogue has the plural rule of its language."""
    if locale == SOURCE:
        return []
    rule = _catalogue(locale).plural_forms
    wanted = po.empty(locale).plural_forms
    return [] if rule == wanted else [f"{locale}: plural forms are {rule!r}, not {wanted!r}"]


def in_step(locale: str) -> list[str]:
    """Whether a catalogue has exactly the messages of the template."""
    if locale == SOURCE:
        return []
    here, there = _ids(_catalogue(locale)), _ids(_template())
    gaps = [f"{locale}: {key!r}: not in the catalogue" for key in sorted(there - here)]
    return gaps + [f"{locale}: {key!r}: no longer in the code" for key in sorted(here - there)]


def complete(entry: Entry) -> list[str]:
    """Whether every form is there and none is a guess."""
    if entry.fuzzy:
        return [entry.wrong("marked fuzzy")]
    wanted = 1
    if len(entry.source) > 1:
        wanted = (
            len(entry.source) if entry.locale == SOURCE else _catalogue(entry.locale).num_plurals
        )
    if len(entry.forms) != wanted:
        return [entry.wrong(f"{len(entry.forms)} forms instead of {wanted}")]
    return [] if all(entry.forms) else [entry.wrong("not translated")]


def places(entry: Entry) -> list[str]:
    """Whether every form has the places of its source, and `{n}` where the form needs it."""
    source = entry.source[-1]
    try:
        names = fields(source)
    except BrokenTemplateError as error:
        return [entry.wrong(str(error))]
    found = []
    for index, form in enumerate(entry.forms):
        spare = frozenset({"n"}) if index in entry.alone else frozenset[str]()
        if not fits(form, source, spare):
            found.append(entry.wrong(f"places are not {sorted(names)} in {form!r}"))
    return found


def edges(entry: Entry) -> list[str]:
    """Whether every form begins, ends and breaks its lines as the source does."""
    source = entry.source[0]
    return [
        entry.wrong(f"other spaces at the ends, or other lines, in {form!r}")
        for form in entry.forms
        if _outline(form) != _outline(source)
    ]


def doubts(locale: str) -> int:
    """How many messages a translator has marked for a second look."""
    catalogue = _template() if locale == SOURCE else _catalogue(locale)
    return sum(
        any(line.startswith(_DOUBT) for line in message.user_comments) for message in catalogue
    )


def entries(locale: str) -> Iterator[Entry]:
    """The messages of a language that are in use."""
    catalogue = _template() if locale == SOURCE else _catalogue(locale)
    alone = _alone("(n != 1)" if locale == SOURCE else catalogue.plural_expr)
    for message in catalogue:
        if message.id:
            source = _strings(message.id)
            yield Entry(
                locale,
                message.context or "",
                source,
                source if locale == SOURCE else _strings(message.string),
                message.fuzzy,
                alone if len(source) > 1 else frozenset(),
            )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (str(value),)


def _outline(text: str) -> tuple[str, str, int]:
    found = _EDGES.match(text)
    assert found is not None
    return found[1], found[2], text.count("\n")


def _ids(catalogue: Catalog) -> set[tuple[str, str]]:
    return {_key(message) for message in catalogue if message.id}


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", "|".join(_strings(message.id))


@lru_cache
def _alone(rule: str) -> frozenset[int]:
    plural = gettext.c2py(rule)
    forms = [plural(n) for n in range(_ENOUGH)]
    return frozenset(form for form in forms if forms.count(form) == 1)


@lru_cache
def _template() -> Catalog:
    return po.read(po.TEMPLATE.read_bytes())


@lru_cache
def _catalogue(locale: str) -> Catalog:
    return po.read(po.po_path(locale).read_bytes(), locale)
