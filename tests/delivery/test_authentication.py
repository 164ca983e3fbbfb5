"""What the DNS says of a sender, asked of a real name server: each fault has its own sentence, silence is unknown."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from outreach.delivery.authentication import check, sentences
from outreach.delivery.authentication.lookups import Lookups
from outreach.delivery.authentication.needs import Needs
from outreach.delivery.authentication.results import Part, Result, Verdict, worst
from tests.delivery.name_server import NameServer
from tests.delivery.zones import DOMAIN, KEY_AT, NEEDS, bare_rsa_key, ed25519_key, in_order, rsa_key

SOON = 0.3  # seconds after which these stories take silence for silence
Change = Callable[[NameServer], None]


def look(names: NameServer, needs: Needs = NEEDS) -> dict[Part, Result]:
    """Check a sender; the last of several DKIM keys stands for them."""
    return {one.part: one for one in check.run(Lookups([names.address], patience=SOON), needs)}


def codes(result: Result) -> list[str]:
    return [one.code for one in result.findings]


def text(*values: str, at: str = DOMAIN) -> Change:
    return lambda names: names.publish(at, "TXT", *values)


def without(kind: str, *, at: str = DOMAIN) -> Change:
    return lambda names: names.withdraw(at, kind)


def test_a_sender_that_is_in_order_passes_in_every_part(names: NameServer) -> None:
    in_order(names)

    found = look(names)

    assert {one.verdict for one in found.values()} == {Verdict.PASS}
    assert set(found) == set(Part)
    assert found[Part.SPF].records == ("v=spf1 include:_spf.post.net -all",)
    assert found[Part.MX].records == ("10 mx.post.net",)
    assert [one.line for one in found.values()] == [None] * 5
    assert sentences.sentence(found[Part.DKIM].findings[0]) == "There is an RSA key of 2048 bits."


SPF_BROKEN: list[tuple[str, Change, str | None]] = [
    ("spf_missing", text("somebody's verification"), f'{DOMAIN}. IN TXT "v=spf1 include:… ~all"'),
    (
        "spf_many",
        text("v=spf1 mx ~all", "v=spf1 include:_spf.post.net -all"),
        f'{DOMAIN}. IN TXT "v=spf1 include:_spf.post.net mx ~all"',
    ),
    ("spf_syntax", text("v=spf1 ip4:192.0.2.999 mx -all"), f'{DOMAIN}. IN TXT "v=spf1 mx -all"'),
    ("spf_syntax", text("v=spf1 include mx -all"), f'{DOMAIN}. IN TXT "v=spf1 mx -all"'),
    ("spf_include_missing", text("v=spf1 include:nobody.net -all"), None),
    ("spf_include_missing", text("v=spf1 redirect=nobody.net"), None),
    ("spf_void", text("v=spf1 a:x.centrum.se a:y.centrum.se mx:z.centrum.se -all"), None),
]
DKIM_BROKEN: list[tuple[str, Change]] = [
    ("dkim_missing", without("TXT", at=KEY_AT)),
    ("dkim_revoked", text("v=DKIM1; k=rsa; p=", at=KEY_AT)),
    ("dkim_weak", text(f"v=DKIM1; p={rsa_key(768)}", at=KEY_AT)),
    ("dkim_no_key", text("a wildcard's text", at=KEY_AT)),
    ("dkim_unreadable", text(f"v=DKIM1; p={rsa_key(2048)[:-40]}", at=KEY_AT)),
    ("dkim_unreadable", text("v=DKIM1; p=%%%", at=KEY_AT)),
    ("dkim_unreadable", text("v=DKIM1; k=ed25519; p=AAAA", at=KEY_AT)),
    ("dkim_kind", text(f"v=DKIM1; k=dsa; p={rsa_key(2048)}", at=KEY_AT)),
    ("dkim_many", text(f"v=DKIM1; p={rsa_key(2048)}", f"v=DKIM1; p={rsa_key(1024)}", at=KEY_AT)),
]
DMARC_BROKEN: list[tuple[str, Change]] = [
    ("dmarc_missing", without("TXT", at=f"_dmarc.{DOMAIN}")),
    ("dmarc_missing", text("v=DMARC2; p=none", at=f"_dmarc.{DOMAIN}")),
    ("dmarc_many", text("v=DMARC1; p=none", "v=DMARC1; p=reject", at=f"_dmarc.{DOMAIN}")),
    ("dmarc_policy", text("v=DMARC1; p=perhaps", at=f"_dmarc.{DOMAIN}")),
]


@pytest.mark.parametrize(("code", "change", "line"), SPF_BROKEN)
def test_a_broken_spf_record_fails_with_the_line_to_publish(
    names: NameServer, code: str, change: Change, line: str | None
) -> None:
    in_order(names)
    change(names)

    result = look(names)[Part.SPF]

    assert codes(result)[0] == code
    assert result.verdict is Verdict.FAIL
    assert result.line == line


@pytest.mark.parametrize(("code", "change"), DKIM_BROKEN)
def test_a_broken_dkim_key_fails(names: NameServer, code: str, change: Change) -> None:
    in_order(names)
    change(names)

    result = look(names)[Part.DKIM]

    assert codes(result) == [code]
    assert result.verdict is Verdict.FAIL
    if code not in {"dkim_kind", "dkim_many"}:
        assert result.line == f'{KEY_AT}. IN TXT "v=DKIM1; k=rsa; p=…"'


@pytest.mark.parametrize(("code", "change"), DMARC_BROKEN)
def test_a_broken_dmarc_record_fails_with_the_line_to_publish(names: NameServer, code: str, change: Change) -> None:
    in_order(names)
    change(names)

    result = look(names)[Part.DMARC]

    assert codes(result) == [code]
    assert result.verdict is Verdict.FAIL
    assert result.line == f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=none"'


MX_FAULTS: list[tuple[str, Change, Verdict]] = [
    ("mx_null", lambda names: names.publish(DOMAIN, "MX", "0 ."), Verdict.FAIL),
    ("mx_missing", without("MX"), Verdict.FAIL),
    ("mx_astray", without("A", at="mx.post.net"), Verdict.FAIL),
    ("mx_some_astray", lambda names: names.publish(DOMAIN, "MX", "10 mx.post.net.", "20 old.post.net."), Verdict.WARN),
]


@pytest.mark.parametrize(("code", "change", "verdict"), MX_FAULTS)
def test_answers_have_to_arrive_somewhere(names: NameServer, code: str, change: Change, verdict: Verdict) -> None:
    in_order(names)
    change(names)

    result = look(names)[Part.MX]

    assert codes(result) == [code]
    assert result.verdict is verdict
    assert result.line == ("centrum.se. IN MX 10 …" if code in {"mx_null", "mx_missing"} else None)


def test_a_domain_with_an_address_takes_mail_without_an_mx_record_but_should_say_so(names: NameServer) -> None:
    in_order(names)
    names.withdraw(DOMAIN, "MX")
    names.publish(DOMAIN, "AAAA", "2001:db8::1")

    result = look(names)[Part.MX]

    assert codes(result) == ["mx_implicit"]
    assert result.line == "centrum.se. IN MX 10 centrum.se."


WARNINGS: list[tuple[Part, str, Change, str | None]] = [
    (Part.SPF, "spf_pass_all", text("v=spf1 include:_spf.post.net +all"), "v=spf1 include:_spf.post.net ~all"),
    (Part.SPF, "spf_pass_all", text("v=spf1 include:_spf.post.net all"), "v=spf1 include:_spf.post.net ~all"),
    (Part.SPF, "spf_neutral", text("v=spf1 include:_spf.post.net ?all"), "v=spf1 include:_spf.post.net ~all"),
    (Part.SPF, "spf_neutral", text("v=spf1 include:_spf.post.net"), "v=spf1 include:_spf.post.net ~all"),
    (Part.SPF, "spf_ptr", text("v=spf1 ptr include:_spf.post.net -all"), "v=spf1 include:_spf.post.net -all"),
    (Part.DKIM, "dkim_short", text(f"v=DKIM1; p={rsa_key(1024)}", at=KEY_AT), "v=DKIM1; k=rsa; p=…"),
    (Part.DKIM, "dkim_only_ed25519", text(f"v=DKIM1; k=ed25519; p={ed25519_key()}", at=KEY_AT), None),
    (Part.DKIM, "dkim_testing", text(f"v=DKIM1; t=y:s; p={rsa_key(2048)}", at=KEY_AT), None),
    *(
        (Part.DMARC, "dmarc_removed", text(f"v=DMARC1; p=none; {tag}", at=f"_dmarc.{DOMAIN}"), "v=DMARC1; p=none")
        for tag in ("pct=50", "rf=afrf", "ri=86400")
    ),
    (Part.DMARC, "dmarc_policy", text("v=DMARC1; rua=mailto:a@b.se", at=f"_dmarc.{DOMAIN}"), "v=DMARC1; p=none; rua="),
]


@pytest.mark.parametrize(("part", "code", "change", "line"), WARNINGS)
def test_what_works_but_wants_a_look_is_a_warning(
    names: NameServer, part: Part, code: str, change: Change, line: str | None
) -> None:
    in_order(names)
    change(names)

    result = look(names)[part]

    assert code in codes(result)
    assert result.verdict is Verdict.WARN
    assert (line or "") in (result.line or "")
    assert bool(line) is bool(result.line)


# --- SPF: what it costs (RFC 7208 §4.6.4) -----------------------------------------------------------------------------


def test_lookups_are_counted_through_includes_redirects_and_macros(names: NameServer) -> None:
    in_order(names)
    # 1 include, in it 2 more (a, exists with a macro), 1 mx, 1 redirect, in it 1 include: 6. ip4, ip6 and exp are free.
    names.publish(DOMAIN, "TXT", "v=spf1 include:one.net mx ip4:192.0.2.1 exp=why.net redirect=two.net")
    names.publish("one.net", "TXT", "v=spf1 a:mx.post.net/24 exists:%{i}.list.net -all")
    names.publish("two.net", "TXT", "v=spf1 include:_spf.post.net ~all")

    finding = look(names)[Part.SPF].findings[0]

    assert (finding.code, finding.values["count"]) == ("spf_ok", 6)


@pytest.mark.parametrize(("extra", "verdict"), [(0, Verdict.PASS), (1, Verdict.FAIL)])
def test_ten_lookups_are_allowed_and_eleven_are_not(names: NameServer, extra: int, verdict: Verdict) -> None:
    in_order(names)
    many = [f"a{number}.net" for number in range(10 + extra)]
    for one in many:
        names.publish(one, "A", "192.0.2.1")
    names.publish(DOMAIN, "TXT", " ".join(["v=spf1", *(f"a:{one}" for one in many), "-all"]))

    assert look(names)[Part.SPF].verdict is verdict


def test_an_include_that_includes_itself_comes_to_an_end(names: NameServer) -> None:
    in_order(names)
    names.publish("_spf.post.net", "TXT", "v=spf1 include:_spf.post.net -all")

    assert codes(look(names)[Part.SPF]) == ["spf_lookups"]


def test_what_stands_behind_all_is_never_asked_for(names: NameServer) -> None:
    in_order(names)
    names.publish(DOMAIN, "TXT", "v=spf1 -all include:nobody.net redirect=nobody.net")

    found = look(names)[Part.SPF]

    assert found.findings[0].values["count"] == 0
    assert "TXT nobody.net" not in names.asked


def test_the_providers_servers_have_to_be_included_directly_or_through_another(names: NameServer) -> None:
    in_order(names)
    needs = replace(NEEDS, provider="servers.post.net")

    assert codes(look(names, needs)[Part.SPF]) == ["spf_provider"]
    assert "v=spf1 include:_spf.post.net include:servers.post.net -all" in (look(names, needs)[Part.SPF].line or "")

    names.publish("_spf.post.net", "TXT", "v=spf1 include:servers.post.net ~all")
    names.publish("servers.post.net", "TXT", "v=spf1 ip4:192.0.2.9 -all")

    assert look(names, needs)[Part.SPF].verdict is Verdict.PASS


def test_the_record_is_that_of_the_envelope_and_not_of_from(names: NameServer) -> None:
    in_order(names)
    names.publish("studs.centrum.se", "TXT", "v=spf1 include:_spf.post.net -all")
    names.withdraw(DOMAIN, "TXT")

    result = look(names, replace(NEEDS, envelope="studs.centrum.se"))[Part.SPF]

    assert (result.name, result.verdict) == ("studs.centrum.se", Verdict.PASS)


# --- DKIM -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [rsa_key(2048), rsa_key(4096), bare_rsa_key(2048)], ids=["2048", "4096", "bare"])
def test_long_keys_pass_however_they_are_wrapped(names: NameServer, key: str) -> None:
    in_order(names)
    names.publish(KEY_AT, "TXT", f"v=DKIM1; h=sha1:sha256; s=email; p={key[:70]} {key[70:]};")

    assert codes(look(names)[Part.DKIM]) == ["dkim_ok"]


def test_a_key_that_is_delegated_to_the_provider_is_followed(names: NameServer) -> None:
    in_order(names)
    names.withdraw(KEY_AT, "TXT")
    names.publish(KEY_AT, "CNAME", "s1.dkim.post.net.")
    names.publish("s1.dkim.post.net", "TXT", f"v=DKIM1; p={rsa_key(2048)}")

    assert look(names)[Part.DKIM].verdict is Verdict.PASS


def test_an_ed25519_key_beside_an_rsa_key_is_in_order(names: NameServer) -> None:
    in_order(names)
    names.publish(f"s2._domainkey.{DOMAIN}", "TXT", f"v=DKIM1; k=ed25519; p={ed25519_key()}")

    found = check.run(Lookups([names.address], patience=SOON), replace(NEEDS, selectors=("s1", "s2")))

    assert [codes(one) for one in found if one.part is Part.DKIM] == [["dkim_ok"], ["dkim_ed25519"]]


def test_without_a_selector_no_key_can_be_looked_up_and_that_is_a_fault(names: NameServer) -> None:
    in_order(names)

    result = look(names, replace(NEEDS, selectors=()))[Part.DKIM]

    assert (codes(result), result.verdict) == (["dkim_no_selector"], Verdict.FAIL)


# --- DMARC: the tree walk and alignment (RFC 9989 §4.4, §4.10) --------------------------------------------------------


def test_a_subdomain_stands_under_the_policy_of_its_organisation(names: NameServer) -> None:
    in_order(names)

    result = look(names, replace(NEEDS, domain="brev.centrum.se"))[Part.DMARC]

    assert (result.name, result.verdict) == ("_dmarc.centrum.se", Verdict.PASS)


def test_the_walk_jumps_to_seven_labels_from_a_long_name(names: NameServer) -> None:
    look(names, replace(NEEDS, domain="a.b.c.d.e.f.g.h.i.centrum.se"))

    asked = dict.fromkeys(one.removeprefix("TXT _dmarc.") for one in names.asked if "_dmarc" in one)
    assert list(asked) == [
        "a.b.c.d.e.f.g.h.i.centrum.se",
        *("e.f.g.h.i.centrum.se", "f.g.h.i.centrum.se", "g.h.i.centrum.se", "h.i.centrum.se", "i.centrum.se"),
        *("centrum.se", "se"),
    ]


def test_the_walk_ends_where_a_record_says_what_is_a_public_suffix(names: NameServer) -> None:
    names.publish("_dmarc.centrum.se", "TXT", "v=DMARC1; p=none; psd=n")
    names.publish("_dmarc.se", "TXT", "v=DMARC1; p=reject")

    result = look(names, replace(NEEDS, domain="brev.centrum.se"))[Part.DMARC]

    assert result.name == "_dmarc.centrum.se"
    assert "TXT _dmarc.se" not in names.asked


def test_below_a_public_suffix_the_organisation_is_one_label_longer(names: NameServer) -> None:
    in_order(names)
    names.publish("_dmarc.se", "TXT", "v=DMARC1; p=reject; psd=y")
    names.withdraw("_dmarc.centrum.se", "TXT")

    related = look(names, replace(NEEDS, domain="brev.centrum.se", dkim="centrum.se"))[Part.ALIGNMENT]
    strange = look(names, replace(NEEDS, dkim="annan.se", envelope="annan.se"))[Part.ALIGNMENT]

    assert codes(related) == ["alignment_ok"]
    assert codes(strange) == ["alignment_none"]


ALIGNMENTS = [
    ("", "centrum.se", "studs.post.net", "alignment_ok", Verdict.PASS),
    ("", "mail.centrum.se", "studs.post.net", "alignment_ok", Verdict.PASS),  # a sub-domain, relaxed
    ("; adkim=s", "centrum.se", "studs.post.net", "alignment_ok", Verdict.PASS),
    ("; adkim=s", "mail.centrum.se", "studs.post.net", "alignment_strict", Verdict.FAIL),
    ("; adkim=s", "mail.centrum.se", "studs.centrum.se", "alignment_envelope_only", Verdict.WARN),
    ("; adkim=s; aspf=s", "mail.centrum.se", "studs.centrum.se", "alignment_strict", Verdict.FAIL),
    ("", "post.net", "studs.centrum.se", "alignment_envelope_only", Verdict.WARN),
    ("; aspf=s", "post.net", "centrum.se", "alignment_envelope_only", Verdict.WARN),
    ("", "post.net", "studs.post.net", "alignment_none", Verdict.FAIL),
]


@pytest.mark.parametrize(("mode", "dkim", "envelope", "code", "verdict"), ALIGNMENTS)
def test_from_has_to_agree_with_the_signature_or_the_envelope(
    names: NameServer, mode: str, dkim: str, envelope: str, code: str, verdict: Verdict
) -> None:
    in_order(names)
    names.publish("_dmarc.centrum.se", "TXT", f"v=DMARC1; p=none{mode}")

    result = look(names, replace(NEEDS, dkim=dkim, envelope=envelope))[Part.ALIGNMENT]

    assert (codes(result), result.verdict) == ([code], verdict)
    if code == "alignment_strict":
        assert result.line == '_dmarc.centrum.se. IN TXT "v=DMARC1; p=none"'


def test_without_a_policy_there_is_nothing_to_agree_with(names: NameServer) -> None:
    in_order(names)
    names.withdraw("_dmarc.centrum.se", "TXT")

    assert Part.ALIGNMENT not in look(names)


# --- Silence ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["silent", "failing"])
@pytest.mark.parametrize(
    ("name", "part"),
    [
        (DOMAIN, Part.SPF),
        ("_spf.post.net", Part.SPF),
        (KEY_AT, Part.DKIM),
        (f"_dmarc.{DOMAIN}", Part.DMARC),
        ("_dmarc.se", Part.ALIGNMENT),
        (DOMAIN, Part.MX),
        ("mx.post.net", Part.MX),
    ],
)
def test_whoever_does_not_answer_leaves_it_unknown_and_never_in_order(
    names: NameServer, how: str, name: str, part: Part
) -> None:
    in_order(names)
    getattr(names, how).add(name)

    found = look(names)

    assert codes(found[part]) == ["unanswered"]
    assert found[part].verdict is Verdict.UNKNOWN
    assert worst(one.verdict for one in found.values()) is Verdict.UNKNOWN


def test_a_server_that_is_not_there_leaves_everything_unknown_within_the_budget() -> None:
    found = check.run(Lookups(["127.0.0.1:1"], patience=SOON, budget=1), NEEDS)

    assert {one.verdict for one in found} == {Verdict.UNKNOWN}


def test_a_long_answer_is_asked_for_again_over_tcp(names: NameServer) -> None:
    in_order(names)
    names.publish(KEY_AT, "TXT", f"v=DKIM1; n={'x' * 1500}; p={rsa_key(4096)}")

    result = look(names)[Part.DKIM]

    assert KEY_AT in names.by_tcp
    assert result.verdict is not Verdict.UNKNOWN


def test_each_name_is_asked_for_once(names: NameServer) -> None:
    in_order(names)

    look(names)

    assert sorted(names.asked) == sorted(set(names.asked))


def test_what_stands_in_the_dns_cannot_turn_a_page_around(names: NameServer) -> None:
    in_order(names)
    names.publish(DOMAIN, "TXT", "v=spf1 include:\u202elmth.x \x00 -all")

    result = look(names)[Part.SPF]

    assert result.records == ("v=spf1 include:\ufffdlmth.x \ufffd -all",)


def test_a_result_is_kept_and_read_back_as_it_was(names: NameServer) -> None:
    in_order(names)
    names.publish(DOMAIN, "TXT", "v=spf1 ptr +all")

    found = check.run(Lookups([names.address], patience=SOON), NEEDS)

    assert [Result.of_json(one.as_json()) for one in found] == found


def test_every_finding_of_these_stories_has_a_sentence_in_which_nothing_is_left_open(names: NameServer) -> None:
    for change in [one[1] for one in (*SPF_BROKEN, *DKIM_BROKEN, *DMARC_BROKEN, *MX_FAULTS)]:
        names.reset()
        in_order(names)
        change(names)

        for result in look(names).values():
            for finding in result.findings:
                said = sentences.problem(result, finding)
                assert said.endswith(".")
                assert "%" not in said
