"""Whether the process lives, whether the product can work, and the figures about it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.delivery import heartbeats
from outreach.delivery.models import DeliveryState
from outreach.foundation import redis
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from tests import mailings
from tests.web.conftest import Served


def beat(age: str = "0 seconds") -> None:
    with transaction() as session:
        heartbeats.beat(session, "delivery")
        session.execute(text("UPDATE heartbeat SET at = now() - CAST(:age AS interval)"), {"age": age})


def test_ready_means_postgresql_its_schema_redis_and_the_workers(client: TestClient) -> None:
    beat()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"postgresql": "ok", "schema": "ok", "workers": "ok", "redis": "ok"}


def test_workers_that_were_never_heard_or_fell_silent_are_not_ready(client: TestClient) -> None:
    never = client.get("/readyz")
    beat("3 minutes")
    silent = client.get("/readyz")

    assert (never.status_code, never.json()["workers"]) == (503, "not heard of yet")
    assert (silent.status_code, silent.json()["workers"]) == (503, "silent: delivery")


def test_a_schema_of_another_version_is_not_ready(client: TestClient) -> None:
    beat()
    with transaction() as session:
        version = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        answer = client.get("/readyz")
    finally:
        with transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})

    assert answer.status_code == 503
    assert "outreach migrate" in answer.json()["schema"]


def test_without_its_servers_the_process_lives_and_is_not_ready(served: Served) -> None:
    served.postgresql.cut()
    served.redis.cut()

    answer = served.visitor.get("/readyz")

    assert served.visitor.get("/healthz").status_code == 200
    assert answer.status_code == 503
    assert answer.json() == {"postgresql": "does not answer", "redis": "does not answer"}


def test_figures_are_counted_from_the_rows(served: Served) -> None:
    with transaction() as session:
        readers = [mailings.reader(session, name) for name in ("anna", "bo")]
        mailings.send(session, *readers)
        mailings.send(session, readers[0], state=DeliveryState.PLANNED, link_key="second_____")
    beat("50 seconds")
    redis.client().xadd(redis.PREFIX + "events", {"a": "b"})

    found = served.visitor.get("/metrics").text

    assert 'outreach_deliveries{state="delivered"} 2.0' in found
    assert 'outreach_deliveries{state="planned"} 1.0' in found
    assert 'outreach_deliveries{state="ambiguous"} 0.0' in found
    assert 'outreach_stream_entries{stream="events"} 1.0' in found
    assert 'outreach_heartbeat_age_seconds{queue="delivery"} 5' in found
    assert "outreach_postgresql_up 1.0" in found


def test_without_postgresql_the_figures_say_that(served: Served) -> None:
    served.postgresql.cut()
    served.redis.cut()

    found = served.visitor.get("/metrics")

    assert found.status_code == 200
    assert "outreach_postgresql_up 0.0" in found.text
    assert "outreach_redis_up 0.0" in found.text


def test_figures_are_for_this_machine_only(served: Served, client: TestClient) -> None:
    passed_on = served.visitor.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})

    assert passed_on.status_code == 404  # a proxy on this machine that nobody told us of
    assert client.get("/metrics").status_code == 404  # from somewhere else


@pytest.fixture
def picture(client: TestClient) -> Iterator[str]:
    folder = settings().media
    folder.mkdir(parents=True, exist_ok=True)
    name = "0123456789abcdef0123456789abcdef.png"
    (folder / name).write_bytes(b"\x89PNG")
    (folder / name.replace(".png", ".html")).write_text("<script>alert(1)</script>")
    (settings().home / "secret").write_text("secret")
    yield name
    (folder / name).unlink()


def test_a_picture_is_kept_for_ever_and_is_nothing_but_a_picture(client: TestClient, picture: str) -> None:
    answer = client.get(f"/media/{picture}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_what_is_no_picture_is_saved_and_never_shown(client: TestClient, picture: str) -> None:
    answer = client.get(f"/media/{picture.replace('.png', '.html')}")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["..%2fsecret", "%2e%2e/secret", "secret", "0123.png", ".", "0" * 32 + ".png"])
def test_nothing_but_media_is_served(client: TestClient, picture: str, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404
