"""A sender on its way: added, looked up by a worker of the demo, put right; with script and without."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, needs_demo
from tests.delivery import zones

pytestmark = [pytest.mark.browser, needs_demo]

SECONDS = 60_000  # milliseconds that a worker may take on a busy machine


def add(page: Page, key: str) -> None:
    """Fill in the form and send it."""
    page.goto("/senders/new")
    for name, value in {
        "key": key,
        "name_sv": "Brev",
        "name_zh-Hans": "通讯",
        "name_en": "Letters",
        "address": f"{key}@{zones.DOMAIN}",
        "dkim_selectors": zones.SELECTOR,
    }.items():
        page.locator(f"[name='{name}']").fill(value)
    page.locator("form[action='/senders'] button").click()
    expect(page).to_have_url(f"/senders/{key}")


def publish(site: Site) -> None:
    """Let everything be in order but the key."""
    zones.in_order(site.demo.names)
    site.demo.names.withdraw(zones.KEY_AT, "TXT")


def test_what_mailboxes_find_appears_by_itself_and_can_be_copied(site: Site) -> None:
    publish(site)
    with site.page("administrator") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        add(page, "with-script")

        expect(page.locator("#check")).to_contain_text(zones.KEY_AT, timeout=SECONDS)
        page.locator("button[data-copied]").first.click()

        expect(page.locator("button[data-copied]").first).to_contain_text("已复制")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f'{zones.KEY_AT}. IN TXT "v=DKIM1; k=rsa; p=…"'


def test_without_script_the_page_is_true_when_it_is_loaded_again(site: Site) -> None:
    publish(site)
    with site.page("administrator", script=False) as page:
        add(page, "no-script")
        until_known(page)
        assert zones.KEY_AT in page.locator("#check").inner_text()
        expect(page.locator("button[data-copied]").first).to_be_hidden()

        zones.in_order(site.demo.names)
        page.locator("form[action='/senders/no-script/check'] button").click()
        until_known(page)

        assert page.locator("#check .chip").first.inner_text() == "正常"


def until_known(page: Page) -> None:
    """Follow the link of the page until the look is over."""
    again = page.locator("#check a[href='/senders/no-script']")
    for _attempt in range(200):
        if not again.count():
            return
        again.click()
    pytest.fail("no worker looked it up")
