"""The settings: one frozen record, and the only place that reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from hostaway_mcp.credentials import Kept, read_kept
from hostaway_mcp.errors import CredentialsError, SettingsError


class LogFormat(StrEnum):
    """How a log line is written."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """From which gravity on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class WriteMode(StrEnum):
    """Whether there are tools that change something."""

    OFF = "off"
    PROPOSE = "propose"


class Traces(StrEnum):
    """Where OpenTelemetry's spans go."""

    OFF = "off"
    OTLP = "otlp"
    """To a collector, over HTTP; OpenTelemetry's own variables say which and how."""


class Reveal(StrEnum):
    """A kind of masked fact that a person may allow to be shown."""

    CONTACT = "contact"
    """Guests' mail addresses and phone numbers."""
    ACCESS = "access"
    """Door codes and Wi-Fi passwords."""


def _split(value: object) -> object:
    return tuple(filter(None, re.split(r"[,\s]+", value))) if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Reveals = Annotated[tuple[Reveal, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """
    Everything that can be set, each with its unit and its reason; read once at the start.

    The names are those of the environment in lower case: `hostaway_account_id` is HOSTAWAY_ACCOUNT_ID.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    hostaway_account_id: str = Field("", description="Hostaway account id (Settings → Hostaway API)")
    hostaway_client_secret: SecretStr = Field(
        SecretStr(""), description="API secret that belongs to the account id"
    )
    hostaway_base_url: str = Field(
        "https://api.hostaway.com/v1", description="where Hostaway's API is; a sandbox for trying things out"
    )
    hostaway_rate_ip: int = Field(15, ge=1, le=1000, description="requests per window that one IP may send")
    hostaway_rate_account: int = Field(
        20, ge=1, le=1000, description="requests per window that one account may send"
    )
    hostaway_rate_window_seconds: float = Field(
        10.0, gt=0, le=3600, description="length of that window, in seconds"
    )

    hostaway_mcp_data_dir: Path = Field(
        default_factory=lambda: user_data_path("hostaway-mcp"),
        description="where the token, the shared rate budget and the audit are kept (mode 0600)",
    )
    hostaway_mcp_database_url: SecretStr = Field(
        SecretStr(""),
        description="where the replica is kept: sqlite:///path/to/file or postgresql://user@host/database "
        "(needs the extra postgres); empty = replica.db in the data directory",
    )
    hostaway_mcp_keep_messages_days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description="days after which messages in the replica lose their words; empty = kept like the rest",
    )
    hostaway_mcp_keep_contacts_days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description="days after departure when the replica drops guests' addresses, telephones, notes, codes "
        "and custom values; empty = kept like the rest",
    )
    hostaway_mcp_redis_url: SecretStr = Field(
        SecretStr(""),
        description="a Redis in which several machines share the rate budget and the token, e.g. "
        "rediss://:password@redis.example.com:6379/0 (needs the extra redis); empty = the data directory",
    )
    hostaway_mcp_toolsets: Names = Field(
        (),
        description="toolsets to offer, separated by commas; empty = all that only read; "
        "lean = some 20 for most days, and find_tools for the rest",
    )
    hostaway_mcp_tools: Names = Field((), description="single tools to offer besides")
    hostaway_mcp_exclude_tools: Names = Field((), description="single tools not to offer")
    hostaway_mcp_writes: Annotated[WriteMode, BeforeValidator(_lower)] = Field(
        WriteMode.OFF,
        description="off, or propose: tools that change something propose it, and apply_change does what a "
        "person agreed to",
    )
    hostaway_mcp_reveal: Reveals = Field(
        (), description="masked kinds that may be shown when a call asks for it: contact, access"
    )
    hostaway_mcp_http_key: SecretStr = Field(
        SecretStr(""), description="bearer key for every HTTP door; needed when the host is not loopback"
    )
    hostaway_mcp_public_url: str = Field(
        "",
        description="the address that clients use when a proxy stands in front, e.g. https://mcp.example.com",
    )
    hostaway_mcp_allowed_origins: Names = Field(
        (), description="web origins that may call the HTTP doors from a browser; empty = none"
    )
    hostaway_mcp_log_level: Annotated[LogLevel, BeforeValidator(_lower)] = Field(
        LogLevel.INFO, description="debug, info, warning or error"
    )
    hostaway_mcp_log_format: Annotated[LogFormat, BeforeValidator(_lower)] = Field(
        LogFormat.JSON, description="json or text; always to standard error"
    )
    hostaway_mcp_traces: Annotated[Traces, BeforeValidator(_lower)] = Field(
        Traces.OFF,
        description="off, or otlp: traces to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names "
        "(needs the extra otel)",
    )
    hostaway_mcp_today: date | None = Field(None, description="a fixed date, for demos and checks")

    @field_validator("hostaway_account_id")
    @classmethod
    def _account_id_is_a_number(cls, value: str) -> str:
        value = value.strip()
        if value.startswith("${"):
            # What `connect` writes before a login, for clients that know such blanks; not all do.
            raise ValueError("was not filled in by the client; run hostaway-mcp login, then connect again")
        if value and not (value.isascii() and value.isdecimal()):
            raise ValueError("must be the number that Hostaway shows beside the secret, not a name")
        return value

    @field_validator("hostaway_client_secret", "hostaway_mcp_http_key")
    @classmethod
    def _secret_is_one_line(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value().strip()
        if any(ch.isspace() or not ch.isprintable() for ch in secret):
            raise ValueError("must be one line without spaces; it looks as if a copy went wrong")
        return SecretStr(secret)

    @field_validator("hostaway_mcp_database_url")
    @classmethod
    def _database_is_of_a_kind(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value().strip()
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return SecretStr(url)

    @field_validator("hostaway_mcp_redis_url")
    @classmethod
    def _redis_url_is_one(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value().strip()
        if url and not _is_redis_address(url):
            raise ValueError(
                "must be an address such as rediss://:password@redis.example.com:6379/0, with signs such as "
                "@ and / in the password written as %40 and %2F"
            )
        return SecretStr(url)

    @field_validator("hostaway_mcp_data_dir")
    @classmethod
    def _home_is_meant(cls, value: Path) -> Path:
        # A client's configuration file knows no shell that would do this.
        return value.expanduser()

    @field_validator("hostaway_base_url")
    @classmethod
    def _base_url_is_http(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        _web_address(value)
        parts = urlsplit(value)
        if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError("must begin with https:// (plain http would show the secret to the network)")
        return value

    @field_validator("hostaway_mcp_public_url")
    @classmethod
    def _public_url_is_http(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if value:
            _web_address(value)
        return value

    @property
    def has_credentials(self) -> bool:
        """Whether both the account id and the secret are there."""
        return bool(self.hostaway_account_id and self.hostaway_client_secret.get_secret_value())


def _web_address(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a web address such as https://api.hostaway.com/v1")
    if parts.username or parts.password:
        raise ValueError("must not carry a user name or password")


def _is_redis_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        # Asking for the port reads it; the error about a wrong one would show a part of the password.
        complete = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = value.isprintable() and " " not in value and not parts.query and not parts.fragment
    return plain and complete and parts.scheme in {"redis", "rediss"} and _is_database(parts.path)


def _is_database(path: str) -> bool:
    return re.fullmatch(r"/?|/[0-9]{1,4}", path) is not None


def read_settings(*, kept: bool = True, **overrides: Any) -> Settings:
    """
    The settings from the environment, a `.env` beside the process, and what `login` kept (unless `kept` is
    False), in this order; `overrides` come first.

    Raises:
        SettingsError: a value is wrong; one sentence names the setting and what it should be.
        CredentialsError: what login kept cannot be used, and nothing else says who to be.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_sentence(error.errors(include_url=False, include_input=False)[0])) from None
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            f"The file .env cannot be read ({type(error).__name__}).",
            hint="It must be a text in UTF-8 that this user may read.",
        ) from None
    if not kept or settings.hostaway_client_secret.get_secret_value():
        return settings
    return with_kept(settings, read_kept(settings.hostaway_mcp_data_dir))


