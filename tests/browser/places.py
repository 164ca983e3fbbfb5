"""Every page there is: which routes are pages, and where to look at each of them in the running demo.

A route that stands in neither table fails `test_pages`, so that no page can be forgotten.
"""

import csv
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.browser import sign_ups
from tests.browser.site import Site
from tests.delivery import zones
from tests.whole.crowd import CONTENT

# Answers that are no pages: for machines, for pictures, and the frame's moving part.
NO_PAGES = {
    "/api/v1/openapi.json",
    "/c/{text}",
    "/campaigns/{campaign_id}/progress",
    "/campaigns/{campaign_id}/time",
    "/contacts/import/{import_id}/refused.csv",
    "/healthz",
    "/media/{name}",
    "/metrics",
    "/o/{token}.gif",
    "/readyz",
    "/subscribe/form.js",
}


FAILING = "centrum"  # a sender whose key is not published and whose policy is of the old kind
SUPPRESSIONS = {
    "bounced": "hard_bounce",
    "complained": "complaint",
    "unsubscribed": "unsubscribed",
    "by_hand": "manual",
    "erased": "erased",
}
# What goes wrong in the demo for the pages that show it, with how often the held campaign is named in it. Its provider
# cannot be asked, so that nobody finds out meanwhile.
TROUBLE = (
    ("UPDATE mailing SET provider = 'smtp' WHERE id = %s", 1),
    ("UPDATE batch SET attempts = 1 WHERE mailing_id = %s", 1),
    (
        "UPDATE delivery SET state = 'ambiguous', reason = 'ReadTimeout', changed_at = now() WHERE id IN "
        "(SELECT id FROM delivery WHERE mailing_id = %s ORDER BY id LIMIT 2)",
        1,
    ),
    (
        "UPDATE delivery SET state = 'bounced_soft', reason = '550 Domain frequency limited', accepted_at = now(), "
        "changed_at = now(), bounced_at = now(), address = replace(id::text, '-', '') || '@qq.com' WHERE id IN "
        "(SELECT id FROM delivery WHERE mailing_id = %s ORDER BY id DESC LIMIT 1)",
        1,
    ),
    (
        "INSERT INTO hold (scope, key, kind, priority, until, reason, step) VALUES "
        "('lane', 'qq.com', 'throttled', 0, now() + interval '1 hour', '550 Domain frequency limited', 1), "
        "('lane', '163.com', 'halted', 0, NULL, 'Asking them first', 1) ON CONFLICT DO NOTHING",
        0,
    ),
    (
        "INSERT INTO departure (id, mailing_id, sender_id, provider, lane, letters) "
        "SELECT uuidv7(), id, sender_id, provider, 'gmail.com', 20 FROM mailing WHERE id = %s",
        1,
    ),
    (
        "INSERT INTO provider_health (provider, is_well, said) VALUES ('smtp', false, 'ConnectError') "
        "ON CONFLICT DO NOTHING",
        0,
    ),
)
CAMPAIGNS = ("newsletter", "release", "draft", "ready", "held", "given_up")


@dataclass(frozen=True)
class Places:
    """What the pages are about: a campaign in each state, pieces, people, a reader's own links.

    Its fields are the names in braces in the tables below.
    """

    newsletter: str
    release: str
    draft: str
    ready: str
    held: str
    given_up: str
    stopped: str
    unapproved: str
    revision: str
    person: str
    written_to: str
    organisation: str
    letter: str
    press_letter: str
    unsubscribe: str
    press_unsubscribe: str
    preferences: str
    left: str
    personal: str
    invitation: str
    colleague: str
    old_mailbox: str
    delivery: str
    bounced: str
    complained: str
    unsubscribed: str
    by_hand: str
    erased: str
    change_done: str
    change_waiting: str
    file_asked: str
    file_checked: str
    file_applied: str
    file_undone: str
    file_unusable: str
    file_encoded: str
    sign_up: str
    signed_up: str
    segment: str
    list: str

    def paths(self, table: Sequence[str], language: str) -> list[str]:
        """Fill a route's line of a table."""
        below = "sv" if language == "en" else "en"
        return [one.format(**asdict(self), language=language, below=below) for one in table]


