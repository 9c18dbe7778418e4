"""The settings: one frozen record, and the only place that reads the environment."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hostaway_mcp.errors import SettingsError


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
    hostaway_mcp_toolsets: Names = Field(
        (), description="toolsets to offer, separated by commas; empty = all that only read"
    )
    hostaway_mcp_tools: Names = Field((), description="single tools to offer besides")
    hostaway_mcp_exclude_tools: Names = Field((), description="single tools not to offer")
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
    hostaway_mcp_today: date | None = Field(None, description="a fixed date, for demos and checks")

    @field_validator("hostaway_account_id")
    @classmethod
    def _account_id_is_a_number(cls, value: str) -> str:
        value = value.strip()
        if value and not value.isdecimal():
            raise ValueError("must be the number that Hostaway shows beside the secret, not a name")
        return value

    @field_validator("hostaway_client_secret")
    @classmethod
    def _secret_is_one_line(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value().strip()
        if any(ch.isspace() or not ch.isprintable() for ch in secret):
            raise ValueError("must be one line without spaces; it looks as if a copy went wrong")
        return SecretStr(secret)

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


def read_settings(**overrides: Any) -> Settings:
    """
    The settings from the environment and a `.env` beside the process; `overrides` come first.

    Raises:
        SettingsError: a value is wrong; one sentence names the setting and what it should be.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0]).upper() if first["loc"] else "A setting"
    said = first["msg"].removeprefix("Value error, ")
    said = said[0].lower() + said[1:]
    return f"{name} {said}." if said.startswith("must") else f"{name} is wrong: {said}."
