"""Signing up with a real worker and a real provider: the letter is there within moments, and its link works."""

import re
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from outreach.app import create
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group, wait_until
from outreach.foundation.settings import settings
from tests.sandbox.peer import Peer
from tests.web import sign_ups


@pytest.mark.slow
def test_who_signs_up_finds_a_letter_in_the_mailbox_and_confirms_by_it(mailbox: Peer, worker: Group) -> None:
    with transaction() as session:
        sign_ups.add_sender(session)
    with TestClient(create(), base_url=settings().public_url, follow_redirects=False) as visitor:
        assert sign_ups.post(visitor, language="zh-Hans").status_code == 303
        assert wait_until(lambda: mailbox.count()["accepted"] == 1, seconds=60)

        (letter,) = mailbox.messages()
        assert letter["email"] == sign_ups.ADDRESS
        assert letter["language"] == "zh-Hans"
        assert "List-Unsubscribe" not in letter["headers"]
        link = re.search(r"https?://\S+/confirm/\S+", letter["text"])
        assert link
        assert visitor.post(urlsplit(link[0]).path).status_code == 303
    assert sign_ups.contact() is not None
