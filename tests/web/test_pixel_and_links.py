"""The two busy addresses, in a real web process whose servers come and go."""

from sqlmodel import select

from outreach.foundation import embedded, redis, streams, urls
from outreach.foundation.database import transaction
from outreach.tracking import storing
from outreach.tracking.ingest import STREAM
from outreach.tracking.models import Actor, EventKind, TrackingEvent
from tests import mailings
from tests.mailings import Sent
from tests.web.conftest import Served, serving

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}


def launched(*names: str, link_key: str = "hAndb00k_-1") -> Sent:
    with transaction() as session:
        readers = [mailings.reader(session, name) for name in names or ("anna",)]
        return mailings.send(session, *readers, link_key=link_key)


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def stored() -> list[TrackingEvent]:
    with transaction() as session:
        storing.store(session)
    with transaction() as session:
        return list(session.exec(select(TrackingEvent).order_by("id")))


def waiting() -> int:
    return streams.length(STREAM)


def test_the_pixel_is_the_same_43_bytes_for_a_genuine_and_a_forged_token(served: Served) -> None:
    sent = launched()
    genuine = path(urls.open_pixel(sent["anna"]))
    answers = [served.visitor.get(one, headers=BROWSER) for one in (genuine, "/o/forged.gif", "/o/v1.a.o.b.c.gif")]

    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert len(answers[0].content) == 43
    assert {one.headers["content-type"] for one in answers} == {"image/gif"}
    assert {one.headers["cache-control"] for one in answers} == {"no-store"}
    assert not any("set-cookie" in one.headers for one in answers)

    served.wait_until(lambda: waiting() > 0)
    assert [(one.delivery_id, one.kind, one.actor) for one in stored()] == [(sent["anna"], EventKind.OPEN, Actor.HUMAN)]


def test_a_link_leads_on_and_is_noted(served: Served) -> None:
    sent = launched()

    answer = served.visitor.get(path(urls.click(sent["anna"], sent.link_key)), headers=BROWSER)

    assert answer.status_code == 302
    assert answer.headers["location"] == "https://csr-centre.example/handbok?spr%C3%A5k=sv"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    served.wait_until(lambda: waiting() > 0)
    assert [(one.kind, one.link_key) for one in stored()] == [(EventKind.CLICK, sent.link_key)]


def test_a_link_of_a_mailing_launched_this_moment_leads_on(served: Served) -> None:
    assert served.visitor.get("/c/x-nothinghere").status_code == 404

    sent = launched(link_key="brandnew__1")

    assert served.visitor.get(path(urls.click(sent["anna"], sent.link_key)), headers=BROWSER).status_code == 302


def test_a_forged_token_with_a_real_link_leads_on_and_nothing_is_noted(served: Served) -> None:
    sent = launched()
    served.visitor.get(path(urls.click(sent["anna"], sent.link_key)), headers=BROWSER)
    served.wait_until(lambda: waiting() == 1)

    answer = served.visitor.get(f"/c/v1.forged-{sent.link_key}", headers=BROWSER)

    assert answer.status_code == 302
    assert [one.delivery_id for one in stored()] == [sent["anna"]]


def test_a_link_that_does_not_exist_is_a_page_and_never_a_redirect(served: Served) -> None:
    sent = launched()
    unknown = path(urls.click(sent["anna"], "unknownkey1"))

    for address in (unknown, "/c/x", "/c/https:%2F%2Fevil.example", f"{unknown}?url=https://evil.example"):
        answer = served.visitor.get(address, headers={**BROWSER, "accept-language": "sv"})
        assert answer.status_code == 404
        assert "location" not in answer.headers
        assert '<html lang="sv">' in answer.text


