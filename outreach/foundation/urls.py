"""Every public address of the product, built from the configured public address and never from a request.

A test proves that each function here is answered by a route.
"""

from uuid import UUID

from outreach.foundation.settings import settings
from outreach.foundation.signing import Purpose, sign


def home() -> str:
    """Return the officers' app."""
    return f"{settings().public_url}/"


def invitation(invitation_id: UUID) -> str:
    """Return the page on which a member of staff chooses a password."""
    return f"{settings().public_url}/invitation/{sign(Purpose.INVITATION, invitation_id)}"


def unsubscribe_base() -> str:
    """Return what stands before the token in every unsubscribe address."""
    return f"{settings().public_url}/unsubscribe/"


def unsubscribe(delivery: UUID) -> str:
    """Return the page and one-click address that ends a subscription (RFC 8058)."""
    return f"{unsubscribe_base()}{sign(Purpose.UNSUBSCRIBE, delivery)}"


def subscribe(language: str) -> str:
    """Return the page where anybody may sign up for letters."""
    return f"{settings().public_url}/subscribe?language={language}"


def subscribe_form() -> str:
    """Return where a form on somebody's website leads."""
    return f"{settings().public_url}/subscribe/form"


def subscribe_script() -> str:
    """Return the script that makes a form on somebody's website pleasant."""
    return f"{settings().public_url}/subscribe/form.js"


def subscribed() -> str:
    """Return the page that tells whoever signed up to look into their mailbox."""
    return f"{settings().public_url}/subscribe/sent"


def confirm(sign_up: UUID) -> str:
    """Return the page that confirms a sign-up."""
    return f"{settings().public_url}/confirm/{sign(Purpose.CONFIRM, sign_up)}"


def preferences(delivery: UUID) -> str:
    """Return the preference page of a letter's recipient."""
    return f"{settings().public_url}/preferences/{sign(Purpose.PREFERENCES, delivery)}"


def left(parting: UUID) -> str:
    """Return the page after leaving, from where it can be undone."""
    return f"{settings().public_url}/left/{sign(Purpose.GO_BACK, parting)}"


def personal(fresh_link: UUID) -> str:
    """Return the page that opens a reader's own data, once."""
    return f"{settings().public_url}/personal/{sign(Purpose.FRESH, fresh_link)}"


def move_from(move: UUID) -> str:
    """Return the page on which the old mailbox agrees to a change of address."""
    return f"{settings().public_url}/address/{sign(Purpose.MOVE_FROM, move)}"


def move_to(move: UUID) -> str:
    """Return the page on which the new mailbox agrees to a change of address."""
    return f"{settings().public_url}/address/{sign(Purpose.MOVE_TO, move)}"


def accessibility() -> str:
    """Return the accessibility statement."""
    return f"{settings().public_url}/accessibility"


def letter(delivery: UUID) -> str:
    """Return the web version of a letter as it was sent, without personal fields."""
    return f"{settings().public_url}/letters/{sign(Purpose.LETTER, delivery)}"


def archived(key: str, language: str) -> str:
    """Return the public page of a published newsletter issue."""
    return f"{settings().public_url}/letters/{key}/{language}"


def open_pixel(delivery: UUID) -> str:
    """Return the picture whose fetching tells of an open."""
    return f"{settings().public_url}/o/{sign(Purpose.OPEN, delivery)}.gif"


def click(delivery: UUID, link_key: str) -> str:
    """Return the address that counts a click and leads on."""
    return f"{settings().public_url}/c/{sign(Purpose.CLICK, delivery)}-{link_key}"


def letters(language: str) -> str:
    """Return the list of published newsletters in a language."""
    return f"{settings().public_url}/letters/?language={language}"


def newsroom(language: str) -> str:
    """Return the newsroom's front page in a language."""
    return f"{settings().public_url}/newsroom/{language}/"


def release(key: str, language: str) -> str:
    """Return the public page of a release in a language."""
    return f"{settings().public_url}/newsroom/{language}/{key}"


def media(name: str) -> str:
    """Return a picture's or file's address; `name` holds its content hash, so it never changes."""
    return f"{settings().media_url or settings().public_url + '/media'}/{name}"


def provider_hook(provider: str) -> str:
    """Return the address that a provider reports to."""
    return f"{settings().public_url}/hooks/{provider}"
