"""What programs talk to: providers' webhooks, and the JSON API.

It answers errors as problem details (RFC 9457) and keeps no rule of its own: pages and programs call the same verbs.
"""

from fastapi import APIRouter

from outreach.api import hooks, inbound

router = APIRouter()
router.include_router(inbound.router)  # before the hooks of providers, of whom none may be called so
router.include_router(hooks.router)
