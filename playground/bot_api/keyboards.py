"""Keyboards under messages: what the server keeps, drops and refuses."""

from typing import Any, Final

from aiogram.types import ForceReply, ReplyKeyboardMarkup, ReplyKeyboardRemove
from pydantic import BaseModel

from playground import limits
from playground.errors import Json, Refusal, bad
from playground.params import fits
from playground.text.links import checked_link

_ACTIONS: Final = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip
_OTHERS: Final[dict[str, type[BaseModel]]] = {
    "keyboard": ReplyKeyboardMarkup,
    "remove_keyboard": ReplyKeyboardRemove,
    "force_reply": ForceReply,
}
_STYLES: Final = frozenset({"danger", "success", "primary"})
_LOOKS: Final = ("style", "icon_custom_emoji_id", "disabled")


def checked(markup: Json, *, private: bool, inline_only: bool = False) -> Json | None:
    """The reply markup as the server keeps it; None when nothing of it is left.

    Args:
        markup: `reply_markup` as it was sent.
        private: whether the chat is a private one; `web_app` buttons work only there.
        inline_only: true for edits, which can put no other kind of keyboard.

    Raises:
        Refusal: 400, for a button or a keyboard the server does not take.
    """
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"], private=private)
    if inline_only:
        raise bad("inline keyboard expected")
    kind = next((kind for name, kind in _OTHERS.items() if markup.get(name)), None)
    if kind is None:
        return None
    if "keyboard" in markup:
        rows = _rows(markup["keyboard"], "keyboard")
        named = [[{"text": b} if isinstance(b, str) else b for b in row] for row in rows]
        markup = {**markup, "keyboard": named}
    fits(kind, markup, "can't parse reply keyboard markup JSON object")
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(placeholder) <= limits.PLACEHOLDER_LENGTH:
        raise bad("can't parse reply markup: input_field_placeholder must be 1-64 characters")
    return markup


def _rows(rows: Any, name: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad(f"can't parse {name}: an Array of Arrays expected")
    return rows


def _inline(rows: Any, *, private: bool) -> Json | None:
    kept: list[list[Json]] = []
    for row in _rows(rows, "inline_keyboard"):
        buttons = [_button(raw, private=private) for raw in row]
        shown = [button for button in buttons if button is not None][: limits.BUTTONS_IN_ROW]
        if shown:
            kept.append(shown)
    if sum(map(len, kept)) > limits.BUTTONS_IN_ALL:
        raise bad("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _refused(words: str) -> Refusal:
    return bad(f"can't parse inline keyboard button: {words}")


def _button(raw: Any, *, private: bool) -> Json | None:
    if not isinstance(raw, dict):
        raise _refused("InlineKeyboardButton must be an Object")
    text = raw.get("text")
    if text is not None and not isinstance(text, str):
        raise _refused('field "text" must be of type String')
    if not text:
        return None
    action = next((name for name in _ACTIONS if raw.get(name) not in (None, "", False)), None)
    if action is None:
        raise _refused("Text buttons are unallowed in the inline keyboard")
    looks = {name: raw[name] for name in _LOOKS if raw.get(name)}
    if str(looks.get("style", "primary")) not in _STYLES:
        raise _refused("invalid button style specified")
    return {"text": text, action: _action(action, raw[action], private=private), **looks}


def _action(name: str, value: Any, *, private: bool) -> Any:
    match name:
        case "callback_data":
            if not isinstance(value, str):
                raise _refused('field "callback_data" must be of type String')
            if len(value.encode()) > limits.CALLBACK_DATA_BYTES:
                raise bad("BUTTON_DATA_INVALID")
        case "url":
            link = checked_link(value) if isinstance(value, str) else None
            if link is None:
                raise bad(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
            return link
        case "web_app" | "login_url":
            _secure(name, value)
            if name == "web_app" and not private:
                raise bad("BUTTON_TYPE_INVALID")
        case "copy_text":
            copied = value.get("text") if isinstance(value, dict) else None
            if not isinstance(copied, str) or not 1 <= len(copied) <= limits.COPY_TEXT_LENGTH:
                raise _refused("copy_text must have 1-256 characters")
        case _:
            pass
    return value


def _secure(name: str, value: Any) -> None:
    url = str(value.get("url", "")) if isinstance(value, dict) else ""
    if not url.startswith("https://") or checked_link(url) is None:
        raise bad(
            f"inline keyboard button {name.replace('_', ' ')} URL '{url}' is invalid: "
            "Only HTTPS links are allowed"
        )
