"""A small authoritative name server on loopback, UDP and TCP, in a thread of its own; it keeps what it was asked.

It answers from a zone of «name kind value» lines, follows no alias for the asker (a resolver does), and can be told to
keep silent or to fail for some names. What does not fit into a UDP answer is truncated, so that it is asked for by TCP.
"""

import asyncio
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

TTL = 60
Records = dict[tuple[str, str], list[str]]


@dataclass
class NameServer:
    """What it knows, whom it ignores, and what it was asked as «kind name»."""

    records: Records = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    by_tcp: list[str] = field(default_factory=list)
    port: int = 0

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["NameServer"]:
        """Answer on a free port."""
        server = cls()
        ready = threading.Event()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=_serve, args=(loop, server, ready))
        thread.start()
        assert ready.wait(10)
        try:
            yield server
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)

    @property
    def address(self) -> str:
        """Its address as a setting."""
        return f"127.0.0.1:{self.port}"

    def publish(self, name: str, kind: str, *values: str) -> None:
        """Put records into the zone, in place of what stood there; TXT values are written without quotes."""
        self.records[name, kind] = [_quoted(one) if kind == "TXT" else one for one in values]

    def withdraw(self, name: str, kind: str) -> None:
        """Take records out of the zone."""
        self.records.pop((name, kind), None)

    def reset(self) -> None:
        """Know nothing, and answer everybody."""
        for kept in (self.records, self.silent, self.failing, self.asked, self.by_tcp):
            kept.clear()

    def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """Answer one question; None is silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        if tcp:
            self.by_tcp.append(name)
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response.to_wire()
        self._answer(response, question.name, name, kind)
        whole = response.to_wire(max_size=65535)
        if tcp or len(whole) <= (query.payload or 512):
            return whole
        response.answer.clear()
        response.flags |= dns.flags.TC
        return response.to_wire()

    def _answer(self, response: Any, owner: dns.name.Name, name: str, kind: str) -> None:
        values = self.records.get((name, kind)) or self.records.get((name, "CNAME"))
        given = kind if (name, kind) in self.records else "CNAME"
        if values:
            response.answer.append(dns.rrset.from_text_list(owner, TTL, dns.rdataclass.IN, given, values))
            for alias in values if given == "CNAME" else ():
                target = dns.name.from_text(alias)
                self._answer(response, target, target.to_text(omit_final_dot=True).lower(), kind)
        elif not any(known == name or known.endswith(f".{name}") for known, _kind in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)


def _serve(loop: asyncio.AbstractEventLoop, server: NameServer, ready: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    tcp = loop.run_until_complete(asyncio.start_server(_talk(server), "127.0.0.1", 0))
    server.port = tcp.sockets[0].getsockname()[1]
    datagrams = loop.create_datagram_endpoint(lambda: _Datagrams(server), local_addr=("127.0.0.1", server.port))
    transport, _protocol = loop.run_until_complete(datagrams)
    ready.set()
    loop.run_forever()
    transport.close()
    tcp.close()
    loop.run_until_complete(tcp.wait_closed())
    loop.close()


def _talk(server: NameServer) -> Any:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            (size,) = struct.unpack("!H", await reader.readexactly(2))
            answer = server.answer(await reader.readexactly(size), tcp=True)
            if answer:
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        writer.close()

    return talk


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: Any) -> None:
        """Remember where answers go out."""
        self._transport: asyncio.DatagramTransport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer, or keep silent."""
        answer = self._server.answer(data, tcp=False)
        if answer:
            self._transport.sendto(answer, addr)


def _quoted(value: str) -> str:
    octets = value.encode()
    strings = [octets[start : start + 255] for start in range(0, len(octets), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{octet:03d}" for octet in one) + '"' for one in strings)
