"""
The door for Hostaway's webhooks: who may knock, and what is kept before the answer.

A delivery is answered 200 when it is durably kept, also one whose stay or conversation we do not know: what
it is about is read from Hostaway later (`sync/deliveries.py`), so a second delivery would bring nothing.
503, after which Hostaway tries again, is only for what could not be kept; a webhook that fails for days is
disabled. Other refusals are 4xx, which Hostaway never repeats, so each is in the log.
Source: Hostaway API reference, "Unified webhooks".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hostaway_mcp.errors import HostawayMcpError, InputError, StorageError
from hostaway_mcp.sync.webhooks import PATH, WebhookFile
from hostaway_mcp.web.guards import PROVEN, correlation_id, header_values, no_such_route
from hostaway_mcp.web.problems import problem, problem_for

if TYPE_CHECKING:
    from hostaway_mcp.app import App

KEEP_SECONDS = 15.0
"""Hostaway waits 20 s for the answer (documented since 2026-07-22)."""
APART_SECONDS = 0.015
"""
Deliveries that come sooner after one another are let in together, and kept in one transaction: they then
take less time from the questions that are being answered beside them. One that comes alone does not wait.
"""
AGAIN_SECONDS = 60.0
"""Hostaway's own first pause is about as long."""

_log = logging.getLogger("hostaway_mcp.web")


class Hooked:
    """
    Stands before the guard of the key, which Hostaway cannot send: whoever posts to the webhook's path must
    know its secret, then its login and password.

    Who does is marked in the scope; nobody else gets any further on that path, and no body is read. With a
    wrong secret the path does not exist, as any other.
    """

    def __init__(self, app: ASGIApp, *, file: WebhookFile) -> None:
        self._app = app
        self._file = file
        self._opening: asyncio.Event | None = None
        """What those wait for who came soon after another one."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = _secret_in(scope)
        if secret is None:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope, secret)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._wait()
        scope[PROVEN] = True
        await self._app(scope, receive, send)

    async def _wait(self) -> None:
        if self._opening is not None:
            await self._opening.wait()
        else:
            self._opening = asyncio.Event()
            asyncio.get_running_loop().call_later(APART_SECONDS, self._open, self._opening)

    def _open(self, opening: asyncio.Event) -> None:
        self._opening = None
        opening.set()

    def _refusal(self, scope: Scope, secret: str) -> Response | None:
        try:
            ours = self._file.read()
        except StorageError as error:
            _log.warning("delivery_not_kept", extra={"code": error.code})
            return _later(scope)
        if ours is None or not ours.is_path(secret):
            _log.info("request_refused", extra={"status": 404, "code": "no_route"})
            return no_such_route()
        if not ours.is_login(_login_in(scope)):
            return _refused(
                401,
                "login_needed",
                "This path needs the login and password that were registered with the webhook.",
                {"www-authenticate": 'Basic realm="hostaway-mcp"'},
            )
        return None


def is_delivery(scope: Scope) -> bool:
    """Whether a request is to the path of a delivery, with whatever secret."""
    return _secret_in(scope) is not None


def delivery_route(app: App) -> Route:
    """The route behind the guards."""
    route = Route(f"{PATH}{{secret}}", endpoint=_Door(app))
    route.methods = {"POST"}
    return route


class _Door:
    """Plain ASGI: what Starlette lays around a function takes a tenth of the time of a delivery."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # `Sized` hands it on in one piece.
        body: bytes = (await receive())["body"]
        response = await self._answer(body, scope)
        await response(scope, receive, send)

    async def _answer(self, content: bytes, scope: Scope) -> Response:
        try:
            body = _object(content)
        except InputError as error:
            _log.warning("delivery_refused", extra={"status": 400, "code": error.code})
            return problem_for(error, correlation_id=correlation_id(scope))
        if body.get("data") == "test":
            # The probe that follows a registration; it says nothing else. Seen in a shipping connector.
            return JSONResponse({"outcome": "test"})
        if not _is_of(body.get("accountId"), self._app.settings.hostaway_account_id):
            return _refused(403, "foreign_account", "This delivery is for another account.")
        return await _kept(self._app, body, scope)


async def _kept(app: App, body: dict[str, Any], scope: Scope) -> Response:
    # Loading a database's library takes as long as a third of the start.
    from hostaway_mcp.sync.deliveries import keep_delivery

    try:
        async with asyncio.timeout(KEEP_SECONDS):
            is_new = await keep_delivery(await app.replica.store(), body, at=app.clock.now())
    except (HostawayMcpError, TimeoutError) as error:
        code = error.code if isinstance(error, HostawayMcpError) else "timed_out"
        _log.warning("delivery_not_kept", extra={"code": code})
        return _later(scope)
    # Written out, it would be a fifth of what a delivery costs in a flood.
    _log.debug("delivery_kept", extra={"outcome": "new" if is_new else "known"})
    return JSONResponse({"outcome": "new" if is_new else "known"})


def _secret_in(scope: Scope) -> str | None:
    """The last part of the path of a delivery; None for any other request."""
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(PATH):
        return None
    secret: str = scope["path"].removeprefix(PATH)
    return secret if secret and "/" not in secret else None


def _login_in(scope: Scope) -> bytes:
    """`login:password` as given; empty if there is none, or more than one."""
    given = header_values(scope, b"authorization")
    scheme, _, coded = (given[0] if len(given) == 1 else "").partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(coded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _object(body: bytes) -> dict[str, Any]:
    """
    The JSON object in a body.

    Raises:
        InputError: it is anything else.
    """
    try:
        document = _JSON.decode(body.decode())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InputError("A delivery is one JSON object in UTF-8.")
    return document


def _not_json(_: str) -> NoReturn:
    raise ValueError


_JSON = json.JSONDecoder(parse_constant=_not_json)


def _is_of(account: object, ours: str) -> bool:
    """Whether a delivery is for our account; what names none came with our secrets."""
    return account is None or (isinstance(account, int | str) and str(account) == ours)


def _later(scope: Scope) -> Response:
    # Hostaway shows our answers in its log, so no word of what is wrong here.
    error = StorageError("The delivery could not be kept; send it again.", retry_after_seconds=AGAIN_SECONDS)
    return problem_for(error, correlation_id=correlation_id(scope))


def _refused(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    _log.warning("delivery_refused", extra={"status": status, "code": code})
    return problem(status, code, detail, headers=headers)
