"""Pages and addresses for readers: letters, choices, the newsroom, and what tells of opens and clicks.

It sets no cookie and needs no script; a GET changes nothing, whoever sends it.
"""

from fastapi import APIRouter

from outreach.web.public import (
    accessibility,
    choices,
    confirming,
    leaving,
    letters,
    moving,
    newsroom,
    personal,
    subscribing,
    unsubscribing,
)

router = APIRouter(include_in_schema=False)
for room in (
    unsubscribing,
    leaving,
    choices,
    personal,
    moving,
    letters,
    newsroom,
    subscribing,
    confirming,
    accessibility,
):
    router.include_router(room.router)
