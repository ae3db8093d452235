"""The chat page: static files, the state of every chat as JSON, and what people do there."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

from locales.negotiate import negotiate
from playground import limits
from playground.bot_api.profile import Profile
from playground.chat_page.texts import index, script, spoken
from playground.errors import Json
from playground.world.messages import Bubble, Button
from playground.world.people import Person
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
_SHOWN: Final = 300
"""How many of the latest messages of a chat the page gets."""
_HEARTBEAT_SECONDS: Final = 15.0
_NAME_LENGTH: Final = 64
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Pages:
    """Routes of the page: `/`, `/page/...`, and `/play/...` for its state and actions."""

    def __init__(
        self,
        world: World,
        profile: Profile,
        people: Mapping[int, Person],
        add: Callable[..., Person],
    ) -> None:
        self._world = world
        self._profile = profile
        self._people = people
        self._add = add

    def add_to(self, app: web.Application) -> None:
        """Put the routes on an application."""
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
        return _said(index(html, _language(request)), "text/html")

    async def _words(self, request: web.Request) -> web.Response:
        return _said(script(_language(request)), "text/javascript")

    async def _file(self, request: web.Request) -> web.Response:
        return _served(request.match_info["name"])

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"bot": self._bot(), "people": [self._told(one) for one in self._people.values()]},
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
                rung = self._world.bell.rung
                if (now := json.dumps(self._bot())) != bot:
                    bot = now
                    await _event(response, "bot", now)
                for person in list(self._people.values()):
                    told = json.dumps(self._told(person), ensure_ascii=False)
                    if sent.get(person.id) != told:
                        sent[person.id] = told
                        await _event(response, "person", told)
                if self._world.bell.rung != rung:
                    continue
                if not await self._world.bell.wait(_HEARTBEAT_SECONDS):
                    await response.write(b": still here\n\n")
        except ConnectionResetError:
            return response

    def _bot(self) -> Json:
        return {
            "name": self._profile.text("name", ""),
            "username": self._world.bot["username"],
        }

    def _told(self, person: Person) -> Json:
        user, chat, world = person.user, person.chat, self._world
        draft, action = world.live_draft(chat), world.live_action(chat)
        language = (user.language or "").split("-")[0].lower()
        return {
            "id": str(user.id),
            "name": user.name,
            "language": user.language,
            "locale": negotiate(user.language),
            "note": user.note,
            "invites": [{"label": i.label, "token": i.token} for i in user.invites],
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
            "messages": [_bubble(bubble) for bubble in person.messages[-_SHOWN:]],
        }

    async def _add_person(self, request: web.Request) -> web.Response:
        body = await _body(request)
        name, language = str(body.get("name", "")).strip(), str(body.get("language", ""))
        if not 1 <= len(name) <= _NAME_LENGTH:
            raise web.HTTPBadRequest(text="a name has 1 to 64 characters")
        if language and not _LANGUAGE.fullmatch(language):
            raise web.HTTPBadRequest(text="a language is a tag such as es or pt-br")
        person = self._add(name, language=language or None)
        return web.json_response({"id": str(person.id)}, status=201, headers=_HEADERS)

    async def _send(self, request: web.Request) -> web.Response:
        person, body = await self._of(request)
        text = str(body.get("text", "")).strip()
        if not 1 <= len(text) <= limits.TEXT_LENGTH:
            raise web.HTTPBadRequest(text="a message has 1 to 4096 characters")
        if person.chat.blocked:
            raise web.HTTPConflict(text="the bot is blocked")
        # As Telegram's apps do: what is typed after a message that wants a reply is the reply.
        await person.send(text, reply_to=person.asked)
        return _done()

    async def _tap(self, request: web.Request) -> web.Response:
        person, body = await self._of(request)
        bubble = person.chat.bubbles.get(body.get("message_id", 0))
        try:
            row, column = int(body["row"]), int(body["column"])
            button = bubble.buttons[row][column] if bubble and not bubble.deleted else None
        except (KeyError, IndexError, TypeError, ValueError):
            button = None
        if bubble is None or button is None or button.data is None or person.chat.blocked:
            raise web.HTTPConflict(text="there is no such button now")
        await person.tap(data=button.data, message=bubble)
        return _done()

    async def _stop(self, request: web.Request) -> web.Response:
        person, _ = await self._of(request)
        draft = self._world.live_draft(person.chat)
        if draft is None or not draft.can_stop:
            raise web.HTTPConflict(text="there is nothing to stop")
        await person.press_stop()
        return _done()

    async def _block(self, request: web.Request) -> web.Response:
        person, _ = await self._of(request)
        if not person.chat.blocked:
            await person.block()
        return _done()

    async def _unblock(self, request: web.Request) -> web.Response:
        person, _ = await self._of(request)
        if person.chat.blocked:
            await person.unblock()
        return _done()

    async def _of(self, request: web.Request) -> tuple[Person, Json]:
        body = await _body(request)
        person = self._people.get(int(request.match_info["id"]))
        if person is None:
            raise web.HTTPNotFound(text="there is no such person")
        return person, body


async def _body(request: web.Request) -> Json:
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


def _done() -> web.Response:
    return web.json_response({"ok": True}, headers=_HEADERS)


def _language(request: web.Request) -> str:
    return spoken(request.headers.get("Accept-Language", ""))


def _served(name: str) -> web.Response:
    path = _FILES / name
    if not path.is_file():
        raise web.HTTPNotFound(text="there is no such file")
    return _said(path.read_text("utf-8"), _TYPES[path.suffix])


def _said(text: str, content_type: str) -> web.Response:
    return web.Response(text=text, headers=_HEADERS, content_type=content_type, charset="utf-8")


async def _event(response: web.StreamResponse, name: str, data: str) -> None:
    await response.write(f"event: {name}\ndata: {data}\n\n".encode())
    await asyncio.sleep(0)


def _bubble(bubble: Bubble) -> Json:
    return {
        "id": bubble.message_id,
        "bot": bubble.by_bot,
        "text": bubble.text or bubble.payload.get("caption", ""),
        "kind": next((k for k in ("sticker", "photo", "voice") if k in bubble.payload), None),
        "forwarded": "forward_origin" in bubble.payload,
        "entities": bubble.entities,
        "date": bubble.date,
        "edits": bubble.edits,
        "buttons": [[_told(button) for button in row] for row in bubble.buttons],
    }


def _told(button: Button) -> Json:
    return {
        "text": button.text,
        "url": button.url or button.web_app,
        "copy": button.copy,
        "style": button.style,
        "taps": button.data is not None,
    }