def _of_each(step: str) -> list[str]:
    return [f"/campaigns/{{{one}}}{step}" for one in CAMPAIGNS]


Table = Mapping[str, Sequence[str]]

STAFF: Table = {
    "/": ["/"],
    "/account": ["/account"],
    "/newsletters": ["/newsletters"],
    "/releases": ["/releases"],
    "/pieces/{key}": [
        "/pieces/ansvar-2026-04",
        "/pieces/2026-11-lonevagledning?layout=stacked&width=phone",
        "/pieces/{unapproved}",
    ],
    "/pieces/new": ["/pieces/new", "/pieces/new?kind=release"],
    "/pieces/{key}/compose": [
        "/pieces/{unapproved}/compose",
        "/pieces/ansvar-2026-03/compose",
        "/pieces/ansvar-2026-03/compose?left=zh-Hans&right=none&width=phone&scheme=dark&change=1",
    ],
    "/pieces/{key}/history": ["/pieces/{unapproved}/history", "/pieces/2026-11-lonevagledning/history"],
    "/pieces/{key}/history/{revision_id}": ["/pieces/{unapproved}/history/{revision}"],
    "/campaigns": ["/campaigns", "/campaigns?group=planned", "/campaigns?group=sending"],
    "/campaigns/new": ["/campaigns/new", "/campaigns/new?piece={unapproved}&language=sv&leaves=at"],
    "/campaigns/{campaign_id}": _of_each(""),
    "/campaigns/{campaign_id}/content": ["/campaigns/{draft}/content"],
    "/campaigns/{campaign_id}/audience": ["/campaigns/{newsletter}/audience", "/campaigns/{draft}/audience"],
    "/campaigns/{campaign_id}/review": [
        "/campaigns/{draft}/review",
        "/campaigns/{stopped}/review",
        "/campaigns/{newsletter}/review",
    ],
    "/campaigns/{campaign_id}/approve": _of_each("/approve"),
    "/campaigns/{campaign_id}/edit": ["/campaigns/{draft}/edit"],
    "/campaigns/{campaign_id}/audience/edit": ["/campaigns/{draft}/audience/edit"],
    "/account/second": ["/account/second"],
    "/audit": ["/audit", "/audit?area=campaign", "/audit?actor=nobody"],
    "/staff": ["/staff"],
    "/staff/{user_id}": ["/staff/{colleague}"],
    "/calendar": ["/calendar", "/calendar?month=2026-02", "/calendar?week=2026-W06"],
    "/campaigns/{campaign_id}/sending": _of_each("/sending"),
    "/campaigns/{campaign_id}/cancel": ["/campaigns/{held}/cancel", "/campaigns/{draft}/cancel"],
    "/campaigns/{campaign_id}/report": _of_each("/report"),
    "/campaigns/{campaign_id}/left-out": ["/campaigns/{newsletter}/left-out"],
    "/deliveries": [
        "/deliveries?campaign={newsletter}&state=bounced",
        "/deliveries?campaign={release}&state=ambiguous",
    ],
    "/campaigns/{campaign_id}/uncertain": ["/campaigns/{held}/uncertain", "/campaigns/{newsletter}/uncertain"],
    "/campaigns/{campaign_id}/uncertain/decide": [
        "/campaigns/{held}/uncertain/decide?decision=resend&whom=all",
        "/campaigns/{held}/uncertain/decide?decision=abandon&whom=all",
        "/campaigns/{held}/uncertain/decide?decision=resend&whom=ticked",
    ],
    "/delivery": ["/delivery"],
    "/delivery/returned": ["/delivery/returned", "/delivery/returned?days=7"],
    "/delivery/lanes/{lane}": ["/delivery/lanes/qq.com", "/delivery/lanes/163.com", "/delivery/lanes/gmail.com"],
    "/delivery/left": ["/delivery/left", "/delivery/left?days=365"],
    "/delivery/suppressions": ["/delivery/suppressions", "/delivery/suppressions?q=nobody-is-called-that"],
    "/delivery/suppressions/new": ["/delivery/suppressions/new"],
    "/delivery/suppressions/{suppression_id}": [f"/delivery/suppressions/{{{one}}}" for one in SUPPRESSIONS],
    "/contacts": [
        "/contacts",
        "/contacts?q=lin",
        "/contacts?q=nobody-is-called-that",
        "/contacts?stopped=any&order=name",
    ],
    "/contacts/new": ["/contacts/new"],
    "/contacts/tags": ["/contacts/tags"],
    "/contacts/tags/edit": ["/contacts/tags/edit?tag=pages"],
    "/contacts/duplicates": ["/contacts/duplicates"],
    "/contacts/duplicates/{first_id}/{second_id}": ["/contacts/duplicates/{person}/{written_to}"],
    "/contacts/change": [
        "/contacts/change?q=lin",
        "/contacts/change?q=lin&action=tag&new_tag=pages",
        "/contacts/change?q=lin&action=suppress&why=moved",
        "/contacts/change?q=nobody-is-called-that&action=tag&new_tag=pages",
    ],
    "/contacts/change/{change_id}": ["/contacts/change/{change_done}", "/contacts/change/{change_waiting}"],
    "/contacts/import": ["/contacts/import"],
    "/contacts/import/{import_id}": [
        "/contacts/import/{file_checked}",
        "/contacts/import/{file_asked}",
        "/contacts/import/{file_applied}",
        "/contacts/import/{file_undone}",
        "/contacts/import/{file_unusable}",
        "/contacts/import/{file_encoded}",
    ],
    "/contacts/import/{import_id}/rows": [
        "/contacts/import/{file_checked}/rows?verdict=changed",
        "/contacts/import/{file_checked}/rows?verdict=refused",
        "/contacts/import/{file_checked}/rows?verdict=same",
    ],
    "/contacts/export": ["/contacts/export"],
    "/contacts/untold": ["/contacts/untold", "/contacts/untold?overdue=1"],
    "/contacts/{contact_id}/data": ["/contacts/{written_to}/data"],
    "/contacts/{contact_id}/erase": ["/contacts/{written_to}/erase", "/contacts/{person}/erase"],
    "/data-protection": ["/data-protection"],
    "/data-protection/idle": ["/data-protection/idle"],
    "/data-protection/records": ["/data-protection/records"],
    "/data-protection/{matter}": ["/data-protection/events", "/data-protection/audit"],
    "/contacts/{contact_id}/objection": ["/contacts/{written_to}/objection"],
    "/contacts/{contact_id}": [
        "/contacts/{written_to}",
        "/contacts/{person}",
        "/contacts/{person}?only=note",
        "/contacts/{written_to}?only=letter",
    ],
    "/contacts/{contact_id}/edit": ["/contacts/{person}/edit"],
    "/organisations": ["/organisations", "/organisations?q=nothing-is-called-that"],
    "/organisations/new": ["/organisations/new"],
    "/organisations/{organisation_id}": ["/organisations/{organisation}"],
    "/organisations/{organisation_id}/edit": ["/organisations/{organisation}/edit"],
    "/segments": ["/segments"],
    "/segments/new": [
        "/segments/new?include=sector%3Dtextiles+and+%28country%3DCN+or+not_mailed_within%3D14d%29&exclude=tag%3Dvip",
        "/segments/new",
    ],
    "/segments/people": [
        "/segments/people?include=kind%3Dcompany&reason=no_consent",
        "/segments/people?include=tag%3Dx",
    ],
    "/segments/lists/new": ["/segments/lists/new"],
    "/segments/{segment_id}": ["/segments/{segment}", "/segments/{list}"],
    "/segments/{segment_id}/edit": ["/segments/{segment}/edit"],
    "/segments/{segment_id}/delete": ["/segments/{segment}/delete", "/segments/{list}/delete"],
    "/goals": ["/goals"],
    "/fields": ["/fields"],
    "/fields/new": ["/fields/new"],
    "/fields/{key}": ["/fields/pages_level"],
    "/senders": ["/senders"],
    "/senders/new": ["/senders/new"],
    "/senders/{key}": [f"/senders/{FAILING}", "/senders/newsletter"],
    "/senders/{key}/edit": [f"/senders/{FAILING}/edit"],
    "/sign-up": ["/sign-up"],
    "/sign-up/texts/{kind}/{language}": ["/sign-up/texts/notice/sv", "/sign-up/texts/transfer/zh-Hans"],
    "/style-guide": ["/style-guide"],
}

