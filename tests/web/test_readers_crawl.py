"""From choices to leaving and back, with every mistake on the way: in each language, no word is of another."""

import re

import pytest
from starlette.testclient import TestClient

from outreach.foundation import urls
from outreach.foundation.database import transaction
from outreach.foundation.locale import LANGUAGES
from tests import mailings
from tests.web import foreign, post
from tests.web.test_choices import choices
from tests.web.test_moving import OLD

# The browser asks for another language than the reader's, so that nothing is right by chance.
BROWSER = {"sv": "zh-CN", "zh-Hans": "en", "en": "sv"}


class Walk:
    """A reader who looks at every page, in their language."""

    def __init__(self, client: TestClient, language: str) -> None:
        self.client, self.language, self.pages = client, language, 0

    def see(self, path: str, status: int = 200) -> str:
        """Look at a page and judge its words."""
        return self._judge(path, self.client.get(path, headers=self._asking), status)

    def send(self, path: str, status: int = 200, **form: str | list[str]) -> str:
        """Send a form and judge the words of the page that follows."""
        answer = self.client.post(path, data=form, headers=self._asking)
        if answer.status_code == 303:
            return self.see(answer.headers["location"].split("#")[0])
        return self._judge(path, answer, status)

    @property
    def _asking(self) -> dict[str, str]:
        return {"accept-language": BROWSER[self.language]}

    def _judge(self, path: str, answer: object, status: int) -> str:
        page = str(answer.text)  # type: ignore[attr-defined] # a response
        assert (path, answer.status_code) == (path, status)  # type: ignore[attr-defined] # as above
        assert f'<html lang="{self.language}">' in page, path
        assert foreign.found(page, self.language) == [], path
        self.pages += 1
        return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_meets_no_word_of_another_language(client: TestClient, language: str) -> None:
    post.open_office()
    with transaction() as session:
        anna = mailings.reader(session, "anna", language=language, keys=("labour", "events", "press"))
        sent = mailings.send(session, anna)
    walk, prefs = Walk(client, language), choices(sent)
    leave = "/" + urls.unsubscribe(sent["anna"]).split("/", 3)[3]

    walk.see(prefs)
    walk.send(prefs, letters_in=language, topics=["labour", "press"], rhythm="3", pause_press="true", tracking="true")
    walk.send(prefs, 422, letters_in=language, rhythm="day", until="2001-01-01")
    walk.send(prefs, 422, letters_in=language, rhythm="day", until="x")
    walk.send(prefs, 422, letters_in=language, rhythm="weekly")
    walk.send(prefs, 422, letters_in="fi")
    walk.send(prefs, 422, letters_in=language, topics="x")
    walk.send(prefs, 422)
    walk.send(f"{prefs}/link")
    walk.see(post.link(OLD, "/personal/"))
    client.post(post.link(OLD, "/personal/"))
    walk.see(post.link(OLD, "/personal/"), 409)
    walk.send(f"/personal/visit/address?language={language}", 404)

    walk.see(leave)
    page = walk.send(leave, scope="letter")
    page = walk.send(leave, scope="all")
    left = re.search(r'action="(/left/[^/]+)/undo', page)
    assert left
    walk.see(left[1])
    walk.send(f"{left[1]}/why", why="language")
    walk.send(f"{left[1]}/why", 422, why="none of your business")
    walk.send(f"{left[1]}/undo")
    walk.send(f"{left[1]}/undo")
    walk.see(leave)
    assert walk.pages == 21


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_mailboxes_are_asked_in_the_readers_language(client: TestClient, language: str) -> None:
    post.open_office()
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna", language=language))
    client.post(f"{choices(sent)}/link")
    page = client.post(post.link(OLD, "/personal/")).text
    secret = page.split('name="visit" value="')[1].split('"')[0]
    client.post("/personal/visit/address", data={"visit": secret, "email": "ny@ny.example"})
    walk = Walk(client, language)
    old, new = post.link(OLD, "/address/"), post.link("ny@ny.example", "/address/")

    walk.see(old)
    walk.see(new)
    walk.send(new)
    walk.send(f"{new}/stop")
    walk.see(old, 409)
    walk.send(old, 409)
    walk.send(f"{old}/stop", 409)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_need_no_letter_speak_the_language_of_their_address(client: TestClient, language: str) -> None:
    walk = Walk(client, language)

    walk.see(f"/accessibility?language={language}")
    for lost in ("/preferences/x", "/unsubscribe/x", "/left/x", "/personal/x", "/address/x"):
        walk.see(f"{lost}?language={language}", 404)


def test_every_public_page_leads_to_the_accessibility_statement(client: TestClient) -> None:
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))

    for page in (choices(sent), "/letters/", "/newsroom/sv/", "/preferences/x"):
        assert 'href="/accessibility?language=' in client.get(page).text
