"""Who fetched a letter's picture or followed its link, judged by what the request says of itself."""

import pytest

from outreach.tracking import classify
from outreach.tracking.models import Actor, EventKind

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)

PEOPLE = {
    "a browser": CHROME,
    "Outlook for Windows": (
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16; Microsoft Outlook 16.0.17328; Windows NT 10.0)"
    ),
    "Thunderbird": "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.12.0",
    "Foxmail": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/53.0 Foxmail/7.2.25",
    "the mail view of WeChat": (
        "Mozilla/5.0 (Linux; Android 14; V2318A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 "
        "Mobile Safari/537.36 MicroMessenger/8.0.49"
    ),
    "an iPhone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
    ),
    "Safari": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.5 Safari/605.1.15"
    ),
    "a telephone called Cubot": "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/120.0 Mobile",
}
MACHINES = {
    "curl": "curl/8.5.0",
    "a Python program": "python-requests/2.32.3",
    "a Go program": "Go-http-client/2.0",
    "Barracuda": "BarracudaCentral/1.0 (+http://www.barracudacentral.org/)",
    "Proofpoint": "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "a search engine": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "a preview": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "a chat preview": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "a browser without a window": CHROME.replace("Chrome", "HeadlessChrome"),
    "nobody who gives a name": "",
}


def judged(
    agent: str, *, kind: EventKind = EventKind.OPEN, method: str = "GET", address: str = "", **more: str
) -> Actor:
    headers = {"user-agent": agent, **{name.replace("_", "-"): value for name, value in more.items()}}
    return classify.actor(kind, method, headers, address)


@pytest.mark.parametrize("agent", PEOPLE.values(), ids=PEOPLE.keys())
@pytest.mark.parametrize("kind", EventKind)
def test_a_persons_own_program_is_a_person(agent: str, kind: EventKind) -> None:
    assert judged(agent, kind=kind) is Actor.HUMAN


@pytest.mark.parametrize("agent", MACHINES.values(), ids=MACHINES.keys())
def test_scanners_crawlers_and_libraries_are_machines(agent: str) -> None:
    assert judged(agent) is Actor.MACHINE


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    ],
)
def test_the_proxies_of_gmail_and_yahoo_show_pictures_to_people_although_bot_lists_name_them(agent: str) -> None:
    assert judged(agent) is Actor.HUMAN_PROXY


def test_gmails_prefetcher_is_a_machine_by_its_exact_name_only() -> None:
    assert judged(GMAIL_PREFETCH) is Actor.MACHINE
    assert judged(GMAIL_PREFETCH.removesuffix(" Mozilla/5.0")) is Actor.HUMAN


@pytest.mark.parametrize(
    "agent",
    ["Mozilla/5.0", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"],
)
def test_apples_privacy_proxy_says_neither_yes_nor_no(agent: str) -> None:
    assert judged(agent) is Actor.PRIVACY_UNKNOWN


@pytest.mark.parametrize(
    ("header", "value"),
    [("sec_purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x_moz", "prefetch"), ("x_purpose", "preview")],
)
def test_what_is_fetched_ahead_of_time_is_fetched_by_a_machine(header: str, value: str) -> None:
    assert judged(CHROME, **{header: value}) is Actor.MACHINE


def test_a_head_request_is_a_machine_even_through_a_mail_proxy() -> None:
    assert judged("(via ggpht.com GoogleImageProxy)", method="HEAD") is Actor.MACHINE


@pytest.mark.parametrize("address", ["40.107.22.5", "104.47.1.1", "2a01:111:f403:c111::1"])
def test_the_scanners_of_exchange_online_are_known_by_their_network(address: str) -> None:
    assert judged(CHROME, address=address) is Actor.MACHINE
    assert judged(CHROME, address="192.0.2.7") is Actor.HUMAN


@pytest.mark.parametrize("address", ["", "testclient", "not an address"])
def test_a_request_without_a_network_address_is_judged_by_the_rest(address: str) -> None:
    assert judged(CHROME, address=address) is Actor.HUMAN


def test_the_ruleset_has_a_version_that_goes_with_every_event() -> None:
    assert classify.ruleset().version >= 1