# With the language in the address, as every reader chooses it.
PUBLIC: Table = {
    "/sign-in/code": ["/sign-in/code"],  # for a stranger, the door
    "/sign-in": ["/sign-in", "/sign-in?next=/campaigns"],
    "/unsubscribe/{token}": ["{unsubscribe}?language={language}", "{press_unsubscribe}?language={language}"],
    "/preferences/{token}": ["{preferences}?language={language}"],
    "/subscribe": ["/subscribe?language={language}"],
    "/subscribe/form": ["/subscribe/form?language={language}"],
    "/subscribe/sent": ["/subscribe/sent?language={language}"],
    "/confirm/{token}": ["{sign_up}?language={language}", "{signed_up}?language={language}"],
    "/left/{token}": ["{left}?language={language}"],
    "/personal/{token}": ["{personal}?language={language}"],
    "/invitation/{token}": ["{invitation}?language={language}"],
    "/address/{token}": ["{old_mailbox}?language={language}"],
    "/accessibility": ["/accessibility?language={language}"],
    "/letters/": ["/letters/?language={language}"],
    "/letters/{key}/{language}": ["/letters/ansvar-2026-03/{language}"],
    "/newsroom/{language}/": ["/newsroom/{language}/"],
    "/newsroom/{language}/{key}": ["/newsroom/{language}/2026-09-hostprogram"],
}

