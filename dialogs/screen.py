"""A screen, which is one message with its buttons, and the helpers that put its text together."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass

from aiogram.filters.callback_data import CallbackData
from markupsafe import Markup

from service.journal.values import Proof

# What fits a button on a small phone.
LABEL_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its label, and either the callback data that a tap sends or the page it opens."""

    label: str
    target: CallbackData | None = None
    url: str | None = None


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: its language, Telegram's HTML and rows of buttons.

    Attributes:
        proof: what confirms that the message was shown, where a yes to it counts only if it was.
        asks: the message asks for a text as its reply, so it never replaces another one.
    """

    locale: str
    _: KW_ONLY
    text: Markup
    rows: tuple[Row, ...]
    proof: Proof | None = None
    asks: bool = False


def bold(text: str) -> Markup:
    """Plain text in bold."""
    return Markup("<b>{}</b>").format(text)


def paragraphs(*parts: str | Iterable[str] | None) -> Markup:
    """Join parts with an empty line between them; None and empty parts are left out.

    An iterable is a block of lines. Plain strings are escaped, Markup stays as it is.
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
    """Join parts, each on its line, escaped unless they are Markup."""
    return Markup("\n").join(parts)


def rows(*items: Row | Button | None) -> tuple[Row, ...]:
    """Rows of buttons; a single button is a row of its own, None and empty rows are left out."""
    return tuple((item,) if isinstance(item, Button) else item for item in items if item)


def rows_of_two(buttons: Iterable[Button]) -> tuple[Row, ...]:
    """Rows of two buttons each; an odd last one has a row of its own."""
    items = tuple(buttons)
    return tuple(items[i : i + 2] for i in range(0, len(items), 2))


def shorten(label: str, limit: int = LABEL_LIMIT) -> str:
    """A label cut to ``limit`` characters, with an ellipsis at the end where it was."""
    return label if len(label) <= limit else label[: limit - 1].rstrip() + "…"
