"""The demo, step by step."""

import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer
from sqlalchemy import text
from sqlmodel import Session

from outreach.campaigns import launching, planning, queries, readiness
from outreach.campaigns.models import Campaign
from outreach.cli import printing, reports, running
from outreach.cli.demo import loading, readers
from outreach.cli.serving import Port, SandboxPort
from outreach.content import approval
from outreach.content import queries as pieces
from outreach.delivery.models import DeliveryState
from outreach.foundation import clock, embedded
from outreach.foundation import settings as given
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.reporting import goals
from outreach.reporting.models import Metric
from outreach.segments import rules

PATIENCE = 90  # seconds that a step may take before the demo says what hangs
STOPPING = 5  # seconds that the servers of a demo that has just ended may take to be gone
BEHAVIOUR = {"delivered_after": 0.2, "bounce_soft": 0.01, "complaint": 0.002, "events": True, "latency": 0.05}
APPROVER = "approver@csr-centre.example"


@dataclass(frozen=True)
class Sandbox:
    """Where the sandbox provider is, and its key."""

    url: str
    key: str

    def call(self, method: str, path: str, **given_body: object) -> httpx.Response:
        """Call its API."""
        answer = httpx.request(
            method,
            f"{self.url}{path}",
            headers={"authorization": f"Bearer {self.key}"},
            timeout=20,
            trust_env=False,
            **given_body,  # type: ignore[arg-type] # json=…
        )
        answer.raise_for_status()
        return answer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    port: Port = 8000,
    sandbox_port: SandboxPort = 8025,
    workers: Annotated[int, typer.Option(help="How many workers.")] = 2,
    stay: Annotated[
        bool | None, typer.Option(help="Keep running afterwards; as the terminal decides when left out.")
    ] = None,
) -> None:
    """Send a trilingual newsletter and a press release to invented people, let them read, judge the goals."""
    started = time.monotonic()
    _insist_on_a_clear_way(port, sandbox_port)
    _own_home()
    output = _log().open("w", encoding="utf-8")
    ready = running.prepare(port=port, sandbox_port=sandbox_port, workers=workers, output=output)
    password = secrets.token_urlsafe(9)
    with ready.group:
        sandbox = Sandbox(os.environ["OUTREACH_SANDBOX_BASE_URL"], os.environ["OUTREACH_SANDBOX_API_KEY"])
        sandbox.call("PUT", "/v1/behaviour", json=BEHAVIOUR)
        _load(password)
        campaigns = _launch()
        _watch_sending(campaigns)
        _await_reports(campaigns)
        read = _let_read(sandbox)
        is_whole = _report(campaigns, sandbox, read)
        printing.say("")
        printing.say(_("From command to report: %(seconds)s s") % {"seconds": round(time.monotonic() - started, 1)})
        _where(ready, password)
        if stay if stay is not None else sys.stdout.isatty():
            printing.say(_("Press Ctrl-C to stop."))
            ready.group.run()
    if not is_whole:
        raise typer.Exit(1)


def _insist_on_a_clear_way(port: int, sandbox_port: int) -> None:
    """Refuse what cannot end well before the last demo is removed."""
    if settings().provider != "sandbox" or "SANDBOX_BASE_URL" in given.given():
        raise Refused(
            _("The demo sends to the sandbox provider only; unset OUTREACH_PROVIDER and OUTREACH_SANDBOX_BASE_URL.")
        )
    running.insist_on_free(port, "--port")
    running.insist_on_free(sandbox_port, "--sandbox-port")
    _until(
        lambda: not embedded.is_used(settings().home / "demo"),
        _("Another demo is running in this folder; stop it, or choose another with OUTREACH_HOME."),
        seconds=STOPPING,
    )


def _own_home() -> None:
    """Give the demo a home of its own, made anew; a configured database must be empty instead."""
    os.environ.setdefault("OUTREACH_TRACKING", "consented")
    os.environ.setdefault("OUTREACH_INBOUND_ADDRESS", "unsubscribe@csr-centre.example")
    if "DATABASE_URL" not in given.given():
        home = settings().home / "demo"
        if home.exists():
            shutil.rmtree(home, onerror=_explain)
        os.environ["OUTREACH_HOME"] = str(home.resolve())
    settings.cache_clear()
    given.secret_keys.cache_clear()
    with embedded.explained(settings().home):
        settings().home.mkdir(parents=True, exist_ok=True)
        (settings().home / "demo").touch()  # pages and letters then say that people and results are invented


def _log() -> Path:
    return settings().home / "demo.log"


def _explain(_function: Callable[..., object], path: str, _fault: object) -> None:
    raise Refused(_("The folder of the last demo, %(path)s, cannot be removed; remove it by hand.") % {"path": path})


def _load(password: str) -> None:
    with transaction() as session:
        if session.execute(text("SELECT EXISTS (SELECT 1 FROM contact)")).scalar_one():
            raise Refused(_("The database holds contacts already; the demo only fills an empty one."))
        steps = loading.steps(session, password)
        with printing.bar(_("Loading content and people"), len(steps)) as bar:
            for done, step in enumerate(steps, start=1):
                step()
                bar.at(done)


