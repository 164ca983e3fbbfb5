"""Child processes that live and die together, with real children, signals and kills."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from outreach.foundation.errors import Unavailable
from outreach.foundation.processes import Group, Pulse, wait_until
from outreach.foundation.processes.output import Output

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); " + SLEEP
NOTES_ITS_END = """
import signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as file:
        file.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready")
time.sleep(60)
"""
HAS_A_CHILD = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
print("child", child.pid)
time.sleep(60)
"""
A_FOREGROUND_GROUP = """
import sys
from outreach.foundation.processes import Group
group = Group(grace=float(sys.argv[1]))
for number, code in enumerate(sys.argv[2:]):
    group.add(f"child{number}", [sys.executable, "-c", code])
group.add("last", [sys.executable, "-c", "print('all', 'up'); import time; time.sleep(60)"])
group.run()
"""


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


def test_lines_stand_behind_the_name_of_the_child_that_wrote_them(output: io.StringIO) -> None:
    group = Group(output=output)
    group.add("web", python("import sys; print('hello'); print('世界', file=sys.stderr); " + SLEEP))
    group.add("worker", python("print('here'); " + SLEEP), copies=2)

    with group:
        await_that(lambda: len(output.getvalue().splitlines()) == 4)

    assert sorted(output.getvalue().splitlines()) == [
        "web      | hello",
        "web      | 世界",
        "worker-1 | here",
        "worker-2 | here",
    ]


def test_names_are_coloured_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    lines = Output(terminal)
    lines.introduce("web")

    lines.line("web", "hello")

    assert terminal.getvalue() == "\033[36mweb |\033[0m hello\n"


def test_a_child_that_is_killed_is_started_again_and_what_it_left_behind_is_gone(output: io.StringIO) -> None:
    group = Group(output=output)
    group.add("worker", python(HAS_A_CHILD))
    with group:
        await_that(lambda: "child" in output.getvalue())
        first, grandchild = group.pids["worker"], int(output.getvalue().split()[-1])

        os.kill(first, signal.SIGKILL)

        await_that(lambda: group.pids.get("worker", first) != first)
        assert "worker | was ended by SIGKILL; starting it again in 0.2 s" in output.getvalue()
        assert is_gone(grandchild)


def test_a_child_that_lives_but_is_silent_is_started_again_and_nobody_is_blamed_while_nobody_can_tell(
    output: io.StringIO,
) -> None:
    asked: list[str] = []
    silence: list[float | None] = [None]

    def ask(name: str) -> float | None:
        asked.append(name)
        return silence[0]

    group = Group(output=output, grace=0.3)
    group.add("worker", python(STUBBORN), pulse=Pulse(ask, longest=0.2, pause=0.05))
    with group:
        await_that(lambda: len(asked) > 10)
        first = group.pids["worker"]
        assert "deaf" in output.getvalue()

        silence[0] = 1000.0
        await_that(lambda: group.pids.get("worker", first) != first)
        silence[0] = 0.0

    assert set(asked) == {"worker"}
    assert "worker | was not heard for 0 seconds: it is ended" in output.getvalue()
    assert is_gone(first)


def test_a_command_may_name_its_child_and_lines_may_go_on_as_they_are(output: io.StringIO) -> None:
    group = Group(output=output, named=False)
    group.add("worker", python("print('I am {name}'); " + SLEEP), copies=2)

    with group:
        await_that(lambda: len(output.getvalue().splitlines()) == 2)

    assert sorted(output.getvalue().splitlines()) == ["I am worker-1", "I am worker-2"]


def test_a_child_that_keeps_ending_is_given_up_with_its_last_line(output: io.StringIO) -> None:
    group = Group(output=output)
    group.add("web", python("import sys; sys.exit('the port is taken')"), ready=lambda: False)

    with pytest.raises(Unavailable, match=r"^web does not keep running; its last line: the port is taken\.$"):
        group.start()

    assert output.getvalue().count("the port is taken") == 5
    assert "ended with exit status 1, 5 times within 60 seconds: given up" in output.getvalue()


def test_children_stop_in_reverse_order_by_sigterm(tmp_path: Path, output: io.StringIO) -> None:
    ends = tmp_path / "ends"
    group = Group(output=output)
    for name in ("first", "second", "third"):
        group.add(name, [*python(NOTES_ITS_END), str(ends), name])

    with group:
        await_that(lambda: output.getvalue().count("ready") == 3)

    assert ends.read_text().split() == ["third", "second", "first"]
    assert "starting it again" not in output.getvalue()
    assert not group.pids


def test_a_child_that_will_not_stop_is_killed_after_the_grace_time(output: io.StringIO) -> None:
    group = Group(output=output, grace=0.3)
    group.add("deaf", python(STUBBORN))
    group.start()
    await_that(lambda: "deaf | deaf" in output.getvalue())
    pid = group.pids["deaf"]

    began = time.monotonic()
    group.stop()

    assert time.monotonic() - began >= 0.3
    assert is_gone(pid)


def test_the_start_waits_for_an_address_that_answers(output: io.StringIO) -> None:
    port = free_port()
    group = Group(output=output)
    group.add(
        "web",
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
        ready=f"http://127.0.0.1:{port}/",
    )

    with group:
        assert wait_until(f"http://127.0.0.1:{port}/", seconds=0)


def test_a_child_that_does_not_get_ready_stops_the_group(output: io.StringIO) -> None:
    group = Group(output=output)
    group.add("web", python("print('thinking'); " + SLEEP), ready=f"http://127.0.0.1:{free_port()}/")

    with pytest.raises(Unavailable, match=r"^web is not ready after 1 seconds; its last line: thinking\.$"):
        group.start(seconds=1)

    assert not group.pids


def test_a_missing_program_is_one_sentence_and_nothing_stays(output: io.StringIO) -> None:
    group = Group(output=output)
    group.add("web", python(SLEEP))
    group.add("worker", ["/nowhere/program"])

    with pytest.raises(Unavailable, match=r"^worker cannot be started \(No such file or directory: /nowhere/program\)"):
        group.start()

    assert not group.pids


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_foreground_group_cleanly(number: signal.Signals) -> None:
    with foreground(20, SLEEP) as group:
        children = await_children(group)

        group.send_signal(number)

        assert group.wait(10) == 0
        assert all(map(is_gone, children))


def test_a_second_signal_kills_at_once() -> None:
    with foreground(60, STUBBORN) as group:
        children = await_children(group)
        group.send_signal(signal.SIGINT)
        time.sleep(0.3)

        group.send_signal(signal.SIGINT)

        assert group.wait(10) == 0
        assert all(map(is_gone, children))


def test_children_do_not_outlive_a_parent_that_is_killed() -> None:
    with foreground(0.5, SLEEP, STUBBORN, HAS_A_CHILD) as group:
        children = await_children(group)
        assert len(children) >= 5

        group.kill()

        await_that(lambda: all(map(is_gone, children)))


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def foreground(grace: float, *codes: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # our own code
        [*python(A_FOREGROUND_GROUP), str(grace), *codes], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def await_children(group: subprocess.Popen[str]) -> list[int]:
    """Wait for the line of the last child; return everything that the group has started."""
    assert group.stdout
    for line in group.stdout:
        if "all up" in line:
            break
    time.sleep(0.2)  # for what the other children start
    return [child.pid for child in psutil.Process(group.pid).children(recursive=True)]


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits for its parent to notice has."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_that(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    assert wait_until(condition, seconds=seconds), "waited in vain"
