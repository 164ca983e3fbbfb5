"""Every page in three languages: accessible in light and dark, fit for a narrow window, nothing refused or foreign."""

from collections.abc import Sequence

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, Route

from outreach.app import create
from tests.browser.places import LETTERS, NO_PAGES, PUBLIC, STAFF, Places, prepare
from tests.browser.site import FITS, LANGUAGES, SPEAKS, Site, keep, needs_demo, pale, violations
from tests.house.routes import answering

pytestmark = [pytest.mark.browser, needs_demo]

# In the demo, who speaks Swedish is an officer and who speaks English an approver: they see less.
SWEDISH_APPROVER = "swedish approver"
FOR_APPROVERS = {
    *("/campaigns/{campaign_id}/cancel", "/campaigns/{campaign_id}/uncertain/decide"),
    *("/contacts/export", "/contacts/{contact_id}/data"),
}
NOT_IN_LETTERS = ("landmark-one-main", "region")  # a mail program's own page has these
ADMINISTRATORS = {"sv": "swedish administrator", "en": "english administrator", "zh-Hans": SPEAKS["zh-Hans"]}
FOR_ADMINISTRATORS = {
    *("/senders/new", "/senders/{key}", "/senders/{key}/edit", "/campaigns/{campaign_id}/review"),
    *("/fields/new", "/fields/{key}", "/sign-up/texts/{kind}/{language}"),
    *("/contacts/{contact_id}/erase", "/data-protection/{matter}", "/audit", "/staff"),
    "/staff/{user_id}",
}
AS_SENT = {"/letters/{token}", "/deliveries/{delivery_id}/letter"}  # in the reader's language, whoever looks
NARROWEST = 320  # CSS pixels (WCAG 2.2, 1.4.10)


@pytest.fixture(scope="module")
def places(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """What the pages are about."""
    site.hire(SWEDISH_APPROVER, role="approver", language="sv")
    for language in ("sv", "en"):
        site.hire(ADMINISTRATORS[language], role="administrator", language=language)
    return prepare(site, tmp_path_factory.mktemp("pieces"))


def test_every_page_of_the_application_is_among_these() -> None:
    app: FastAPI = create()

    assert answering(app, "GET") == NO_PAGES | STAFF.keys() | PUBLIC.keys() | LETTERS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("route", STAFF)
def test_a_page_of_staff_is_sound(site: Site, places: Places, route: str, language: str) -> None:
    who = SWEDISH_APPROVER if language == "sv" and route in FOR_APPROVERS else SPEAKS[language]
    who = ADMINISTRATORS[language] if route in FOR_ADMINISTRATORS else who
    with site.page(who) as page:
        _look_at_all(page, places, STAFF[route], route, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("route", PUBLIC)
def test_a_page_for_everybody_is_sound(site: Site, places: Places, route: str, language: str) -> None:
    with site.page(language=language) as page:
        _look_at_all(page, places, PUBLIC[route], route, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("route", LETTERS)
def test_a_letter_is_sound(site: Site, places: Places, route: str, language: str) -> None:
    with site.page(SPEAKS[language]) as page:
        page.route("**", _let_axe_run)
        known = None if route in AS_SENT else language
        _look_at_all(page, places, LETTERS[route], route, known, without=NOT_IN_LETTERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_is_not_there_is_sound(site: Site, places: Places, language: str) -> None:
    with site.page(SPEAKS[language], allowed={404}) as page:
        _look_at_all(page, places, ["/pieces/nothing"], "not-there", language)
    with site.page(language=language, allowed={404}) as page:
        _look_at_all(page, places, ["/newsroom/{language}/nothing"], "not-there-public", language)


def test_a_page_that_an_officer_may_not_see_is_sound(site: Site, places: Places) -> None:
    with site.page("officer", allowed={403}) as page:
        _look_at_all(page, places, ["/campaigns/{held}/cancel"], "not-allowed", "sv")


def _look_at_all(
    page: Page, places: Places, table: Sequence[str], route: str, language: str | None, *, without: Sequence[str] = ()
) -> None:
    found = []
    for number, path in enumerate(places.paths(table, language or "en")):
        page.goto(path, wait_until="load")
        if language:
            assert page.locator("html").get_attribute("lang") == language
        found += [f"{path}: {one}" for one in _faults(page, without)]
        if number == 0:
            keep(page, f"pages/{route.strip('/').replace('/', '-') or 'today'}-{language}")
    assert found == []


def _let_axe_run(route: Route) -> None:
    """Answer without the policy that lets nothing act in a letter: what judges it would not run either."""
    answer = route.fetch()
    route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": ""})


def _faults(page: Page, without: Sequence[str]) -> list[str]:
    found = violations(page, without=without)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in pale(page)]
    page.emulate_media(color_scheme="light")
    size = page.viewport_size
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    if not page.evaluate(FITS):
        found.append(f"wider than {NARROWEST} pixels")
    if size:
        page.set_viewport_size(size)
    return found
