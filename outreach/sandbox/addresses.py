"""Which e-mail addresses the sandbox takes: those that a careful mail service would."""

import re

_ADDRESS = re.compile(
    r"""
    (?=.{3,254}\Z) (?=[^@]{1,64}@)
    [^\s@"(),:;<>\[\]\\\x00-\x1f\x7f.]+ (?: \. [^\s@"(),:;<>\[\]\\\x00-\x1f\x7f.]+ )*
    @
    (?: [^\W_] (?: [\w-]{0,61} [^\W_] )? \. )+ [^\W\d_] (?: [\w-]{0,61} [^\W_] )?
    """,
    re.VERBOSE,
)


def is_valid(address: str) -> bool:
    """Say whether an address has the form of RFC 5321 (quoted local parts are not taken), UTF-8 allowed (RFC 6531)."""
    return _ADDRESS.fullmatch(address) is not None
