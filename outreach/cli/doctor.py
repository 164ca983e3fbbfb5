"""`outreach doctor`: every setting, where it came from, and what is wrong."""

from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy import text

from outreach.accounts import seals
from outreach.cli import printing, restoring
from outreach.delivery import checking, events, guard, heartbeats, providers, senders
from outreach.delivery.interface import Tracking
from outreach.foundation import http, locale, redis, rights, schema
from outreach.foundation import settings as given
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError
from outreach.foundation.locale import gettext as _
from outreach.foundation.places import static


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    settings: Annotated[bool, typer.Option("--settings", help="Only list the settings.")] = False,
) -> None:
    """Print every setting with its origin, then what is wrong; exit status 1 when something is."""
    found = given.given()
    own = given.settings()
    rows = []
    for name in given.Settings.model_fields:
        if name == "providers":
            continue
        value = getattr(own, name)
        one = found.get(name.upper())
        rows.append([f"OUTREACH_{name.upper()}", _masked(name.upper(), value), one.origin if one else _("default")])
    for provider, names in given.PROVIDER_SETTINGS.items():
        for name in sorted(names):
            one = found.get(f"{provider}_{name}")
            if one or provider == own.provider.upper():
                shown = _masked(name, one.value if one else None)
                rows.append([f"OUTREACH_{provider}_{name}", shown, one.origin if one else _("not set")])
    printing.table("", [_("Setting"), _("Value"), _("From")], rows, numbers_from=9)
    if not settings and any([not _check(name, probe) for name, probe in PROBES.items()]):  # noqa: C419 - all are run
        raise typer.Exit(1)


def _masked(name: str, value: object) -> str:
    if value is None or value == "":
        return "–"
    text_value = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if any(name.endswith(one) for one in ("KEY", "PASSWORD", "TOKEN", "RETIRED")):
        return "••••"
    if name in {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"} and "@" in text_value:
        scheme, _separator, rest = text_value.partition("://")
        return f"{scheme}://••••@{rest.rpartition('@')[2]}"
    return text_value


def _check(name: str, probe: Callable[[], str]) -> bool:
    try:
        said = probe()
    except OutreachError as fault:
        printing.say(f"✗ {name}: {fault.message}")
        return False
    printing.say(f"✓ {name}: {said}")
    return True


def _postgres() -> str:
    with transaction() as session:
        version = session.execute(text("SHOW server_version")).scalar_one()
        return f"PostgreSQL {version}"


def _redis() -> str:
    return redis.version()


def _schema() -> str:
    with transaction():  # which says in a sentence that PostgreSQL is away
        return schema.state()


def _rights() -> str:
    with transaction() as session:
        held = rights.standing(session)
    if held is rights.Standing.OPEN:
        raise OutreachError(
            _(
                "only triggers keep the consent ledger and the audit log from being changed; let somebody who may "
                "make roles run 'CREATE ROLE {role}; GRANT {role} TO …' once, then run 'outreach migrate'."
            ).format(role=rights.ROLE)
        )
    if held is rights.Standing.ROLE:
        return _("the consent ledger and the audit log are closed to changes; the same login owns the tables")
    return _("the consent ledger and the audit log are closed to changes; another login owns the tables")


def _assets() -> str:
    if not (static() / "manifest.json").exists():
        raise OutreachError(_("The front-end assets are not built; run 'make assets'."))
    return str(static())


def _workers() -> str:
    with transaction() as session:
        alive = heartbeats.last(session)
    return ", ".join(f"{queue} {at:%H:%M:%S} UTC" for queue, at in alive.items()) or _("none has been seen yet")


def _provider() -> str:
    name = given.settings().provider
    health = http.run(providers.load(name).health())
    if not health.is_well and name == "sandbox":  # which runs where somebody tries things out
        return _("the sandbox is not running; 'outreach up' starts one")
    if not health.is_well:
        raise OutreachError(health.said)
    if providers.PROVIDERS[name].capabilities.tracking is Tracking.ACCOUNT:
        where = _("its own open and click tracking can be switched off only there")
        return f"{health.said}; {where}"
    return health.said


def _reports() -> str:
    with transaction() as session:
        gaps = events.gaps(session)
    if gaps:
        raise OutreachError(
            _("Redis was emptied at {time} UTC; reports of the seconds before may be missing.").format(
                time=f"{gaps[0]:%Y-%m-%d %H:%M:%S}"
            )
        )
    return _("none is known to be missing")


def _senders() -> str:
    with transaction() as session:
        found = senders.listed(session)
        known = checking.standings(session, found)
    stopped = [one.key for one in found if known[one.id].is_stopping]
    if stopped:
        said = _("no campaign leaves from %(keys)s; 'outreach sender check' says why.")
        raise OutreachError(said % {"keys": ", ".join(stopped)})
    return ", ".join(one.key for one in found) or _("none has been added yet")


def _sending() -> str:
    with transaction() as session:
        doubt = guard.standing(session).doubt
    if doubt is not None:
        raise OutreachError(restoring.explained(doubt))
    return _("open")


def _inbound() -> str:
    own = given.settings()
    if own.inbound_key and not own.inbound_address:
        raise OutreachError(_("OUTREACH_INBOUND_KEY is set, but no letter names OUTREACH_INBOUND_ADDRESS."))
    if own.inbound_address is None:
        return _("letters can be left by web only; OUTREACH_INBOUND_ADDRESS is not set")
    by_web = _("what comes to %(address)s is taken at /hooks/inbound")
    by_pipe = _("what comes to %(address)s has to be piped into 'outreach mail read -'")
    return (by_web if own.inbound_key else by_pipe) % {"address": own.inbound_address}


def _audit() -> str:
    with transaction() as session:
        found = seals.verify(session)
    numbers = {"number": locale.number(found.sealed), "disposed": locale.number(found.disposed), "head": found.head}
    if found.broken:
        places = ", ".join(map(str, found.broken[:5]))
        raise OutreachError(
            _("The audit log was changed: seal %(places)s does not fit its line. Compare it with a backup.")
            % {"places": places}
        )
    said = _("%(number)s lines fit their seals, %(disposed)s were disposed of; the last seal is %(head)s") % numbers
    if found.unsealed:
        said += "; " + _("%(number)s are not sealed yet") % {"number": locale.number(found.unsealed)}
    return said


PROBES: dict[str, Callable[[], str]] = {
    "postgresql": _postgres,
    "redis": _redis,
    "schema": _schema,
    "rights": _rights,
    "assets": _assets,
    "workers": _workers,
    "provider": _provider,
    "reports": _reports,
    "senders": _senders,
    "leaving by mail": _inbound,
    "sending": _sending,
    "audit log": _audit,
}