def with_kept(settings: Settings, kept: Kept | None) -> Settings:
    """The settings with the pair that login kept, unless they name a secret or another account."""
    if kept is None or settings.hostaway_client_secret.get_secret_value():
        return settings
    if settings.hostaway_account_id not in ("", kept.account_id):
        return settings
    pair = {
        "hostaway_account_id": kept.account_id,
        "hostaway_client_secret": SecretStr(kept.client_secret),
    }
    return settings.model_copy(update=pair)


def variable(name: str) -> str:
    """A variable of the environment that is not ours, such as APPDATA; empty if it is not set."""
    return os.environ.get(name, "")


class Source(StrEnum):
    """Where a value comes from, the first to be asked first."""

    ENVIRONMENT = "environment"
    DOTENV = ".env"
    LOGIN = "login"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Found:
    """One setting as it was found; `value` may be shown to anybody, `problem` says what is wrong with it."""

    name: str
    value: str
    source: Source
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """
    All that can be said of the settings, right or wrong.

    `settings` have the default in the place of each wrong value. `trouble` is why what login kept, or the
    `.env`, cannot be used. `strangers` are variables that look like settings and are none.
    """

    settings: Settings
    found: tuple[Found, ...]
    trouble: tuple[CredentialsError | SettingsError, ...]
    strangers: tuple[str, ...]


