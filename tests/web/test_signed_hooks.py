"""Providers that sign with a certificate: taken by the web app, asked to come again while the certificate is away."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from outreach.delivery import providers
from outreach.delivery.models import DeliveryState
from outreach.delivery.providers import certificates
from outreach.foundation import clock, embedded, streams, urls
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.tracking import reports
from tests import mailings
from tests.delivery import notary
from tests.delivery.contracts.counter import Counter, Reply, opened
from tests.web.test_hooks import state, work

TOPIC = "arn:aws:sns:eu-north-1:123456789012:ses-events"
TOKEN = "a token of ours"


@pytest.fixture(autouse=True)
def place(servers: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """Where the certificates are."""
    certificates.forget()
    with opened(lambda _call: Reply(200, notary.CERTIFICATE)) as counter:
        monkeypatch.setenv("OUTREACH_SES_WEBHOOK_KEY", TOPIC)
        monkeypatch.setenv("OUTREACH_SES_CERTIFICATES_URL", counter.url)
        monkeypatch.setenv("OUTREACH_ALIBABA_WEBHOOK_KEY", TOKEN)
        monkeypatch.setenv("OUTREACH_ALIBABA_CERTIFICATES_URL", counter.url)
        _read_settings_again()
        yield counter
        monkeypatch.undo()
        _read_settings_again()
    certificates.forget()


def _read_settings_again() -> None:
    settings.cache_clear()
    providers.load.cache_clear()


@pytest.fixture
def sent(database: embedded.Addresses) -> mailings.Sent:
    with transaction() as session:
        readers = [mailings.reader(session, name, keys=("labour", "press")) for name in ("anna", "bo")]
        return mailings.send(session, *readers, state=DeliveryState.ACCEPTED)


def by_sns(event: dict[str, Any]) -> bytes:
    call = {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": TOPIC,
        "Message": json.dumps(event),
        "Timestamp": clock.now().isoformat(),
        "SignatureVersion": "2",
        "SigningCertURL": "https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
    }
    names = sorted(set(call) - {"SignatureVersion", "SigningCertURL"})
    signature = notary.sign("".join(f"{name}\n{call[name]}\n" for name in names).encode())
    return json.dumps(call | {"Signature": signature}).encode()


def delivered(sent: mailings.Sent, name: str) -> dict[str, Any]:
    mail = {"messageId": "m1", "timestamp": clock.now().isoformat(), "tags": {"delivery": [str(sent[name])]}}
    delivery = {"recipients": [f"{name}@firma.example"], "timestamp": clock.now().isoformat()}
    return {"eventType": "Delivery", "mail": mail, "delivery": delivery}


def test_a_report_of_amazon_moves_its_delivery(client: TestClient, sent: mailings.Sent) -> None:
    assert client.post("/hooks/ses", content=by_sns(delivered(sent, "anna"))).status_code == 200

    work()

    assert (state(sent, "anna"), state(sent, "bo")) == (DeliveryState.DELIVERED, DeliveryState.ACCEPTED)


def test_a_report_of_alibaba_moves_its_delivery(client: TestClient, sent: mailings.Sent) -> None:
    event = {
        "id": "1",
        "type": "dm:Deliver:Succeed",
        "time": clock.now().isoformat(),
        "data": {"rcpt": "anna@firma.example", "header": {"X-User-Notify-Delivery": str(sent["anna"])}},
    }
    body = json.dumps(event).encode()
    headers = {
        "x-eventbridge-signature-timestamp": str(int(clock.now().timestamp() * 1000)),
        "x-eventbridge-hash-method": "SHA256",
        "x-eventbridge-signature-version": "1.0",
        "x-eventbridge-signature-url": "https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com/x509_public_certificate.pem",
        "x-eventbridge-signature-token": TOKEN,
    }
    lines = [urls.provider_hook("alibaba"), *(f"{name}: {value}" for name, value in headers.items())]
    signature = notary.sign("\n".join(lines).encode() + b"\n" + body)

    answer = client.post("/hooks/alibaba", content=body, headers=headers | {"x-eventbridge-signature-v2": signature})

    assert answer.status_code == 200
    work()
    assert state(sent, "anna") is DeliveryState.DELIVERED


def test_an_altered_report_is_refused(client: TestClient, sent: mailings.Sent) -> None:
    body = by_sns(delivered(sent, "anna")).replace(b"Delivery", b"Bounce")

    assert client.post("/hooks/ses", content=body).status_code == 403
    assert client.post("/hooks/alibaba", content=body).status_code == 403
    assert streams.length(reports.STREAM) == 0


def test_while_the_certificate_is_away_the_provider_is_asked_to_come_again(
    client: TestClient, sent: mailings.Sent, place: Counter
) -> None:
    place.rule = lambda _call: Reply(503, b"")
    body = by_sns(delivered(sent, "anna"))

    refused = client.post("/hooks/ses", content=body)
    certificates.forget()
    place.rule = lambda _call: Reply(200, notary.CERTIFICATE)
    taken = client.post("/hooks/ses", content=body)

    assert (refused.status_code, taken.status_code) == (503, 200)
