"""Fixtures: Chromium, and the running demo as it meets it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.site import Site
from tests.cli.shell import Shell
from tests.whole.demo import Demo


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window, for all stories of this folder."""
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(demo: Demo, browser: Browser) -> Iterator[Site]:
    """The demo, a browser and a shell."""
    shell = Shell()
    yield Site(demo, browser, shell)
    shell.close()