# Letters as such: a document of their own, in which nothing can act.
LETTERS: Table = {
    "/deliveries/{delivery_id}/letter": ["/deliveries/{delivery}/letter"],
    "/letters/{token}": ["{letter}", "{press_letter}"],
    "/pieces/{key}/preview": [
        "/pieces/ansvar-2026-04/preview?language={language}",
        "/pieces/2026-11-lonevagledning/preview?language={language}",
        "/pieces/2026-11-lonevagledning/preview?language={language}&second={below}",
    ],
}


def prepare(site: Site, folder: Path) -> Places:
    """Put a piece and a campaign in each state into the demo, and find the rest in what it sent."""
    take_in(site, folder, "2026-11-lonevagledning", key="pages-unapproved")
    take_in(site, folder, "ansvar-2026-04", key="ansvar-2026-03", published_on="2026-06-01")
    draft = _plan(site, "pages-unapproved", "kind=media and language=sv")
    published = _plan(site, "ansvar-2026-03", "kind=media and language=sv")
    ready, held, given_up = (_plan(site, "2026-11-lonevagledning", "kind=media and language=sv") for _ in range(3))
    _add_sender(site)
    stopped = _plan(site, "2026-11-lonevagledning", "kind=media and language=sv", "--sender", FAILING)
    with held_back(site):
        for command in (
            ("approve", published),
            ("approve", given_up),
            ("launch", held),
            ("pause", held),
            ("cancel", given_up),
        ):
            site.outreach("campaign", *command).done()
    newsletter, release = (
        next(str(one.id) for one in site.demo.tables["mailing"] if one.stream == stream)
        for stream in ("newsletter", "press")
    )
    person = next(one for one in site.demo.tables["contact"] if one.organisation_id and one.latin_name)
    return Places(
        newsletter=newsletter,
        release=release,
        draft=draft,
        ready=ready,
        held=held,
        given_up=given_up,
        stopped=stopped,
        unapproved="pages-unapproved",
        revision=_rewrite(site, "pages-unapproved"),
        person=str(person.id),
        written_to=str(next(one for one in site.demo.tables["delivery"] if one.contact_id != person.id).contact_id),
        organisation=str(person.organisation_id),
        letter=link(site, "letters", "newsletter"),
        press_letter=link(site, "letters", "press"),
        unsubscribe=link(site, "unsubscribe", "newsletter"),
        press_unsubscribe=link(site, "unsubscribe", "press"),
        preferences=link(site, "preferences", "newsletter"),
        **_by_link(site),
        **_colleague(site),
        delivery=str(next(one.id for one in site.demo.tables["delivery"] if str(one.mailing_id) == newsletter)),
        **_trouble(site, held),
        **_people(site, str(person.id)),
        **_segments(site, draft),
        **files_of_contacts(site, folder),
        **sign_ups.prepare(site),
    )


