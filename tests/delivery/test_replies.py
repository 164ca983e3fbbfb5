"""What a reply is about: the codes that Chinese and other mailboxes really give, and that haste suppresses nobody."""

import pytest

from outreach.delivery.replies import ReplyClass, classify, code_in

THROTTLE, CONTENT, AUTH = ReplyClass.THROTTLE, ReplyClass.CONTENT, ReplyClass.AUTH
INVALID, FULL, POLICY = ReplyClass.INVALID_RECIPIENT, ReplyClass.MAILBOX_FULL, ReplyClass.POLICY
UNKNOWN = ReplyClass.UNKNOWN

QQ = [
    ("550 Domain frequency limited. http://service.mail.qq.com/cgi-bin/help?id=20022", THROTTLE),
    ("550 Sender frequency limited", THROTTLE),
    ("550 Connection frequency limited", THROTTLE),
    ("550 Mailbox unavailable or access denied", THROTTLE),
    ("550 Mail content denied. http://service.mail.qq.com/", CONTENT),
    ("550 DMARC check failed", AUTH),
    ("550 SPF check failed", AUTH),
    ("550 Mailbox not found", INVALID),
    ("501 Bad address syntax", INVALID),
    ("550 Suspected spam sender", POLICY),
    ("550 Suspected bounce attacks", POLICY),
    ("550 Connection denied", POLICY),
    ("550 Mail is rejected by recipients", POLICY),
    ("552 Message too large", CONTENT),
]
NETEASE = [
    ("421 HL:REP 163 smtp1,xxx", THROTTLE),
    ("421HL:ICC 163 smtp1", THROTTLE),
    ("421 HL:IFC 163 smtp9", THROTTLE),
    ("421 HL:MEP 126", THROTTLE),
    ("450 MI:DMC 163 smtp", THROTTLE),
    ("451 MI:DMC 163 smtp", THROTTLE),
    ("451 MI:SFQ 163 smtp3", THROTTLE),
    ("554 MI:STC 163 smtp3", THROTTLE),
    ("450 RP:DRC 163", THROTTLE),
    ("451 DT:SPM ,please try again", THROTTLE),
    ("554 DT:SPM 163 smtp7", CONTENT),
    ("554 DT:SUM 163 smtp7", AUTH),
    ("550 MI:SPF 163 smtp2", AUTH),
    ("554 HL:IPB 163", POLICY),
    ("450 DT:RBL 163", POLICY),
    ("550 User suspended", POLICY),
    ("550 User not found: nobody@163.com", INVALID),
    ("550 User is overquota", FULL),
]
OTHERS = [
    ("550 5.1.1 user unknown", INVALID),
    ("550-5.1.1 The email account that you tried to reach does not exist. Please try", INVALID),
    ("550 5.1.1 <jane@example.com>: Recipient address rejected: User unknown in virtual mailbox table", INVALID),
    ("550 5.4.1 Recipient address rejected: Access denied.", INVALID),
    ("553 5.1.3 bad address", INVALID),
    ("556 5.1.10 Recipient address has null MX", INVALID),
    ("554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com)", INVALID),
    ("550 No such user here", INVALID),
    ("550 5.2.1 The email account that you tried to reach is disabled", INVALID),
    ("550 收件人不存在", INVALID),
    ("452 4.2.2 The email account that you tried to reach is over quota", FULL),
    ("552 5.2.2 mailbox full", FULL),
    ("552 Requested mail action aborted: exceeded storage allocation", FULL),
    ("421-4.7.28 Gmail has detected an unusual rate of unsolicited mail", THROTTLE),
    ("450 4.2.1 The user you are trying to contact is receiving mail too quickly", THROTTLE),
    ("451 4.7.650 The mail server has been temporarily rate limited due to IP reputation", THROTTLE),
    ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", THROTTLE),
    ("450 4.2.0 Recipient address rejected: Greylisted", THROTTLE),
    ("550 5.4.5 Daily user sending limit exceeded", THROTTLE),
    ("550-5.7.26 This mail has been blocked because the sender is unauthenticated", AUTH),
    ("550 5.7.515 Access denied, sending domain does not meet the required level", AUTH),
    ("535 5.7.8 bad credentials", AUTH),
    ("550-5.7.1 Our system has detected that this message is likely unsolicited mail", CONTENT),
    ("554 5.7.1 message contains a virus", CONTENT),
    ("552 5.3.4 Message size exceeds fixed limit", CONTENT),
    ("550 5.7.1 Service unavailable; client host [192.0.2.1] blocked using Spamhaus", POLICY),
    ("554 5.7.1 relay access denied", POLICY),
    ("550 5.7.1 not your domain", POLICY),
    ("550 Mailbox unavailable or access denied", POLICY),
    ("421 4.4.1 Unable to connect to remote host", UNKNOWN),
    ("451 4.3.0 try later", UNKNOWN),
    ("550 no", UNKNOWN),
    ("", UNKNOWN),
    ("\x00\ud800", UNKNOWN),
]
EVERYTHING = [
    *((reply, "qq.com", means) for reply, means in QQ),
    *((reply, "163.com", means) for reply, means in NETEASE),
    *((reply, "company.example", means) for reply, means in OTHERS),
]


@pytest.mark.parametrize(("reply", "domain", "means"), EVERYTHING)
def test_a_reply_means_what_the_receiver_says_it_means(reply: str, domain: str, means: ReplyClass) -> None:
    assert classify(None, reply, domain) is means
    assert classify(code_in(reply), reply, domain.upper()) is means


@pytest.mark.parametrize("domain", ["qq.com", "163.com", "company.example", ""])
@pytest.mark.parametrize("reply", [reply for reply, _domain, means in EVERYTHING if means is THROTTLE])
def test_no_reply_about_haste_says_anything_of_the_address(reply: str, domain: str) -> None:
    assert classify(None, reply, domain) is not INVALID


@pytest.mark.parametrize("reply", [reply for reply, _domain, means in EVERYTHING if means is INVALID])
def test_a_server_that_wants_another_try_has_not_given_the_address_up(reply: str) -> None:
    later = reply.replace("5", "4")

    assert classify(450, later, "company.example") is not INVALID


@pytest.mark.parametrize(
    ("diagnostic", "code"),
    [
        ("smtp; 550 5.1.1 user unknown", 550),
        ("smtp;550-5.1.1 gone", 550),
        ("421", 421),
        ("5.1.1 unknown", None),
        ("message 5501 of 400", 400),
        ("", None),
    ],
)
def test_the_code_is_found_in_a_diagnostic(diagnostic: str, code: int | None) -> None:
    assert code_in(diagnostic) == code


def test_a_very_long_reply_is_read_at_once() -> None:
    assert classify(550, "5.1.1 " + "user " * 20_000 + "over " * 20_000, "qq.com") is INVALID
