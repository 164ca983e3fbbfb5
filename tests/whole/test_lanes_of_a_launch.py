"""A launch cuts its audience by letter and lane, and takes its place beside what is leaving already."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from outreach.campaigns import launching, planning
from outreach.content.models import Piece
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from outreach.segments import rules
from tests.whole import crowd


def batches(campaign: UUID) -> list[Any]:
    """Read a campaign's batches in the order in which they leave, with what is in them."""
    with transaction() as session:
        return list(
            session.execute(
                text(
                    """
                    SELECT batch.lane, batch.turn, batch.size, count(*) AS letters, batch.message_id,
                        bool_and((delivery.address LIKE '%@qq.com') = (batch.lane = 'qq.com')) AS is_pure,
                        bool_and(delivery.message_id = batch.message_id) AS is_one_letter
                    FROM batch JOIN delivery ON delivery.batch_id = batch.id
                    WHERE batch.mailing_id = :campaign
                    GROUP BY batch.id ORDER BY batch.lane, batch.turn
                    """
                ),
                {"campaign": campaign},
            )
        )


def test_a_batch_is_of_one_letter_and_one_lane_and_letters_take_turns(database: embedded.Addresses) -> None:
    cut = batches(crowd.launch_to(300, at_qq=90))

    assert {one.lane for one in cut} == {"", "qq.com"}
    assert all(one.is_pure and one.is_one_letter and one.size == one.letters <= 25 for one in cut)
    assert sum(one.letters for one in cut) == 300
    for lane in ("", "qq.com"):
        of_lane = [one for one in cut if one.lane == lane]
        assert [one.turn for one in of_lane] == [sum(one.size for one in of_lane[:n]) for n in range(len(of_lane))]
        assert len({one.message_id for one in of_lane[:3]}) == 3  # the languages go side by side


def test_a_second_newsletter_begins_where_the_first_has_come_to(database: embedded.Addresses) -> None:
    first = crowd.launch_to(300, at_qq=90)
    with transaction() as session:
        session.execute(text("UPDATE batch SET state = 'settled' WHERE turn < 100 AND lane = ''"))
        reached = session.execute(
            text("SELECT min(turn) FROM batch WHERE mailing_id = :id AND state = 'planned' AND lane = ''"),
            {"id": first},
        ).scalar_one()

        piece = session.get_one(Piece, session.execute(text("SELECT piece_id FROM campaign")).scalar_one())
        second = planning.create(session, piece, name="Again", include=rules.Everyone(), by=crowd.BY)
        launching.launch(session, second, by=crowd.BY)

    assert next(one.turn for one in batches(second.id) if one.lane == "") == reached >= 100
    assert next(one.turn for one in batches(second.id) if one.lane == "qq.com") == 0