def _by_link(site: Site) -> dict[str, str]:
    """Let two readers use their links: one leaves, one asks for a fresh link twice and to move by the first."""
    with site.page(language="sv") as page:
        page.goto(link(site, "unsubscribe", "newsletter", number=1))
        page.locator("button[value=all]").click()
        left = page.locator("form[action*='/undo']").get_attribute("action") or ""
        choices = link(site, "preferences", "newsletter", number=2)
        address = next(one for one in site.demo.letters if choices in one["html"])["email"]
        for _turn in range(2):
            page.goto(choices)
            page.locator("#own button").click()
            page.locator("#own [role=status]").wait_for()
        first, second = _mailed(site, address, "/personal/")
        page.goto(first)
        page.locator("main button").click()
        page.locator("#email").fill("moved@nytt.example")
        page.locator("form[action*='/address'] button").click()
        page.locator("[role=status]").wait_for()
    (old_mailbox,) = _mailed(site, address, "/address/")
    site.demo.query("UPDATE fresh_link SET expires_at = expires_at + interval '1 day'")  # looked at when its turn comes
    return {"left": left.split("/undo")[0], "personal": second, "old_mailbox": old_mailbox}


def _colleague(site: Site) -> dict[str, str]:
    """Invite somebody to work here."""
    address = "colleague@csr-centre.example"
    with site.page("administrator") as page:
        page.goto("/staff")
        page.locator("#email").fill(address)
        page.locator("#name").fill("Karin Öst")
        page.locator("#invite button").click()
        page.locator("[data-tone=ok]").first.wait_for()
    (invitation,) = _mailed(site, address, "/invitation/")
    (row,) = site.demo.query("SELECT id FROM staff WHERE email = %s", address)
    return {"invitation": invitation, "colleague": str(row.id)}


def _mailed(site: Site, address: str, beginning: str) -> list[str]:
    """Return the paths of a kind of link in the product's own mail to an address, in order."""
    told = site.demo.query(
        "SELECT message.text FROM delivery JOIN message ON message.id = delivery.message_id "
        "WHERE delivery.address = %s ORDER BY delivery.id",
        address,
    )
    return [path for one in told for path in re.findall(rf"https?://[^\s/]+({beginning}\S+)", one.text)]


