"""The door to addresses that people typed: looked at so that nobody reaches our own network through us (SSRF).

A name is resolved once, every address that it has must be a public one, and that address is what is connected to, so a
second answer of the DNS changes nothing; the certificate is still that of the name. So it goes with each redirect.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import httpx

PORTS: Final = frozenset({80, 443})
MOST_HOPS: Final = 5
PATIENCE: Final = 10.0  # seconds for each hop
# Ways through which an IPv4 address of ours could be written as IPv6 (RFC 6052, 3056, 4380).
_WAYS_IN: Final = tuple(ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NO_HEAD: Final = frozenset({403, 404, 405, 501})  # said by servers that answer GET


class Closed(Exception):
    """The address leads somewhere that is not looked at: our own network, another port, too many redirects."""


@dataclass(frozen=True)
class Answer:
    """What a server said, and of which address in the end."""

    status: int
    url: str


async def look(url: str) -> Answer:
    """Ask for the head of a page, or for the page where a server gives no heads; its body is not read.

    Raises Closed for an address that is not looked at, httpx.HTTPError where nobody answers.
    """
    async with httpx.AsyncClient(timeout=PATIENCE, headers={"user-agent": "Outreach"}, trust_env=False) as client:
        here = httpx.URL(url)
        for _hop in range(MOST_HOPS + 1):
            status, onward = await _ask(client, "HEAD", here)
            if status in _NO_HEAD:
                status, onward = await _ask(client, "GET", here)
            if onward is None:
                return Answer(status, str(here))
            here = onward
    raise Closed("too many redirects")


async def _ask(client: httpx.AsyncClient, method: str, url: httpx.URL) -> tuple[int, httpx.URL | None]:
    address = await _public_address(url)
    request = client.build_request(
        method,
        url.copy_with(host=address),
        headers={"host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )
    answer = await client.send(request, stream=True)
    await answer.aclose()
    location = answer.headers.get("location")
    if answer.status_code in _REDIRECTS and location:
        return answer.status_code, url.join(location)
    return answer.status_code, None


async def _public_address(url: httpx.URL) -> str:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    if port not in PORTS or not url.host:
        raise Closed("not the web")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as fault:
        raise httpx.ConnectError("There is no such host.") from fault
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(is_public(one) for one in addresses):
        raise Closed("not a public address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open internet, however it is written."""
    number: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(number, IPv6Address):
        number = number.ipv4_mapped or number
    ways_in = any(number in way for way in _WAYS_IN if way.version == number.version)
    return number.is_global and not number.is_multicast and not ways_in
