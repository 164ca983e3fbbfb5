"""People who get no letters any more: nothing goes by itself, somebody decides about each (GDPR Art. 5(1)(e))."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.consent.models import Subscription, SubscriptionState
from outreach.contacts import queries
from outreach.contacts.models import Contact
from outreach.contacts.queries import PersonRow
from outreach.contacts.search import Search
from outreach.delivery import queries as deliveries
from outreach.foundation.paging import Page
from outreach.privacy.models import LegalHold


def listed(session: Session, *, days: int, cursor: str | None = None) -> Page[PersonRow]:
    """List contacts of at least so many days who subscribe to nothing and to whom nothing went since; none held."""
    moment: Any = sa.func.now() - sa.func.make_interval(0, 0, 0, days)
    subscribed = sa.exists().where(
        col(Subscription.contact_id) == col(Contact.id), col(Subscription.state) == SubscriptionState.SUBSCRIBED
    )
    held = sa.exists().where(col(LegalHold.contact_id) == col(Contact.id))
    return queries.listed(
        session,
        Search(),
        col(Contact.created_at) < moment,
        col(Contact.updated_at) < moment,
        ~subscribed,
        ~held,
        ~deliveries.written_to_since(col(Contact.id), moment),
        cursor=cursor,
    )
