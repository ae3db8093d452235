"""The chat page in a real browser: talking, keyboard only, every check of axe."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.types import (
    BotCommand,
    CallbackQuery,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)
from playwright.async_api import Page, expect

from locales.words import SHIPPED, words
from playground import PlayInvite
from playground.chat_page import texts
from playground.chat_page.texts import page_texts, preferred_locale, render_index
from tests.support.browser import accessible, open_page, picture

CARDS = {
    "en": (
        "<b>Teach lifting robots</b>\nYou are <i>in</i>. You stay in up to +3.\n\n"
        "<blockquote expandable>Who: Careful Robotics, a company in Germany\nWhat: where you work"
        "\nWhat for: to make a product better\nHow long: until 30 June 2028\nTo stop: tap Stop"
        '</blockquote>\nMore: <a href="https://example.org/t">the full text</a>, or /price. '
        "<tg-spoiler>Nothing else.</tg-spoiler>"
    ),
    "ar": (
        "<b>تعليم روبوتات الرفع</b>\nأنت مشارك. تبقى مشاركًا حتى +3.\n\n"
        "<blockquote>من: Careful Robotics، شركة في ألمانيا</blockquote>\nالمزيد: /price"
    ),
    "hi": "<b>उठाने वाले रोबोट को सिखाना</b>\nआप शामिल हैं। +3 तक आप शामिल रहेंगे।",
    "zh": "<b>教搬运机器人</b>\n你已加入。价格到 +3 为止都有效。",
}


def rows(*labels: list[str]) -> InlineKeyboardMarkup:
    def key(label: str) -> InlineKeyboardButton:
        if label == "Website":
            return InlineKeyboardButton(text=label, url="https://example.org/")
        return InlineKeyboardButton(
            text=label, callback_data=label, style="danger" if label == "Stop" else None
        )

    return InlineKeyboardMarkup(inline_keyboard=[[key(label) for label in row] for row in labels])


def echo() -> Dispatcher:
    dispatcher = Dispatcher(disable_fsm=True)

    @dispatcher.startup()
    async def commands(bot: Bot) -> None:
        price, stop = (
            BotCommand(command="price", description="Your price"),
            BotCommand(command="stop", description="Out of everything"),
        )
        await bot.set_my_commands([price, stop])
        await bot.set_my_commands(
            [BotCommand(command="price", description="سعرك")], language_code="ar"
        )
        await bot.set_my_description("Ask what your data is used for, and decide.")

    @dispatcher.message(F.text == "/price")
    async def price(message: Message) -> None:
        await message.answer("Your price: +1", reply_markup=rows(["Lower", "Higher"]))

    @dispatcher.message(F.text == "write")
    async def write(message: Message, bot: Bot) -> None:
        await bot.send_chat_action(message.chat.id, "typing")

    @dispatcher.message(F.text == "think")
    async def think(message: Message, bot: Bot) -> None:
        await bot.send_message_draft(
            message.chat.id, 1, text="<code>Thinking</code>\n<pre>1 &lt; 2</pre>", can_stop=True
        )

    @dispatcher.message()
    async def on_message(message: Message) -> None:
        language = (message.from_user.language_code or "en").split("-")[0]
        await message.answer(
            CARDS.get(language, CARDS["en"]),
            reply_markup=rows(["Stop", "My price"], ["Website", "Warn me"]),
        )

    @dispatcher.callback_query(F.data == "Warn me")
    async def warn(query: CallbackQuery) -> None:
        await query.answer("It includes health data.", show_alert=True)

    @dispatcher.callback_query()
    async def tapped(query: CallbackQuery) -> None:
        await query.answer(f"You tapped {query.data}")
        assert isinstance(query.message, Message)
        await query.message.edit_text(
            f"<b>{query.data}</b> it is.", reply_markup=rows(["Back", query.data or "?"])
        )

    return dispatcher


def column(page: Page, name: str):
    return page.get_by_role("region", name=name)


@pytest.mark.browser
async def test_several_people_talk_to_the_bot_side_by_side_and_nothing_is_inaccessible(pg, serve):
    await serve(echo())
    pg.person(
        "Ana",
        language="es",
        note="a nurse, also a translator",
        invites=[PlayInvite("Nurses' Data Co-op", "abc"), PlayInvite("Translators' Guild", "def")],
    )
    pg.person("نور", language="ar", note="a nurse")
    pg.person("Asha", language="hi")
    pg.person("李明", language="zh-hans")
    async with open_page(pg.url, viewport={"width": 1500, "height": 900}) as page:
        ana = column(page, "Ana")
        await expect(ana.get_by_text("Ask what your data is used for")).to_be_visible()
        await accessible(page)
        await picture(page, "1-empty")
        await ana.get_by_role("button", name="Nurses' Data Co-op").click()
        await expect(ana.get_by_text("Teach lifting robots")).to_be_visible()
        await expect(ana.get_by_role("button", name="Nurses' Data Co-op")).to_have_count(0)
        for name, locale in (("نور", "ar"), ("Asha", "hi"), ("李明", "zh_Hans")):
            start = page_texts(words(locale))["start"]
            await column(page, name).get_by_role("button", name=start).click()
            await expect(column(page, name).get_by_role("button", name="My price")).to_be_visible()
        assert await column(page, "نور").get_attribute("dir") == "rtl"
        await accessible(page)
        await picture(page, "2-cards")
        await ana.get_by_role("button", name="Ver todo").click()
        await ana.get_by_role("button", name="texto oculto").click()
        await ana.get_by_role("button", name="My price").click()
        await expect(ana.get_by_text("You tapped My price")).to_be_visible()
        await expect(ana.locator("article.bot").last).to_contain_text("My price it is.")
        await picture(page, "3-tapped")
        await page.reload()
        await expect(ana.locator("article.bot").last).to_contain_text("My price it is.")
        await expect(ana.get_by_text("You tapped My price")).to_have_count(0)


@pytest.mark.browser
async def test_alerts_drafts_blocking_and_new_people_have_their_place_on_the_page(pg, serve):
    await serve(echo())
    await pg.person("Asha", language="en").say("/start")
    async with open_page(pg.url, viewport={"width": 1500, "height": 900}) as page:
        asha = column(page, "Asha")
        await asha.get_by_role("button", name="Warn me").click()
        await expect(page.get_by_role("dialog")).to_contain_text("It includes health data.")
        await accessible(page)
        await page.get_by_role("button", name="OK").click()
        await asha.get_by_label("Message from Asha").fill("write")
        await asha.get_by_role("button", name="Send").click()
        await expect(asha.get_by_text("Midline is writing")).to_have_count(1)
        await picture(page, "4-typing")
        await asha.get_by_label("Message from Asha").fill("think")
        await asha.get_by_role("button", name="Send").click()
        await expect(asha.get_by_text("Thinking")).to_be_visible()
        await accessible(page)
        await asha.get_by_role("button", name="Stop", exact=True).last.click()
        await expect(asha.get_by_text("Thinking")).to_have_count(0)
        await asha.get_by_role("button", name="Block bot").click()
        await expect(asha.get_by_text("has blocked the bot")).to_be_visible()
        await asha.get_by_role("button", name="Unblock bot").click()
        await expect(asha.get_by_label("Message from Asha")).to_be_visible()
        await page.get_by_role("button", name="Add a person").click()
        await accessible(page)
        await picture(page, "5-add")
        await page.get_by_label("Name").fill("Léa")
        await page.get_by_label("Language of their Telegram").select_option("fr")
        await page.get_by_role("dialog").get_by_role("button", name="Add").click()
        await expect(column(page, "Léa").get_by_label("Message de Léa")).to_be_focused()
        await accessible(page)
        await picture(page, "6-five")


@pytest.mark.browser
async def test_a_narrow_phone_in_the_dark_works_with_the_keyboard_alone(pg, serve):
    await serve(echo())
    pg.person("Ana", language="es")
    pg.person("نور", language="ar")
    size = {"width": 380, "height": 740}
    async with open_page(pg.url, viewport=size, color_scheme="dark") as page:
        await expect(column(page, "Ana")).to_be_visible()
        await expect(column(page, "نور")).to_be_hidden()

        async def walk_to(name: str | re.Pattern[str]) -> None:
            for _ in range(40):
                await page.keyboard.press("Tab")
                label = await page.evaluate(
                    "(document.activeElement.getAttribute('aria-label')"
                    " ?? document.activeElement.textContent).trim()"
                )
                if label == name:
                    return
            raise AssertionError(f"{name} can't be reached with the Tab key")

        await page.keyboard.press("Tab")
        await expect(page.get_by_text("Skip to the chats")).to_be_focused()
        await walk_to("Empezar")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="My price")).to_be_visible()
        await walk_to("My price")
        await page.keyboard.press("Enter")
        await expect(page.locator("article.bot").last).to_contain_text("My price it is.")
        await expect(page.get_by_role("button", name="My price")).to_be_focused()
        await walk_to("Comandos")
        await page.keyboard.press("Enter")
        await picture(page, "7-commands")
        await accessible(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Comandos")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Your price: +1")).to_be_visible()
        await page.keyboard.type("hello")
        await page.keyboard.press("Enter")
        await expect(page.locator("article.own").last).to_contain_text("hello")
        await picture(page, "8-dark")
        await page.get_by_role("navigation").get_by_role("button", name="نور").focus()
        await page.keyboard.press("Enter")
        await expect(column(page, "نور")).to_be_visible()
        await column(page, "نور").get_by_role("button", name="بدء").press("Enter")
        await column(page, "نور").get_by_role("button", name="الأوامر").click()
        await expect(column(page, "نور").get_by_text("سعرك")).to_be_visible()
        await column(page, "نور").get_by_role("button", name="الأوامر").click()
        await accessible(page)
        await picture(page, "9-arabic")


async def test_the_page_and_its_state_come_with_a_strict_policy(pg, ana):
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/page/app.js", "/page/style.css", "/play/state"):
            async with session.get(pg.url + path) as answer:
                assert answer.status == 200
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'self'; ")
        async with session.get(pg.url + "/page/nothing.js") as answer:
            assert answer.status == 404
        async with session.get(pg.url + "/play/state") as answer:
            (person,) = (await answer.json())["people"]
            assert (person["name"], person["messages"][0]["text"]) == ("Ana", "/start")


async def test_another_site_cannot_act_through_a_form(pg, ana):
    url = f"{pg.url}/play/people/{ana.id}/messages"
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data={"text": "hi"}) as answer:
            assert answer.status == 415
        async with session.post(url, json={"text": "hi"}) as answer:
            assert answer.status == 200
    assert ana.messages[-1].text == "hi"


async def test_what_is_typed_after_a_message_that_wants_a_reply_is_the_reply(pg, ana, bot):
    url = f"{pg.url}/play/people/{ana.id}/messages"
    prompt = await bot.send_message(ana.id, "Your text?", reply_markup=ForceReply())
    async with aiohttp.ClientSession() as session:
        for text in ("my text", "and more"):
            async with session.post(url, json={"text": text}) as answer:
                assert answer.status == 200
    first, second = ana.messages[-2:]
    assert first.payload["reply_to_message"]["message_id"] == prompt.message_id
    assert second.payload == {}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("people", {"name": " "}, 400),
        ("people", {"name": "Bo", "language": "<b>"}, 400),
        ("people", [], 400),
        ("people/1/messages", {"text": "hi"}, 404),
        ("people/{id}/messages", {"text": ""}, 400),
        ("people/{id}/taps", {"message_id": 1, "row": 0, "column": 0}, 409),
        ("people/{id}/taps", {}, 409),
        ("people/{id}/stop", {}, 409),
    ],
)
async def test_invalid_requests_of_the_page_are_refused(pg, ana, path, body, status):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{pg.url}/play/{path.format(id=ana.id)}", json=body) as answer,
    ):
        assert answer.status == status


async def test_events_tell_of_a_change_as_it_happens(pg, ana, bot):
    async with (
        aiohttp.ClientSession() as session,
        session.get(pg.url + "/play/events") as stream,
    ):
        lines = stream.content
        assert await lines.readline() == b"event: bot\n"
        await lines.readuntil(b"event: person\n")
        await lines.readline()
        await bot.send_message(ana.id, "Something new")
        async with asyncio.timeout(2):
            assert b"Something new" in await lines.readuntil(b"\n\n")


@pytest.mark.browser
@pytest.mark.parametrize("locale", SHIPPED)
async def test_a_person_reads_the_page_in_the_language_of_their_browser(pg, serve, locale: str):
    await serve(echo())
    tag = locale.replace("_", "-")
    pg.person("Ana", language=tag)
    texts = page_texts(words(locale))
    async with open_page(pg.url, viewport={"width": 360, "height": 740}, locale=tag) as page:
        await expect(column(page, "Ana")).to_be_visible()
        html = page.locator("html")
        assert [await html.get_attribute(name) for name in ("lang", "dir")] == [tag, texts["dir"]]
        await page.get_by_role("button", name=texts["add_person"]).click()
        await accessible(page)
        await page.get_by_role("button", name=texts["cancel"]).click()
        await column(page, "Ana").get_by_role("button", name=texts["start"]).click()
        await expect(column(page, "Ana").locator("article.bot")).to_be_visible()
        await picture(page, f"frame-{locale}")
        letters = await page.evaluate("document.documentElement.scrollWidth")
        assert letters <= 360


async def test_the_page_has_every_word_that_it_asks_for_and_no_other():
    used = {
        name
        for path in (Path(texts.__file__).parents[1] / "page").glob("*")
        if path.suffix in {".html", ".js"}
        for name in re.findall(
            r"\$(\w+)" if path.suffix == ".html" else r"\b(?:this\.w|chat\.w|page)\.(\w+)",
            path.read_text("utf-8"),
        )
    }
    kinds = {"photo", "sticker", "voice"}
    assert used | kinds == set(page_texts(words("en")))


@pytest.mark.parametrize(
    ("accept_language", "locale"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de-DE,de;q=0.9,ar;q=0.5", "ar"),
        ("zh-CN", "zh_Hans"),
        ("pt", "pt_BR"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_first_language_of_the_browser_that_is_shipped_is_taken(
    accept_language: str, locale: str
):
    assert preferred_locale(accept_language) == locale


def test_a_word_of_a_translator_can_not_become_markup(monkeypatch):
    monkeypatch.setattr(texts, "page_texts", lambda _w: {"skip": "<b>&</b>"})
    assert render_index("$skip", "en") == "&lt;b&gt;&amp;&lt;/b&gt;"
