"""What a newcomer does: type `make demo` in a fresh copy, or install the wheel into an empty environment elsewhere."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.whole.commands import Command, free_port

# One copy for both stories, in the group of the other demo.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 900  # seconds; with everything already downloaded a quiet machine needs forty


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is under version control, and nothing that was built or installed."""
    folder = tmp_path_factory.mktemp("newcomer") / "outreach"
    listed = ("ls-files", "--cached", "--others", "--exclude-standard")
    for name in run("git", "-C", ROOT, "-c", "core.quotepath=off", *listed, folder=folder.parent / "git").splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def installed(copy: Path) -> Path:
    """The command out of a wheel, in an empty environment far from the sources."""
    run("make", "-C", copy, "wheel", folder=copy.parent / "wheel")
    (wheel,) = (copy / "dist").glob("outreach-*.whl")
    environment = copy.parent / "environment"
    run(sys.executable, "-m", "venv", environment, folder=copy.parent / "venv")
    install = [environment / "bin" / "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    run(*install, "--require-hashes", "-r", copy / "requirements" / "run.txt", folder=copy.parent / "needs")
    run(*install, wheel, folder=copy.parent / "product")
    return environment / "bin" / "outreach"


def run(program: str | Path, *words: object, folder: Path) -> str:
    """Run a command in a folder to its end; it must succeed. Returns what it said."""
    told = Command(*words, folder=folder, program=program)
    assert told.finish(seconds=PATIENCE) == 0, told.everything()
    return told.said


def judge(said: str) -> None:
    """Insist that a demo found everything in order."""
    assert said.count("\n✓ ") == 3
    assert "✗" not in said
    assert "From command to report" in said


def test_make_demo_in_a_fresh_copy_does_the_main_job_and_stops(copy: Path) -> None:
    ports = f"ARGS=--port {free_port()} --sandbox-port {free_port()}"

    judge(run("make", "-C", copy, "demo", ports, folder=copy.parent / "make demo"))


def test_the_wheel_does_the_same_far_from_its_sources(installed: Path) -> None:
    ports = ("--port", free_port(), "--sandbox-port", free_port())

    judge(run(installed, "demo", *ports, folder=installed.parents[2] / "elsewhere"))