def _segments(site: Site, draft: str) -> dict[str, str]:
    """Save a segment that the draft uses, and a frozen list that nobody uses."""
    site.demo.query(
        """
        INSERT INTO segment (key, name, include, exclude, changed_by) VALUES ('medier', 'Svenska medier',
            '{"all": [{"kind": ["media"]}, {"language": ["sv"]}]}', 'null', 'officer@csr-centre.example')
        """
    )
    site.demo.query(
        """
        INSERT INTO segment (key, name, kind, include, exclude, origin, people)
        VALUES ('massan', 'Mässan i Älvsjö', 'frozen', '{"everyone": true}', 'null', 'addresses', 0)
        """
    )
    site.demo.query("""UPDATE campaign SET include = '{"segment": ["medier"]}' WHERE id = %s""", draft)
    keys = {"segment": "medier", "list": "massan"}
    return {
        name: str(site.demo.query("SELECT id FROM segment WHERE key = %s", key)[0].id) for name, key in keys.items()
    }


def _trouble(site: Site, held: str) -> dict[str, str]:
    """Let letters be uncertain and come back, lanes be held, addresses be stopped; return a suppression per reason."""
    for statement, values in TROUBLE:
        site.demo.query(statement, *(held for _value in range(values)))
    for reason in SUPPRESSIONS.values():
        site.demo.query(
            "INSERT INTO suppression (address, reason, detail) VALUES (%s, %s, '')", f"{reason}@stopped.example", reason
        )
    return {
        name: str(site.demo.query("SELECT id FROM suppression WHERE reason = %s ORDER BY id DESC", reason)[0].id)
        for name, reason in SUPPRESSIONS.items()
    }


def _people(site: Site, person: str) -> dict[str, str]:
    """Give a person a tag, an own field and a note; return a change to many that is done, and one that is not."""
    site.demo.query(
        "INSERT INTO contact_field (key, kind, names, choices, position) VALUES ('pages_level', 'choice', "
        """'{"sv": "Nivå", "zh-Hans": "级别", "en": "Level"}', """
        """'[{"key": "gold", "names": {"sv": "Guld", "zh-Hans": "金", "en": "Gold"}}]', 1) ON CONFLICT DO NOTHING"""
    )
    site.demo.query(
        "UPDATE contact SET tags = tags || '{pages}', fields = '{\"pages_level\": \"gold\"}' WHERE id = %s", person
    )
    site.demo.query("INSERT INTO contact_note (contact_id, text, by) VALUES (%s, 'Tuesdays', 'demo')", person)
    changes = {"change_done": True, "change_waiting": False}
    for name, is_done in changes.items():
        site.demo.query(
            "INSERT INTO bulk_change (by, action, wanted, detail, total, done, changed, touched_at, finished_at) "
            """VALUES (%s, 'tag', '{}', '{"tag": "pages"}', 3, 2, 1, now() + interval '1 day', """
            "CASE WHEN %s THEN now() END)",
            name,
            is_done,
        )
    return {
        name: str(site.demo.query("SELECT id FROM bulk_change WHERE by = %s ORDER BY id DESC", name)[0].id)
        for name in changes
    }


@contextmanager
def held_back(site: Site) -> Iterator[None]:
    """Let nothing leave meanwhile, so that no request is on its way when a campaign is paused."""
    site.demo.query(
        "INSERT INTO hold (scope, key, kind, priority, until, reason, step) "
        "VALUES ('provider', 'sandbox', 'halted', 0, NULL, 'A story begins', 1)"
    )
    yield
    site.demo.query("DELETE FROM hold WHERE scope = 'provider'")


