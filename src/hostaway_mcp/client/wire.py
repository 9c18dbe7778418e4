"""One exchange on the wire: bytes out, bounded bytes in, and what went wrong by its name."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import zlib
from collections.abc import AsyncIterator
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from hostaway_mcp.client.protocol import Answer, Outgoing
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    BrokenAnswerError,
    SettingsError,
    TimedOutError,
    UnreachableError,
    UpstreamError,
)

MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""Decompressed. A page of 100 reservations with everything is some 0.5 MiB."""

CONNECT_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 5.0
"""Idle connections are dropped before the server does it in the middle of a request."""

_STEP = 64 * 1024
_HOST = re.compile(r"[\w.:-]+")

_FAULTS: tuple[tuple[type[Exception], type[UpstreamError], str], ...] = (
    (httpx2.ConnectError, UnreachableError, "could not be reached"),
    (httpx2.ConnectTimeout, UnreachableError, "could not be reached in time"),
    (httpx2.PoolTimeout, UnreachableError, "could not be reached: every connection is in use"),
    (httpx2.ProxyError, UnreachableError, "could not be reached: the proxy refused"),
    (httpx2.UnsupportedProtocol, UnreachableError, "could not be reached: its address is not http or https"),
    (httpx2.LocalProtocolError, UnreachableError, "was sent nothing: the request is not valid HTTP"),
    (httpx2.TimeoutException, TimedOutError, "did not answer in time"),
    (httpx2.HTTPError, BrokenAnswerError, "cut the connection before its answer was complete"),
    # An application behind ASGITransport refuses or drops its connection by raising these.
    (ConnectionRefusedError, UnreachableError, "could not be reached"),
    (ConnectionError, BrokenAnswerError, "cut the connection before its answer was complete"),
)


class Wire:
    """A pool of connections that repeats nothing, follows nothing and remembers no cookies."""

    def __init__(self, *, base_url: str, clock: Clock, http: httpx2.AsyncBaseTransport | None = None) -> None:
        self._host = checked_base_url(base_url).host
        self._clock = clock
        self._http = http
        _hide_queries()

    @cached_property
    def _client(self) -> httpx2.AsyncClient:
        # Made at the first request: certificates and the HTTP engine take as long to load as a tenth of the
        # start, and a client that only lists the tools needs neither.
        try:
            return httpx2.AsyncClient(
                transport=self._http,
                # Proxies and certificates of the environment are how offices reach the internet; what runs on
                # this very machine (the sandbox) is never behind them.
                trust_env=not _is_loopback(self._host),
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                # Silence is bounded from outside, for the whole exchange; see `send`.
                timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
                limits=httpx2.Limits(
                    max_connections=40, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE_SECONDS
                ),
            )
        except (ImportError, ValueError, httpx2.InvalidURL):
            # A proxy of a kind that nothing here speaks, such as socks5://.
            raise SettingsError(
                "The proxy in HTTPS_PROXY cannot be used.",
                hint="Use an http proxy, or name Hostaway's host in NO_PROXY.",
            ) from None

    async def send(self, outgoing: Outgoing, *, operation: str, seconds: float) -> Answer:
        """
        Sends once, and reads the whole answer within `seconds`.

        Raises:
            UnreachableError: nothing was sent.
            TimedOutError: sent, and no complete answer in time, however steadily it drips.
            BrokenAnswerError: cut off, too large, or compressed in a way nobody asked for.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(outgoing, operation)
        except TimeoutError:
            raise TimedOutError(
                f"Hostaway did not answer {operation} in time.", operation=operation
            ) from None
        except (httpx2.HTTPError, ConnectionError) as error:
            raise _named(error, operation) from error

    async def aclose(self) -> None:
        if "_client" in vars(self):
            await self._client.aclose()

    async def _exchange(self, outgoing: Outgoing, operation: str) -> Answer:
        async with self._client.stream(
            outgoing.method, outgoing.url, headers=outgoing.headers, content=outgoing.content
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            body = await _read(response, headers, operation)
        return Answer(response.status_code, headers, body, self._clock.now())


async def _read(response: httpx2.Response, headers: dict[str, str], operation: str) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_ANSWER_BYTES:
        raise _too_large(operation)
    pieces, size = [], 0
    async for piece in _inflated(response, headers.get("content-encoding", ""), operation):
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            raise _too_large(operation)
        pieces.append(piece)
    return b"".join(pieces)


async def _inflated(response: httpx2.Response, encoding: str, operation: str) -> AsyncIterator[bytes]:
    """The body in pieces of at most 64 KiB, however much is packed into the bytes on the wire."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        async for piece in response.aiter_raw():
            yield piece
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _unreadable(operation)
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, by its header
    async for packed in response.aiter_raw():
        while packed:
            try:
                piece = inflater.decompress(packed, _STEP)
            except zlib.error:
                raise _unreadable(operation) from None
            packed = inflater.unconsumed_tail
            if piece:
                yield piece
    if not inflater.eof:
        raise BrokenAnswerError(f"Hostaway's answer to {operation} was cut off.", operation=operation)


def _too_large(operation: str) -> BrokenAnswerError:
    limit = MAX_ANSWER_BYTES // 2**20
    return BrokenAnswerError(f"Hostaway's answer to {operation} is over {limit} MiB.", operation=operation)


def _unreadable(operation: str) -> BrokenAnswerError:
    return BrokenAnswerError(f"Hostaway's answer to {operation} cannot be unpacked.", operation=operation)


def _named(error: Exception, operation: str) -> UpstreamError:
    for kind, named, what in _FAULTS:
        if isinstance(error, kind):
            return named(f"Hostaway {what} ({operation}).", operation=operation)
    raise AssertionError(error)


def checked_base_url(base_url: str) -> httpx2.URL:
    """
    The base URL, taken apart.

    Raises:
        SettingsError: not the address of an HTTP API.
    """
    try:
        url = httpx2.URL(base_url)
    except (httpx2.InvalidURL, TypeError):
        url = httpx2.URL("")
    if (
        url.scheme not in ("http", "https")
        or not _HOST.fullmatch(url.host)
        or url.userinfo
        or url.query
        or url.fragment
    ):
        raise SettingsError(
            "The base URL is not the address of an API.", hint="Use one such as https://api.hostaway.com/v1."
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _QueryHider(logging.Filter):
    """Takes the query out of the URLs that httpx2 writes down: revoking sends the token in one."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.copy_with(query=None) if isinstance(arg, httpx2.URL) else arg for arg in record.args
            )
        return True


def _hide_queries() -> None:
    logger = logging.getLogger("httpx2")
    if not any(isinstance(one, _QueryHider) for one in logger.filters):
        logger.addFilter(_QueryHider())
