"""The whole way by SMTP: a mailing, a real worker, and MailDev, whose letters are read as they came over the line."""

import email
import email.policy
import os
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from io import StringIO

import httpx
import pytest

from outreach.cli.running import worker_command
from outreach.delivery import ledger
from outreach.foundation import embedded, jobs
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group, wait_until
from outreach.foundation.slots import slot
from tests.delivery import world
from tests.delivery.contracts.peers import NodePeer, free_port


@pytest.fixture
def maildev() -> Iterator[tuple[NodePeer, str]]:
    """MailDev, and the address of its SMTP server."""
    smtp, web = free_port(), free_port()
    arguments = ["--ip", "127.0.0.1", "--web-ip", "127.0.0.1", "-s", str(smtp), "-w", str(web), "--silent"]
    with NodePeer("maildev/dist/bin/maildev.js", arguments, url=f"http://127.0.0.1:{web}/api/email") as peer:
        yield peer, f"smtp://127.0.0.1:{smtp}"


@pytest.fixture
def worker(maildev: tuple[NodePeer, str], database: embedded.Addresses) -> Iterator[Group]:
    """A worker process that sends to MailDev."""
    environment = database.environment() | {
        "OUTREACH_SMTP_BASE_URL": maildev[1],
        "OUTREACH_HOME": os.environ["OUTREACH_HOME"],
        "OUTREACH_SECRET_KEY": os.environ["OUTREACH_SECRET_KEY"],
    }
    group = Group(environment=environment, output=StringIO())
    group.add("worker", worker_command())
    with group:
        yield group
    jobs.celery().close()


def eventually(condition: Callable[[], bool]) -> None:
    assert wait_until(condition, seconds=90)


def launch(people: int, **letter: str) -> world.Launched:
    with transaction() as session:
        launched = world.launch(session, people, size=5, provider="smtp", **letter)
        jobs.nudge(session, ledger.SEND)
    return launched


def states(launched: world.Launched) -> dict[str, int]:
    with transaction() as session:
        return world.states(session, launched)


def sources(peer: NodePeer) -> dict[str, EmailMessage]:
    """Return each letter as it was received, by recipient; nobody got two."""
    with httpx.Client(trust_env=False) as client:
        everything = client.get(peer.url).raise_for_status().json()
        letters = [
            email.message_from_bytes(client.get(f"{peer.url}/{one['id']}/source").content, policy=email.policy.default)
            for one in everything
        ]
    found = {letter["To"].addresses[0].addr_spec: letter for letter in letters}
    assert len(found) == len(letters)
    return found


# One story, because a worker and MailDev take seconds to start.
@pytest.mark.slow
def test_every_letter_of_a_worker_arrives_once_as_it_was_written(maildev: tuple[NodePeer, str], worker: Group) -> None:
    peer, _smtp = maildev
    launched = launch(
        12,
        language="zh-Hans",
        from_name="企业社会责任中心",
        subject=f"{slot('first_name')}，您好：瑞典企业社会责任通讯，第十二期，关于供应链、劳工权利与气候的新规定",
        text=f"{slot('first_name')} 您好\n",
        html=f"<html lang='zh-Hans'><body><p>{slot('first_name')} 您好</p></body></html>",
    )

    eventually(lambda: states(launched) == {"accepted": 12})

    letters = sources(peer)
    assert sorted(letters) == sorted(f"reader{number}@company.example" for number in range(1, 13))
    letter = letters["reader2@company.example"]
    assert letter["Subject"].startswith("Reader2，您好：瑞典企业社会责任通讯")
    assert letter["From"].addresses[0].display_name == "企业社会责任中心"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].startswith("<http")
    assert len({one["List-Unsubscribe"] for one in letters.values()}) == 12
    assert letter["Message-ID"] == f"<{launched.deliveries[1]}@csr-centre.example>"
    assert letter["Content-Language"] == "zh-Hans"
    assert letter["Precedence"] == "bulk"
    plain, rich = letter.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().strip() == "Reader2 您好"
    assert "<p>Reader2 您好</p>" in rich.get_content()
