"""A real Chromium at the pages: what it sees, what axe-core says of it, and what it refuses to run."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from door_parts import served
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

if TYPE_CHECKING:
    from page_parts import Desk

_AXE = (Path(__file__).parent / "axe-core-4.14.1" / "axe.min.js").read_text()
_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: WCAG 2.2 AA, and what axe-core's makers think good practice.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = 320


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser. Where there is none the test fails under CI and else is skipped with the reason."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        reason = "no Chromium is here: on Debian `apt-get install chromium fonts-liberation`"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Reader:
    """Somebody who reads the pages in a browser; ``complaints`` is what the browser said of them."""

    desk: Desk
    address: str
    page: Page
    script: bool
    complaints: list[str] = field(default_factory=list)

    async def open(self, link: str) -> None:
        """Open a link."""
        await self.page.goto(self.address + link)

    async def enter(self, link: str) -> None:
        """Open a link, ask for a code and give it, looking at each page."""
        await self.open(link)
        await self.look("You have been asked a question")
        await self.page.get_by_role("button", name="Send me a code").click()
        await self.look("Enter the code")
        await self.page.get_by_label("Code").fill(self.desk.codes()[-1])
        await self.page.get_by_role("button", name="Continue").click()

    async def look(self, title: str) -> None:
        """The page has this heading, is as it should be at 320 pixels, and axe-core finds nothing wrong with it."""
        await self.page.get_by_role("heading", level=1, name=title).wait_for()
        for text in ("Nobody watches this page", "999", "111", "116 123"):
            assert await self.page.get_by_text(text).first.is_visible(), text
        wide = await self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROW, f"{title}: {wide} pixels"
        assert not self.complaints, f"{title}: {self.complaints}"
        if self.script:
            await self.page.evaluate(_AXE)
            found: dict[str, Any] = await self.page.evaluate(
                "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", _TAGS
            )
            wrong = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
            assert not wrong, f"{title}: {wrong}"

    async def say(self, name: str, role: str) -> None:
        """Say who answers."""
        await self.page.get_by_label("Your name").fill(name)
        await self.page.get_by_label("Your role").fill(role)


@asynccontextmanager
async def reading(browser: Browser, desk: Desk, *, script: bool = True) -> AsyncIterator[Reader]:
    """A reader at the desk's door, on a narrow screen, with a browser that has been nowhere yet."""
    async with served(desk.door.app) as (host, port):
        context = await browser.new_context(
            java_script_enabled=script, viewport={"width": NARROW, "height": 640}, reduced_motion="reduce"
        )
        page = await context.new_page()
        page.set_default_timeout(10_000)
        reader = Reader(desk, f"http://{host}:{port}", page, script)

        def noted(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and "status of 4" not in message.text:
                reader.complaints.append(message.text)

        page.on("console", noted)
        page.on("pageerror", lambda error: reader.complaints.append(str(error)))
        page.on("requestfailed", lambda request: reader.complaints.append(request.url))
        try:
            yield reader
        finally:
            await context.close()
