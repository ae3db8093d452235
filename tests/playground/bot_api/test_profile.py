"""Commands, names, descriptions and the menu button."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    MenuButtonCommands,
    MenuButtonWebApp,
)


def command(name: str) -> list[BotCommand]:
    return [BotCommand(command=name, description=f"About {name}")]


async def test_getme_tells_who_the_bot_is(bot, pg):
    me = await bot.get_me()
    assert (me.id, me.username, me.first_name) == (42, pg.username, "Midline")


async def test_the_narrowest_scope_wins_and_in_it_the_persons_language(bot, pg):
    ana = pg.person("Ana", language="pt-br")
    await ana.send("/start")
    group = pg.group("Team", [ana])
    everywhere = BotCommandScopeAllPrivateChats()

    def seen(chat=ana.chat) -> list[str]:
        return [command["command"] for command in pg._profile.commands_for(ana.user, chat)]

    assert seen() == []
    await bot.set_my_commands(command("default"))
    assert seen() == ["default"]
    await bot.set_my_commands(command("pt"), language_code="pt")
    assert seen() == ["pt"]
    await bot.set_my_commands(command("private"), scope=everywhere)
    assert seen() == ["private"]
    await bot.set_my_commands(command("chat"), scope=BotCommandScopeChat(chat_id=ana.id))
    assert seen() == ["chat"]
    member = BotCommandScopeChatMember(chat_id=group.id, user_id=ana.id)
    assert seen(group.chat) == ["pt"]
    await bot.set_my_commands(command("member"), scope=member)
    assert seen(group.chat) == ["member"]
    await bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=ana.id))
    assert seen() == ["private"]
    assert [c.command for c in await bot.get_my_commands(scope=everywhere)] == ["private"]
    assert await bot.get_my_commands(scope=everywhere, language_code="pt") == []


@pytest.mark.parametrize(
    ("name", "description", "words"),
    [
        ("Price", "x", "BOT_COMMAND_INVALID"),
        ("x" * 33, "x", "BOT_COMMAND_INVALID"),
        ("my-price", "x", "BOT_COMMAND_INVALID"),
        ("price", " ", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("price", "x" * 257, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_a_command_the_server_does_not_take_is_refused(bot, name, description, words):
    with pytest.raises(TelegramBadRequest, match=words):
        await bot.set_my_commands([BotCommand(command=name, description=description)])


async def test_a_slash_is_cut_and_100_commands_are_enough(bot, raw):
    await bot.set_my_commands(command("/price"))
    assert (await bot.get_my_commands())[0].command == "price"
    with pytest.raises(TelegramBadRequest, match="BOT_COMMANDS_TOO_MUCH"):
        await bot.set_my_commands([command(f"c{number}")[0] for number in range(101)])
    status, _ = await raw("setMyCommands", json={"commands": [{"command": "x"}]})
    assert status == 400


@pytest.mark.parametrize("language", ["es-ES", "ES", "spa", "e"])
async def test_a_language_is_exactly_two_small_letters(bot, language):
    for call in (bot.get_my_commands, bot.get_my_name, bot.set_my_description):
        with pytest.raises(TelegramBadRequest, match="invalid language code specified"):
            await call(language_code=language)


async def test_names_and_descriptions_are_per_language_with_a_default(bot):
    assert (await bot.get_my_name()).name == "Midline"
    await bot.set_my_name("Linie", language_code="de")
    assert (await bot.get_my_name(language_code="de")).name == "Linie"
    assert (await bot.get_my_name(language_code="fr")).name == "Midline"
    await bot.set_my_name(language_code="de")
    assert (await bot.get_my_name(language_code="de")).name == "Midline"
    await bot.set_my_description("x" * 512)
    await bot.set_my_short_description("y" * 120)
    assert (await bot.get_my_description()).description == "x" * 512
    assert (await bot.get_my_short_description()).short_description == "y" * 120
    for call, text in (
        (bot.set_my_name, "x" * 65),
        (bot.set_my_description, "x" * 513),
        (bot.set_my_short_description, "x" * 121),
    ):
        with pytest.raises(TelegramBadRequest, match="is too long"):
            await call(text)


async def test_the_menu_button_is_per_private_chat_with_a_default(bot, pg, ana):
    app = MenuButtonWebApp(text="Price", web_app={"url": "https://x.org"})
    assert (await bot.get_chat_menu_button()).type == "default"
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button(ana.id)).type == "commands"
    await bot.set_chat_menu_button(ana.id, app)
    assert (await bot.get_chat_menu_button(ana.id)).type == "web_app"
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.set_chat_menu_button(pg.group("Team", [ana]).id, app)
    with pytest.raises(TelegramBadRequest, match="Only HTTPS links are allowed"):
        await bot.set_chat_menu_button(
            menu_button=MenuButtonWebApp(text="x", web_app={"url": "http://x.org"})
        )
    with pytest.raises(TelegramBadRequest, match="text must be non-empty"):
        await bot.set_chat_menu_button(
            menu_button=MenuButtonWebApp(text="", web_app={"url": "https://x.org"})
        )
