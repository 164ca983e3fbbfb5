"""Signing up as a visitor of the demo does it."""

import re
import time
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.site import Site

PATIENCE = 60  # seconds that a worker of the demo may take


def fill_in(page: Page, address: str, *, organisation: str = "") -> None:
    """Fill in the form as it stands there, and send it as slowly as people do."""
    page.locator("#email").fill(address)
    page.locator("input[name=topics]").first.check()
    page.locator("#organisation").fill(organisation)
    if page.locator("input[name=transfer]").count():
        page.locator("input[name=transfer]").check()
    page.wait_for_timeout(3_200)
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile("/subscribe/sent"))


def link(site: Site, address: str, kind: str = "confirm") -> str:
    """Wait for the letter to an address and return the path of its button."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for row in site.demo.query(
            "SELECT message.text FROM delivery JOIN message ON message.id = delivery.message_id "
            "WHERE delivery.address = %s ORDER BY delivery.id DESC",
            address,
        ):
            if found := re.search(rf"https?://\S+/{kind}/\S+", row.text):
                return urlsplit(found[0]).path
        time.sleep(0.2)
    raise AssertionError(f"There is no letter to {address}.")


def prepare(site: Site) -> dict[str, str]:
    """Let one person have signed up and another have confirmed, and name the paths of their pages."""
    with site.page() as page:
        for name, organisation in (("asked", ""), ("agreed", "Färgeriet i Borås")):
            page.goto("/subscribe?language=en")
            fill_in(page, f"{name}@pages.example", organisation=organisation)
        agreed = link(site, "agreed@pages.example")
        page.goto(agreed)
        page.locator("main form button").click()
        expect(page.locator("main form")).to_have_count(0)
    site.demo.query("INSERT INTO sign_up_alarm (hour, refused) VALUES (date_trunc('hour', now()), 1200)")
    return {"sign_up": link(site, "asked@pages.example"), "signed_up": agreed}
