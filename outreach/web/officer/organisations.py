"""Organisations: looking for them, and one with its people."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from outreach.contacts import queries
from outreach.contacts.models import Organisation
from outreach.web.access import Db
from outreach.web.officer import choices
from outreach.web.officer.contacts import Filters
from outreach.web.officer.page import number, page

router = APIRouter()

FIELDS = ("kind", "sector", "language", "country")


@router.get("/organisations")
def listing(request: Request, session: Db, filters: Annotated[Filters, Query()]) -> Response:
    """List organisations, those found by the filters."""
    return page(
        request,
        "organisations/list",
        at="organisations",
        filters=filters,
        pages=queries.organisations(session, filters.search(), cursor=filters.cursor),
        choices=[field for field in choices.of(session) if field.name in FIELDS],
    )


@router.get("/organisations/{organisation_id}")
def show(request: Request, organisation_id: str, session: Db, filters: Annotated[Filters, Query()]) -> Response:
    """Show one organisation with the people we know there."""
    row = queries.organisation(session, number(organisation_id))
    return page(
        request,
        "organisations/detail",
        at="organisations",
        row=row,
        organisation=session.get_one(Organisation, row.id),
        filters=filters,
        pages=queries.of_organisation(session, row.id, cursor=filters.cursor),
    )
