"""Every member of what is shown has words: a new one is noticed here, not by a reader."""

import pytest

from outreach.consent.suppressing import Lifting
from outreach.delivery.causes import Cause
from outreach.delivery.models import Stream, SuppressionReason
from outreach.delivery.pacing.defaults import defaults
from outreach.delivery.uncertain import Attempt
from outreach.foundation import locale
from outreach.web.officer import troubles, words
from workers.schedule import TIMETABLE


@pytest.mark.parametrize("language", locale.LANGUAGES)
def test_everything_about_delivery_has_words(language: str) -> None:
    with locale.use(language):
        for reason in SuppressionReason:
            assert words.suppression_label(reason)
            assert words.suppression_name(reason)
            assert words.lifting_risk(reason)
        for why in Lifting:
            assert words.lifting_label(why)
        for attempt in Attempt:
            assert words.attempt(attempt)
        for cause in Cause:
            assert troubles.sentence(cause, "")
            assert "%" not in troubles.sentence(cause, "qq.com")
            assert troubles.advice(cause)
            assert troubles.cause_label(cause)
            assert troubles.tone(cause) in {"odd", "warn", "stop"}
        for stream in Stream:
            assert troubles.stream_label(stream)
        for entry in TIMETABLE.values():
            queue = entry["options"]["queue"]
            assert troubles.queue_label(queue) != queue


def test_every_lane_has_the_name_that_its_users_know() -> None:
    nameless = [lane for lane in defaults().lanes if troubles.mailbox(lane) == lane]

    assert nameless == []
    assert set(defaults().lanes) >= troubles.CHINESE
