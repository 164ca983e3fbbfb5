"""The running demo as a browser meets it; whatever is wrong on a page that was visited fails the story."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from tests.cli.shell import Said, Shell
from tests.whole.demo import Demo

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
OUT = ROOT / "tests" / "out"  # pictures to look at after a run; git-ignored
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that a colour scheme may break
LANGUAGES = ("sv", "zh-Hans", "en")
STAFF = {
    "officer": "officer@csr-centre.example",
    "approver": "approver@csr-centre.example",
    "administrator": "administrator@csr-centre.example",
}
SPEAKS = {"sv": "officer", "en": "approver", "zh-Hans": "administrator"}  # as the demo has set them up
NO_ANSWER = 0  # instead of a status, where a story cuts the connection
FITS = "document.documentElement.scrollWidth <= window.innerWidth"
_FIND = """async options => (await axe.run(document, options)).violations.flatMap(
    one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 200)}`))"""


@dataclass
class Watch:
    """What goes wrong while pages are visited: errors in the console, refused content, foreign hosts, bad answers."""

    host: str
    allowed: set[int] = field(default_factory=set)  # statuses that a story provokes on purpose
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to everything that happens in a context."""
        context.on("console", lambda message: self._said(message.type, message.text, message.location))
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("request", lambda request: self._asked(request.url))
        context.on("response", self._answered)

    def _said(self, kind: str, said: str, place: Any) -> None:
        # Bad answers are judged by their status. Playwright's own script is what a sandboxed letter refuses to run.
        known = said.startswith("Failed to load resource") or "frame is sandboxed and the 'allow-scripts'" in said
        known = known or (said.startswith("Loading the image") and "pictures=off" in str(place))  # as was asked for
        known = known or (NO_ANSWER in self.allowed and "Failed to fetch" in said)
        if kind in {"error", "warning"} and not known:
            self.faults.append(f"console: {said} ({place})")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws"} and parts.netloc != self.host:
            self.faults.append(f"foreign: {url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.faults.append(f"{response.status}: {response.url}")


@dataclass(frozen=True)
class Site:
    """The demo, a browser, and a shell at the same installation."""

    demo: Demo
    browser: Browser
    shell: Shell
    cookies: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def page(
        self,
        who: str | None = None,
        *,
        scheme: str = "light",
        width: int = 1280,
        script: bool = True,
        language: str = "en-GB",
        allowed: set[int] | None = None,
    ) -> Iterator[Page]:
        """Open a page in a browser of its own, signed in where `who` is given; judge what happened at the end."""
        context = self.browser.new_context(
            base_url=self.demo.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type] # one of Playwright's
            java_script_enabled=script,
            locale=language,
            reduced_motion="reduce",
            storage_state=self._signed_in(who) if who else None,
        )
        watch = Watch(urlsplit(self.demo.url).netloc, allowed or set())
        watch.over(context)
        try:
            yield context.new_page()
        finally:
            context.close()
        assert watch.faults == []

    def hire(self, who: str, *, role: str, language: str) -> None:
        """Add a member of staff by the command, and sign them in."""
        email = f"{who.replace(' ', '-')}@csr-centre.example"
        said = self.outreach("user", "add", email, "--role", role, "--language", language).done()
        self._sign_in(who, email, said.split()[-1])

    def outreach(self, *words: object, folder: Path = Path("/")) -> Said:
        """Type a command at the demo's installation."""
        settings = {name.removeprefix("OUTREACH_").lower(): value for name, value in self.demo.settings.items()}
        return self.shell.run(*words, folder=folder, **settings)

    def _signed_in(self, who: str) -> Any:
        if who not in self.cookies:
            self._sign_in(who, STAFF[who], self.demo.password)
        return self.cookies[who]

    def _sign_in(self, who: str, email: str, password: str) -> None:
        """Sign in on the page, as a member of staff does."""
        context = self.browser.new_context(base_url=self.demo.url)
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(password)
        page.locator("form[action='/sign-in'] button").click()
        expect(page).not_to_have_url("**/sign-in**")
        self.cookies[who] = context.storage_state()
        context.close()


def violations(page: Page, *, without: Sequence[str] = ()) -> list[str]:
    """Return what axe finds on a page as it looks now, some of its rules left out."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return _found(page, {"runOnly": WCAG, "rules": {rule: {"enabled": False} for rule in without}})


def pale(page: Page) -> list[str]:
    """Return what axe finds too pale on a page that it has looked at before, now that its colours are others."""
    return _found(page, {"runOnly": {"type": "rule", "values": COLOURS}})


def _found(page: Page, options: dict[str, Any]) -> list[str]:
    found: list[str] = page.evaluate(_FIND, {"iframes": False, "resultTypes": ["violations"], **options})
    return found


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page, by the name of its story."""
    file = OUT / f"{name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True)


needs_demo = pytest.mark.xdist_group("demo")
