"""Signature Version 4 of Amazon Web Services, for calls with a short body and no query of note."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote

import httpx

ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Signer:
    """A key pair, and what it is used for."""

    key_id: str
    secret: str
    region: str
    service: str
    session_token: str = ""  # of temporary credentials

    def sign(self, method: str, url: str, body: bytes, now: datetime, **headers: str) -> dict[str, str]:
        """Return the headers that make a call ours; `headers` are signed too, `_` in a name meaning `-`.

        The host is signed as httpx writes it for `url`, so that a proxy must keep it.
        """
        place = httpx.URL(url)
        moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        signed = {name.replace("_", "-").lower(): value.strip() for name, value in headers.items()}
        signed |= {"host": place.netloc.decode("ascii"), "x-amz-date": moment}
        if self.session_token:
            signed["x-amz-security-token"] = self.session_token
        names = ";".join(sorted(signed))
        scope = f"{moment[:8]}/{self.region}/{self.service}/aws4_request"
        request = _canonical(method, place.path, place.query.decode("ascii"), signed, names, body)
        text = "\n".join((ALGORITHM, moment, scope, sha256(request.encode()).hexdigest()))
        signature = hmac.digest(self._key(scope), text.encode(), sha256).hex()
        own = {name: value for name, value in signed.items() if name != "host"}
        return own | {
            "authorization": f"{ALGORITHM} Credential={self.key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        }

    def _key(self, scope: str) -> bytes:
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), sha256)
        return key


def _canonical(method: str, path: str, query: str, headers: Mapping[str, str], names: str, body: bytes) -> str:
    parts = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    return "\n".join(
        (
            method,
            quote(path or "/", safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in parts),
            *(f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)),
            "",
            names,
            sha256(body).hexdigest(),
        )
    )
