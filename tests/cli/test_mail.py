"""`outreach mail read`: what a mail server pipes in."""

from pathlib import Path

from outreach.foundation.database import transaction
from tests import mailings
from tests.cli.conftest import Type
from tests.readers.test_mailto import mail, token
from tests.web.test_choices import held

NOWHERE = {"database_url": "postgresql://nobody@127.0.0.1:1/none"}


def piped(folder: Path, raw: bytes) -> Path:
    file = folder / "mail.eml"
    file.write_bytes(raw)
    return file


def test_a_piped_mail_lets_somebody_leave(outreach: Type, tmp_path: Path) -> None:
    with transaction() as session:
        letter = mailings.send(session, mailings.reader(session, "anna"))

    said = outreach("mail", "read", piped(tmp_path, mail(token(letter)))).done()

    assert said.startswith("Somebody has left")
    assert "firma.example" not in said
    assert held() == set()


def test_a_mail_like_any_other_changes_nothing_and_is_no_failure(outreach: Type, tmp_path: Path) -> None:
    assert "like any other" in outreach("mail", "read", piped(tmp_path, mail("Hej"))).done()


def test_while_postgresql_is_away_the_mail_server_is_asked_to_try_again(outreach: Type, tmp_path: Path) -> None:
    said = outreach("mail", "read", piped(tmp_path, mail("Hej")), **NOWHERE)

    assert said.status == 75
    assert said.complained.startswith("outreach: PostgreSQL does not answer")


def test_a_file_that_is_too_large_or_not_there_is_refused(outreach: Type, tmp_path: Path) -> None:
    assert "megabyte" in outreach("mail", "read", piped(tmp_path, b"x" * 1_000_001)).refused(2)
    assert outreach("mail", "read", tmp_path / "nothing").refused(1)
