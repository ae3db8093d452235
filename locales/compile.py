"""Builds .mo files from .po files: `python -m locales.compile`.

A .mo file ends with the SHA-256 of the .po file it was built from. Readers of the format follow
offsets and ignore it. It detects a stale file reliably, which modification times do not after a
checkout or in a wheel.
"""

import hashlib
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).parent


def built(po: bytes) -> bytes:
    """Compile the bytes of a .po file to those of a .mo file, with its digest at the end.

    Unfinished messages are left out: Babel would fill the empty forms of a half-translated plural
    with the English ones, and the message would count as translated.

    Raises:
        babel.messages.pofile.PoFileError: the file is no gettext catalogue.
    """
    catalog = read_po(BytesIO(po), ignore_obsolete=True, abort_invalid=True)
    for message in list(catalog):
        if message.id and not finished(message, catalog):
            catalog.delete(message.id, context=message.context)
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue() + _digest(po)


def finished(message: Message, catalog: Catalog) -> bool:
    """Whether every form of a message is translated and it is not marked fuzzy."""
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    count = catalog.num_plurals if message.pluralizable else 1
    return not message.fuzzy and len(forms) == count and all(forms)


def is_fresh(po: Path, mo: Path) -> bool:
    """Whether a .mo file was built from exactly this .po file."""
    return mo.is_file() and mo.read_bytes().endswith(_digest(po.read_bytes()))


def compile_all(root: Path = HERE) -> list[Path]:
    """Compile the stale catalogues below a folder; returns the files that were written."""
    written = []
    for po in sorted(root.glob("*/LC_MESSAGES/messages.po")):
        mo = po.with_suffix(".mo")
        if not is_fresh(po, mo):
            replace(mo, built(po.read_bytes()))
            written.append(mo)
    return written


def replace(path: Path, data: bytes) -> None:
    """Replace a file atomically: a reader sees the old one or the new one, never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _digest(po: bytes) -> bytes:
    return hashlib.sha256(po).digest()


if __name__ == "__main__":
    for path in compile_all():
        sys.stdout.write(f"built {path.relative_to(HERE)}\n")
