"""Settings: environment variables, `.env`, or files in `/run/secrets`; the first that names a value wins.

Every name is `OUTREACH_` + the field in capitals; a provider's own are `OUTREACH_<PROVIDER>_<NAME>`. A name that is not
known is refused, so that a misspelt one never passes silently.
"""

import ipaddress
import os
import re
import secrets
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator

from outreach.foundation.errors import Misuse, Unavailable

PREFIX = "OUTREACH_"
SECRETS = Path("/run/secrets")
PLACEHOLDERS = {"changeme", "change-me", "secret", "insecure", "placeholder", "xxx"}
PROVIDER_SETTINGS: dict[str, frozenset[str]] = {
    "SANDBOX": frozenset({"BASE_URL", "API_KEY", "WEBHOOK_KEY", "WEBHOOK_URL", "RATE", "CONCURRENCY"}),
    "SMTP": frozenset({"BASE_URL", "USERNAME", "PASSWORD", "WEBHOOK_KEY", "RATE", "CONCURRENCY"}),
    "SES": frozenset(
        {
            *("BASE_URL", "REGION", "KEY_ID", "SECRET_KEY", "SESSION_TOKEN", "CONFIGURATION_SET"),
            *("WEBHOOK_KEY", "CERTIFICATES_URL", "RATE", "CONCURRENCY"),
        }
    ),
    "ALIBABA": frozenset(
        {
            *("BASE_URL", "KEY_ID", "SECRET_KEY", "SESSION_TOKEN", "TAG"),
            *("WEBHOOK_KEY", "CERTIFICATES_URL", "RATE", "CONCURRENCY"),
        }
    ),
    "POSTMARK": frozenset({"BASE_URL", "SERVER_TOKEN", "STREAM", "WEBHOOK_KEY", "RATE", "CONCURRENCY"}),
    "RESEND": frozenset({"BASE_URL", "API_KEY", "WEBHOOK_KEY", "RATE", "CONCURRENCY"}),
    "MAILGUN": frozenset({"BASE_URL", "API_KEY", "DOMAIN", "WEBHOOK_KEY", "RATE", "CONCURRENCY"}),
}


