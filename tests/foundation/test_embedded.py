"""The embedded servers: real ones, started, shared, killed and found again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import make_url

from outreach.foundation.embedded import Lease, addresses, databases, lease, locks
from outreach.foundation.embedded.place import Kind, Place
from outreach.foundation.errors import Unavailable
from outreach.foundation.settings import Settings

KINDS: tuple[Kind, ...] = ("postgresql", "valkey")
IS_ROOT = os.geteuid() == 0

A_USER = """
import sys
from pathlib import Path
from outreach.foundation.embedded import lease
held = lease(Path(sys.argv[1]))
print(held.database_url, held.redis_url, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def known_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded") / "home"


@pytest.fixture
def home(known_home: Path) -> Iterator[Path]:
    """A home that other tests have used before, with no server running, before or after."""
    yield known_home
    await_stop(known_home)


def test_servers_start_in_a_new_folder_and_keep_what_they_are_told(
    home: Path, record_property: Callable[[str, object], None]
) -> None:
    with lease(home) as held:
        query(held, "CREATE TABLE kept (word text)")
        query(held, "INSERT INTO kept VALUES ('创新')")
        client(held).set("kept", "创新")
    await_stop(home)

    began = time.monotonic()
    with lease(home) as held:
        record_property("both servers started in", f"{time.monotonic() - began:.1f} s")
        assert query(held, "SELECT word, char_length(word), lower('ÅÄÖ') FROM kept") == ("创新", 2, "åäö")
        assert client(held).get("kept") == "创新".encode()


def test_settings_are_durable_and_strangers_are_kept_out(home: Path) -> None:
    with lease(home) as held:
        shown = [query(held, f"SHOW {name}")[0] for name in ("fsync", "synchronous_commit", "full_page_writes")]
        (is_superuser,) = query(held, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        valkey = client(held).config_get("*")
        with socket.create_connection(("127.0.0.1", make_url(held.redis_url).port or 0)) as stranger:
            stranger.sendall(b"PING\r\n")
            answer = stranger.recv(64)

    assert shown == ["on", "on", "on"]
    assert is_superuser is False
    assert valkey["appendonly"] == "yes"
    assert valkey["appendfsync"] == "everysec"
    assert valkey["maxmemory-policy"] == "noeviction"
    assert answer == b"-NOAUTH Authentication required.\r\n"


def test_two_users_share_the_servers_and_the_last_one_stops_them(home: Path) -> None:
    with lease(home) as second:
        with lease(home) as first:
            before = server_pids(home)
            assert (first.database_url, first.redis_url) == (second.database_url, second.redis_url)

        assert server_pids(home) == before
        assert query(second, "SELECT 1") == (1,)

    await_stop(home)
    assert all(is_gone(pid) for pid in before.values())


def test_the_servers_stop_when_their_only_user_is_killed(home: Path) -> None:
    user = start_user(home)
    pids = server_pids(home)

    end(user, signal.SIGKILL)

    await_stop(home)
    assert all(is_gone(pid) for pid in pids.values())
    assert "database system is shut down" in Place(home, "postgresql").log.read_text().splitlines()[-1]


def test_a_user_who_comes_while_the_servers_stop_gets_new_ones(home: Path) -> None:
    for _ in range(2):
        with lease(home) as held:
            assert query(held, "SELECT 1") == (1,)
            assert client(held).ping()


def test_users_who_come_at_once_get_the_same_servers(home: Path) -> None:
    users = [start_user(home, wait=False) for _ in range(4)]

    told = {user.stdout.readline() for user in users if user.stdout}

    assert len(told) == 1
    for user in users:
        end(user, signal.SIGTERM)


def test_a_killed_keeper_leaves_servers_that_the_next_one_adopts(home: Path) -> None:
    with lease(home) as first:
        before = server_pids(home)
        kill_keepers(home)
        assert query(first, "SELECT 1") == (1,)

        with lease(home) as second:
            assert (first.database_url, first.redis_url) == (second.database_url, second.redis_url)
            assert server_pids(home) == before
            assert client(second).ping()

    await_stop(home)
    assert all(is_gone(pid) for pid in before.values())


def test_servers_stop_though_their_keeper_was_killed(home: Path) -> None:
    with lease(home):
        before = server_pids(home)
        kill_keepers(home)

    await_stop(home)
    assert all(is_gone(pid) for pid in before.values())


def test_servers_whose_address_is_lost_are_stopped_before_new_ones_start(home: Path) -> None:
    user = start_user(home)
    before = server_pids(home)
    kill_keepers(home)
    end(user, signal.SIGKILL)
    for kind in KINDS:
        Place(home, kind).forget("url")

    with lease(home) as held:
        assert query(held, "SELECT 1") == (1,)
        assert client(held).ping()
        assert not set(server_pids(home).values()) & set(before.values())
        assert all(is_gone(pid) for pid in before.values())


def test_a_server_that_dies_comes_back_at_the_same_address(home: Path) -> None:
    with lease(home) as held:
        before = server_pids(home)

        for pid in before.values():
            os.kill(pid, signal.SIGKILL)

        await_that(lambda: works(held), seconds=10)
        assert not set(server_pids(home).values()) & set(before.values())


def test_a_keeper_told_to_stop_stops_its_server_and_the_next_user_gets_a_new_one(home: Path) -> None:
    with lease(home):
        kill_keepers(home, signal.SIGTERM)
        await_stop(home)

        with lease(home) as later:
            assert works(later)


def test_a_stale_process_number_does_not_hinder_a_start(home: Path) -> None:
    with lease(home):
        pass
    await_stop(home)
    stale = Place(home, "postgresql").data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n5432\n\n\n")

    with lease(home) as held:
        assert works(held)


def test_data_of_another_version_is_refused_in_one_sentence(home: Path) -> None:
    with lease(home):
        pass
    await_stop(home)
    version = Place(home, "postgresql").data / "PG_VERSION"
    version.write_text("17\n")

    with pytest.raises(Unavailable, match=r"was written by PostgreSQL 17 and this is PostgreSQL 18: dump it"):
        lease(home)

    version.write_text("18\n")
    await_stop(home)


def test_a_home_that_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(Unavailable, match=r"^The home folder \S+ cannot be used \(Not a directory\); choose another"):
        lease(tmp_path / "file" / "home")


def test_a_foreign_data_folder_is_left_alone(tmp_path: Path) -> None:
    foreign = Place(tmp_path.resolve(), "postgresql").data
    foreign.mkdir(parents=True)
    (foreign / "thesis.txt").write_text("irreplaceable")

    with pytest.raises(Unavailable, match="holds no PostgreSQL data; move it away"):
        lease(tmp_path)

    assert [file.name for file in foreign.iterdir()] == ["thesis.txt"]
    await_stop(tmp_path)


def test_an_interrupted_first_start_is_swept_up_and_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    home = tmp_path / ("很长的名字" * 8)
    half = Place(home, "postgresql").folder / "data.new"
    half.mkdir(parents=True)
    (half / "half").touch()

    with Lease(home) as held:
        folder = Path(str(make_url(held.database_url).query["host"]))
        assert query(held, "SELECT 1") == (1,)
        assert home not in folder.parents
        assert folder.stat().st_mode & 0o077 == 0

    await_stop(home)
    assert not half.exists()
    assert not folder.exists()


def test_configured_servers_are_used_and_nothing_is_started(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://db/outreach", redis_url="redis://cache/0", home=tmp_path)

    found = addresses(settings)

    assert found == ("postgresql+psycopg://db/outreach", "redis://cache/0")
    assert found.environment()["OUTREACH_REDIS_URL"] == "redis://cache/0"
    assert not list(tmp_path.iterdir())


def test_only_the_server_that_is_not_configured_is_started(home: Path) -> None:
    code = (
        "from outreach.foundation.embedded import addresses; from outreach.foundation.settings import settings; "
        "print(addresses(settings()).redis_url); print(addresses(settings()).database_url)"
    )
    env = {**os.environ, "OUTREACH_HOME": str(home), "OUTREACH_DATABASE_URL": "postgresql://db/outreach"}
    log = Place(home, "postgresql").log
    before = log.read_text() if log.exists() else ""

    told = subprocess.run([sys.executable, "-c", code], env=env, text=True, capture_output=True, check=True)

    assert told.stdout.startswith("redis://:")
    assert told.stdout.endswith("postgresql+psycopg://db/outreach\n")
    assert (log.read_text() if log.exists() else "") == before


def test_databases_are_made_from_a_template_and_removed(home: Path) -> None:
    with lease(home) as held:
        template = databases.create(held.database_url, "pattern")
        execute(template, "CREATE TABLE mark (word text)")

        copy = databases.create(held.database_url, "worker_1", template="pattern")
        execute(copy, "INSERT INTO mark VALUES ('x')")

        assert query_url(copy, "SELECT count(*) FROM mark") == (1,)
        assert query_url(template, "SELECT count(*) FROM mark") == (0,)
        databases.drop(held.database_url, "worker_1")
        databases.drop(held.database_url, "worker_1")
        databases.drop(held.database_url, "pattern")
        assert query(held, "SELECT count(*) FROM pg_database WHERE datname IN ('pattern', 'worker_1')") == (0,)


@pytest.mark.skipif(not IS_ROOT, reason="only root needs another account for the servers")
def test_for_root_the_servers_run_under_an_account_that_may_pass_closed_folders_and_no_more(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "secret.txt").write_text("readable by all, were it not for the folder")

    with Lease(closed / "home") as held:
        assert client(held).ping()
        (pid,) = server_pids(closed / "home").values()
        account = psutil.Process(pid).uids().real

    listing = subprocess.run(["/bin/ls", closed], user=account, group=account, extra_groups=[], check=False)  # fixed
    assert account != 0
    assert closed.stat().st_mode & 0o007 == 0
    assert listing.returncode != 0
    await_stop(closed / "home")


def query(held: Lease, statement: str) -> tuple[object, ...]:
    return query_url(held.database_url, statement)


def query_url(url: str, statement: str) -> tuple[object, ...]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        found = connection.execute(statement.encode())
        return (found.fetchone() or ()) if found.description else ()


def execute(url: str, statement: str) -> None:
    query_url(url, statement)


def client(held: Lease) -> "redis.Redis":
    return redis.Redis.from_url(held.redis_url)


def works(held: Lease) -> bool:
    try:
        return query(held, "SELECT 1") == (1,) and bool(client(held).ping())
    except (psycopg.OperationalError, redis.ConnectionError):
        return False


def start_user(home: Path, *, wait: bool = True) -> subprocess.Popen[str]:
    user = subprocess.Popen(  # our own code
        [sys.executable, "-c", A_USER, home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if wait and user.stdout:
        assert user.stdout.readline()
    return user


def end(user: subprocess.Popen[str], number: signal.Signals) -> None:
    with user:
        user.send_signal(number)


def server_pids(home: Path) -> dict[str, int]:
    """The process number of each server that runs, by the files that the servers themselves write."""
    files = {"postgresql": "postmaster.pid", "valkey": "valkey.pid"}
    found = {kind: Place(home, kind).data / files[kind] for kind in KINDS}
    return {kind: int(file.read_text().split()[0]) for kind, file in found.items() if file.exists()}


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits for its parent to notice has."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def kill_keepers(home: Path, number: signal.Signals = signal.SIGKILL) -> None:
    for kind, pid in server_pids(home).items():
        keeper = psutil.Process(pid).parent()
        assert keeper is not None
        assert "outreach.foundation.embedded" in keeper.cmdline()
        keeper.send_signal(number)
        if number == signal.SIGKILL:  # its lock ends with the last of its threads, which may be later than the process
            lock = Place(home.resolve(), kind).lock("keeper")
            await_that(lambda lock=lock: not locks.is_held(lock), seconds=20)


def await_stop(home: Path) -> None:
    for place in (Place(home.resolve(), kind) for kind in KINDS):
        if place.folder.exists():
            await_that(partial(is_free, place), seconds=20)


def is_free(place: Place) -> bool:
    return not any(locks.is_held(place.lock(name)) for name in ("keeper", "server"))


def await_that(condition: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
