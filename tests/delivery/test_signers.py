"""The two ways of signing a call, against the examples that the providers publish."""

from datetime import UTC, datetime

import pytest

from outreach.delivery.providers import acs3, sigv4

NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
AWS = sigv4.Signer("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "url", "signature"),
    [
        # AWS's test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case.
        ("GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "https://example.amazonaws.com/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_a_call_to_amazon_is_signed_as_its_test_suite_says(method: str, url: str, signature: str) -> None:
    headers = AWS.sign(method, url, b"", NOW)

    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )
    assert headers["x-amz-date"] == "20150830T123600Z"
    assert "host" not in headers


def test_headers_that_are_given_are_signed_too() -> None:
    # The example of the AWS general reference: IAM ListUsers.
    signer = sigv4.Signer(AWS.key_id, AWS.secret, "us-east-1", "iam")

    headers = signer.sign(
        "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", b"", NOW, content_type=FORM
    )

    assert headers["authorization"].endswith(
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )
    assert headers["content-type"] == FORM


def test_another_body_time_or_key_is_another_signature() -> None:
    def signature(signer: sigv4.Signer = AWS, body: bytes = b"{}", now: datetime = NOW) -> str:
        return signer.sign("POST", "https://example.amazonaws.com/v2", body, now)["authorization"][-64:]

    other = sigv4.Signer(AWS.key_id, "another", "us-east-1", "service")
    kept = sigv4.Signer(AWS.key_id, AWS.secret, "us-east-1", "service", session_token="token")

    assert (
        len({signature(), signature(other), signature(kept), signature(body=b"[]"), signature(now=NOW.replace(day=1))})
        == 5
    )
    assert kept.sign("POST", "https://example.amazonaws.com/", b"", NOW)["x-amz-security-token"] == "token"


@pytest.mark.parametrize("url", ["https://Example.amazonaws.com:443", "https://example.amazonaws.com/"])
def test_the_host_is_signed_as_it_is_sent(url: str) -> None:
    assert AWS.sign("GET", url, b"", NOW)["authorization"].endswith(
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


def test_a_call_to_alibaba_is_signed_as_its_documentation_shows() -> None:
    signer = acs3.Signer("YourAccessKeyId", "YourAccessKeySecret")

    headers = signer.sign(
        "RunInstances",
        "2014-05-26",
        "https://ecs.cn-shanghai.aliyuncs.com/?RegionId=cn-shanghai"
        "&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        b"",
        datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )

    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_form_is_written_as_alibaba_reads_it() -> None:
    assert acs3.form({"Subject": "Hej å *~", "a+b": "中"}) == b"Subject=Hej%20%C3%A5%20%2A~&a%2Bb=%E4%B8%AD"
