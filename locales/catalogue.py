"""Loading catalogues: one chain per language that ends in the source text."""

from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from locales.compile import HERE, built, is_fresh
from locales.negotiate import SOURCE


def chain(locale: str, root: Path = HERE) -> NullTranslations:
    """The translations of a language, then of what it is a variety of, then the source itself."""
    parts = locale.split("_")
    names = ["_".join(parts[:length]) for length in range(len(parts), 0, -1)]
    first: NullTranslations = NullTranslations()
    for name in reversed([name for name in names if name != SOURCE]):
        if found := load(name, root):
            found.add_fallback(first)
            first = found
    return first


def load(locale: str, root: Path = HERE) -> GNUTranslations | None:
    """The catalogue of one folder, never an older one than its .po file; None without a folder."""
    po = root / locale / "LC_MESSAGES" / "messages.po"
    mo = po.with_suffix(".mo")
    if po.is_file() and not is_fresh(po, mo):
        return GNUTranslations(BytesIO(built(po.read_bytes())))
    if mo.is_file():
        return GNUTranslations(BytesIO(mo.read_bytes()))
    return None