def survey_settings() -> Survey:
    """Every setting with its source; whatever is wrong is part of the answer and never raised."""
    trouble: list[CredentialsError | SettingsError] = []
    env_file: str | None = ".env"
    try:
        dotenv = DotEnvSettingsSource(Settings)
    except (OSError, UnicodeError) as error:
        trouble.append(SettingsError(f"The file .env cannot be read ({type(error).__name__})."))
        env_file = None
        dotenv = DotEnvSettingsSource(Settings, env_file=None)
    environment = EnvSettingsSource(Settings)
    settings, problems = _as_far_as_right(env_file)
    given = settings
    try:
        settings = with_kept(settings, read_kept(settings.hostaway_mcp_data_dir))
    except CredentialsError as error:
        trouble.append(error)
    by_source = {
        Source.ENVIRONMENT: environment(),
        Source.DOTENV: dotenv(),
        Source.LOGIN: _given_by_login(given, settings),
    }
    found = tuple(
        Found(name.upper(), shown(settings, name), _source_of(name, by_source), problems.get(name))
        for name in Settings.model_fields
    )
    names = {*environment.env_vars, *dotenv.env_vars}
    strangers = sorted(
        name.upper() for name in names if name.startswith("hostaway_") and name not in Settings.model_fields
    )
    return Survey(settings, found, tuple(trouble), tuple(strangers))


def shown(settings: Settings, name: str) -> str:
    """The value of one setting as anybody may see it."""
    value = getattr(settings, name)
    if isinstance(value, SecretStr):
        return "(hidden)" if value.get_secret_value() else ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def _as_far_as_right(env_file: str | None) -> tuple[Settings, dict[str, str]]:
    """The settings without the wrong values, and what is wrong with those."""
    problems: dict[str, str] = {}
    while True:
        right = {
            name: Settings.model_fields[name].get_default(call_default_factory=True) for name in problems
        }
        try:
            return Settings(_env_file=env_file, **right), problems
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                problems[str(one["loc"][0])] = _sentence(one)


def _given_by_login(before: Settings, after: Settings) -> dict[str, str]:
    names = ("hostaway_account_id", "hostaway_client_secret")
    return {name: shown(after, name) for name in names if shown(before, name) != shown(after, name)}


def _source_of(name: str, by_source: Mapping[Source, Mapping[str, Any]]) -> Source:
    return next((source for source, values in by_source.items() if name in values), Source.DEFAULT)


def _sentence(error: Mapping[str, Any]) -> str:
    name = str(error["loc"][0]).upper() if error["loc"] else "A setting"
    said = str(error["msg"]).removeprefix("Value error, ")
    said = said[0].lower() + said[1:]
    return f"{name} {said}." if said.startswith("must") else f"{name} is wrong: {said}."
