"""What the sandbox is started with: command line first, then environment, checked before anything is opened."""

import argparse
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from outreach.foundation.locale import gettext as _
from outreach.sandbox import signing


class Misuse(Exception):
    """The sandbox was started in a way that cannot work; the message says in one sentence what to do."""


@dataclass(frozen=True)
class Options:
    """The checked options of one sandbox process. `webhook_key` is the decoded secret."""

    host: str
    port: int
    data: Path
    api_key: str
    webhook_url: str | None
    webhook_key: bytes
    allow_remote: bool


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Read and check the options; raise `Misuse` with one sentence where they cannot work."""
    given = _parser(environment).parse_args(arguments)
    if not given.api_key:
        raise Misuse(_("Give the API key that callers must show: --api-key or OUTREACH_SANDBOX_API_KEY."))
    if not given.allow_remote and not _is_loopback(given.host):
        raise Misuse(
            _("%(host)s can be reached from other machines: use 127.0.0.1, or add --allow-remote if that is meant.")
            % {"host": given.host}
        )
    return Options(
        host=given.host,
        port=given.port,
        data=given.data,
        api_key=given.api_key,
        webhook_url=_webhook_url(given.webhook_url),
        webhook_key=_webhook_key(given.webhook_url, environment.get("OUTREACH_SANDBOX_WEBHOOK_KEY", "")),
        allow_remote=given.allow_remote,
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Misuse(_("%(message)s; see --help.") % {"message": message[:1].upper() + message[1:]})


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m outreach.sandbox",
        description=_("A mail service for trying and training: it keeps every letter and sends none."),
    )
    parser.add_argument("--host", default="127.0.0.1", help=_("address to listen on (default %(default)s)"))
    parser.add_argument("--port", type=_port, default=8025, help=_("port, 0 for any free one (default %(default)s)"))
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help=_("folder for the letters, made if need be")
    )
    parser.add_argument(
        "--api-key",
        default=environment.get("OUTREACH_SANDBOX_API_KEY", ""),
        help=_("key that callers must show (or OUTREACH_SANDBOX_API_KEY)"),
    )
    parser.add_argument(
        "--webhook-url",
        default=environment.get("OUTREACH_SANDBOX_WEBHOOK_URL") or None,
        help=_("address to report deliveries to (or OUTREACH_SANDBOX_WEBHOOK_URL)"),
    )
    parser.add_argument("--allow-remote", action="store_true", help=_("let other machines in: anyone there can read"))
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(_("a port is a number from 0 to 65535"))
    return int(text)


def _is_loopback(host: str) -> bool:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        raise Misuse(_("The address %(host)s is not known on this machine.") % {"host": host}) from None
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in found)


def _webhook_url(url: str | None) -> str | None:
    if url is not None and not _is_web_address(url):
        raise Misuse(_("The webhook address %(url)s is not an http or https address.") % {"url": url})
    return url


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _webhook_key(url: str | None, secret: str) -> bytes:
    if url is None:
        return b""
    try:
        return signing.key(secret)
    except ValueError:
        raise Misuse(
            _("Set OUTREACH_SANDBOX_WEBHOOK_KEY, which signs reports, to whsec_ and 24 to 64 bytes in base64.")
        ) from None
