"""The routes of the chat page: static files, the chats as JSON, and what people do there."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

from locales.negotiate import negotiate
from playground import limits
from playground.bot_api.profile import ProfileMethods
from playground.chat_page.texts import preferred_locale, render_index, texts_script
from playground.errors import Json
from playground.world.messages import ChatButton, ChatMessage
from playground.world.people import PlayPerson
from playground.world.world import World

_FILES: Final = Path(__file__).parents[1] / "page"
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_LATEST_MESSAGES: Final = 300
"""How many messages of a chat the page gets."""
_HEARTBEAT_SECONDS: Final = 15.0
_NAME_LENGTH: Final = 64
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class ChatPageRoutes:
    """Routes of the page: `/`, `/page/...`, and `/play/...` for its state and actions."""

    def __init__(
        self,
        world: World,
        profile: ProfileMethods,
        people: Mapping[int, PlayPerson],
        add_person: Callable[..., PlayPerson],
    ) -> None:
        self._world = world
        self._profile = profile
        self._people = people
        self._new_person = add_person

    def add_to(self, app: web.Application) -> None:
        """Add the routes to an application."""
        person = r"/play/people/{id:\d+}"
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/page/words.js", self._words),
                web.get(r"/page/{name:[a-z]+\.(?:css|js|svg)}", self._file),
                web.get("/play/state", self._state),
                web.get("/play/events", self._events),
                web.post("/play/people", self._add_person),
                web.post(f"{person}/messages", self._send),
                web.post(f"{person}/taps", self._tap),
                web.post(f"{person}/stop", self._stop),
                web.post(f"{person}/block", self._block),
                web.post(f"{person}/unblock", self._unblock),
            ]
        )

    async def _index(self, request: web.Request) -> web.Response:
        html = (_FILES / "index.html").read_text("utf-8")
        return _text_response(render_index(html, _language(request)), "text/html")

    async def _words(self, request: web.Request) -> web.Response:
        return _text_response(texts_script(_language(request)), "text/javascript")

    async def _file(self, request: web.Request) -> web.Response:
        return _static_file(request.match_info["name"])

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "bot": self._bot_fields(),
                "people": [self._person_fields(person) for person in self._people.values()],
            },
            headers=_HEADERS,
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        headers = {**_HEADERS, "Content-Type": "text/event-stream"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        sent: dict[int, str] = {}
        bot = ""
        try:
            while True:
                count = self._world.changes.count
                if (now := json.dumps(self._bot_fields())) != bot:
                    bot = now
                    await _send_event(response, "bot", now)
                for person in list(self._people.values()):
                    state = json.dumps(self._person_fields(person), ensure_ascii=False)
                    if sent.get(person.id) != state:
                        sent[person.id] = state
                        await _send_event(response, "person", state)
                if self._world.changes.count != count:
                    continue
                if not await self._world.changes.wait(_HEARTBEAT_SECONDS):
                    await response.write(b": still here\n\n")
        except ConnectionResetError:
            return response

    def _bot_fields(self) -> Json:
        return {
            "name": self._profile.text("name", ""),
            "username": self._world.bot["username"],
        }

    def _person_fields(self, person: PlayPerson) -> Json:
        user, chat, world = person.user, person.chat, self._world
        draft, action = world.live_draft(chat), world.live_action(chat)
        language = (user.language or "").split("-")[0].lower()
        return {
            "id": str(user.id),
            "name": user.name,
            "language": user.language,
            "locale": negotiate(user.language),
            "note": user.note,
            "invites": [{"label": invite.label, "token": invite.token} for invite in user.invites],
            "about": self._profile.text("description", language),
            "bot_name": self._profile.text("name", language),
            "blocked": chat.blocked,
            "typing": action[0] if action else None,
            "typing_until": chat.action[1] if chat.action and action else None,
            "draft": {"text": draft.text, "entities": draft.entities, "can_stop": draft.can_stop}
            if draft
            else None,
            "commands": self._profile.commands_for(user, chat),
            "alerts": [
                {"number": number, "text": alert.text, "modal": alert.modal}
                for number, alert in enumerate(user.alerts)
            ],
            "messages": [
                _message_fields(message) for message in person.messages[-_LATEST_MESSAGES:]
            ],
        }

    async def _add_person(self, request: web.Request) -> web.Response:
        body = await _read_body(request)
        name, language = str(body.get("name", "")).strip(), str(body.get("language", ""))
        if not 1 <= len(name) <= _NAME_LENGTH:
            raise web.HTTPBadRequest(text="a name has 1 to 64 characters")
        if language and not _LANGUAGE.fullmatch(language):
            raise web.HTTPBadRequest(text="a language is a tag such as es or pt-br")
        person = self._new_person(name, language=language or None)
        return web.json_response({"id": str(person.id)}, status=201, headers=_HEADERS)

    async def _send(self, request: web.Request) -> web.Response:
        person, body = await self._person_and_body(request)
        text = str(body.get("text", "")).strip()
        if not 1 <= len(text) <= limits.TEXT_LENGTH:
            raise web.HTTPBadRequest(text="a message has 1 to 4096 characters")
        if person.chat.blocked:
            raise web.HTTPConflict(text="the bot is blocked")
        # As in Telegram's apps: what is typed after a message with a forced reply is the reply.
        await person.send(text, reply_to=person.reply_prompt)
        return _ok()

    async def _tap(self, request: web.Request) -> web.Response:
        person, body = await self._person_and_body(request)
        message = person.chat.messages.get(body.get("message_id", 0))
        try:
            row, column = int(body["row"]), int(body["column"])
            button = message.buttons[row][column] if message and not message.deleted else None
        except (KeyError, IndexError, TypeError, ValueError):
            button = None
        if message is None or button is None or button.data is None or person.chat.blocked:
            raise web.HTTPConflict(text="there is no such button now")
        await person.tap(data=button.data, message=message)
        return _ok()

    async def _stop(self, request: web.Request) -> web.Response:
        person, _ = await self._person_and_body(request)
        draft = self._world.live_draft(person.chat)
        if draft is None or not draft.can_stop:
            raise web.HTTPConflict(text="there is nothing to stop")
        await person.press_stop()
        return _ok()

    async def _block(self, request: web.Request) -> web.Response:
        person, _ = await self._person_and_body(request)
        if not person.chat.blocked:
            await person.block()
        return _ok()

    async def _unblock(self, request: web.Request) -> web.Response:
        person, _ = await self._person_and_body(request)
        if person.chat.blocked:
            await person.unblock()
        return _ok()

    async def _person_and_body(self, request: web.Request) -> tuple[PlayPerson, Json]:
        body = await _read_body(request)
        person = self._people.get(int(request.match_info["id"]))
        if person is None:
            raise web.HTTPNotFound(text="there is no such person")
        return person, body


async def _read_body(request: web.Request) -> Json:
    # Another site open in the same browser can't send this content type without asking first.
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="application/json, please")
    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object, please")
    return body


def _ok() -> web.Response:
    return web.json_response({"ok": True}, headers=_HEADERS)


def _language(request: web.Request) -> str:
    return preferred_locale(request.headers.get("Accept-Language", ""))


def _static_file(name: str) -> web.Response:
    path = _FILES / name
    if not path.is_file():
        raise web.HTTPNotFound(text="there is no such file")
    return _text_response(path.read_text("utf-8"), _TYPES[path.suffix])


def _text_response(text: str, content_type: str) -> web.Response:
    return web.Response(text=text, headers=_HEADERS, content_type=content_type, charset="utf-8")


async def _send_event(response: web.StreamResponse, name: str, data: str) -> None:
    await response.write(f"event: {name}\ndata: {data}\n\n".encode())
    await asyncio.sleep(0)


def _message_fields(message: ChatMessage) -> Json:
    return {
        "id": message.message_id,
        "bot": message.by_bot,
        "text": message.text or message.payload.get("caption", ""),
        "kind": next((k for k in ("sticker", "photo", "voice") if k in message.payload), None),
        "forwarded": "forward_origin" in message.payload,
        "entities": message.entities,
        "date": message.date,
        "edits": message.edits,
        "buttons": [[_button_fields(button) for button in row] for row in message.buttons],
    }


def _button_fields(button: ChatButton) -> Json:
    return {
        "text": button.text,
        "url": button.url or button.web_app,
        "copy": button.copy,
        "style": button.style,
        "taps": button.data is not None,
    }
