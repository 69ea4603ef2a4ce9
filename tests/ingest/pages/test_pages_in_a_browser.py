"""The pages in a real browser: with and without script, by keyboard alone, at 320 pixels, before axe-core."""

from __future__ import annotations

import pytest
from browser_parts import reading
from page_parts import CLINICIAN

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUESTION = "Would help with work be right for this person?"
THANKS = "Thank you, we have your answer"


async def test_a_clinician_refers_in_a_browser_and_every_page_is_right_on_a_narrow_screen(browser, desk_of_browsers):
    desk = desk_of_browsers
    link = await desk.prompted()
    async with reading(browser, desk) as reader:
        page = reader.page
        await reader.enter(link)
        await reader.look(QUESTION)
        words = page.get_by_text("I want to be referred to")
        assert not await words.is_visible()
        await page.get_by_label("Refer", exact=True).check()
        assert await words.is_visible()  # what belongs to an answer is shown with it

        await page.get_by_role("button", name="Send answer").click()
        await reader.look(QUESTION)
        summary = page.get_by_role("alert")
        assert await summary.get_by_role("link").count() == 5
        await summary.get_by_role("link", name="Say who agreed").click()
        assert await page.evaluate("document.activeElement.id") == "agreed_by"

        await page.get_by_label("The person", exact=True).check()
        await page.get_by_label("They said so").check()
        await page.get_by_label("How to reach the person").check()
        await reader.say(*CLINICIAN.values())
        await page.get_by_role("button", name="Send answer").click()
        await reader.look(THANKS)

        await desk.settle()
        assert (await desk.journey()).referrals[0].agreement.items == ("contact",)
        await reader.enter(await desk.link("ips-referral-requested-1"))
        await reader.look("What is new about this referral?")
        await page.get_by_label("We accept the referral").check()
        await page.get_by_label("Staff number or work email").fill("esw-1")
        await reader.say("Gorse Testworker", "Employment specialist")
        await page.get_by_role("button", name="Send").click()
        await reader.look(THANKS)

        await reader.enter(link)
        await reader.look("This question has its answer")
        await reader.open("/answer/nowhere")
        await reader.look("This link does not lead anywhere")


async def test_without_script_and_by_keyboard_alone_a_clinician_answers_just_as_well(browser, desk_of_browsers):
    desk = desk_of_browsers
    link = await desk.prompted()
    async with reading(browser, desk, script=False) as reader:
        page = reader.page
        await reader.enter(link)
        await reader.look(QUESTION)
        assert await page.get_by_text("I want to be referred to").is_visible()  # nothing is hidden for good

        await page.keyboard.press("Tab")
        assert await page.locator(":focus").inner_text() == "Skip to main content"
        assert await page.locator(":focus").is_visible()
        await page.keyboard.press("Tab")
        assert await page.locator(":focus").get_attribute("value") == "invite"
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowUp")
        assert await page.locator("input[name=answer]:checked").get_attribute("value") == "invite"
        while await page.locator(":focus").get_attribute("name") != "name":
            await page.keyboard.press("Tab")
            assert await page.locator(":focus").count()
        await page.keyboard.type(CLINICIAN["name"])
        await page.keyboard.press("Tab")
        await page.keyboard.type(CLINICIAN["role"])
        await page.keyboard.press("Enter")
        await reader.look(THANKS)

        await desk.settle()
        assert (await desk.journey()).prompts[-1].answer == "invite"
