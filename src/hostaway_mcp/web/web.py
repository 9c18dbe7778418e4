"""Builds the HTTP door: MCP, the catalogue's API and what operators look at, behind one row of guards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hostaway_mcp.errors import HostawayMcpError, SettingsError
from hostaway_mcp.server.server import build_server
from hostaway_mcp.sync.webhooks import WebhookFile
from hostaway_mcp.web.changes import add_changes_stream
from hostaway_mcp.web.docs import CONTENT_SECURITY_POLICY, docs_page
from hostaway_mcp.web.figures import MEDIA_TYPE, Figures
from hostaway_mcp.web.guards import (
    GUARD_STATUSES,
    OPEN_PATH,
    Keyed,
    KnownHosts,
    Sized,
    Trailed,
    correlation_id,
    no_such_route,
    wrong_method,
)
from hostaway_mcp.web.health import alive, readiness
from hostaway_mcp.web.hosts import allowed_hosts, is_loopback
from hostaway_mcp.web.operations import PREFIX, add_operations, described_problems, document_operations
from hostaway_mcp.web.problems import problem, problem_for, schema
from hostaway_mcp.web.sessions import METHODS, SESSION, Sessions
from hostaway_mcp.web.streams import Streams
from hostaway_mcp.web.upstream import UpstreamWatch
from hostaway_mcp.web.webhooks import Hooked, delivery_route, is_delivery

if TYPE_CHECKING:
    from hostaway_mcp.app import App

MCP_PATH = "/mcp"
PREFLIGHT_SECONDS = 600

_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own spans carry the query, which may name a guest; each tool call has a span of ours."""

_REQUEST_HEADERS = (
    "Authorization", "Content-Type", "Last-Event-ID", "Mcp-Method", "Mcp-Name", "Mcp-Protocol-Version",
    "Mcp-Session-Id", "Traceparent", "X-Request-ID",
)  # fmt: skip
_ANSWER_HEADERS = (SESSION, "Retry-After", "WWW-Authenticate", "X-Request-ID")


def build_web(app: App, *, host: str) -> FastAPI:
    """
    The HTTP door of an app for a server that listens on `host`.

    Its lifespan runs MCP's session manager, once; the app is the caller's to close.

    Raises:
        SettingsError: `host` is not loopback and there is no key.
    """
    key = app.settings.hostaway_mcp_http_key.get_secret_value()
    if not key and not is_loopback(host):
        raise SettingsError(
            f"HOSTAWAY_MCP_HTTP_KEY must be set before others can reach {host}.",
            hint="Set it to a long random text, or listen on 127.0.0.1.",
        )
    streams = Streams()
    app.feed.at_close(streams.end)
    mcp = Sessions(build_server(app), streams)
    web = _Web(
        title="hostaway-mcp",
        version=version("hostaway-mcp"),
        description="Every tool of the catalogue as one operation; errors are RFC 9457 problem documents.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=_lifespan(mcp),
    )
    deliveries = delivery_route(app)
    web.router.routes.append(_mcp_route(mcp))
    web.router.routes.append(deliveries)
    add_operations(web, app)
    add_changes_stream(web, app)
    _add_operator_routes(web, app)
    _phrase_errors(web, app)
    _describe(web, app, keyed=bool(key))
    web.guard(_guards(app, host=host, key=key), mcp=mcp, deliveries=deliveries.app)
    return web


def _mcp_route(mcp: ASGIApp) -> Route:
    route = Route(MCP_PATH, endpoint=mcp)
    # Starlette would add HEAD, which is no method of MCP's.
    route.methods = set(METHODS)
    return route


class _Web(FastAPI):
    """
    FastAPI for everything but MCP's requests and Hostaway's deliveries, which pass the same guards and then
    go straight to their doors: the layers and the search for a route of an API take as long as the guards.
    """

    _mcp: ASGIApp
    _deliveries: ASGIApp

    def guard(self, guards: Sequence[Middleware], *, mcp: ASGIApp, deliveries: ASGIApp) -> None:
        """Puts these guards, the outermost first, before all there is."""
        self.user_middleware = list(guards)
        self._mcp, self._deliveries = _behind(guards, mcp), _behind(guards, deliveries)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = super().__call__
        if scope["type"] == "http" and scope["method"] == "POST":
            if scope["path"] == MCP_PATH:
                app = self._mcp
            elif is_delivery(scope):
                app = self._deliveries
            scope["app"] = self
        await app(scope, receive, send)


