"""Whatever is wrong is said in one sentence that tells what to do, with the right exit status, and nothing is begun."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import outreach.cli.demo
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from tests.cli.conftest import Type
from tests.cli.shell import Said
from tests.whole.commands import HOST, OUTREACH, environment, free_port

ROOT = Path(__file__).resolve().parents[2]
CONTENT = Path(outreach.cli.demo.__file__).parent / "content"
NOWHERE = {"database_url": "postgresql://outreach@127.0.0.1:1/outreach", "redis_url": "redis://127.0.0.1:1/0"}
COPIED = ("outreach", "workers", "templates", "alembic")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        yield int(listening.getsockname()[1])


# --- settings ---------------------------------------------------------------------------------------------------------


def test_an_unknown_setting_is_refused_with_its_origin(bare: Type) -> None:
    said = bare("goals", colour="red", **NOWHERE).refused(2)

    assert (
        said
        == "OUTREACH_COLOUR (from environment) is not a setting of Outreach; docs/settings.md lists the known ones."
    )


def test_a_misspelt_setting_is_refused_with_the_one_that_is_meant(bare: Type, tmp_path: Path) -> None:
    (tmp_path / "folder" / ".env").write_text("OUTREACH_DATABSE_URL=postgresql://x/y\n")

    said = bare("goals").refused(2)

    assert "OUTREACH_DATABSE_URL (from .env) is not a setting" in said
    assert "perhaps OUTREACH_DATABASE_URL is meant" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tracking", "maybe"),
        ("provider", "pigeon"),
        ("public_url", "letters.example"),
        ("database_url", "mysql://somewhere/else"),
        ("languages", "sv,de"),
        ("timezones", "Europe/Atlantis"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_what_does(bare: Type, name: str, value: str) -> None:
    said = bare("goals", **NOWHERE | {name: value}).refused(2)

    assert said.startswith(f"OUTREACH_{name.upper()} cannot be '{value}': ")


def test_production_does_not_start_on_a_placeholder(bare: Type) -> None:
    said = bare("goals", environment="production", secret_key="changeme", **NOWHERE).refused(2)

    assert said.startswith("OUTREACH_SECRET_KEY must be a random text")
    assert "openssl rand" in said


# --- misuse -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("colours",),
        ("segment", "count"),
        ("segment", "count", "everyone", "--colour", "red"),
        ("up", "--port", "http"),
        ("up", "--port", "70000"),
        ("user", "add", "officer@csr-centre.example", "--role", "boss"),
        ("deliveries", "list", "1", "--state", "lost"),
        ("deliveries", "resolve", "1"),
        ("deliveries", "resolve", "1", "--resend", "--abandon"),
        ("--language", "fr", "goals"),
    ],
)
def test_a_command_that_is_called_wrongly_says_so_with_status_2(bare: Type, words: tuple[str, ...]) -> None:
    said = bare(*words, **NOWHERE)

    sentence = said.refused(2)
    assert "Error" not in sentence
    assert "Value error" not in sentence


@pytest.mark.parametrize("words", [(), ("campaign",), ("content",)])
def test_a_group_that_is_called_without_a_command_shows_its_help(bare: Type, words: tuple[str, ...]) -> None:
    said = bare(*words)

    assert said.status == 2
    assert said.complained.startswith("Usage: outreach")
    assert "Commands:" in said.complained


def test_the_installed_command_and_the_module_answer_alike(tmp_path: Path) -> None:
    for program in ([str(OUTREACH)], [sys.executable, "-m", "outreach"]):
        ended = subprocess.run(
            [*program, "goals"],
            cwd=tmp_path,
            env=environment(colour="red"),
            capture_output=True,
            text=True,
            check=False,
        )

        Said(ended.returncode, ended.stdout, ended.stderr).refused(2)


# --- ports, servers and the home folder -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "option"), [("up", "--port"), ("up", "--sandbox-port"), ("demo", "--port"), ("demo", "--sandbox-port")]
)
def test_a_taken_port_stops_the_start_before_anything_is_written(
    bare: Type, taken: int, tmp_path: Path, command: str, option: str
) -> None:
    other = "--sandbox-port" if option == "--port" else "--port"
    home = tmp_path / "home"

    said = bare(command, option, taken, other, free_port(), home=home).refused()

    assert said == f"Port {taken} is taken; stop what uses it, or choose another with {option}."
    assert not home.exists()


def test_a_taken_port_stops_the_web_server_alone(bare: Type, taken: int) -> None:
    assert f"Port {taken} is taken" in bare("web", "--port", taken, **NOWHERE).refused()


def test_a_refused_demo_leaves_the_last_one_as_it_is(bare: Type, taken: int, tmp_path: Path) -> None:
    kept = tmp_path / "home" / "demo" / "demo.log"
    kept.parent.mkdir(parents=True)
    kept.write_text("what the last demo wrote")

    bare("demo", "--port", taken, "--sandbox-port", free_port(), home=tmp_path / "home").refused()
    bare("demo", home=tmp_path / "home", provider="smtp").refused()

    assert kept.read_text() == "what the last demo wrote"


def test_a_demo_does_not_remove_the_home_of_one_that_is_running(
    bare: Type, tmp_path: Path, servers: embedded.Addresses
) -> None:
    home = tmp_path / "home"

    with embedded.lease(home / "demo"):
        said = bare("demo", "--port", free_port(), "--sandbox-port", free_port(), home=home).refused()

        assert said.startswith("Another demo is running in this folder; stop it")
        assert (home / "demo" / "servers").exists()


@pytest.mark.parametrize("words", [("goals",), ("migrate",), ("campaign", "list"), ("segment", "count", "everyone")])
def test_a_database_that_is_down_is_named(bare: Type, words: tuple[str, ...]) -> None:
    said = bare(*words, **NOWHERE).refused()

    assert said == "PostgreSQL does not answer; check OUTREACH_DATABASE_URL and that the server runs."


def test_nothing_is_started_when_the_database_is_down(bare: Type, servers: embedded.Addresses, tmp_path: Path) -> None:
    ports = ("--port", free_port(), "--sandbox-port", free_port())

    settings = NOWHERE | {"redis_url": servers.redis_url, "home": tmp_path / "home"}
    said = bare("up", *ports, **settings).refused()

    assert said == "PostgreSQL does not answer; check OUTREACH_DATABASE_URL and that the server runs."
    assert not (tmp_path / "home" / "servers").exists()


def test_nothing_is_started_when_redis_is_down(bare: Type, servers: embedded.Addresses, tmp_path: Path) -> None:
    ports = ("--port", free_port(), "--sandbox-port", free_port())

    settings = NOWHERE | {"database_url": servers.database_url, "home": tmp_path / "home"}
    said = bare("up", *ports, **settings).refused()

    assert said == "Redis does not answer; check OUTREACH_REDIS_URL and that the server runs."
    assert not (tmp_path / "home" / "servers").exists()


def test_the_doctor_goes_through_everything_though_both_servers_are_down(bare: Type) -> None:
    said = bare("doctor", **NOWHERE)

    marks = {line.partition(":")[0]: line for line in said.said.splitlines() if line[:1] in "✓✗"}
    assert (said.status, said.complained) == (1, "")
    fine = ("assets", "provider", "leaving by mail")
    wrong = ("postgresql", "redis", "schema", "rights", "workers", "reports", "senders", "sending", "audit log")
    assert marks.keys() == {*(f"✓ {one}" for one in fine), *(f"✗ {one}" for one in wrong)}
    assert "OUTREACH_REDIS_URL" in marks["✗ redis"]


@pytest.mark.parametrize("home", ["file/home", "/sys/outreach"])  # below a file; where nobody may write, root neither
@pytest.mark.parametrize("command", ["goals", "up", "demo"])
def test_a_home_that_cannot_be_used_is_named_with_the_setting(
    bare: Type, tmp_path: Path, command: str, home: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    ports = () if command == "goals" else ("--port", free_port(), "--sandbox-port", free_port())

    said = bare(command, *ports, home=tmp_path / home).refused()

    assert str(tmp_path / home) in said
    assert "choose another with OUTREACH_HOME" in said


# --- what should have come with the product ---------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the product, to be broken."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / "copy" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "copy"


def test_a_missing_template_is_named(copied: Path, outreach: Type, tmp_path: Path) -> None:
    outreach("content", "import", CONTENT / "ansvar-2026-04").done()
    (copied / "templates" / "mail" / "issue.mjml.j2").unlink()

    output = tmp_path / "letter.html"
    own = {name.removeprefix("OUTREACH_").lower(): value for name, value in os.environ.items() if "OUTREACH_" in name}
    said = _in_copy(copied, "content", "render", "ansvar-2026-04", "--output", str(output), **own).refused()

    assert "issue.mjml.j2" in said
    assert "--debug" not in said
    assert not output.exists()


def test_assets_that_were_not_built_stop_the_start(copied: Path, servers: embedded.Addresses, tmp_path: Path) -> None:
    shutil.rmtree(copied / "outreach" / "web" / "static" / "dist")
    ports = ("--port", str(free_port()), "--sandbox-port", str(free_port()))

    said = _in_copy(copied, "up", *ports, home=tmp_path / "home").refused()

    assert "make assets" in said
    assert not (tmp_path / "home").exists()


def _in_copy(copied: Path, *words: str, **settings: object) -> Said:
    given = environment(**settings) | {"PYTHONPATH": str(copied)}
    ended = subprocess.run(
        [sys.executable, "-m", "outreach", *words], cwd=copied, env=given, capture_output=True, text=True, check=False
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)


# --- content and rules ------------------------------------------------------------------------------------------------


def test_a_broken_piece_names_file_line_and_field_and_nothing_is_taken(outreach: Type, tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    broken = tmp_path / "content" / "ansvar-2026-04" / "piece.yaml"
    lines = broken.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, start=1) if line.strip() == "kind: article")
    lines[place - 1] = lines[place - 1].replace("article", "poem")
    broken.write_text("\n".join(lines), encoding="utf-8")

    said = outreach("content", "import", tmp_path / "content").refused()

    assert said.startswith(f"ansvar-2026-04/piece.yaml, line {place}, ")
    assert "kind" in said
    assert "article" in said
    assert _count("piece") == 0


def test_a_piece_that_is_no_yaml_at_all_names_file_and_line(outreach: Type, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "piece.yaml").write_text("kind: issue\nkey: [unfinished\n")

    assert outreach("content", "import", tmp_path / "odd").refused().startswith("odd/piece.yaml, line ")


@pytest.mark.parametrize("words", [("import", "/nowhere"), ("export", "nothing", "out"), ("render", "nothing")])
def test_content_that_is_not_there_is_named(outreach: Type, words: tuple[str, ...], tmp_path: Path) -> None:
    assert words[1] in outreach("content", *words).refused()
    assert not (tmp_path / "folder" / "out").exists()


def test_an_export_does_not_overwrite_something_else(outreach: Type, tmp_path: Path) -> None:
    outreach("content", "import", CONTENT / "ansvar-2026-04").done()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("private")

    said = outreach("content", "export", "ansvar-2026-04", tmp_path / "mine").refused()

    assert "holds something else" in said
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["diary.txt"]


@pytest.mark.parametrize(
    ("rule", "named"),
    [("colour=red", "colour"), ("sector=", "sector"), ("kind=company and", "and"), ("(everyone", "parenthesis")],
)
def test_a_rule_that_is_not_understood_names_the_place(outreach: Type, rule: str, named: str) -> None:
    said = outreach("segment", "count", rule).refused()

    assert named in said


def test_an_unknown_field_is_refused_with_the_known_ones_and_no_campaign_is_made(outreach: Type) -> None:
    outreach("content", "import", CONTENT / "ansvar-2026-04").done()

    said = outreach("campaign", "create", "--content", "ansvar-2026-04", "--segment", "colour=red").refused()

    assert "“colour” is not a field of a rule" in said
    assert "sector" in said
    assert _count("campaign") == 0


def test_an_unknown_topic_is_refused_with_the_known_ones(outreach: Type) -> None:
    assert "labour" in outreach("segment", "count", "everyone", "--topic", "labor").refused()


@pytest.mark.parametrize("command", ["status", "report", "check", "approve", "launch", "pause", "resume", "cancel"])
def test_a_campaign_that_is_not_there_is_named(outreach: Type, command: str) -> None:
    assert "“1234”" in outreach("campaign", command, "1234").refused()


@pytest.mark.parametrize(
    "moment", ["tomorrow", "2026-12-03 09:30", "2026-12-03 09:30 Europe/Atlantis", "2020-01-01 09:30 UTC"]
)
def test_a_time_that_cannot_be_read_or_is_over_is_refused(outreach: Type, moment: str) -> None:
    with transaction() as session:
        session.execute(_SENDER)
    outreach("content", "import", CONTENT / "ansvar-2026-04").done()

    said = outreach("campaign", "create", "--content", "ansvar-2026-04", "--at", moment).refused()

    assert "time" in said
    assert _count("campaign") == 0


_SENDER = text(
    "INSERT INTO sender (id, key, stream, address, names) "
    "VALUES (uuidv7(), 'newsletter', 'newsletter', 'brev@csr-centre.example', '{}')"
)


def _count(table: str) -> int:
    with transaction() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - written above
