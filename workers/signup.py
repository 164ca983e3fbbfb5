"""Letters to those who signed up, and forgetting those who did not confirm."""

from outreach.foundation.database import transaction
from outreach.signup import letters
from outreach.signup.asking import WRITE


def write() -> None:
    """Write to everybody who waits, some at a time; then forget what is a week old."""
    more = True
    while more:
        with transaction() as session:
            more = letters.write(session) > 0
    with transaction() as session:
        letters.forget(session)


TASKS = ((WRITE, write),)
