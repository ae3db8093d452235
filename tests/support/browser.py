"""A real Chromium for tests of pages: opened, watched for complaints, checked by axe, pictured."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
OUTPUT = os.environ.get("MIDLINE_CI_OUTPUT")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@asynccontextmanager
async def open_page(url: str, **how: Any) -> AsyncIterator[Page]:
    """A page that must end without an error in its console; skipped where there is no Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here; .ci/run installs one")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        page = await browser.new_page(**how)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda m: complaints.append(f"{m.text} {m.location}") if m.type == "error" else None,
        )
        try:
            await page.goto(url)
            yield page
            assert complaints == []
        finally:
            await browser.close()


async def picture(page: Page, name: str) -> None:
    """A screenshot for whoever looks at what CI leaves."""
    if OUTPUT:
        await page.wait_for_timeout(300)
        await page.screenshot(path=f"{OUTPUT}/{name}.png", full_page=False)


async def accessible(page: Page) -> None:
    """No violation that axe can find."""
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
