"""What was found, in the language in use: one sentence each, saying what is wrong and what to do."""

from typing import Final

from outreach.delivery.authentication.results import Finding, Part, Result, Verdict
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext

PART_NAMES: Final = {
    Part.SPF: "SPF",
    Part.DKIM: "DKIM",
    Part.DMARC: "DMARC",
    Part.MX: "MX",
}


def part_label(part: Part) -> str:
    """Name a part of the check."""
    return PART_NAMES.get(part) or _("Alignment")


def part_meaning(part: Part) -> str:
    """Say what a part is for, to somebody who has never published a record."""
    meanings = {
        Part.SPF: _("Which servers may send in the domain's name."),
        Part.DKIM: _("The public key with which mailboxes check our signature."),
        Part.DMARC: _("What mailboxes do with letters that fail both, and to which domain that applies."),
        Part.ALIGNMENT: _("Whether the name that readers see is the one that was signed for."),
        Part.MX: _("Where answers and bounces arrive."),
    }
    return meanings[part]


def verdict_label(verdict: Verdict) -> str:
    """Name a verdict."""
    labels = {
        Verdict.PASS: pgettext("check", "In order"),
        Verdict.WARN: pgettext("check", "Worth a look"),
        Verdict.FAIL: pgettext("check", "Must be fixed"),
        Verdict.UNKNOWN: pgettext("check", "Not known"),
        Verdict.NOT_APPLICABLE: pgettext("check", "Made-up domain"),
    }
    return labels[verdict]


def problem(result: Result, finding: Finding) -> str:
    """Say a finding where its part is not named beside it."""
    return _("%(part)s: %(sentence)s") % {"part": part_label(result.part), "sentence": sentence(finding)}


def sentence(finding: Finding) -> str:
    """Say a finding."""
    return _SENTENCES[finding.code]() % finding.values


