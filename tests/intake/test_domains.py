"""Whether the domains of a file take mail is asked beside everything else, told, and holds nothing back."""

from importlib import import_module
from uuid import UUID

import pytest
from sqlalchemy import text

from outreach.foundation.database import transaction
from outreach.intake import domains
from tests.delivery.name_server import NameServer
from tests.intake import lists


@pytest.fixture
def world(zone: NameServer) -> NameServer:
    """Domains of every sort."""
    zone.publish("takes.test-mail.org", "MX", "10 mx.takes.test-mail.org.")
    zone.publish("implicit.test-mail.org", "A", "192.0.2.1")
    zone.publish("null.test-mail.org", "MX", "0 .")
    zone.silent.add("silent.test-mail.org")
    return zone


def people() -> UUID:
    names = ("takes", "implicit", "null", "null", "nowhere", "silent")
    rows = [[f"p{number}@{name}.test-mail.org"] for number, name in enumerate(names)]
    return lists.checked(lists.written(["email"], *rows, ["reader@x.example"], ["nobody"]))


def test_domains_without_mail_are_told_and_their_people_taken_all_the_same(world: NameServer) -> None:
    number = people()

    import_module("workers.intake").look(str(number))

    assert lists.standing(number).domains == {
        "all": 6,
        "asked": 5,
        "silent": 1,
        "people": 3,
        "without": [["null.test-mail.org", 2], ["nowhere.test-mail.org", 1]],
    }
    assert not any("x.example" in one for one in world.asked)  # nobody's: nobody is asked
    lists.apply(number)
    assert lists.verdicts(number) == {"new": 7, "refused": 1}


def test_what_one_file_was_told_holds_for_the_next_and_silence_is_asked_about_again_after_an_hour(
    world: NameServer,
) -> None:
    first, second = people(), people()
    domains.look(first)
    world.asked.clear()
    world.silent.clear()

    domains.look(second)
    assert world.asked == []
    assert lists.standing(second).domains["without"] == lists.standing(first).domains["without"]

    with transaction() as session:
        session.execute(text("UPDATE mail_domain SET asked_at = now() - interval '2 hours'"))
    domains.look(second)
    assert {one.split()[1] for one in world.asked} == {"silent.test-mail.org"}
    assert lists.standing(second).domains["silent"] == 0


def test_new_answers_to_the_wizard_forget_what_was_found(world: NameServer) -> None:
    number = people()
    domains.look(number)

    lists.check(number)

    assert lists.standing(number).domains == {}


def test_there_is_nothing_to_ask_about_a_file_that_is_gone_or_not_checked(world: NameServer) -> None:
    assert not domains.look(UUID(int=7))
    assert not domains.look(lists.examined(lists.written(["email"], ["a@takes.test-mail.org"])))
    assert world.asked == []
