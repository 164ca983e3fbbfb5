"""Errors: one tree, each with a sentence, a status and an exit status."""

import pytest

from outreach.foundation import errors
from outreach.foundation.errors import OutreachError


def tree(kind: type[OutreachError]) -> list[type[OutreachError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in tree(child) if one.__module__ == errors.__name__)]


@pytest.mark.parametrize("kind", tree(OutreachError))
def test_every_error_says_one_sentence_to_a_person(kind: type[OutreachError]) -> None:
    message = kind().message

    assert message.endswith(".")
    assert "\n" not in message
    assert kind("Do this.").message == str(kind("Do this.")) == "Do this."


@pytest.mark.parametrize("kind", tree(OutreachError))
def test_every_error_is_drawn_in_the_tree(kind: type[OutreachError]) -> None:
    drawn = next(line for line in (errors.__doc__ or "").splitlines() if f" {kind.__name__} " in line)

    assert f"exit {kind.exit_status}" in drawn or f"{kind.status}" in drawn


@pytest.mark.parametrize(
    ("kind", "status", "exit_status", "again"),
    [
        (errors.OutreachError, 500, 1, False),
        (errors.Refused, 422, 1, False),
        (errors.Misuse, 422, 2, False),
        (errors.TooMany, 429, 1, True),
        (errors.SignInNeeded, 401, 1, False),
        (errors.Forbidden, 403, 1, False),
        (errors.NotFound, 404, 1, False),
        (errors.Conflict, 409, 1, False),
        (errors.Unavailable, 503, 1, True),
    ],
)
def test_every_error_knows_how_it_is_answered(
    kind: type[OutreachError], status: int, exit_status: int, again: bool
) -> None:
    assert (kind.status, kind.exit_status, kind.again) == (status, exit_status, again)
