"""Starting and stopping: one sentence for every mistake, a clean end."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach.sandbox.__main__ import main
from tests.sandbox.peer import API_KEY, Peer, letter, reader

KEY = {"OUTREACH_SANDBOX_API_KEY": API_KEY}


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["--host", "0.0.0.0"], KEY, "--allow-remote"),  # noqa: S104 - that it is refused is the point
        (["--host", "::"], KEY, "--allow-remote"),
        (["--host", "no-such-host.invalid"], KEY, "not known"),
        (["--port", "70000"], KEY, "from 0 to 65535"),
        (["--colour", "red"], KEY, "see --help"),
        ([], {}, "OUTREACH_SANDBOX_API_KEY"),
        (["--webhook-url", "ftp://x"], KEY, "http or https"),
        (["--webhook-url", "http://[::1"], KEY, "http or https"),
        (["--webhook-url", "http://x/"], KEY, "OUTREACH_SANDBOX_WEBHOOK_KEY"),
        (["--webhook-url", "http://x/"], KEY | {"OUTREACH_SANDBOX_WEBHOOK_KEY": "whsec_c2hvcnQ="}, "24 to 64"),
    ],
)
def test_a_start_that_cannot_work_is_refused_in_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    environment: dict[str, str],
    sentence: str,
) -> None:
    status = main(["--data", str(tmp_path / "data"), "--port", "0", *arguments], environment)

    said = capsys.readouterr().err
    assert status == 2
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_taken_port_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status = main(["--data", str(tmp_path / "data"), "--port", str(port)], KEY)

    said = capsys.readouterr().err
    assert status == 2
    assert f"Port {port}" in said
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")

    status = main(["--data", str(tmp_path / "file" / "data"), "--port", "0"], KEY)

    said = capsys.readouterr().err
    assert status == 1
    assert str(tmp_path / "file" / "data") in said
    assert said.count("\n") == 1


def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sandbox.sqlite3").write_text("something else " * 100)

    assert main(["--data", str(tmp_path), "--port", "0"], KEY) == 1

    assert "cannot be used" in capsys.readouterr().err
    assert (tmp_path / "sandbox.sqlite3").read_text() == "something else " * 100


def test_two_sandboxes_do_not_share_a_folder(start: Callable[..., Peer], capsys: pytest.CaptureFixture[str]) -> None:
    peer = start()

    assert main(["--data", str(peer.folder), "--port", "0"], KEY) == 1

    assert "Another sandbox" in capsys.readouterr().err


def test_mistakes_are_told_in_the_language_of_the_machine_without_a_traceback(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "outreach.sandbox", "--data", str(tmp_path), "--host", "0.0.0.0"],  # noqa: S104 - refused
        env=os.environ | KEY | {"LC_ALL": "sv_SE.UTF-8"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert ended.returncode == 2
    assert "--allow-remote" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_stops_cleanly_while_a_call_is_held(start: Callable[..., Peer]) -> None:
    peer = start()
    peer.http.put("/v1/faults", json=[{"kind": "timeout_after", "count": 1, "seconds": 60}])
    statuses: list[int] = []
    caller = threading.Thread(
        target=lambda: statuses.append(peer.http.post("/v1/batches", json=letter(reader())).status_code)
    )
    caller.start()
    time.sleep(0.5)
    peer.process.terminate()
    caller.join()

    assert peer.stop() == 0
    assert statuses == [504]


def test_remote_callers_are_let_in_when_that_is_meant(start: Callable[..., Peer]) -> None:
    peer = start("--host", "0.0.0.0", "--allow-remote")  # noqa: S104 - asked for

    url = peer.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - as above
    assert peer.http.get(f"{url}healthz", headers={"host": "mail.example"}).status_code == 200
