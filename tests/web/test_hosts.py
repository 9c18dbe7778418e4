"""Host and Origin: which are answered, which are foreign. Source: RFC 9110 section 7.2, RFC 6454."""

from __future__ import annotations

from typing import Any

import pytest

from hostaway_mcp.settings import Settings
from hostaway_mcp.web.hosts import allowed_hosts, is_loopback, normal_origin


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


PUBLIC = settings(
    hostaway_mcp_public_url="https://MCP.Example.com/base",
    hostaway_mcp_allowed_origins="https://app.example.com, http://tools.example.com:3000/",
)

HOSTS = [
    # Host header, on loopback, on 0.0.0.0 with a public URL
    ("localhost", True, True),
    ("localhost:8765", True, True),
    ("LOCALHOST:8765", True, True),
    ("localhost.:8765", True, True),
    ("localhost:1", True, True),
    ("127.0.0.1", True, True),
    ("127.0.0.1:8765", True, True),
    ("127.0.0.1.", True, True),
    ("127.8.9.1:80", True, True),
    ("[::1]", True, True),
    ("[::1]:8765", True, True),
    ("[0:0:0:0:0:0:0:1]:8765", True, True),
    ("mcp.example.com", False, True),
    ("MCP.EXAMPLE.COM:443", False, True),
    ("mcp.example.com.", False, True),
    ("mcp.example.com:9999", False, True),
    ("evil.example", False, False),
    ("evil.example:8765", False, False),
    ("localhost.evil.example", False, False),
    ("evil-localhost", False, False),
    ("localhost:8765.evil.example", False, False),
    ("127.0.0.1.evil.example", False, False),
    ("127.1", False, False),
    ("2130706433", False, False),
    ("0x7f000001", False, False),
    ("0.0.0.0:8765", False, False),
    ("[::]:8765", False, False),
    ("[::1", False, False),
    ("[::1]evil", False, False),
    ("[fe80::1]:8765", False, False),
    ("::1", False, False),
    ("192.168.1.5:8765", False, False),
    ("user@localhost", False, False),
    ("localhost@evil.example", False, False),
    ("localhost:port", False, False),
    ("localhost:123456", False, False),
    ("localhost:-1", False, False),
    ("local host", False, False),
    ("localhost/", False, False),
    ("http://localhost", False, False),
    ("localhost,evil.example", False, False),
    ("sub.mcp.example.com", False, False),
    ("mcp.example.com.evil", False, False),
    ("x" * 300, False, False),
    ("", False, False),
    (None, False, False),
]

ORIGINS = [
    ("http://localhost", True, False),
    ("http://localhost:6274", True, False),
    ("HTTP://LocalHost:6274", True, False),
    ("https://localhost:6274", True, False),
    ("http://127.0.0.1:8765", True, False),
    ("http://[::1]:8765", True, False),
    ("http://localhost.:8765", True, False),
    ("https://mcp.example.com", False, True),
    ("https://mcp.example.com:443", False, True),
    ("https://MCP.example.com.", False, True),
    ("https://mcp.example.com:8443", False, False),
    ("http://mcp.example.com", False, False),
    ("https://app.example.com", False, True),
    ("https://app.example.com/", False, True),
    ("http://tools.example.com:3000", False, True),
    ("http://tools.example.com", False, False),
    ("https://app.example.com.evil.example", False, False),
    ("https://evil.example", False, False),
    ("http://localhost.evil.example", False, False),
    ("http://localhost@evil.example", False, False),
    ("http://evil.example#localhost", False, False),
    ("http://evil.example/localhost", False, False),
    ("file://localhost", False, False),
    ("chrome-extension://localhost", False, False),
    ("ftp://localhost", False, False),
    ("localhost", False, False),
    ("//localhost", False, False),
    ("http://", False, False),
    ("http://[::1", False, False),
    ("http://localhost:99999", False, False),
    ("null", False, False),
    ("", False, False),
    ("*", False, False),
]


@pytest.mark.parametrize(("header", "local", "public"), HOSTS)
def test_host(header: str | None, local: bool, public: bool) -> None:
    """Loopback names always, the public name where there is one; nothing else."""
    assert allowed_hosts(settings(), host="127.0.0.1").host(header) is local
    assert allowed_hosts(PUBLIC, host="0.0.0.0").host(header) is public


@pytest.mark.parametrize(("header", "local", "public"), ORIGINS)
def test_origin(header: str, local: bool, public: bool) -> None:
    """Loopback pages where the server is loopback; else the public address and the origins named."""
    assert allowed_hosts(settings(), host="127.0.0.1").origin(header) is local
    assert allowed_hosts(PUBLIC, host="0.0.0.0").origin(header) is public


@pytest.mark.parametrize("host", ["192.168.1.5", "fd00::5", "my-server"])
def test_own_address_is_a_name(host: str) -> None:
    """A server that listens on one address goes by it, and by no other."""
    allowed = allowed_hosts(settings(), host=host)
    shown = f"[{host}]" if ":" in host else host
    assert allowed.host(f"{shown}:8765")
    assert not allowed.host("192.168.1.6:8765")
    assert not allowed.origin("http://localhost:3000")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),
     ("::", False), ("192.168.1.5", False), ("", False), ("localhost.evil.example", False)],
)  # fmt: skip
def test_loopback(host: str, loopback: bool) -> None:
    """Decides whether a key is needed."""
    assert is_loopback(host) is loopback


def test_overlong_origin_is_none() -> None:
    """Nothing long is parsed."""
    assert normal_origin("http://" + "a" * 300) is None
