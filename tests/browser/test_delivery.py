"""Deciding about letters and lanes by keyboard alone, in a browser that runs no script."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import places
from tests.browser.site import Site, needs_demo

pytestmark = [pytest.mark.browser, needs_demo]

UNCERTAIN = (
    "UPDATE mailing SET provider = 'smtp' WHERE id = %s",  # which cannot be asked, so that nobody finds out meanwhile
    "UPDATE delivery SET state = 'ambiguous', reason = 'ReadTimeout', changed_at = now() WHERE mailing_id = %s",
    "UPDATE batch SET state = 'unclear', attempts = 1 WHERE mailing_id = %s",
)


@pytest.fixture(scope="module")
def held(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A campaign that is paused, and nobody knows whether its letters left."""
    folder = tmp_path_factory.mktemp("pieces")
    places.take_in(site, folder, "2026-11-lonevagledning", key="delivery-story")
    number = (
        site.outreach("campaign", "create", "--content", "delivery-story", "--segment", "kind=media and language=sv")
        .done()
        .strip()
    )
    with places.held_back(site):
        for command in ("approve", "launch", "pause"):
            site.outreach("campaign", command, number).done()
    for statement in UNCERTAIN:
        site.demo.query(statement, number)
    return number


def reach(page: Page, role: str, name: str) -> None:
    """Press Tab until something with this role and name has the focus."""
    wanted = page.get_by_role(role, name=name)  # type: ignore[arg-type] # one of ARIA's
    for _press in range(120):
        page.keyboard.press("Tab")
        if wanted.first.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"the {role} {name!r} cannot be reached by keyboard")


def test_an_approver_sends_one_letter_again_and_gives_the_rest_up(site: Site, held: str) -> None:
    names = [
        one.name or one.address
        for one in site.demo.query("SELECT name, address FROM delivery WHERE mailing_id = %s ORDER BY id", held)
    ]
    assert len(names) > 1
    with site.page("approver", script=False) as page:
        page.goto(f"/campaigns/{held}/uncertain")
        reach(page, "checkbox", names[0])
        page.keyboard.press("Space")
        reach(page, "button", "Send those ticked again …")
        page.keyboard.press("Enter")

        expect(page.get_by_text("1 person could get this letter twice")).to_be_visible()
        expect(page.get_by_text(names[0])).to_be_visible()
        reach(page, "button", "Send 1 letter again")
        page.keyboard.press("Enter")

        expect(page.get_by_role("status")).to_contain_text("1 letter leaves again.")
        page.goto(f"/campaigns/{held}/uncertain/decide?decision=abandon&whom=all")
        reach(page, "button", "Do not send")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Everything is known")).to_be_visible()

    states = site.demo.query("SELECT state, count(*) FROM delivery WHERE mailing_id = %s GROUP BY state", held)
    assert {one.state: one.count for one in states} == {"planned": 1, "abandoned": len(names) - 1}


def test_a_lane_is_halted_and_let_go_on(site: Site, held: str) -> None:
    site.demo.query(
        "INSERT INTO departure (id, mailing_id, sender_id, provider, lane, letters) "
        "SELECT uuidv7(), id, sender_id, provider, 'yahoo.com', 3 FROM mailing WHERE id = %s",
        held,
    )
    with site.page("approver", script=False) as page:
        page.goto("/delivery")
        page.get_by_role("link", name="Halt … Yahoo").click()
        page.get_by_label("Why").fill("Asking them first")
        page.get_by_role("button", name="Halt Yahoo").click()

        expect(page.get_by_text("Asking them first")).to_be_visible()
        page.goto("/")
        expect(page.get_by_role("link", name="Yahoo")).to_be_visible()
        page.goto("/delivery/lanes/yahoo.com")
        page.get_by_role("button", name="Let letters to Yahoo leave").click()
        expect(page.get_by_role("status")).to_contain_text("Letters to Yahoo leave again")


def test_an_address_is_stopped_by_hand_and_freed_by_an_administrator(site: Site) -> None:
    with site.page("officer", script=False) as page:
        page.goto("/delivery/suppressions/new")
        page.get_by_label("Mejladress").fill("stopped-by-hand@example.org")
        page.get_by_label("Varför").fill("Ringde")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="stopped-by-hand@example.org")).to_be_visible()

    with site.page("administrator", script=False) as page:
        page.goto("/delivery/suppressions?q=stopped-by-hand")
        page.get_by_role("link", name="stopped-by-hand@example.org").click()
        page.get_by_label("当初误操作。").check()
        page.get_by_role("button", name="恢复向该地址发送").click()
        expect(page.get_by_role("link", name="stopped-by-hand@example.org")).to_have_count(0)
