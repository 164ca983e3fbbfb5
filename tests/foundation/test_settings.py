"""Settings: what is wrong is said in one sentence, and where each value came from is known."""

import stat
from pathlib import Path

import pytest

from outreach.foundation import settings
from outreach.foundation.errors import Misuse, Unavailable
from outreach.foundation.settings import Given, Settings


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder and an environment without any setting, and an empty folder for secrets."""
    for name in list(settings.given()):
        monkeypatch.delenv(f"OUTREACH_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    monkeypatch.setattr(settings, "SECRETS", secrets)
    return secrets


def read(**values: str) -> Settings:
    return settings.read({name: Given(value, "environment") for name, value in values.items()})


def said(**values: str) -> str:
    with pytest.raises(Misuse) as refused:
        read(**values)
    message = refused.value.message
    assert message.endswith(".")
    assert "\n" not in message
    assert refused.value.exit_status == 2
    return message


def test_nothing_needs_to_be_set() -> None:
    found = read()

    assert (found.environment, found.provider, found.tracking) == ("development", "sandbox", "off")
    assert found.languages == ("sv", "zh-Hans", "en")
    assert found.media == Path(".outreach/media")


def test_lists_are_written_with_commas() -> None:
    assert read(LANGUAGES=" sv, en ,").languages == ("sv", "en")


def test_addresses_lose_their_last_slash() -> None:
    assert (
        read(PUBLIC_URL="https://csr.example/", MEDIA_URL="https://cdn.example/m/").public_url == "https://csr.example"
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_of_naming_postgresql_means_the_same(scheme: str) -> None:
    assert read(DATABASE_URL=f"{scheme}://u:p@h/d").database_url == "postgresql+psycopg://u:p@h/d"


def test_a_providers_own_settings_are_kept_by_its_name() -> None:
    found = read(PROVIDER="smtp", SMTP_BASE_URL="smtp://h:25", SANDBOX_API_KEY="k")

    assert found.provider_value("BASE_URL") == "smtp://h:25"
    assert found.provider_value("USERNAME", "nobody") == "nobody"
    assert found.providers["SANDBOX"] == {"API_KEY": "k"}


@pytest.mark.parametrize("name", ["PUBLIC_ULR", "SMTP_TOKEN", "SANDBOX", "PIGEON_BASE_URL", "PROVIDERS"])
def test_an_unknown_name_is_refused_with_its_origin(name: str) -> None:
    message = said(**{name: "x"})

    assert message.startswith(f"OUTREACH_{name} (from environment) is not a setting of Outreach")


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("PUBLIC_URL", "csr.example", "write it with http:// or https://"),
        ("MEDIA_URL", "ftp://x", "write it with http:// or https://"),
        ("DATABASE_URL", "mysql://h/d", "write it as postgresql://user:password@host/database"),
        ("DATABASE_URL", "postgresql://", "write it as postgresql://user:password@host/database"),
        ("LANGUAGES", "sv,fi", "choose among sv, zh-Hans and en"),
        ("LANGUAGES", ",", "choose among sv, zh-Hans and en"),
        ("TIMEZONES", "Europe/Peking", "Europe/Peking is not a time zone; write it as Europe/Stockholm"),
        ("TIMEZONES", "../etc/passwd", "is not a time zone"),
        ("TRACKING", "always", "'off'"),
        ("PROVIDER", "pigeon", "'sandbox'"),
        ("ENVIRONMENT", "prod", "'production'"),
        ("LOG_FORMAT", "xml", "'json'"),
    ],
)
def test_a_value_that_cannot_be_is_said_to_be_so_with_what_could(name: str, value: str, part: str) -> None:
    message = said(**{name: value})

    assert message.startswith(f"OUTREACH_{name} cannot be ")
    assert part in message


@pytest.mark.parametrize("key", ["", "changeme", "secret", "too short", "x" * 31])
def test_production_needs_a_secret_of_its_own(key: str) -> None:
    values = {"ENVIRONMENT": "production"} | ({"SECRET_KEY": key} if key else {})

    message = said(**values)

    assert message.startswith("OUTREACH_SECRET_KEY must be a random text of at least 32 characters in production")
    assert key not in message or not key
    assert read(**(values | {"SECRET_KEY": "x7" * 16})).environment == "production"


def test_a_secret_is_not_shown_with_the_settings() -> None:
    assert "hush" not in repr(read(SECRET_KEY="hush" * 8))


def test_the_environment_wins_over_the_file_and_the_file_over_secrets(
    nothing_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PUBLIC_URL", "PROVIDER", "TRACKING"):
        (nothing_set / f"outreach_{name.lower()}").write_text("from the secret\n")
    (nothing_set / "postgres_password").write_text("somebody else's")
    (nothing_set / "OUTREACH_EMPTY").write_text("")
    Path(".env").write_text("OUTREACH_PUBLIC_URL=from the file\nOUTREACH_PROVIDER=from the file\nOTHER=1\n")
    monkeypatch.setenv("OUTREACH_PUBLIC_URL", "from the environment")
    monkeypatch.setenv("OUTREACH_HOME", "")

    assert settings.given() == {
        "PUBLIC_URL": Given("from the environment", "environment"),
        "PROVIDER": Given("from the file", ".env"),
        "TRACKING": Given("from the secret", str(nothing_set / "outreach_tracking")),
    }


def test_a_key_is_made_once_in_development_and_readable_by_its_owner_only(
    nothing_set: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "deep" / "home"))

    keys = []
    for _process in range(2):
        settings.settings.cache_clear()
        settings.secret_keys.cache_clear()
        keys.append(settings.secret_keys())

    file = tmp_path / "deep" / "home" / "secret_key"
    assert keys[0] == keys[1] == (file.read_text(),)
    assert len(keys[0][0]) >= 48
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.undo()
    settings.settings.cache_clear()
    settings.secret_keys.cache_clear()


def test_a_home_that_cannot_be_written_is_said_to_be_so(
    nothing_set: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "file" / "home"))
    settings.settings.cache_clear()
    settings.secret_keys.cache_clear()

    with pytest.raises(Unavailable, match=r"^The home folder .* cannot be written .*OUTREACH_HOME"):
        settings.secret_keys()

    monkeypatch.undo()
    settings.settings.cache_clear()
    settings.secret_keys.cache_clear()


@pytest.mark.parametrize("servers", ["9.9.9.9", "127.0.0.1:5353, 2620:fe::fe", "[2620:fe::fe]:53"])
def test_name_servers_are_addresses_with_or_without_a_port(servers: str) -> None:
    assert read(DNS_SERVERS=servers).dns_servers == tuple(one.strip() for one in servers.split(","))


@pytest.mark.parametrize("servers", ["dns.example", "9.9.9.9:none", "9.9.9.9:99999", "9.9.9", "[2620:fe::fe]:0"])
def test_a_name_server_that_is_no_address_is_refused_with_an_example(servers: str) -> None:
    assert "9.9.9.9 or 127.0.0.1:5353" in said(DNS_SERVERS=servers)
