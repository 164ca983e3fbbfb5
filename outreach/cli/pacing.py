"""`outreach pacing`: lanes, caps, plans for new senders, and what is held."""

from typing import Annotated

import typer
from sqlmodel import Session, select

from outreach.accounts import audit
from outreach.cli import printing
from outreach.delivery import lanes
from outreach.delivery.models import HoldKind, Scope, Sender
from outreach.delivery.pacing import caps, families, warmup
from outreach.delivery.pacing.defaults import Limits
from outreach.delivery.pacing.holds import Held
from outreach.delivery.providers import PROVIDERS
from outreach.foundation.database import transaction
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _

app = typer.Typer(help="Pacing: how fast letters leave, and what holds them.", no_args_is_help=True)

Number = Annotated[int | None, typer.Option(help="Letters, or requests; nothing for no cap.")]
Lane = Annotated[str, typer.Argument(help="A lane, or one of its domains.")]


@app.command()
def show(json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """Show each lane: what waits, what left against its caps, and what holds it."""
    with transaction() as session:
        found = lanes.overview(session)
        elsewhere = lanes.halted_elsewhere(session)
    if json:
        printing.as_json(found)
        return
    printing.table(
        "",
        [_("Lane"), _("Waiting"), _("Left this hour"), _("Left this day"), _("Held")],
        [
            [
                one.key or _("all others"),
                one.waiting,
                _of(one.left_hour, one.limits.per_hour),
                _of(one.left_day, one.limits.per_day),
                " ".join(map(_sentence, one.holds)),
            ]
            for one in found
        ],
        numbers_from=1,
    )
    for held in elsewhere:
        printing.say(f"{held.key}: {_sentence(held)}")


@app.command()
def halt(lane: Lane, reason: Annotated[str, typer.Option(help="Why, for those who see it.")]) -> None:
    """Let nothing leave for a lane until it is released."""
    with transaction() as session:
        key = _lane(session, lane)
        lanes.halt(session, key, reason)
        audit.append(session, actor=audit.COMMAND_LINE, action="lane.halt", subject=f"lane:{key}")
    printing.say(_("%(lane)s is halted.") % {"lane": key})


@app.command()
def release(lane: Lane) -> None:
    """Let a lane go on, whatever held it."""
    with transaction() as session:
        key = _lane(session, lane)
        lanes.release(session, key)
        audit.append(session, actor=audit.COMMAND_LINE, action="lane.release", subject=f"lane:{key}")
    printing.say(_("%(lane)s goes on.") % {"lane": key})


@app.command()
def cap(
    scope: Scope,
    key: str,
    per_second: Number = None,
    per_hour: Number = None,
    per_day: Number = None,
    at_once: Number = None,
) -> None:
    """Cap a provider, a sender or a lane; what is not given is not capped."""
    limits = Limits(per_second, per_hour, per_day, at_once)
    with transaction() as session:
        key = _key(session, scope, key)
        caps.set_limits(session, scope, key, limits)
        subject, detail = f"{scope}:{key}", {name: value for name, value in vars(limits).items() if value is not None}
        audit.append(session, actor=audit.COMMAND_LINE, action="cap.set", subject=subject, detail=detail)
    printing.say(_("The caps count from now on."))


@app.command()
def uncap(scope: Scope, key: str) -> None:
    """Let the defaults count again."""
    with transaction() as session:
        key = _key(session, scope, key)
        caps.reset(session, scope, key)
        audit.append(session, actor=audit.COMMAND_LINE, action="cap.reset", subject=f"{scope}:{key}")
    printing.say(_("The defaults count from now on."))


@app.command("warm-up")
def warm_up(
    scope: Scope,
    key: str,
    steps: Annotated[str | None, typer.Option(help="Letters a day, as 200,400,800.")] = None,
    days: Annotated[int | None, typer.Option(help="Days that each step lasts.")] = None,
    end: Annotated[bool, typer.Option("--end", help="Let no plan count any more.")] = False,
) -> None:
    """Make a new sender or provider known: so many letters a day at first, and more with each step."""
    with transaction() as session:
        key = _key(session, scope, key)
        if end:
            warmup.end(session, scope, key)
        else:
            warmup.start(session, scope, key, steps=_steps(steps), days=days)
        action = "warm_up.end" if end else "warm_up.start"
        audit.append(session, actor=audit.COMMAND_LINE, action=action, subject=f"{scope}:{key}")
        plan = warmup.standing(session).get((scope, key))
    if plan:
        values = {"first": plan.steps[0], "last": plan.steps[-1], "until": plan.ends_at.date()}
        printing.say(_("From %(first)s letters a day to %(last)s; no cap is left of it after %(until)s.") % values)
    else:
        printing.say(_("No plan counts any more."))


def _key(session: Session, scope: Scope, given: str) -> str:
    """Return the key that a person means by a name. Raises NotFound for an unknown provider or sender."""
    match scope:
        case Scope.LANE:
            return families.known().get(given.lower(), given.lower())
        case Scope.PROVIDER if given in PROVIDERS:
            return given
        case Scope.SENDER if sender := session.exec(select(Sender).where(Sender.key == given)).one_or_none():
            return str(sender.id)
    nobody = _("There is no provider “%(name)s”.") if scope is Scope.PROVIDER else _("There is no sender “%(name)s”.")
    raise NotFound(nobody % {"name": given})


def _lane(session: Session, given: str) -> str:
    lane = families.of_domains(session).get(given.lower())
    if lane is None:
        raise NotFound(
            _("“%(domain)s” has no lane; cap it first, and the next launch gives it one.") % {"domain": given}
        )
    return lane


def _steps(given: str | None) -> list[int] | None:
    if given is None:
        return None
    try:
        return [int(one) for one in given.split(",")]
    except ValueError as wrong:
        raise Refused(_("Write the steps as 200,400,800.")) from wrong


def _of(number: int, limit: int | None) -> str:
    return f"{number} / {limit}" if limit else str(number)


def _sentence(held: Held) -> str:
    until = f" ({held.until:%Y-%m-%d %H:%M} UTC)" if held.until else ""
    said = f" – {held.reason}" if held.reason and held.kind is not HoldKind.FULL else ""
    return f"{held.sentence()}{until}{said}"
