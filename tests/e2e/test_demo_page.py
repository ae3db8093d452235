"""The demo as a person sees it: the real bot, the chat page, a real Chromium."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.commands.demo import demo_settings, seed
from locales.words import words
from playground import Playground
from tests.support.browser import accessible, open_page, picture
from tests.support.house import House, SettableClock


@pytest.fixture
async def demo(tmp_path: Path):
    async with Playground() as playground:
        house = House(playground, demo_settings(playground, tmp_path), SettableClock())
        async with house.deps() as deps:
            await seed(deps, playground)
        async with house.running():
            yield house


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


async def click(where: Locator, label: str) -> None:
    await where.locator("article.bot").last.get_by_role("button", name=label, exact=True).click()


async def says(where: Locator, text: str) -> None:
    await expect(where.locator("article.bot").last).to_contain_text(text)


@pytest.mark.browser
async def test_a_nurse_in_spanish_joins_understands_agrees_and_turns_the_knob(demo: House):
    es = words("es")
    async with open_page(demo.playground.url, viewport={"width": 1500, "height": 900}) as page:
        ana = column(page, "Ana")
        await ana.get_by_role("button", name="Cooperativa de Datos de Enfermería").click()
        await says(ana, es.t("What joining means"))
        await accessible(page)
        await click(ana, es.p("button", "Join"))
        await click(ana, es.p("button", "My licences"))
        await click(ana, "Enseñar a los robots a levantar")
        await says(ana, "Careful Robotics")
        await picture(page, "demo-es-card")
        await click(ana, es.p("button", "Yes"))
        await says(ana, es.t("Saved: yes."))
        await click(ana, es.p("button", "My price"))
        await says(ana, es.t("Your price: {step}", step=es.signed(0)))
        await click(ana, es.signed(-1))
        await says(ana, es.t("Saved. Your price is {step} now.", step=es.signed(-1)))
        await picture(page, "demo-es-knob")
        await accessible(page)
        await click(ana, es.p("button", "Undo"))
        await says(ana, es.t("Taken back. Your price is {step} again.", step=es.signed(0)))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "locale", "mid"),
    [("魏", "zh_Hans", "译者公会"), ("سمير", "ar", "تعاونية بيانات التمريض")],
)
async def test_others_read_the_same_in_their_script(demo: House, name: str, locale: str, mid: str):
    w = words(locale)
    async with open_page(demo.playground.url, viewport={"width": 420, "height": 900}) as page:
        await page.get_by_role("button", name=name).first.click()
        person = column(page, name)
        await person.get_by_role("button", name=mid).click()
        await says(person, w.t("What joining means"))
        await click(person, w.p("button", "Join"))
        await click(person, w.p("button", "My licences"))
        await picture(page, f"demo-{locale}-licences")
        await accessible(page)
        card = person.locator("article.bot").last.get_by_role("button").first
        await card.click()
        await expect(
            person.locator("article.bot").last.get_by_role(
                "button", name=w.p("button", "Yes"), exact=True
            )
        ).to_be_visible()
        await picture(page, f"demo-{locale}-card")
        assert await person.get_attribute("dir") == ("rtl" if w.rtl else "ltr")


@pytest.mark.browser
async def test_the_screen_book_is_accessible(tmp_path: Path):
    from dialogs.book.book import render_book

    file = tmp_path / "book.html"
    file.write_text(render_book(("en", "ar")), encoding="utf-8")
    async with open_page(file.as_uri(), viewport={"width": 1500, "height": 900}) as page:
        await expect(page.get_by_role("heading", name="The screen book")).to_be_visible()
        await accessible(page)
        await picture(page, "screen-book")
