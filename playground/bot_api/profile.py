"""The methods about the bot itself: commands, names, descriptions, the menu button."""

import re
from typing import Final

from aiogram.types import BotCommand

from playground import limits
from playground.errors import Json, bad_request
from playground.params import allow_only, check_model
from playground.text.links import checked_link
from playground.world.world import PlayChat, PlayUser, World

_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
_MENU_DEFAULT: Final[Json] = {"type": "default"}
_TEXTS: Final = {
    "name": limits.NAME_LENGTH,
    "description": limits.DESCRIPTION_LENGTH,
    "short_description": limits.SHORT_DESCRIPTION_LENGTH,
}

_Scope = tuple[str, int, int]


class ProfileMethods:
    """Implements the methods. Each takes typed parameters and returns the `result`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._commands: dict[tuple[_Scope, str], list[Json]] = {}
        self._texts: dict[tuple[str, str], str] = {}
        self._menus: dict[int, Json] = {}

    def me(self, _values: Json) -> Json:
        """The method getMe."""
        return {
            **self._world.bot,
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def set_commands(self, values: Json) -> bool:
        """The method setMyCommands."""
        key = self._scope(values), _language(values)
        commands = [_command(raw) for raw in values["commands"]]
        if len(commands) > limits.COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self._commands[key] = commands
        return True

    def get_commands(self, values: Json) -> list[Json]:
        """The method getMyCommands: exactly this scope and language, without a fallback."""
        return self._commands.get((self._scope(values), _language(values)), [])

    def delete_commands(self, values: Json) -> bool:
        """The method deleteMyCommands."""
        self._commands.pop((self._scope(values), _language(values)), None)
        return True

    def _scope(self, values: Json) -> _Scope:
        scope = values.get("scope") or {"type": "default"}
        kind = scope["type"]
        if "chat_id" not in scope:
            return kind, 0, 0
        chat_id = scope["chat_id"]
        if isinstance(chat_id, str) and chat_id.lstrip("-").isdigit():
            chat_id = int(chat_id)
        return kind, self._world.chat(chat_id).id, int(scope.get("user_id", 0))

    def commands_for(self, user: PlayUser, chat: PlayChat) -> list[Json]:
        """The commands a person sees in a chat: the narrowest scope, their language first."""
        scopes: list[_Scope] = [("chat", chat.id, 0), ("all_private_chats", 0, 0)]
        if chat.kind != "private":
            scopes = [("chat_member", chat.id, user.id), ("chat", chat.id, 0)]
            scopes.append(("all_group_chats", 0, 0))
        scopes.append(("default", 0, 0))
        language = (user.language or "").split("-")[0].lower()
        for scope in scopes:
            for code in (language, ""):
                if commands := self._commands.get((scope, code)):
                    return commands
        return []

    def set_text(self, kind: str, values: Json) -> bool:
        """The methods setMyName, setMyDescription, setMyShortDescription."""
        language, text = _language(values), values.get(kind, "")
        if len(text) > _TEXTS[kind]:
            raise bad_request(f"bot {kind.replace('_', ' ')} is too long")
        if text:
            self._texts[kind, language] = text
        else:
            self._texts.pop((kind, language), None)
        self._world.changes.notify()
        return True

    def get_text(self, kind: str, values: Json) -> Json:
        """The methods getMyName, getMyDescription, getMyShortDescription."""
        return {kind: self.text(kind, _language(values))}

    def text(self, kind: str, language: str) -> str:
        """The text in a two-letter language; the default where there is none."""
        default = self._world.bot["first_name"] if kind == "name" else ""
        return self._texts.get((kind, language)) or self._texts.get((kind, "")) or default

    def set_menu(self, values: Json) -> bool:
        """The method setChatMenuButton."""
        button = values.get("menu_button") or _MENU_DEFAULT
        if button["type"] == "web_app":
            url = button["web_app"]["url"]
            if not url.startswith("https://") or checked_link(url) is None:
                raise bad_request(
                    f"menu button web app URL '{url}' is invalid: Only HTTPS links are allowed"
                )
            if not button["text"]:
                raise bad_request("menu button text must be non-empty")
        self._menus[self._menu_chat(values)] = button
        return True

    def get_menu(self, values: Json) -> Json:
        """The method getChatMenuButton."""
        return self._menus.get(self._menu_chat(values)) or self._menus.get(0) or _MENU_DEFAULT

    def _menu_chat(self, values: Json) -> int:
        if "chat_id" not in values:
            return 0
        chat = self._world.chat(values["chat_id"])
        if chat.kind != "private":
            raise bad_request("chat not found")
        return chat.id


def _language(values: Json) -> str:
    allow_only(values, "commands", "scope", "language_code", *_TEXTS)
    language: str = values.get("language_code", "")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad_request("invalid language code specified")
    return language


def _command(raw: object) -> Json:
    check_model(BotCommand, raw, "can't parse commands JSON object")
    assert isinstance(raw, dict)
    name = raw["command"].removeprefix("/")
    description = raw["description"].strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= limits.COMMAND_DESCRIPTION_LENGTH:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}