# What may stand in a mailto address as it is (RFC 6068 §2).
_MAILBOX = re.compile(r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


def _parts(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


CommaList = Annotated[tuple[str, ...], BeforeValidator(_parts)]


class Settings(BaseModel):
    """What an installation decides; see `docs/settings.md` for each one's meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str | None = None
    database_owner_url: str | None = None
    redis_url: str | None = None
    home: Path = Path(".outreach")
    public_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr | None = None
    secret_keys_retired: CommaList = ()
    environment: Literal["development", "production"] = "development"
    languages: CommaList = ("sv", "zh-Hans", "en")
    timezones: CommaList = ("Asia/Shanghai", "Europe/Stockholm")
    four_eyes_above: int = Field(default=500, ge=0)  # recipients; 0 means never
    tracking: Literal["off", "consented"] = "off"
    provider: Literal["sandbox", "smtp", "ses", "alibaba", "postmark", "resend", "mailgun"] = "sandbox"
    inbound_address: str | None = None
    inbound_key: SecretStr | None = None
    trusted_proxies: CommaList = ()
    dns_servers: CommaList = ()
    log_format: Literal["text", "json"] = "text"
    media_url: str | None = None
    providers: dict[str, dict[str, str]] = Field(default_factory=dict)

    @field_validator("public_url", "media_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("write it with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _driver(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, _, rest = value.partition("://")
        if scheme not in {"postgres", "postgresql", "postgresql+psycopg"} or not rest:
            raise ValueError("write it as postgresql://user:password@host/database")
        return f"postgresql+psycopg://{rest}"

    @field_validator("inbound_address")
    @classmethod
    def _mailbox(cls, value: str | None) -> str | None:
        if value is not None and not _MAILBOX.fullmatch(value):
            raise ValueError("write one plain address, such as unsubscribe@letters.example.org")
        return value

    @field_validator("languages")
    @classmethod
    def _languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = set(value) - {"sv", "zh-Hans", "en"}
        if unknown or not value:
            raise ValueError("choose among sv, zh-Hans and en")
        return value

    @field_validator("dns_servers")
    @classmethod
    def _servers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for server in value:
            address, colon, port = server.rpartition(":")
            has_port = bool(colon) and (address.startswith("[") or ":" not in address)
            try:
                ipaddress.ip_address((address if has_port else server).strip("[]"))
                is_port = not has_port or 0 < int(port) < 65536
            except ValueError:
                is_port = False
            if not is_port:
                raise ValueError("write addresses such as 9.9.9.9 or 127.0.0.1:5353, with commas between them")
        return value

    @field_validator("timezones")
    @classmethod
    def _timezones(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError) as unknown:
                raise ValueError(f"{name} is not a time zone; write it as Europe/Stockholm") from unknown
        return value

    def rate(self, provider: str) -> int | None:
        """Return how many letters a second a provider takes from us; None where nobody says."""
        rate = self.providers.get(provider.upper(), {}).get("RATE")
        return int(rate) if rate else None

    @property
    def media(self) -> Path:
        """Return the folder that uploaded pictures and files are kept in."""
        return self.home / "media"

    def provider_value(self, name: str, default: str | None = None) -> str | None:
        """Return one setting of the provider in use, such as `BASE_URL`."""
        return self.providers.get(self.provider.upper(), {}).get(name, default)


@dataclass(frozen=True)
class Given:
    """One value and where it came from."""

    value: str
    origin: str


def given() -> dict[str, Given]:
    """Collect every `OUTREACH_…` value, by name without prefix, with its origin."""
    found: dict[str, Given] = {}
    if SECRETS.is_dir():
        for file in sorted(SECRETS.iterdir()):
            if file.name.upper().startswith(PREFIX) and file.is_file():
                found[file.name.upper().removeprefix(PREFIX)] = Given(file.read_text().strip(), str(file))
    for name, value in dotenv_values(".env").items():
        if name.startswith(PREFIX) and value is not None:
            found[name.removeprefix(PREFIX)] = Given(value, ".env")
    for name, value in os.environ.items():
        if name.startswith(PREFIX):
            found[name.removeprefix(PREFIX)] = Given(value, "environment")
    return {name: one for name, one in found.items() if one.value != ""}


def read(values: dict[str, Given]) -> Settings:
    """Build the settings from collected values. Raises Misuse with one sentence for the first fault."""
    fields: dict[str, object] = {}
    providers: dict[str, dict[str, str]] = {}
    for name, one in values.items():
        provider, _, own = name.partition("_")
        if name.lower() in Settings.model_fields and name != "PROVIDERS":
            fields[name.lower()] = one.value
        elif own in PROVIDER_SETTINGS.get(provider, ()):
            providers.setdefault(provider, {})[own] = one.value
        else:
            raise Misuse(
                f"{PREFIX}{name} (from {one.origin}) is not a setting of Outreach{_nearest(name)}; "
                "docs/settings.md lists the known ones."
            )
    try:
        settings = Settings(**fields, providers=providers)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise Misuse(f"{PREFIX}{name} cannot be {first['input']!r}: {reason}.") from wrong
    _insist_on_secret(settings)
    _insist_on_rates(settings)
    return settings


def _nearest(name: str) -> str:
    known = [field.upper() for field in Settings.model_fields]
    known += [f"{provider}_{own}" for provider, names in PROVIDER_SETTINGS.items() for own in names]
    close = get_close_matches(name, known, n=1)
    return f", perhaps {PREFIX}{close[0]} is meant" if close else ""


def _insist_on_secret(settings: Settings) -> None:
    if settings.environment != "production":
        return
    key = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if len(key) < 32 or key.lower() in PLACEHOLDERS:
        raise Misuse(
            f"{PREFIX}SECRET_KEY must be a random text of at least 32 characters in production; "
            "make one with 'openssl rand -base64 48'."
        )


def _insist_on_rates(settings: Settings) -> None:
    for provider, own in settings.providers.items():
        rate = own.get("RATE", "1")
        if not rate.isdecimal() or int(rate) < 1:
            raise Misuse(
                f"{PREFIX}{provider}_RATE cannot be {rate!r}: write the letters a second, a whole number from 1."
            )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return read(given())


@lru_cache(maxsize=1)
def secret_keys() -> tuple[str, ...]:
    """Return the signing keys, the active one first; in development one is made and kept in the home folder.

    Raises Unavailable where the home folder cannot be written.
    """
    own = settings()
    if own.secret_key is not None:
        return (own.secret_key.get_secret_value(), *own.secret_keys_retired)
    return (_kept_secret(own.home / "secret_key"), *own.secret_keys_retired)


def _kept_secret(file: Path) -> str:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text().strip()
        with os.fdopen(handle, "w") as new:
            key = secrets.token_urlsafe(48)
            new.write(key)
        return key
    except OSError as fault:
        raise Unavailable(
            f"The home folder {file.parent} cannot be written ({fault.strerror}); "
            f"choose another with {PREFIX}HOME or change its permissions."
        ) from fault
