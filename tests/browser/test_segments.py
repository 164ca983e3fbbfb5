"""Building an audience: by keyboard alone, with the number following, and without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import FITS, Site, keep, needs_demo, violations

pytestmark = [pytest.mark.browser, needs_demo]

MOST_TABS = 60


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _press in range(MOST_TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def number(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("#count .bignumber").inner_text()))


def test_an_audience_is_built_and_kept_by_keyboard_alone(site: Site) -> None:
    with site.page("approver") as page:
        page.goto("/segments/new")
        everybody = number(page)

        tab_to(page, "[id='i:new']")
        page.keyboard.type("Sector")
        tab_to(page, "button[value='add:i']")
        page.keyboard.press("Enter")
        expect(page.locator("[id='i.0:is']")).to_be_focused()
        tab_to(page, "[id='i.0'] input[value='textiles']")
        page.keyboard.press("Space")
        expect(page.locator("#count .sentence")).to_have_text("Contacts who work in textiles.")
        fewer = number(page)
        tab_to(page, "button[value='group:i']")
        page.keyboard.press("Enter")
        expect(page.locator("[id='i.1']")).to_be_visible()
        faults = violations(page)
        tab_to(page, "#name")
        page.keyboard.type("Textiles by keyboard")
        tab_to(page, "button[value='save']")
        page.keyboard.press("Enter")

        expect(page.locator("h1")).to_have_text("Textiles by keyboard")
        assert 0 < fewer < everybody
        assert number(page) == fewer
        assert faults == []


def test_the_number_follows_and_leads_to_the_people_behind_it(site: Site) -> None:
    with site.page("approver") as page:
        page.goto("/segments/new?include=kind%3Dcompany")
        before = number(page)

        page.locator("[id='i.0:is']").select_option("no")
        expect(page.locator("#count .sentence")).to_contain_text("do not belong to an organisation of the kind company")
        after = number(page)
        page.locator("#count .counts a[href*='no_consent']").click()

        assert before != after
        expect(page.locator("h1")).to_have_text("No subscription to its topics")
        assert page.locator("tbody tr").count() > 0


def test_on_a_phone_the_number_stays_in_view_and_opens_into_the_rest(site: Site) -> None:
    with site.page("officer", width=375) as page:
        page.goto("/segments/new?include=sector%3Dtextiles+and+%28country%3DCN+or+not_mailed_within%3D14d%29")

        expect(page.locator("#count .counts")).to_be_hidden()
        page.locator(".wider > summary").click()

        expect(page.locator("#count .counts")).to_be_visible()
        assert page.evaluate(FITS)
        keep(page, "segments/phone")


def test_without_script_every_button_does_what_it_says(site: Site) -> None:
    with site.page("approver", script=False) as page:
        page.goto("/segments/new")

        page.locator("[id='i:new']").select_option("language")
        page.locator("button[value='add:i']").click()
        page.locator("[id='i.0'] input[value='sv']").check()
        page.locator("[id='e:new']").select_option("organisation")
        page.locator("button[value='add:e']").click()
        page.locator("[id='e.0:typed']").fill("Ingen som heter så AB")
        page.locator("[id='e.0:typed']").press("Enter")
        expect(page.locator("[id='e.0:problem']")).to_contain_text("No organisation is called")
        expect(page.locator("[id='i.0'] input[value='sv']")).to_be_checked()
        page.locator("button[value='remove:e.0']").click()
        page.locator("#name").fill("Without script")
        page.locator("button[value='save']").click()

        expect(page.locator("h1")).to_have_text("Without script")
        expect(page.locator(".headline")).to_have_text("Contacts who read Swedish.")
