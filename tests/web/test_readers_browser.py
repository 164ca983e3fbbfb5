"""Readers' pages in a browser: without script, by keyboard alone; sound in light, in dark, in a narrow window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from outreach.foundation import urls
from outreach.foundation.database import transaction
from outreach.foundation.locale import LANGUAGES
from tests import mailings
from tests.browser import chromium
from tests.browser.site import FITS, keep, pale, violations
from tests.web import post
from tests.web.conftest import Served
from tests.web.test_choices import choices, held
from tests.web.test_moving import OLD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = chromium.launch(playwright)
        yield opened
        opened.close()


def page_of(browser: Browser, served: Served, *, script: bool) -> Page:
    context = browser.new_context(
        base_url=str(served.visitor.base_url), java_script_enabled=script, reduced_motion="reduce"
    )
    return context.new_page()


def letter(language: str = "sv") -> mailings.Sent:
    post.open_office()
    with transaction() as session:
        anna = mailings.reader(session, "anna", language=language, keys=("labour", "events", "press"))
        return mailings.send(session, anna)


def unsubscribe(sent: mailings.Sent) -> str:
    return "/" + urls.unsubscribe(sent["anna"]).split("/", 3)[3]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element is reached, as somebody without a mouse does."""
    for _turn in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard.")


def test_without_script_and_mouse_one_pauses_leaves_says_why_and_comes_back(browser: Browser, served: Served) -> None:
    sent, page = letter(), page_of(browser, served, script=False)

    page.goto(choices(sent))
    tab_to(page, "input[name=rhythm]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "form.sheet button")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=rhythm][value=keep]")).to_be_checked()

    page.goto(unsubscribe(sent))
    tab_to(page, "button[value=all]")
    page.keyboard.press("Enter")
    expect(page.locator("form[action*='/undo']")).to_be_visible()
    assert held() == set()
    tab_to(page, "input[name=why]")
    page.keyboard.press("Space")
    tab_to(page, "form[action*='/why'] button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_be_visible()
    tab_to(page, "form[action*='/undo'] button")
    page.keyboard.press("Enter")
    expect(page.locator("form[action*='/undo']")).to_have_count(0)
    assert held() == {"labour", "events", "press"}


def test_without_script_and_mouse_one_moves_and_is_erased(browser: Browser, served: Served) -> None:
    sent, page = letter(), page_of(browser, served, script=False)
    page.goto(choices(sent))
    tab_to(page, "#own button")
    page.keyboard.press("Enter")
    expect(page.locator("#own [role=status]")).to_be_visible()

    page.goto(post.link(OLD, "/personal/"))
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    tab_to(page, "#email")
    page.keyboard.type("ny@ny.example")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_be_visible()
    tab_to(page, "input[name=sure]")
    page.keyboard.press("Space")
    tab_to(page, "form[action*='/erase'] button")
    page.keyboard.press("Enter")

    expect(page.locator("form")).to_have_count(0)
    with transaction() as session:
        assert session.get(mailings.Contact, sent.deliveries["anna"].contact_id) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_sound(browser: Browser, served: Served, language: str) -> None:
    sent, page = letter(language), page_of(browser, served, script=True)
    faults: list[str] = []

    def judge(name: str) -> None:
        faults.extend(f"{name}: {one}" for one in violations(page))
        page.emulate_media(color_scheme="dark")
        faults.extend(f"{name}, dark: {one}" for one in pale(page))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 800})
        if not page.evaluate(FITS):
            faults.append(f"{name} is wider than 320 pixels")
        page.set_viewport_size({"width": 1280, "height": 900})
        keep(page, f"readers/{name}-{language}")

    def press(button: str, name: str) -> None:
        with page.expect_event("load"):
            page.locator(button).click()
        judge(name)

    page.goto(choices(sent))
    judge("choices")
    page.locator("input[name=rhythm][value='6']").check()
    press("form.sheet button", "paused")
    press("#own button", "asked")
    page.goto(post.link(OLD, "/personal/"))
    judge("fresh link")
    press("main button", "own data")
    page.locator("#email").fill("nobody")
    press("form[action*='/address'] button", "no address")
    page.locator("#email").fill("ny@ny.example")
    press("form[action*='/address'] button", "moving")
    page.goto(post.link(OLD, "/address/"))
    judge("old mailbox")
    press("main button >> nth=0", "agreed")
    page.goto(unsubscribe(sent))
    press("button[value=all]", "left")
    press("form[action*='/undo'] button", "undone")
    page.goto(f"/accessibility?language={language}")
    judge("accessibility")
    page.goto(f"/left/x?language={language}")
    judge("lost")
    assert faults == []