def test_only_addresses_of_the_web_and_of_mail_are_led_to(served: Served) -> None:
    sent = launched()
    with transaction() as session:
        for key, url in (("javascript_", "javascript:alert(1)"), ("data_______", "data:text/html,x")):
            session.add(mailings.Link(key=key, mailing_id=sent.mailing.id, language="sv", url=url))
        session.add(
            mailings.Link(key="mailto_____", mailing_id=sent.mailing.id, language="sv", url="mailto:a@b.example")
        )

    def follow(key: str) -> int:
        return served.visitor.get(path(urls.click(sent["anna"], key)), headers=BROWSER).status_code

    assert follow("javascript_") == 404
    assert follow("data_______") == 404
    assert follow("mailto_____") == 302


def test_a_head_request_is_answered_and_counted_as_a_machine(served: Served) -> None:
    sent = launched()

    assert served.visitor.head(path(urls.open_pixel(sent["anna"])), headers=BROWSER).status_code == 200
    assert served.visitor.head(path(urls.click(sent["anna"], sent.link_key)), headers=BROWSER).status_code == 302

    served.wait_until(lambda: waiting() == 2)
    assert {one.actor for one in stored()} == {Actor.MACHINE}


def test_posting_to_them_does_nothing(served: Served) -> None:
    sent = launched()

    assert served.visitor.post(path(urls.open_pixel(sent["anna"]))).status_code == 405
    assert served.visitor.post(path(urls.click(sent["anna"], sent.link_key))).status_code == 405
    assert waiting() == 0


def test_without_postgresql_and_redis_pictures_and_known_links_are_still_answered_and_noted_later(
    served: Served,
) -> None:
    sent = launched()
    link = path(urls.click(sent["anna"], sent.link_key))
    assert served.visitor.get(link, headers=BROWSER).status_code == 302
    served.wait_until(lambda: waiting() == 1)

    served.postgresql.cut()
    served.redis.cut()
    assert served.visitor.get(path(urls.open_pixel(sent["anna"])), headers=BROWSER).status_code == 200
    assert served.visitor.get(link, headers=BROWSER).status_code == 302
    assert waiting() == 1

    served.redis.mend()
    served.wait_until(lambda: waiting() == 3)
    assert [one.kind for one in stored()] == [EventKind.CLICK, EventKind.OPEN, EventKind.CLICK]


def test_a_link_that_cannot_be_looked_up_without_postgresql_says_so_in_three_languages(served: Served) -> None:
    sent = launched()
    served.postgresql.cut()
    served.redis.cut()

    answer = served.visitor.get(path(urls.click(sent["anna"], "notseenyet1")), headers=BROWSER)

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    for language in ("sv", "zh-Hans", "en"):
        assert f'<section lang="{language}">' in answer.text


def test_a_process_that_starts_without_postgresql_finds_links_in_redis(served: Served) -> None:
    key = "inredisonly"
    redis.client().hset(redis.PREFIX + "links", key, "https://csr-centre.example/")
    served.postgresql.cut()

    answer = served.visitor.get(f"/c/v1.whoever-{key}", headers=BROWSER)

    assert (answer.status_code, answer.headers.get("location")) == (302, "https://csr-centre.example/")


def test_what_waits_is_handed_over_before_the_process_ends(database: embedded.Addresses) -> None:
    sent = launched()

    with serving(database) as ending:
        for _ in range(20):
            ending.visitor.get(path(urls.open_pixel(sent["anna"])), headers=BROWSER)

    assert waiting() == 20


def test_nothing_of_the_request_but_its_judgement_is_kept(served: Served) -> None:
    sent = launched()
    served.visitor.get(
        path(urls.open_pixel(sent["anna"])), headers={"user-agent": "Mozilla/5.0 (a rare telephone)", "cookie": "a=b"}
    )
    served.wait_until(lambda: waiting() == 1)

    ((_id, fields),) = redis.client().xrange(redis.PREFIX + STREAM)

    assert set(fields) == {"delivery", "kind", "actor", "link", "hour", "ruleset"}
    assert "telephone" not in str(fields)
    assert "127.0.0.1" not in str(fields)