def _launch() -> list[Campaign]:
    with transaction() as session:
        issue = _campaign(session, "ansvar-2026-04", _("Responsibility in Practice 4/2026"), "not kind=media")
        _goal(
            session,
            issue,
            _("40% of Chinese-language companies open within 14 days"),
            "language=zh-Hans and kind=company",
            0.40,
        )
        _goal(session, issue, _("60% of Swedish readers open within 14 days"), "language=sv", 0.60)
        release = _campaign(session, "2026-11-lonevagledning", _("Guide on wages and working hours"), "kind=media")
        _goal(
            session,
            release,
            _("50% of Chinese newsrooms open within 14 days"),
            "language=zh-Hans and kind=media",
            0.50,
        )
    campaigns = [issue, release]
    for campaign in campaigns:
        with transaction() as session:
            approval.approve(session, readiness.piece_of(session, campaign), by=APPROVER)
        with transaction() as session:
            launching.launch(session, planning.get(session, str(campaign.id)), by=APPROVER)
    return campaigns


def _campaign(session: Session, key: str, name: str, rule: str) -> Campaign:
    piece = pieces.by_key(session, key)
    return planning.create(session, piece, name=name, include=rules.parse_text(rule), by="officer@csr-centre.example")


def _goal(session: Session, campaign: Campaign, name: str, rule: str, target: float) -> None:
    goals.add(session, campaign, name=name, metric=Metric.OPEN_RATE, target=target, population=rules.parse_text(rule))


def _watch_sending(campaigns: list[Campaign]) -> None:
    found = _progress(campaigns)
    planned = sum(one.planned for one in found)
    with printing.bar(_("Sending through the workers"), planned) as bar:
        _until(
            lambda: _tell(bar, planned, campaigns) == 0,
            _("Letters are still waiting; the log %(log)s says more.") % {"log": _log()},
        )


def _tell(bar: printing.Bar, planned: int, campaigns: list[Campaign]) -> int:
    waiting = sum(one.waiting for one in _progress(campaigns))
    bar.at(planned - waiting)
    return waiting


def _await_reports(campaigns: list[Campaign]) -> None:
    """Wait until the provider has reported on every letter that it took."""
    total = sum(one.accepted for one in _progress(campaigns))
    with printing.bar(_("The provider reports back"), total) as bar:

        def reported() -> bool:
            open_ones = sum(one.states[DeliveryState.ACCEPTED] for one in _progress(campaigns))
            bar.at(total - open_ones)
            return open_ones == 0

        _until(reported, _("The provider's reports are missing; the log %(log)s says more.") % {"log": _log()})


def _let_read(sandbox: Sandbox) -> readers.Read:
    total = sandbox.call("GET", "/v1/count").json()["accepted"]
    with printing.bar(_("Readers open and click"), total) as bar:
        read = readers.read_all(sandbox.url, sandbox.key, told=bar.at)
    # Counted as soon as a worker has stored them; with no consent nothing is stored, so the sum is a ceiling.
    last, still_since = -1, time.monotonic()
    while time.monotonic() - still_since < 3:
        with transaction() as session:
            stored = session.execute(text("SELECT count(*) FROM tracking_event")).scalar_one()
        if stored != last:
            last, still_since = stored, time.monotonic()
        time.sleep(0.2)
    return read


def _report(campaigns: list[Campaign], sandbox: Sandbox, read: readers.Read) -> bool:
    printing.say("")
    found = _progress(campaigns)
    for campaign, one in zip(campaigns, found, strict=True):
        reports.accounts([one], campaign.name)
        printing.say("")
    with transaction() as session:
        for campaign in campaigns:
            reports.results(session, campaign)
            printing.say("")
    accepted = sum(one.accepted for one in found)
    count = sandbox.call("GET", "/v1/count").json()
    checks = [
        (all(one.is_accounted_for for one in found), _("Every recipient is in exactly one state, and the sums agree.")),
        (
            count["accepted"] == accepted == count["recipients"],
            _("The provider counts %(theirs)s letters to as many recipients; the ledger has %(ours)s accepted.")
            % {"theirs": count["accepted"], "ours": accepted},
        ),
        (read.wrong_language == 0, _("Every letter is in the language of its recipient's edition.")),
    ]
    for holds, sentence in checks:
        printing.say(f"{'✓' if holds else '✗'} {sentence}")
    return all(holds for holds, _sentence in checks)


def _where(ready: running.Running, password: str) -> None:
    printing.say("")
    printing.table(
        "",
        [_("Look at"), _("Address")],
        [
            [_("Officers' app"), ready.public_url],
            [_("Sign-in"), f"{APPROVER} / {password}"],
            [_("Mailbox of the sandbox"), ready.sandbox_url],
            [_("Newsroom"), f"{ready.public_url}/newsroom/sv/"],
        ],
        numbers_from=9,
    )


def _progress(campaigns: list[Campaign]) -> list[queries.Progress]:
    with transaction() as session:
        return [queries.progress(session, planning.get(session, str(one.id))) for one in campaigns]


def _until(condition: Callable[[], bool], otherwise: str, *, seconds: float = PATIENCE) -> None:
    end = clock.now().timestamp() + seconds
    while not condition():
        if clock.now().timestamp() > end:
            raise OutreachError(otherwise)
        time.sleep(0.2)
