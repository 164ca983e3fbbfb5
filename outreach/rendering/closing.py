"""How a letter ends, for HTML and text alike: why it came, what the reader can change, who sent it from where.

Every issue and release names the sender with a postal address and carries a way out (RFC 8058 §1, GDPR Art. 21(4));
a system mail has nothing to leave.
"""

from collections.abc import Collection
from dataclasses import dataclass

from outreach.foundation.locale import NAMES, pgettext
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge
from outreach.rendering.blocks import Link
from outreach.rendering.edition import Kind, Sibling
from outreach.rendering.part import Part


@dataclass(frozen=True, slots=True)
class Closing:
    """The last lines of one language of a letter, in the words of that language."""

    language: str
    why: str
    actions: tuple[Link, ...]
    also_in_label: str
    also_in: tuple[Sibling, ...]
    reply: str
    organisation: str
    address: tuple[str, ...]

    @property
    def sibling_links(self) -> tuple[tuple[str, Link], ...]:
        """Return the other languages as links in their own names, each with its tag."""
        return tuple((one.language, Link(one.url, NAMES.get(one.language, one.language))) for one in self.also_in)


def closing(part: Part, beside: Collection[str] = ()) -> Closing:
    """Write the closing of a part, in the language in use; `beside` are the languages that stand in the same letter.

    The second language of a letter says only why it came and how to leave: the rest is said once.
    """
    edition = part.edition
    is_short = part.second or edition.kind is Kind.SYSTEM
    return Closing(
        language=part.language,
        why=_why(part) + _notice(part),
        actions=() if edition.kind is Kind.SYSTEM else _actions(part),
        also_in_label=_("Read in another language:"),
        also_in=() if is_short else tuple(one for one in edition.also_in if one.language not in beside),
        reply="" if is_short or edition.is_public else _("Do reply to this e-mail. A person reads it."),
        organisation="" if part.second else edition.brand.name,
        address=() if part.second else _lines(edition.brand.postal_address),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _notice(part: Part) -> str:
    return merge.token("notice") if part.edition.has_notice and not part.second and not part.edition.is_public else ""


def _why(part: Part) -> str:
    edition = part.edition
    if edition.kind is Kind.SYSTEM:
        return edition.why
    if edition.is_public:
        name = edition.from_name or edition.brand.name
        return _("This is the web version of a letter to the subscribers of %(name)s.") % {"name": name}
    if edition.kind is Kind.RELEASE:
        return _("You are on the mailing list for press releases from %(organisation)s.") % {
            "organisation": edition.brand.organisation
        }
    name = edition.from_name or edition.brand.name
    if part.topics:
        return _("You receive this letter because you subscribe to %(name)s on %(topics)s.") % {
            "name": name,
            "topics": part.topics,
        }
    return _("You receive this letter because you subscribe to %(name)s.") % {"name": name}


def _actions(part: Part) -> tuple[Link, ...]:
    if part.edition.is_public:
        return (Link(part.subscribe_url, _("Subscribe")),)
    change = Link(part.preferences_url, _("Change topics or language"))
    pause = Link(f"{part.preferences_url}#pause", pgettext("subscription", "Pause"))
    leave = Link(part.unsubscribe_url, _("Unsubscribe"))
    return (change, leave) if part.edition.kind is Kind.RELEASE else (change, pause, leave)
