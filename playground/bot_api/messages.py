"""The methods about messages: sends, edits, deletions, answers to taps, drafts."""

import re
from typing import Any, Final

from playground import limits
from playground.bot_api import keyboards
from playground.errors import Json, bad_request
from playground.params import allow_only
from playground.text.text import compose
from playground.world.messages import ChatMessage, TapAlert
from playground.world.world import PlayChat, PlayDraft, World

_ACTIONS: Final = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note",
    "upload_video_note",
})  # fmt: skip
_TEXT: Final = (
    "chat_id", "text", "parse_mode", "entities", "link_preview_options", "reply_markup",
    "disable_web_page_preview",
)  # fmt: skip
_SEND: Final = (
    *_TEXT, "message_thread_id", "disable_notification", "protect_content", "allow_paid_broadcast",
    "reply_parameters", "reply_to_message_id", "allow_sending_without_reply",
)  # fmt: skip
_DRAFT: Final = (
    "chat_id", "draft_id", "text", "parse_mode", "entities", "can_stop", "keep_on_stop",
)  # fmt: skip
_NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"


class MessageMethods:
    """Implements the methods. Each takes typed parameters and returns the `result`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send(self, values: Json) -> Json:
        """The method sendMessage."""
        allow_only(values, *_SEND)
        text, entities = compose(values["text"], values.get("parse_mode"), values.get("entities"))
        chat = self._world.open_chat(values["chat_id"])
        markup = self._markup(values, chat)
        inline = markup if markup is None or "inline_keyboard" in markup else None
        message = self._world.add_message(
            chat,
            self._world.bot,
            by_bot=True,
            text=text,
            entities=self._known_mentions(entities),
            html=values["text"],
            markup=inline,
            reply_keyboard=markup if inline is None else None,
            payload=self._reply_fields(values, chat),
        )
        return message.json()

    def _markup(self, values: Json, chat: PlayChat, *, inline_only: bool = False) -> Json | None:
        if "reply_markup" not in values:
            return None
        if not isinstance(values["reply_markup"], dict):
            raise bad_request("object expected as reply markup")
        private = chat.kind == "private"
        return keyboards.check_keyboard(
            values["reply_markup"], private=private, inline_only=inline_only
        )

    def _reply_fields(self, values: Json, chat: PlayChat) -> Json:
        reply = values.get("reply_parameters") or {}
        message_id = reply.get("message_id", values.get("reply_to_message_id"))
        if message_id is None:
            return {}
        original = chat.messages.get(message_id)
        if original is None or original.deleted:
            lenient = "allow_sending_without_reply"
            if reply.get(lenient, values.get(lenient)):
                return {}
            raise bad_request("message to be replied not found")
        return {"reply_to_message": original.json()}

    def _known_mentions(self, entities: list[Json]) -> list[Json]:
        """Drop mentions of people the bot never met, as the server does."""
        kept: list[Json] = []
        for entity in entities:
            if entity["type"] == "text_mention":
                user = self._world.users.get(entity["user"]["id"])
                if user is None:
                    continue
                kept.append({**entity, "user": user.json()})
            else:
                kept.append(entity)
        return kept

    def _find_own(self, values: Json, missing: str, refused: str) -> tuple[PlayChat, ChatMessage]:
        for name in ("chat_id", "message_id"):
            if name not in values:
                raise bad_request("message identifier is not specified")
        chat = self._world.open_chat(values["chat_id"])
        message = chat.messages.get(values["message_id"])
        if message is None or message.deleted:
            raise bad_request(missing)
        if not message.by_bot or message.reply_keyboard is not None:
            raise bad_request(refused)
        return chat, message

    def edit_text(self, values: Json) -> Json:
        """The method editMessageText. Without `reply_markup` the keyboard is removed."""
        allow_only(values, "message_id", *_TEXT)
        text, entities = compose(
            values.get("text", ""), values.get("parse_mode"), values.get("entities")
        )
        chat, message = self._find_own(
            values, "message to edit not found", "message can't be edited"
        )
        markup = self._markup(values, chat, inline_only=True)
        return self._edit(
            chat, message, text, self._known_mentions(entities), values["text"], markup
        )

    def edit_markup(self, values: Json) -> Json:
        """The method editMessageReplyMarkup."""
        allow_only(values, "chat_id", "message_id", "reply_markup")
        chat, message = self._find_own(
            values, "message to edit not found", "message can't be edited"
        )
        markup = self._markup(values, chat, inline_only=True)
        return self._edit(chat, message, message.text, message.entities, message.html, markup)

    def _edit(
        self,
        chat: PlayChat,
        message: ChatMessage,
        text: str,
        entities: list[Json],
        html: str | None,
        markup: Json | None,
    ) -> Json:
        if (message.text, message.entities, message.markup) == (text, entities, markup):
            raise bad_request(_NOT_MODIFIED)
        message.text, message.entities, message.html, message.markup = text, entities, html, markup
        message.edits += 1
        message.edit_date = int(self._world.clock())
        self._world.changed(chat)
        return message.json()

    def delete(self, values: Json) -> bool:
        """The method deleteMessage."""
        chat = self._world.open_chat(values["chat_id"])
        message = chat.messages.get(values["message_id"])
        if message is None or message.deleted:
            raise bad_request("message to delete not found")
        old = self._world.clock() - message.date > limits.DELETE_LIFE_SECONDS
        if old or not (message.by_bot or chat.kind == "private"):
            raise bad_request("message can't be deleted")
        message.deleted = True
        self._world.changed(chat)
        return True

    def delete_many(self, values: Json) -> bool:
        """The method deleteMessages: what is missing is skipped."""
        ids = values["message_ids"]
        if not ids:
            raise bad_request("message identifiers are not specified")
        if len(ids) > limits.DELETE_AT_ONCE:
            raise bad_request("too many message identifiers specified")
        chat = self._world.open_chat(values["chat_id"])
        for message_id in ids:
            message = chat.messages.get(message_id)
            if message is not None and not message.deleted:
                self.delete({"chat_id": chat.id, "message_id": message_id})
        return True

    def answer(self, values: Json) -> bool:
        """The method answerCallbackQuery: once, and within 15 seconds of the tap."""
        allow_only(values, "callback_query_id", "text", "show_alert", "url", "cache_time")
        query = self._world.queries.get(values["callback_query_id"])
        now = self._world.clock()
        if query is None or query.answered or now - query.created_at > limits.QUERY_LIFE_SECONDS:
            if query is not None:
                # The bot has handled the tap: nobody should wait for another answer.
                self._world.idle_watch.answered(query.id)
            raise bad_request(_TOO_OLD)
        text = values.get("text", "")
        if len(text) > limits.ANSWER_LENGTH:
            raise bad_request("MESSAGE_TOO_LONG")
        link = rf"(?:https?://)?t\.me/{self._world.bot['username']}\?start=[\w-]+"
        if "url" in values and not re.fullmatch(link, values["url"]):
            raise bad_request("URL_INVALID")
        query.answered = True
        if text:
            modal = values.get("show_alert", False)
            user = self._world.users[query.user_id]
            user.alerts.append(TapAlert(text, modal, query.message_id))
            self._world.changed(self._world.chats[user.id])
        self._world.idle_watch.answered(query.id)
        self._world.changes.notify()
        return True

    def action(self, values: Json) -> bool:
        """The method sendChatAction: shown for 5 seconds or until the next message."""
        allow_only(values, "chat_id", "action")
        action = values["action"].lower()
        if action not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        chat = self._world.open_chat(values["chat_id"])
        chat.action = (action, self._world.clock() + limits.ACTION_LIFE_SECONDS)
        self._world.changed(chat)
        return True

    def draft(self, values: Json) -> bool:
        """The method sendMessageDraft: a preview that is not stored."""
        allow_only(values, *_DRAFT)
        if values["draft_id"] == 0:
            raise bad_request("draft_id must be non-zero")
        text, entities = "", list[Any]()
        if values.get("text"):
            text, entities = compose(
                values["text"], values.get("parse_mode"), values.get("entities")
            )
        chat = self._world.open_chat(values["chat_id"])
        if chat.kind != "private":
            raise bad_request("message drafts can be sent only to private chats")
        chat.draft = PlayDraft(
            values["draft_id"],
            text,
            entities,
            can_stop=values.get("can_stop", False),
            keep=values.get("keep_on_stop", False),
            until=self._world.clock() + limits.DRAFT_LIFE_SECONDS,
        )
        self._world.changed(chat)
        return True