def files_of_contacts(site: Site, folder: Path) -> dict[str, str]:
    """Take a file of people in as far as each page of the import shows."""
    known = next(one for one in site.demo.tables["contact"] if one.given_name)
    rows = [
        ["E-post", "Namn", "Titel", "Organisation", "Språk"],
        [known.email, "", "Ny titel", "", ""],
        ["import@nytt.example", "Åsa Öberg", "Chef", "Nya Verkstaden AB", "svenska"],
        ["import2@nytt.example", "林晓岚", "经理", "", "中文"],
        ["import3@gmail.con", "Bo Ek", "=1+1", "", "svenska"],
        ["import4@nytt.example", "Bo Ek", "", "", "klingon"],
    ]
    list_ = folder / "people.csv"
    with list_.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(rows)
    western = folder / "western.csv"
    western.write_text("E-post;Namn\nasa@nytt.example;Åsa Öberg\n", encoding="cp1252")
    twice = folder / "twice.csv"
    twice.write_text("email,email\na,b\n", encoding="utf-8")
    words = ("contacts", "import", list_, "--source", "fair", "--kind", "company", "--sector", "trade", "--json")
    checked, applied, undone = (site.outreach(*words, *more).done_json()["id"] for more in (["--dry-run"], [], []))
    site.outreach("contacts", "undo", undone).done()
    found = {"file_applied": applied, "file_undone": undone, "file_checked": checked}
    with site.page("officer") as page:
        for name, file in (("file_asked", list_), ("file_encoded", western), ("file_unusable", twice)):
            page.goto("/contacts/import")
            page.set_input_files("#file", file)
            page.locator("form[enctype] button").click()
            page.locator("#reading, #file[data-tone=stop]").first.wait_for(timeout=60_000)
            found[name] = urlsplit(page.url).path.rpartition("/")[2]
    return found


def take_in(site: Site, folder: Path, source: str, **changes: str) -> None:
    """Take one of the demo's pieces in once more, with lines of its piece.yaml changed: its key at least."""
    copy = folder / changes["key"]
    shutil.copytree(CONTENT / source, copy)
    piece = (copy / "piece.yaml").read_text(encoding="utf-8")
    for name, value in changes.items():
        piece = re.sub(rf"^{name}: .*$", f"{name}: {value}", piece, flags=re.MULTILINE)
    (copy / "piece.yaml").write_text(piece, encoding="utf-8")
    site.outreach("content", "import", copy).done()


def link(site: Site, kind: str, stream: str, *, number: int = 0) -> str:
    """Return the path of a link in one of the letters of a stream: `letters`, `unsubscribe`, `preferences`."""
    letter = [one for one in site.demo.letters if one["stream"] == stream][number]
    found = re.search(rf'href="([^"]+/{kind}/[^"]+)"', letter["html"])
    assert found, letter["html"]
    return urlsplit(found[1]).path


def _plan(site: Site, key: str, rule: str, *more: str) -> str:
    return site.outreach("campaign", "create", "--content", key, "--segment", rule, *more).done().strip()


def _rewrite(site: Site, key: str) -> str:
    """Change a subject as an officer does; return the revision from before."""
    with site.page("officer", script=False) as page:
        page.goto(f"/pieces/{key}/compose?left=sv")
        page.locator("#edition-sv-subject").fill("Nya ord i ämnesraden")
        page.locator("#pane-edition-sv button").click()
    wanted = (
        "SELECT id FROM piece_revision WHERE piece_id = (SELECT id FROM piece WHERE key = %s) ORDER BY at, id LIMIT 1"
    )
    return str(site.demo.query(wanted, key)[0].id)


def _add_sender(site: Site) -> None:
    zones.in_order(site.demo.names)
    site.demo.names.withdraw(zones.KEY_AT, "TXT")
    site.demo.names.publish(f"_dmarc.{zones.DOMAIN}", "TXT", "v=DMARC1; p=none; pct=50; rua=mailto:dmarc@centrum.se")
    named = [
        word for one in ("sv=CSR-centret", "zh-Hans=企业社会责任中心", "en=CSR Centre") for word in ("--name", one)
    ]
    address = ("--address", f"press@{zones.DOMAIN}", "--stream", "press", "--selector", zones.SELECTOR)
    site.outreach("sender", "add", FAILING, *address, *named).done()
    assert site.outreach("sender", "check", FAILING).status == 1
