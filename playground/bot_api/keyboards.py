"""Reply markups: which keyboards and buttons the server keeps, drops and refuses."""

from typing import Any, Final

from aiogram.types import ForceReply, ReplyKeyboardMarkup, ReplyKeyboardRemove
from pydantic import BaseModel

from playground import limits
from playground.errors import ApiError, Json, bad_request
from playground.params import check_model
from playground.text.links import checked_link

_ACTIONS: Final = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip
_REPLY_KEYBOARDS: Final[dict[str, type[BaseModel]]] = {
    "keyboard": ReplyKeyboardMarkup,
    "remove_keyboard": ReplyKeyboardRemove,
    "force_reply": ForceReply,
}
_STYLES: Final = frozenset({"danger", "success", "primary"})
_LOOKS: Final = ("style", "icon_custom_emoji_id", "disabled")


def check_keyboard(markup: Json, *, private: bool, inline_only: bool = False) -> Json | None:
    """The reply markup as the server stores it; None when nothing of it is left.

    Args:
        markup: `reply_markup` as it was sent.
        private: whether the chat is a private one; `web_app` buttons work only there.
        inline_only: true for edits, which can set no other kind of keyboard.

    Raises:
        ApiError: 400 for a button or a keyboard that the server does not accept.
    """
    if "inline_keyboard" in markup:
        return _check_inline(markup["inline_keyboard"], private=private)
    if inline_only:
        raise bad_request("inline keyboard expected")
    kind = next((kind for name, kind in _REPLY_KEYBOARDS.items() if markup.get(name)), None)
    if kind is None:
        return None
    if "keyboard" in markup:
        rows = _check_rows(markup["keyboard"], "keyboard")
        rows = [[{"text": key} if isinstance(key, str) else key for key in row] for row in rows]
        markup = {**markup, "keyboard": rows}
    check_model(kind, markup, "can't parse reply keyboard markup JSON object")
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(placeholder) <= limits.PLACEHOLDER_LENGTH:
        raise bad_request(
            "can't parse reply markup: input_field_placeholder must be 1-64 characters"
        )
    return markup


def _check_rows(rows: Any, name: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f"can't parse {name}: an Array of Arrays expected")
    return rows


def _check_inline(rows: Any, *, private: bool) -> Json | None:
    kept: list[list[Json]] = []
    for row in _check_rows(rows, "inline_keyboard"):
        buttons = [_check_button(raw, private=private) for raw in row]
        shown = [button for button in buttons if button is not None][: limits.BUTTONS_IN_ROW]
        if shown:
            kept.append(shown)
    if sum(map(len, kept)) > limits.BUTTONS_IN_ALL:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _button_error(description: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {description}")


def _check_button(raw: Any, *, private: bool) -> Json | None:
    if not isinstance(raw, dict):
        raise _button_error("InlineKeyboardButton must be an Object")
    text = raw.get("text")
    if text is not None and not isinstance(text, str):
        raise _button_error('field "text" must be of type String')
    if not text:
        return None
    action = next((name for name in _ACTIONS if raw.get(name) not in (None, "", False)), None)
    if action is None:
        raise _button_error("Text buttons are unallowed in the inline keyboard")
    looks = {name: raw[name] for name in _LOOKS if raw.get(name)}
    if str(looks.get("style", "primary")) not in _STYLES:
        raise _button_error("invalid button style specified")
    return {"text": text, action: _check_action(action, raw[action], private=private), **looks}


def _check_action(name: str, value: Any, *, private: bool) -> Any:
    match name:
        case "callback_data":
            if not isinstance(value, str):
                raise _button_error('field "callback_data" must be of type String')
            if len(value.encode()) > limits.CALLBACK_DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
        case "url":
            link = checked_link(value) if isinstance(value, str) else None
            if link is None:
                raise bad_request(
                    f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL"
                )
            return link
        case "web_app" | "login_url":
            _check_https(name, value)
            if name == "web_app" and not private:
                raise bad_request("BUTTON_TYPE_INVALID")
        case "copy_text":
            text = value.get("text") if isinstance(value, dict) else None
            if not isinstance(text, str) or not 1 <= len(text) <= limits.COPY_TEXT_LENGTH:
                raise _button_error("copy_text must have 1-256 characters")
        case _:
            pass
    return value


def _check_https(name: str, value: Any) -> None:
    url = str(value.get("url", "")) if isinstance(value, dict) else ""
    if not url.startswith("https://") or checked_link(url) is None:
        raise bad_request(
            f"inline keyboard button {name.replace('_', ' ')} URL '{url}' is invalid: "
            "Only HTTPS links are allowed"
        )
