"""The mailbox in a real browser: accessible in three languages, light and dark, wide and narrow; usable by keyboard."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.site import violations
from tests.sandbox.peer import Peer, reader

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def full(peer: Peer) -> Peer:
    """A mailbox with letters of every kind, language and fate."""
    marks = ["", "+hard-bounce", "+soft-bounce", "+complaint"]
    for language, subject in (("sv", "Övertid"), ("zh-Hans", "排班"), ("en", "Overtime")):
        for number, stream in enumerate(("newsletter", "press", "system")):
            readers = [reader(i, email=f"r{number}{i}{mark}@company.example") for i, mark in enumerate(marks)]
            peer.send(*readers, language=language, stream=stream, subject=subject)
    peer.http.put("/v1/faults", json=[{"kind": "429", "share": 0.5}])
    return peer


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("sv", "light", 1440), ("zh-Hans", "dark", 1440), ("en", "light", 390), ("sv", "dark", 390)],
)
def test_every_page_is_accessible_and_fits_the_window(
    full: Peer, browser: Browser, language: str, scheme: Any, width: int
) -> None:
    n = full.messages()[-1]["n"]
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()

    for path in (
        "/",
        f"/messages/{n}",
        f"/messages/{n}?view=text",
        f"/messages/{n}?view=headers",
        "/switches",
        "/messages/0",
    ):
        page.goto(f"{full.url.rstrip('/')}{path}{'&' if '?' in path else '?'}lang={language}")

        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()


def test_a_letter_is_found_and_opened_by_keyboard_without_script(full: Peer, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{full.url}?lang=en")

    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.get_by_role("searchbox").focus()
    page.keyboard.type("r00@")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=r00**")
    page.get_by_role("link", name="排班").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/messages/**")

    assert page.get_by_role("heading", name="排班").get_attribute("lang") == "zh-Hans"
    assert page.frame_locator("iframe").get_by_text("Hello Reader0").is_visible()
    context.close()


def test_a_letter_in_its_frame_runs_no_script_and_opens_links_beside_it(peer: Peer, browser: Browser) -> None:
    peer.send(
        reader(),
        html=f"<p>before</p><script>document.body.textContent = 'broken'</script><a href='{peer.url}healthz'>go</a>",
    )
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{peer.url}messages/{peer.messages()[0]['n']}")
    frame = page.frame_locator("iframe")

    assert frame.get_by_text("before").is_visible()
    with context.expect_page() as opened:
        frame.get_by_text("go").click()

    assert opened.value.url == f"{peer.url}healthz"
    context.close()
