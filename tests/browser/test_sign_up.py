"""From the form to the letters: by keyboard alone, in a narrow window, without script, each language by itself."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sign_ups
from tests.browser.site import FITS, LANGUAGES, Site, needs_demo, violations

pytestmark = [pytest.mark.browser, needs_demo]

NARROWEST = 320
# What is the same in every language: the names of the languages, the masked address.
SHARED = {"Svenska", "中文", "English", "", "–"}


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached by keyboard")


def lines(page: Page) -> set[str]:
    """Return what a page says, having judged it."""
    assert violations(page) == []
    assert page.evaluate(FITS)
    return {line.strip() for line in page.locator("body").inner_text().splitlines()}


def crawl(site: Site, language: str) -> set[str]:
    """Sign up, confirm, see the choices, leave, and follow a broken link; return every line that was read."""
    address = f"{language.lower()}@crawl.example"
    # Without script nothing can be judged, so the page may run it; it has none of its own.
    with site.page(language=language, width=NARROWEST, allowed={404, 422}) as page:
        page.goto(f"/subscribe?language={language}")
        said = lines(page)
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        expect(page.locator(".error-summary")).to_be_visible()
        said |= lines(page)
        tab_to(page, "#email")
        page.keyboard.type(address)
        tab_to(page, "input[name=topics]")
        page.keyboard.press("Space")
        if language == "zh-Hans":
            tab_to(page, "input[name=transfer]")
            page.keyboard.press("Space")
        page.wait_for_timeout(3_200)
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/subscribe/sent"))
        said |= lines(page)

        page.goto(sign_ups.link(site, address))
        assert page.locator("html").get_attribute("lang") == language
        said |= lines(page)
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        expect(page.locator("main [role=status]")).to_be_visible()
        said |= lines(page)
        page.locator("main a[href*='/preferences/']").click()
        expect(page).to_have_url(re.compile("/preferences/"))
        said |= lines(page)

        page.goto(f"/confirm/nothing?language={language}")
        said |= lines(page)
    return {line for line in said if "@crawl.example" not in line}


def test_the_whole_way_is_walked_by_keyboard_and_every_page_speaks_one_language(site: Site) -> None:
    said = {language: crawl(site, language) for language in LANGUAGES}

    assert said["sv"] & said["en"] <= SHARED | {"Organisation (valfritt)"}
    assert said["sv"] & said["zh-Hans"] <= SHARED
    assert said["en"] & said["zh-Hans"] <= SHARED


def test_without_script_it_works_the_same(site: Site) -> None:
    with site.page(script=False, language="sv") as page:
        page.goto("/subscribe?language=sv")
        sign_ups.fill_in(page, "utan-skript@crawl.example")


@contextmanager
def website(body: str) -> Iterator[str]:
    """Serve one page from another host than ours."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>A website</title>{body}".encode())

        def log_message(self, *_said: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("script", [True, False])
def test_a_form_on_another_website_leads_to_our_page_with_what_was_entered(site: Site, script: bool) -> None:
    address = f"elsewhere-{script}@crawl.example".lower()
    with site.page("approver") as page:
        page.goto("/sign-up")
        snippet = page.locator(".copyable code").last.text_content() or ""
    with website(snippet) as url, site.browser.new_context(java_script_enabled=script) as context:
        page = context.new_page()
        page.goto(url)
        page.locator("input[name=email]").fill(address)
        if script:
            page.locator("button").click()
            expect(page.locator("[role=alert]")).to_have_text("Choose at least one topic.")
        page.locator("input[name=topics]").first.check()
        page.locator("button").click()

        expect(page).to_have_url(re.compile(f"^{site.demo.url}/subscribe/form"))
        expect(page.locator("#email")).to_have_value(address)
        expect(page.locator("input[name=topics]").first).to_be_checked()
        page.wait_for_timeout(3_200)
        page.locator("main form button").click()
        expect(page).to_have_url(re.compile("/subscribe/sent"))
    sign_ups.link(site, address)