# Functions, because the language is chosen when the sentence is said.
_SENTENCES: Final = {
    "unanswered": lambda: _(
        "Nobody answered for %(name)s in time, so it is not known whether it is in order. It is asked again by itself."
    ),
    # --- SPF ----------------------------------------------------------------------------------------------------------
    "spf_ok": lambda: _("There is one record, and receivers need %(count)s of the 10 lookups it may cost."),
    "spf_missing": lambda: _("There is no SPF record for %(domain)s."),
    "spf_many": lambda: _("There are %(count)s SPF records for %(domain)s, so receivers take none of them."),
    "spf_syntax": lambda: _(
        "No receiver can read “%(term)s”, and the whole record is void with it. Correct it or leave it out."
    ),
    "spf_lookups": lambda: _(
        "Receivers need %(count)s lookups and give up after %(most)s, so the record is void. "
        "Take out what no longer sends."
    ),
    "spf_void": lambda: _(
        "%(count)s of the names that the record refers to do not exist, and receivers give up after %(most)s. "
        "Take them out."
    ),
    "spf_include_missing": lambda: _(
        "It refers to %(target)s, which has no SPF record, so the whole record is void. "
        "Correct the name or take it out."
    ),
    "spf_include_many": lambda: _(
        "It refers to %(target)s, which has several SPF records, so the whole record is void. Ask whoever runs it."
    ),
    "spf_include_syntax": lambda: _(
        "It refers to %(target)s, where no receiver can read “%(term)s”, so the whole record is void."
    ),
    "spf_provider": lambda: _("It does not include %(provider)s, so the provider's servers may not send."),
    "spf_pass_all": lambda: _("“+all” lets every server in the world send in your name."),
    "spf_neutral": lambda: _("It does not say that other servers may not send, so it protects nothing."),
    "spf_ptr": lambda: _("“ptr” is not to be used any more; some receivers ignore it."),
    # --- DKIM ---------------------------------------------------------------------------------------------------------
    "dkim_ok": lambda: _("There is an RSA key of %(bits)s bits."),
    "dkim_ed25519": lambda: _("There is an Ed25519 key."),
    "dkim_no_selector": lambda: _(
        "No selector is given, so the key of %(domain)s cannot be looked up. Ask the provider for it and enter it here."
    ),
    "dkim_missing": lambda: _("There is no key at %(name)s. The provider shows what belongs behind “p=”."),
    "dkim_many": lambda: _(
        "There are %(count)s records at %(name)s, and which of them receivers take is chance. Leave one."
    ),
    "dkim_no_key": lambda: _("What stands at %(name)s is no DKIM key. The provider shows what belongs behind “p=”."),
    "dkim_revoked": lambda: _(
        "The key at %(name)s is revoked: “p=” is empty. Publish a new key, or change the selector."
    ),
    "dkim_unreadable": lambda: _("The key is cut off or mistyped. Copy the whole of it from the provider."),
    "dkim_kind": lambda: _("Receivers do not know keys of the kind “%(kind)s”. Use an RSA key of 2,048 bits."),
    "dkim_weak": lambda: _(
        "The RSA key has %(bits)s bits, and receivers refuse less than 1,024. Ask the provider for one of 2,048."
    ),
    "dkim_short": lambda: _("The RSA key has %(bits)s bits. It works, but 2,048 are recommended."),
    "dkim_hash": lambda: _("The key is only for %(hashes)s, which receivers refuse. Publish one that allows sha256."),
    "dkim_service": lambda: _("The key is for “%(service)s” and not for mail. Take “s=” out of the record."),
    "dkim_testing": lambda: _("“t=y” says that signing is only being tried out. Take it out once it works."),
    "dkim_only_ed25519": lambda: _(
        "There is only an Ed25519 key, which many mailboxes cannot check yet. Publish an RSA key beside it."
    ),
    # --- DMARC and alignment ------------------------------------------------------------------------------------------
    "dmarc_ok": lambda: _("There is a policy, “p=%(policy)s”, at %(domain)s."),
    "dmarc_missing": lambda: _("There is no DMARC record at %(name)s or above it."),
    "dmarc_many": lambda: _("There are %(count)s DMARC records at %(name)s, so receivers take none. Leave one."),
    "dmarc_policy": lambda: _("The record at %(domain)s has no policy that receivers know."),
    "dmarc_removed": lambda: _("%(tags)s is no longer part of DMARC (RFC 9989)."),
    "alignment_ok": lambda: _("From %(from)s and the signature of %(dkim)s agree."),
    "alignment_envelope_only": lambda: _(
        "From %(from)s agrees with the envelope (%(envelope)s) but not with the signature of %(dkim)s, so forwarded "
        "letters fail. Let the provider sign for %(from)s."
    ),
    "alignment_strict": lambda: _(
        "The policy asks for the very same name, but From is %(from)s, the signature is of %(dkim)s and the envelope "
        "of %(envelope)s. Let the provider sign for %(from)s, or publish a policy that is not strict."
    ),
    "alignment_none": lambda: _(
        "From %(from)s agrees neither with the signature of %(dkim)s nor with the envelope (%(envelope)s), so "
        "mailboxes treat the letters as forged. Let the provider sign for %(from)s, and enter that here."
    ),
    # --- MX -----------------------------------------------------------------------------------------------------------
    "mx_ok": lambda: _("Answers arrive: the mail servers are there."),
    "mx_missing": lambda: _(
        "Nothing takes mail for %(domain)s, so answers and bounces are lost. Publish the name of your mail server."
    ),
    "mx_null": lambda: _("%(domain)s says that it takes no mail at all, and mailboxes distrust such a sender."),
    "mx_implicit": lambda: _(
        "There is no MX record; answers go to %(domain)s itself. Publish the name of the mail server, to be sure."
    ),
    "mx_astray": lambda: _("None of the mail servers has an address: %(servers)s. Correct the names."),
    "mx_some_astray": lambda: _("A mail server has no address: %(servers)s. Correct the name or take it out."),
}
