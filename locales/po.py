"""Extracts the template from the code and updates the .po files, reproducibly to the byte.

References name files without lines, lines are not wrapped, and the header has no dates or tool
versions, so that every change in a file is a change of texts.
"""

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from locales.compile import HERE, replace

ROOMS = ("bot", "dialogs", "knowledge", "locales", "playground", "service")
TEMPLATE = HERE / "messages.pot"

_KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    "t": None,
    "mark": None,
    "n": (1, 2),
    "p": ((1, "c"), 2),
}
# The plural rules that the catalogues are written for. Babel's own follow CLDR and change with it
# (2.19 gave Spanish, French and Portuguese a third form for whole millions, which no text here
# needs), and some order the forms differently from gettext's manual and every editor.
_PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3"
    " : n%100>=11 ? 4 : 5);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "hi": "nplurals=2; plural=(n != 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0"
    " : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
}
_HEADER = "The words of Midline. How to translate them: locales/README.md"
_VOLATILE = re.compile(
    rb'^"(?:Generated-By|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team'
    rb"|Report-Msgid-Bugs-To):.*\n",
    re.MULTILINE,
)


def extracted(root: Path = HERE.parent) -> Catalog:
    """Every text that the code marks for translation, with the notes for translators."""
    with (HERE / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    catalog = empty(None)
    for room in ROOMS:
        for name, line, ids, notes, context in extract_from_dir(
            root / room, methods, options, _KEYWORDS, ("NOTE:",), strip_comment_tags=True
        ):
            path = f"{room}/{Path(name).as_posix()}"
            catalog.add(ids, locations=[(path, line)], auto_comments=notes, context=context)
    return catalog


def rendered(catalog: Catalog) -> bytes:
    """A catalogue as the bytes of a .po or .pot file."""
    out = BytesIO()
    write_po(out, catalog, width=0, sort_by_file=True, include_lineno=False)
    return _VOLATILE.sub(b"", out.getvalue())


def updated(locale: str, po: bytes | None, template: Catalog) -> Catalog:
    """Update a language's catalogue to the template; no translation is lost.

    Obsolete messages are kept at the end and restored if the text returns. Fuzzy matching is off:
    a wrong guess in a text of consent is worse than a gap.
    """
    catalog = read(po, locale) if po is not None else empty(locale)
    for message in list(catalog.obsolete.values()):
        if template.get(message.id, message.context) is not None:
            catalog[message.id] = message
    catalog.update(template, no_fuzzy_matching=True)
    return catalog


def read(po: bytes, locale: str | None = None) -> Catalog:
    """Parse a catalogue from the bytes of its file.

    Raises:
        babel.messages.pofile.PoFileError: the file is no gettext catalogue.
    """
    return read_po(BytesIO(po), locale=locale, abort_invalid=True)


def po_path(locale: str) -> Path:
    """The path of a language's catalogue."""
    return HERE / locale / "LC_MESSAGES" / "messages.po"


def write_changed(path: Path, data: bytes) -> bool:
    """Write a file if that changes it; returns whether it did."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, data)
    return True


def empty(locale: str | None) -> Catalog:
    """An empty catalogue with the plural rule of its language."""
    catalog = Catalog(
        locale=locale, project="Midline", version="1", header_comment=f"# {_HEADER}", fuzzy=False
    )
    if locale in _PLURALS:
        catalog.mime_headers = [("Plural-Forms", _PLURALS[locale])]
    return catalog
