"""Settings: read once, each with its unit, and one plain sentence for a wrong one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.settings import LogFormat, LogLevel, Reveal, Settings, Traces, read_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting but those of the test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_defaults_are_those_of_the_documentations_snapshot() -> None:
    """Source: index.html.md, 15 requests in 10 s per IP and 20 per account."""
    settings = read_settings()
    assert settings.hostaway_base_url == "https://api.hostaway.com/v1"
    assert (settings.hostaway_rate_ip, settings.hostaway_rate_account) == (15, 20)
    assert settings.hostaway_rate_window_seconds == 10.0
    assert settings.hostaway_mcp_log_level is LogLevel.INFO
    assert settings.hostaway_mcp_log_format is LogFormat.JSON
    assert settings.hostaway_mcp_today is None
    assert settings.hostaway_mcp_reveal == ()
    assert settings.hostaway_mcp_allowed_origins == ()
    assert settings.hostaway_mcp_data_dir.name == "hostaway-mcp"
    assert not settings.has_credentials


def test_everything_can_be_set_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "HOSTAWAY_ACCOUNT_ID": " 10001 ",
        "HOSTAWAY_CLIENT_SECRET": " abc123 ",
        "HOSTAWAY_BASE_URL": " http://127.0.0.1:8799/v1/ ",
        "HOSTAWAY_RATE_IP": "200",
        "HOSTAWAY_RATE_ACCOUNT": "200",
        "HOSTAWAY_RATE_WINDOW_SECONDS": "2.5",
        "HOSTAWAY_MCP_DATA_DIR": "~/rentals",
        "HOSTAWAY_MCP_DATABASE_URL": " postgresql://me:p%40ss@db.example.com/replica ",
        "HOSTAWAY_MCP_KEEP_MESSAGES_DAYS": "365",
        "HOSTAWAY_MCP_KEEP_CONTACTS_DAYS": "90",
        "HOSTAWAY_MCP_REDIS_URL": " rediss://me:p%40ss@redis.example.com:6380/1 ",
        "HOSTAWAY_MCP_TOOLSETS": "core, finance",
        "HOSTAWAY_MCP_TOOLS": "find_listings",
        "HOSTAWAY_MCP_EXCLUDE_TOOLS": "find get_guest",
        "HOSTAWAY_MCP_WRITES": "Propose",
        "HOSTAWAY_MCP_REVEAL": "contact,access",
        "HOSTAWAY_MCP_HTTP_KEY": " k3y ",
        "HOSTAWAY_MCP_PUBLIC_URL": "https://mcp.example.com/",
        "HOSTAWAY_MCP_ALLOWED_ORIGINS": "https://a.example.com, https://b.example.com",
        "HOSTAWAY_MCP_LOG_LEVEL": "WARNING",
        "HOSTAWAY_MCP_LOG_FORMAT": "Text",
        "HOSTAWAY_MCP_TRACES": "OTLP",
        "HOSTAWAY_MCP_TODAY": "2026-07-23",
    }
    assert set(said) == {name.upper() for name in Settings.model_fields}, "each setting is tried here"
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.hostaway_account_id == "10001"
    assert settings.hostaway_client_secret.get_secret_value() == "abc123"
    assert settings.hostaway_base_url == "http://127.0.0.1:8799/v1"
    assert settings.hostaway_rate_window_seconds == 2.5
    assert settings.hostaway_mcp_data_dir == Path.home() / "rentals"
    assert settings.hostaway_mcp_database_url.get_secret_value().endswith("@db.example.com/replica")
    assert settings.hostaway_mcp_keep_messages_days == 365
    assert settings.hostaway_mcp_keep_contacts_days == 90
    assert settings.hostaway_mcp_redis_url.get_secret_value() == "rediss://me:p%40ss@redis.example.com:6380/1"
    assert settings.hostaway_mcp_toolsets == ("core", "finance")
    assert settings.hostaway_mcp_exclude_tools == ("find", "get_guest")
    assert settings.hostaway_mcp_reveal == (Reveal.CONTACT, Reveal.ACCESS)
    assert settings.hostaway_mcp_http_key.get_secret_value() == "k3y"
    assert settings.hostaway_mcp_public_url == "https://mcp.example.com"
    assert settings.hostaway_mcp_log_level is LogLevel.WARNING
    assert settings.hostaway_mcp_log_format is LogFormat.TEXT
    assert settings.hostaway_mcp_traces is Traces.OTLP
    assert settings.hostaway_mcp_today == date(2026, 7, 23)
    assert settings.has_credentials


def test_a_file_beside_the_process_is_read_and_the_environment_comes_first(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / ".env").write_text("HOSTAWAY_ACCOUNT_ID=1\nHOSTAWAY_CLIENT_SECRET=from-file\nOTHER=1\n")
    monkeypatch.setenv("HOSTAWAY_ACCOUNT_ID", "2")
    settings = read_settings()
    assert settings.hostaway_account_id == "2"
    assert settings.hostaway_client_secret.get_secret_value() == "from-file"
    assert read_settings(hostaway_account_id="3").hostaway_account_id == "3", "overrides come before both"


def test_a_file_that_is_no_text_is_one_sentence(bare: Path) -> None:
    (bare / ".env").write_bytes(b"HOSTAWAY_ACCOUNT_ID=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"The file \.env cannot be read"):
        read_settings()


def test_empty_means_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTAWAY_RATE_IP", "")
    monkeypatch.setenv("HOSTAWAY_MCP_TODAY", "")
    assert read_settings().hostaway_rate_ip == 15


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HOSTAWAY_ACCOUNT_ID", "my-account", "must be the number that Hostaway shows beside the secret"),
        ("HOSTAWAY_ACCOUNT_ID", "١٢٣", "must be the number"),
        ("HOSTAWAY_CLIENT_SECRET", "two words-x7", "must be one line without spaces"),
        ("HOSTAWAY_MCP_HTTP_KEY", "two words-x7", "must be one line without spaces"),
        ("HOSTAWAY_BASE_URL", "http://api.hostaway.com/v1", "must begin with https://"),
        ("HOSTAWAY_BASE_URL", "api.hostaway.com", "must be a web address"),
        ("HOSTAWAY_BASE_URL", "ftp://api.hostaway.com", "must be a web address"),
        ("HOSTAWAY_BASE_URL", "https://api.hostaway.com/v1?x=1", "must be a web address"),
        ("HOSTAWAY_BASE_URL", "https://me:pa55word-x7@api.hostaway.com", "must not carry a user name"),
        ("HOSTAWAY_BASE_URL", "http://[", "is wrong"),
        ("HOSTAWAY_MCP_PUBLIC_URL", "mcp.example.com", "must be a web address"),
        (
            "HOSTAWAY_MCP_DATABASE_URL",
            "mysql://me:x7@db/replica",
            "must begin with sqlite:/// or postgresql://",
        ),
        ("HOSTAWAY_MCP_REDIS_URL", "redis.example.com:6379", "must be an address such as rediss://"),
        ("HOSTAWAY_MCP_REDIS_URL", "http://redis.example.com", "must be an address"),
        ("HOSTAWAY_MCP_REDIS_URL", "redis://", "must be an address"),
        ("HOSTAWAY_MCP_REDIS_URL", "redis://:pa/ssword-x7@redis.example.com:6379", "written as %40 and %2F"),
        ("HOSTAWAY_MCP_REDIS_URL", "redis://redis.example.com:6379/x7", "must be an address"),
        ("HOSTAWAY_MCP_REDIS_URL", "redis://redis.example.com?password=x7", "must be an address"),
        ("HOSTAWAY_RATE_IP", "0", "greater than or equal to 1"),
        ("HOSTAWAY_RATE_IP", "many", "valid integer"),
        ("HOSTAWAY_RATE_ACCOUNT", "1001", "less than or equal to 1000"),
        ("HOSTAWAY_RATE_WINDOW_SECONDS", "0", "greater than 0"),
        ("HOSTAWAY_RATE_WINDOW_SECONDS", "nan", "is wrong"),
        ("HOSTAWAY_MCP_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("HOSTAWAY_MCP_LOG_FORMAT", "xml", "'json' or 'text'"),
        ("HOSTAWAY_MCP_REVEAL", "everything", "'contact' or 'access'"),
        ("HOSTAWAY_MCP_TODAY", "tomorrow", "valid date"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    sentence = caught.value.sentence
    assert sentence.startswith(f"{name} ")
    assert says in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "x7" not in sentence, "a secret is not repeated"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    assert read_settings(hostaway_base_url=f"http://{host}:8799/v1").hostaway_base_url.startswith("http://")


def test_secrets_do_not_show() -> None:
    settings = read_settings(hostaway_client_secret="abc-secret-123", hostaway_mcp_http_key="key-secret-456")
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "abc-secret-123" not in shown
    assert "key-secret-456" not in shown


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        read_settings().hostaway_rate_ip = 5  # type: ignore[misc]


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name


def test_both_halves_make_credentials() -> None:
    assert not read_settings(hostaway_account_id="1").has_credentials
    assert not read_settings(hostaway_client_secret="abc").has_credentials
    assert read_settings(hostaway_account_id="1", hostaway_client_secret="abc").has_credentials
