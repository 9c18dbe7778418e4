"""Which Host and Origin headers are answered; it keeps web pages from reaching a server on this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from hostaway_mcp.settings import Settings

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_HEADER_CHARS = 255


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """
    The names that this server goes by, and the web origins that may call it.

    Loopback names are always its own, with any port: DNS rebinding cannot produce them, since a browser
    sends the name that the page asked for. Pages of loopback origins may call only a server that itself
    listens on loopback.
    """

    names: frozenset[str]
    origins: frozenset[str]
    loopback_origins: bool

    def host(self, header: str | None) -> bool:
        """Whether a Host header names this server; the port does not matter."""
        name = _name_of(header or "")
        return name is not None and (name in self.names or is_loopback(name))

    def origin(self, header: str) -> bool:
        """Whether a page of this origin may call; `null` and anything that is no origin may not."""
        origin = normal_origin(header)
        if origin is None:
            return False
        if origin in self.origins:
            return True
        return self.loopback_origins and is_loopback(_name_of(origin.partition("://")[2]) or "")


def allowed_hosts(settings: Settings, *, host: str) -> AllowedHosts:
    """What the settings allow for a server that listens on `host`."""
    public = settings.hostaway_mcp_public_url
    names = {_name_of(_bracketed(host)), _name_of(urlsplit(public).netloc) if public else None}
    return AllowedHosts(
        names=frozenset(name for name in names if name and not _is_wildcard(name)),
        origins=frozenset(_origins([public, *settings.hostaway_mcp_allowed_origins])),
        loopback_origins=is_loopback(host),
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def normal_origin(value: str) -> str | None:
    """`scheme://host[:port]` in lower case, without a default port or a trailing dot; None if it is none."""
    if len(value) > _MAX_HEADER_CHARS:
        return None
    try:
        parts = urlsplit(value.strip().rstrip("/"))
        port = parts.port
    except ValueError:
        return None
    name = _name_of(parts.netloc)
    if parts.scheme not in _DEFAULT_PORTS or name is None or parts.path or parts.query or parts.fragment:
        return None
    shown = _bracketed(name)
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


def _origins(values: Iterable[str]) -> Iterable[str]:
    for value in values:
        parts = urlsplit(value)
        if origin := normal_origin(f"{parts.scheme}://{parts.netloc}"):
            yield origin


def _name_of(authority: str) -> str | None:
    """The host of `host[:port]`: lower case, no brackets, no trailing dot; None if it is no authority."""
    text = authority.strip().lower()
    if not text or len(text) > _MAX_HEADER_CHARS:
        return None
    if text.startswith("["):
        name, closed, rest = text[1:].partition("]")
        return _canonical_v6(name) if closed and _is_port(rest) else None
    name, colon, port = text.partition(":")
    name = name.removesuffix(".")
    if not _is_port(colon + port) or not name or any(ch not in _NAME_CHARS for ch in name):
        return None
    return name


_NAME_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


def _is_port(text: str) -> bool:
    # "" or ":8765"; RFC 3986 allows ":" alone.
    return not text or (
        text[0] == ":" and len(text) <= 6 and text[1:].isascii() and (text[1:] or "0").isdigit()
    )


def _canonical_v6(name: str) -> str | None:
    try:
        return str(ipaddress.IPv6Address(name))
    except ValueError:
        return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _is_wildcard(name: str) -> bool:
    return name in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound to
