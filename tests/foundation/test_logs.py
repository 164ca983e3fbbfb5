"""Log lines: one style for everybody, and no address in them."""

import json
import subprocess
import sys

import pytest

from outreach.foundation.logs import mask

WRITING = """
import logging, structlog
from outreach.foundation import logs
logs.configure({style!r})
structlog.get_logger().info("batch_sent", batch="b1", words="加班")
logging.getLogger("uvicorn.error").warning("Port %s", 8000)
logging.getLogger("somebody.elses").warning("550 <anna.lind@firma.example> is gone; {token}")
logging.getLogger("httpx").info("POST http://provider.example/v1/batches")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger().exception("failed")
"""
TOKEN = "v1.aBc4.u.AaBgHjKlMnOpQrStUvWxYz.0123456789abcdefghij-_"


def written(style: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WRITING.format(style=style, token=TOKEN)], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_json_lines_hold_our_own_words_and_the_libraries() -> None:
    ours, theirs, masked, failed = [json.loads(line) for line in written("json")]

    assert (ours["event"], ours["batch"], ours["words"], ours["level"]) == ("batch_sent", "b1", "加班", "info")
    assert (theirs["event"], theirs["level"]) == ("Port 8000", "warning")
    assert theirs["timestamp"].endswith("Z")
    assert "ZeroDivisionError" in failed["exception"]
    assert masked["event"] == "550 <a***@firma.example> is gone; v1.…"


def test_text_lines_are_plain_where_nobody_watches() -> None:
    lines = written("text")

    assert "batch_sent" in lines[0]
    assert "batch=b1" in lines[0]
    assert "\x1b" not in "".join(lines)
    assert not any("provider.example" in line for line in lines)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("asa@firma.example", "a***@firma.example"), ("å@x.se", "å***@x.se"), ("nobody", "n***"), ("", "***")],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert mask(address) == shown