def _behind(guards: Sequence[Middleware], app: ASGIApp) -> ASGIApp:
    for guard in reversed(guards):
        app = guard.cls(app, *guard.args, **guard.kwargs)
    return app


def _lifespan(mcp: Sessions) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp.run():
            yield

    return lifespan


def _add_operator_routes(web: FastAPI, app: App) -> None:
    watch, figures = UpstreamWatch(app), Figures(app)

    async def health() -> Response:
        return JSONResponse(alive())

    async def ready() -> Response:
        can, report = await readiness(app, watch)
        return JSONResponse(report, status_code=200 if can else 503)

    async def metrics() -> Response:
        return Response(await figures.text(), headers={"content-type": MEDIA_TYPE})

    async def openapi(_: Request) -> Response:
        return JSONResponse(web.openapi())

    async def docs(_: Request) -> Response:
        return HTMLResponse(
            docs_page(web.openapi()), headers={"content-security-policy": CONTENT_SECURITY_POLICY}
        )

    refused = described_problems(*sorted(GUARD_STATUSES))
    unready = {503: {"description": "Not ready, with the reasons", "content": {"application/json": {}}}}
    for path, endpoint, summary, form, responses in (
        (OPEN_PATH, health, "Is the process alive? Needs no key.", JSONResponse, refused),
        ("/ready", ready, "Can it answer, and if not, why? 200 or 503.", JSONResponse, refused | unready),
        ("/metrics", metrics, "Figures in Prometheus' text form.", PlainTextResponse, refused),
    ):
        web.add_api_route(
            path, endpoint, methods=["GET"], operation_id=path[1:], summary=summary, tags=["operation"],
            response_model=None, response_class=form, responses=responses,
        )  # fmt: skip
    web.add_route("/openapi.json", openapi, methods=["GET"])
    web.add_route("/docs", docs, methods=["GET"])


def _phrase_errors(web: FastAPI, app: App) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(getattr(error, "headers", None) or {})
        if status == 404:
            return _unknown_path(request, app)
        if status == 405:
            return wrong_method([name.strip() for name in headers.get("Allow", "GET").split(",")])
        return problem(status, "refused_by_http", "The request could not be read.", headers=headers)

    web.add_exception_handler(HTTPException, refused)


def _unknown_path(request: Request, app: App) -> Response:
    prefix, _, name = request.url.path.rpartition("/")
    if prefix == PREFIX:
        try:
            app.runner.tool(name)
        except HostawayMcpError as error:
            return problem_for(error, correlation_id=correlation_id(request.scope))
    return no_such_route()


def _describe(web: FastAPI, app: App, *, keyed: bool) -> None:
    plain = web.openapi

    def openapi() -> dict[str, Any]:
        if web.openapi_schema is None:
            document_operations(web, app)
            document = plain()
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {})["Problem"] = schema()
            if keyed:
                parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
                document["security"] = [{"key": []}]
                document["paths"][OPEN_PATH]["get"]["security"] = []
            web.openapi_schema = document
        return web.openapi_schema

    web.openapi = openapi  # type: ignore[method-assign]


def _guards(app: App, *, host: str, key: str) -> list[Middleware]:
    """The outermost first; the key is asked for before a body is read."""
    guards = [Middleware(Trailed), Middleware(KnownHosts, allowed=allowed_hosts(app.settings, host=host))]
    if origins := app.settings.hostaway_mcp_allowed_origins:
        guards.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(origins),
                allow_methods=METHODS,
                allow_headers=_REQUEST_HEADERS,
                expose_headers=_ANSWER_HEADERS,
                max_age=PREFLIGHT_SECONDS,
            )
        )
    settings = app.settings
    hook = WebhookFile(settings.hostaway_mcp_data_dir, settings.hostaway_account_id)
    guards.append(Middleware(Hooked, file=hook))
    if key:
        guards.append(Middleware(Keyed, key=key))
    return [*guards, Middleware(Sized)]
