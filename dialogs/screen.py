"""A screen: text and rows of buttons, with the rules that keep it within what Telegram takes."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiogram.filters.callback_data import CallbackData
from markupsafe import Markup

from service.journal.values import Proof

TEXT_LIMIT = 4096
LABEL_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says and what it does. ``url`` buttons open a page instead."""

    label: str
    target: CallbackData | None = None
    url: str | None = None


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One message: Telegram's HTML, rows of buttons, and, where a yes may follow, its proof.

    One that ``asks`` is always a message of its own, which wants a text as its reply.
    """

    text: Markup
    rows: tuple[Row, ...]
    proof: Proof | None = None
    asks: bool = False


def bold(text: str) -> Markup:
    """Plain text in bold."""
    return Markup("<b>{}</b>").format(text)


def paragraphs(*parts: str | Iterable[str] | None) -> Markup:
    """Parts with an empty line between them; an iterable is a block of lines, None is left out.

    Plain strings are escaped; Markup stays as it is.
    """
    blocks = []
    for part in parts:
        if part is None:
            continue
        block = lines(part) if not isinstance(part, str) else Markup.escape(part)
        if block:
            blocks.append(block)
    return Markup("\n\n").join(blocks)


def lines(parts: Iterable[str]) -> Markup:
    """Parts on a line each, escaped unless they are Markup."""
    return Markup("\n").join(parts)


def rows(*found: Row | Button | None) -> tuple[Row, ...]:
    """Rows of buttons; a single button is a row of its own, None and empty rows are left out."""
    made = [(one,) if isinstance(one, Button) else one for one in found if one]
    return tuple(made)


def in_twos(buttons: Iterable[Button]) -> tuple[Row, ...]:
    """Buttons two to a row."""
    found = tuple(buttons)
    return tuple(found[i : i + 2] for i in range(0, len(found), 2))


def short(label: str, limit: int = LABEL_LIMIT) -> str:
    """A label cut to what fits a button on a small phone."""
    return label if len(label) <= limit else label[: limit - 1].rstrip() + "…"
