"""Pages for staff: what waits, what is written, what is sent, what came back, and to whom."""

from fastapi import APIRouter, Depends

from outreach.accounts.roles import Action
from outreach.web.access import may
from outreach.web.officer import (
    account,
    agenda,
    audit,
    bulk,
    campaign_steps,
    campaigns,
    composing,
    contact_fields,
    contact_forms,
    contact_notes,
    contacts,
    data_protection,
    deliveries,
    delivery,
    duplicates,
    exports,
    goals,
    imports,
    invitation,
    language,
    leavings,
    organisation_forms,
    organisations,
    permissions,
    person_data,
    pieces,
    previews,
    progress,
    replanning,
    report,
    retargeting,
    revisions,
    second_factor,
    segment,
    segment_lists,
    segments,
    senders,
    sign_in,
    sign_up,
    staff,
    steering,
    style_guide,
    suppressions,
    tags,
    today,
    uncertain,
)

router = APIRouter()
for for_anybody in (sign_in, invitation, language):
    router.include_router(for_anybody.router)
for for_staff in (
    today,
    account,
    second_factor,
    composing,  # before the pieces: `/pieces/new` is no key
    pieces,
    revisions,
    previews,
    campaigns,  # before the steps: `/campaigns/new` is no id
    campaign_steps,
    replanning,
    retargeting,
    steering,
    progress,
    agenda,
    uncertain,
    suppressions,
    leavings,
    delivery,
    report,
    goals,
    deliveries,
    imports,  # before the people: `/contacts/import` is no id
    exports,
    permissions,  # nor is `/contacts/untold`
    bulk,
    tags,
    duplicates,
    contact_forms,
    contact_notes,
    contacts,
    person_data,
    data_protection,
    organisation_forms,
    organisations,
    contact_fields,
    segment_lists,
    segments,
    segment,  # after the others: `/segments/new` is no id
    senders,
    sign_up,
    staff,
    audit,
    style_guide,
):
    # Here, so that no page can forget it; what needs more than looking says so itself.
    router.include_router(for_staff.router, dependencies=[Depends(may(Action.LOOK))])
