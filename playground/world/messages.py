"""The content of a chat: messages, buttons, alerts."""

from dataclasses import dataclass, field
from typing import Any

from playground.errors import Json


@dataclass(frozen=True, slots=True)
class ChatButton:
    """One inline button: its label and the one thing it does."""

    text: str
    data: str | None = None
    url: str | None = None
    web_app: str | None = None
    style: str | None = None
    copy: str | None = None


@dataclass(frozen=True, slots=True)
class TapAlert:
    """The text of an answered tap. `modal`: it stays until the person closes it."""

    text: str
    modal: bool
    message_id: int | None


@dataclass(slots=True)
class ChatMessage:
    """One message of a chat, from either side.

    Attributes:
        text: plain text as the person reads it; empty for a sticker, photo or voice message.
        entities: formatting and links, offsets in UTF-16 units.
        html: the text parameter as the bot sent it, markup included; None for people.
        by_bot: whether the bot wrote it.
        date: seconds since 1970.
        edits: how often it was edited.
        deleted: whether it was deleted; it is kept for tests to look at.
        markup: its inline keyboard as Bot API JSON, or None.
        reply_keyboard: the other kind of keyboard it was sent with, which makes it uneditable.
        payload: further fields of the Bot API message, such as `sticker`.
    """

    message_id: int
    chat_id: int
    sender: Json
    chat: Json
    by_bot: bool
    date: int
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    html: str | None = None
    markup: Json | None = None
    reply_keyboard: Json | None = None
    payload: Json = field(default_factory=dict)
    edits: int = 0
    edit_date: int | None = None
    deleted: bool = False

    @property
    def buttons(self) -> list[list[ChatButton]]:
        """The inline buttons, row by row."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [[_button(raw) for raw in row] for row in rows]

    @property
    def labels(self) -> list[str]:
        """The labels of all inline buttons, in reading order."""
        return [button.text for row in self.buttons for button in row]

    def find(self, label: str) -> ChatButton | None:
        """The first button with exactly this label."""
        return next(
            (button for row in self.buttons for button in row if button.text == label), None
        )

    def json(self) -> Json:
        """The message as a Bot API object."""
        fields: Json = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": self.chat,
            "date": self.date,
            **self.payload,
        }
        if self.edit_date is not None:
            fields["edit_date"] = self.edit_date
        if self.text:
            fields["text"] = self.text
        if self.entities:
            fields["entities"] = self.entities
        if self.markup is not None:
            fields["reply_markup"] = self.markup
        return fields

    def picture(self) -> str:
        """The message drawn as text, for the output of a failed test."""
        lines = [
            self.text,
            *(" ".join(f"[ {button.text} ]" for button in row) for row in self.buttons),
        ]
        return "\n".join(f"    {line}" for part in lines for line in part.split("\n"))


def _button(raw: dict[str, Any]) -> ChatButton:
    return ChatButton(
        text=raw["text"],
        data=raw.get("callback_data"),
        url=raw.get("url"),
        web_app=(raw.get("web_app") or {}).get("url"),
        style=raw.get("style"),
        copy=(raw.get("copy_text") or {}).get("text"),
    )
