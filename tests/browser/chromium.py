"""Where Chromium is: on PATH, Playwright's own, or installed through the package manager."""

import os
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def found() -> str | None:
    """Return the path of a browser that is there, None when there is none."""
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    if on_path:
        return on_path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def launch(playwright: Playwright) -> Browser:
    """Start the browser without a window."""
    return playwright.chromium.launch(executable_path=found_or_fail(), args=FLAGS)


def found_or_fail() -> str:
    """Return the path of a browser. Raises RuntimeError, saying what to do, when there is none."""
    path = next((one for name in NAMES if (one := shutil.which(name))), None)
    if path is None:
        raise RuntimeError("There is no Chromium; run 'python -m tests.browser.install'.")
    return path


def install() -> None:
    """Install Debian's Chromium and a font for Chinese. Raises RuntimeError when that is not possible."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise RuntimeError("There is no Chromium here and it cannot be installed; install it and put it on PATH.")
    for command in (
        ["apt-get", "update", "--quiet=2"],
        ["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
    ):
        subprocess.run(
            command, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdout=subprocess.DEVNULL
        )
