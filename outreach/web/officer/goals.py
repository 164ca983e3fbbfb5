"""Communication goals: all of them with their verdicts, and setting one for a campaign."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from outreach.accounts.roles import Action
from outreach.campaigns import overview
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.reporting import goals
from outreach.reporting.models import Metric
from outreach.segments import rules
from outreach.web.access import Db, may
from outreach.web.officer import report
from outreach.web.officer.campaign import Found
from outreach.web.officer.page import act, page

router = APIRouter()
of_campaign = APIRouter(prefix="/campaigns/{campaign_id}")


@router.get("/goals")
def listing(request: Request, session: Db) -> Response:
    """List every goal with what is known now."""
    judged = goals.judged(session)
    names = overview.names(session, {one.goal.campaign_id for one in judged})
    return page(
        request,
        "goals",
        at="goals",
        goals=list(reversed(judged)),
        names=names,
        chart=report.goal_chart(judged),
    )


@of_campaign.post("/goals", dependencies=[Depends(may(Action.PLAN))])
def add(
    shown: Found,
    session: Db,
    name: Annotated[str, Form(max_length=200)] = "",
    metric: Annotated[Metric, Form()] = Metric.OPEN_RATE,
    target: Annotated[str, Form(max_length=10)] = "",
    language: Annotated[str, Form(max_length=20)] = "",
    kind: Annotated[str, Form(max_length=40)] = "",
    sector: Annotated[str, Form(max_length=40)] = "",
    days: Annotated[int, Form(ge=1, le=90)] = 14,
) -> Response:
    """Set a goal, before the launch."""

    def set_goal() -> str:
        if not name.strip():
            raise Refused(_("Give the goal a name."))
        goals.add(
            session,
            shown.campaign,
            name=name.strip(),
            metric=metric,
            target=_share(target),
            population=rules.parse_json(_rule({"language": language, "kind": kind, "sector": sector})),
            within_days=days,
        )
        return _("The goal is set.")

    return act(session, set_goal, back=f"{shown.address}/review#goals")


def _share(text: str) -> float:
    try:
        return float(text.strip().rstrip("%").strip().replace(",", ".")) / 100
    except ValueError as wrong:
        raise Refused(_("Write the target in per cent, such as 40.")) from wrong


def _rule(fields: dict[str, str]) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{name: [value]} for name, value in fields.items() if value]
    return ({"all": parts} if len(parts) > 1 else parts[0]) if parts else {"everyone": True}


router.include_router(of_campaign)
