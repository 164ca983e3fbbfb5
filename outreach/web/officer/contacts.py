"""People: looking for them, and one person's page with what they agreed to and what they got."""

from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from outreach.consent import queries as consents
from outreach.consent import suppressing
from outreach.consent.whom import Whom
from outreach.contacts import duplicates, fields, notices, queries
from outreach.contacts import search as contact_search
from outreach.contacts.models import OrganisationKind, Sector
from outreach.contacts.queries import Order
from outreach.foundation.settings import settings
from outreach.reporting import timeline
from outreach.reporting.timeline import Happening
from outreach.web.access import Db
from outreach.web.officer import choices, histories, words
from outreach.web.officer.page import number, page
from outreach.web.pages import redirect

router = APIRouter()

# A choice that is left open comes in as an empty text.
Open = BeforeValidator(lambda value: value or None)
Text = Annotated[Annotated[str, Field(max_length=400)] | None, Open]


def midnight(day: date) -> datetime:
    """Return when a day begins at the centre's first place."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings().timezones[0]))


class Filters(BaseModel):
    """What somebody looks for, in the page's address."""

    q: Annotated[str, Field(max_length=200)] = ""
    language: Text = None
    sector: Annotated[Sector | None, Open] = None
    kind: Annotated[OrganisationKind | None, Open] = None
    country: Text = None
    topic: Text = None
    tag: Text = None
    stopped: Text = None
    source: Text = None
    since: Annotated[date | None, Open] = None
    field: Text = None
    value: Annotated[str, Field(max_length=200)] = ""
    order: Annotated[Order, BeforeValidator(lambda value: value or Order.NEWEST)] = Order.NEWEST
    cursor: Text = None

    def whom(self) -> Whom:
        """Return whom it means."""
        return Whom(self.search(), topic=self.topic, stopped=self.stopped)

    def search(self) -> contact_search.Search:
        """Return the search that it means."""
        return contact_search.Search(
            text=self.q,
            language=self.language,
            sector=self.sector,
            kind=self.kind,
            country=self.country,
            tag=self.tag,
            source=self.source,
            since=midnight(self.since) if self.since else None,
            field=self.field,
            value=self.value if self.field else "",
        )

    def kept(self) -> dict[str, str]:
        """Return what is looked for, as the parameters of an address."""
        said = self.model_dump(mode="json", include=set(Filters.model_fields), exclude={"cursor"}, exclude_none=True)
        if self.order is Order.NEWEST:
            del said["order"]
        return {name: value for name, value in said.items() if value}

    def address(self, path: str, cursor: str | None) -> str | None:
        """Return the address of another page of the same search, None where there is none."""
        if cursor is None:
            return None
        return f"{path}?{urlencode({**self.kept(), 'cursor': cursor})}"

    def same(self, path: str) -> str:
        """Return an address about the same search."""
        return f"{path}?{urlencode(self.kept())}" if self.kept() else path

    @property
    def is_narrow(self) -> bool:
        """Tell whether anything is looked for."""
        return bool(set(self.kept()) - {"order"})

    @property
    def is_detailed(self) -> bool:
        """Tell whether any of the filters that are seldom needed is set."""
        return bool(set(self.kept()) & {"stopped", "source", "since", "field"})


@router.get("/contacts")
def listing(request: Request, session: Db, filters: Annotated[Filters, Query()]) -> Response:
    """List people, those found by the filters."""
    return page(
        request,
        "contacts/list",
        at="contacts",
        filters=filters,
        pages=consents.people(session, filters.whom(), order=filters.order, cursor=filters.cursor),
        choices=choices.of(session),
        more=[choices.stopped()],
        own_fields=choices.own_fields(session),
        orders=choices.orders(),
    )


@router.get("/contacts/{contact_id}")
def show(
    request: Request,
    contact_id: str,
    session: Db,
    only: Annotated[Happening | None, Open, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """Show one person, with what happened; whoever was merged into somebody is shown as they are now."""
    merged_into = queries.merged_into(session, number(contact_id))
    if merged_into is not None:
        return redirect(f"/contacts/{merged_into}")
    person = queries.person(session, number(contact_id))
    happened = timeline.of(session, person.contact, only=only, cursor=cursor)
    letters = [one for one in happened.items if one.letter]
    return page(
        request,
        "contacts/detail",
        at="contacts",
        contact=person.contact,
        organisation=person.organisation,
        standing=consents.standing(session, person.contact),
        told=notices.of(session, person.contact.id),
        stopped=suppressing.of_address(session, person.contact.address),
        own_fields=[
            (fields.label(one), fields.shown(one, person.contact.fields[one.key]))
            for one in fields.listed(session)
            if one.key in person.contact.fields
        ],
        twins=duplicates.of(session, person.contact),
        only=only,
        kinds=words.happenings(),
        happened=happened,
        histories={one.key: histories.of(one.letter, one.events) for one in letters if one.letter},
    )
