"""Asks Hostaway once, through the client's own door, and watches what happens on the way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from hostaway_mcp.app import App, build_app
from hostaway_mcp.cli.doctor.finding import Contact
from hostaway_mcp.cli.serve import run
from hostaway_mcp.client.client import Hostaway
from hostaway_mcp.client.protocol import Operation, Request
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.credentials import within
from hostaway_mcp.errors import HostawayMcpError, SettingsError, StorageError, UnreachableError, UpstreamError
from hostaway_mcp.settings import Settings
from hostaway_mcp.sync.webhooks import WebhookFile, WebhookState, check_webhook
from hostaway_mcp.web.hosts import is_loopback

NAME_SECONDS = 5.0
QUESTION_SECONDS = 20.0

UNSIGNED = Operation("listListings", "GET", "/listings", signed=False)
"""Without credentials there is still an answer to be had: that it is forbidden, and what time it is."""


class Watched(httpx2.AsyncBaseTransport):
    """The network, noting what the client keeps to itself: why an attempt failed, or its answer's head."""

    def __init__(self, proxy: str | None) -> None:
        self._inner = httpx2.AsyncHTTPTransport(proxy=proxy)
        self._clock = SystemClock()
        self.causes: tuple[BaseException, ...] = ()
        self.status: int | None = None
        self.content_type = ""
        self.clock_ahead: timedelta | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = self._clock.now()
        try:
            response = await self._inner.handle_async_request(request)
        except httpx2.HTTPError as error:
            self.causes = (error, *_beneath(error))
            raise
        self.status = response.status_code
        self.content_type = response.headers.get("content-type", "").partition(";")[0]
        self.clock_ahead = clock_ahead(response.headers.get("date", ""), asked, self._clock.now())
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def make_contact(settings: Settings, *, may_sign: bool) -> Contact:
    """What comes of one question to Hostaway, in bounded time; nothing is raised."""
    host, proxy = urlsplit(settings.hostaway_base_url).hostname or "", proxy_for(settings.hostaway_base_url)
    first = (urlsplit(proxy).hostname or "") if proxy else host
    contact = Contact(host, without_user(proxy), may_sign)
    try:
        # Name servers may take minutes to give up, and the client's own look-up cannot be left alone.
        within(NAME_SECONDS, lambda: socket.getaddrinfo(first, None))
    except (OSError, UnicodeError, TimeoutError) as error:
        reason = UnreachableError(f"The name {first} cannot be looked up.")
        return replace(contact, error=reason, causes=(error,))
    outcome: list[Contact] = []
    run(_ask(settings, contact, proxy, outcome))
    return outcome[0]


def proxy_for(base_url: str) -> str | None:
    """The proxy that the environment puts between us and an address, None for this very machine."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def without_user(address: str | None) -> str | None:
    """An address without a user name and password in it."""
    if not address:
        return None
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def clock_ahead(date: str, asked: datetime, answered: datetime) -> timedelta | None:
    """How far we are ahead of a Date header; nothing within the second and the time that it travelled."""
    try:
        theirs = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    if theirs < asked:
        return max(timedelta(), asked - theirs - timedelta(seconds=1))
    return min(timedelta(), answered - theirs)


async def _ask(settings: Settings, contact: Contact, proxy: str | None, outcome: list[Contact]) -> None:
    try:
        watched = Watched(proxy)
        app, shared_trouble = _app(settings, watched)
    except (ValueError, ImportError):
        # A SOCKS proxy would need a package more.
        error = SettingsError(f"The proxy {contact.proxy} cannot be used: it is not an http or https one.")
        outcome.append(replace(contact, error=error))
        return
    listings: int | None = None
    trouble: HostawayMcpError | None = None
    try:
        async with asyncio.timeout(QUESTION_SECONDS):
            listings = await _question(app.hostaway, signed=contact.signed)
    except TimeoutError:
        trouble = UnreachableError(f"No answer within {QUESTION_SECONDS:.0f} s.")
    except HostawayMcpError as caught:
        trouble = caught
    webhook, webhook_trouble = await _webhook(app) if contact.signed and trouble is None else (None, None)
    outcome.append(
        replace(
            contact,
            error=trouble,
            causes=watched.causes,
            status=watched.status,
            content_type=watched.content_type,
            clock_ahead=watched.clock_ahead,
            listings=listings,
            token=app.hostaway.transport.token_status(),
            budget=app.hostaway.transport.budget(),
            webhook=webhook,
            webhook_trouble=webhook_trouble,
            shared_trouble=shared_trouble,
        )
    )
    await app.aclose()


async def _question(hostaway: Hostaway, *, signed: bool) -> int | None:
    if signed:
        page = await hostaway.listings.find(limit=1)
        return page.count if page.count is not None else page.received
    await hostaway.transport.call(Request(UNSIGNED, query={"limit": 1}))
    return None


async def _webhook(app: App) -> tuple[WebhookState | None, HostawayMcpError | None]:
    """What became of this server's webhook; nothing is asked where none was registered."""
    settings = app.settings
    file = WebhookFile(settings.hostaway_mcp_data_dir, settings.hostaway_account_id)
    try:
        async with asyncio.timeout(QUESTION_SECONDS):
            return await check_webhook(app.hostaway, file), None
    except (StorageError, UpstreamError) as error:
        return None, error if isinstance(error, StorageError) else None
    except TimeoutError:
        return None, None


def _app(settings: Settings, watched: Watched) -> tuple[App, StorageError | None]:
    """The whole house; where what all processes share cannot be used, without it, and why."""
    # Which tools are offered does not matter here, and may be wrong.
    every = {"hostaway_mcp_toolsets": (), "hostaway_mcp_tools": (), "hostaway_mcp_exclude_tools": ()}
    settings = settings.model_copy(update=every)
    app = build_app(settings, http=watched)
    try:
        app.hostaway.transport.budget()
    except StorageError as error:
        return build_app(settings, http=watched, state=MemoryState()), error
    return app, None


def _beneath(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    below = error.__cause__ or error.__context__
    while below is not None and id(below) not in seen:
        seen.add(id(below))
        yield below
        below = below.__cause__ or below.__context__
