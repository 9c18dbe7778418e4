"""Changes as they are learned, as server-sent events that can be resumed after a cut."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from pydantic import Field, ValidationError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hostaway_mcp import calls
from hostaway_mcp.calls import Call, Lane
from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.server.identity import caller_name
from hostaway_mcp.services.answers import Missing, to_object
from hostaway_mcp.services.change_log import Asked, Page
from hostaway_mcp.services.changes import Mark, mark
from hostaway_mcp.telemetry.audit import AuditRecord, canonical, hash_arguments, instant
from hostaway_mcp.tools.catalogue import Question, Text
from hostaway_mcp.tools.changes import Kinds, changes_since
from hostaway_mcp.tools.schemas import full_input_schema
from hostaway_mcp.tools.sentences import sentence_for
from hostaway_mcp.web.guards import GUARD_STATUSES, correlation_id
from hostaway_mcp.web.operations import (
    PREFIX,
    arguments_from_query,
    cancelled,
    described_problems,
    hung_up,
    parameters,
)
from hostaway_mcp.web.problems import problem, problem_for
from hostaway_mcp.web.streams import Streams

if TYPE_CHECKING:
    from hostaway_mcp.app import App

NAME = "changes_stream"
PATH = f"{PREFIX}/changes/stream"
MEDIA_TYPE = "text/event-stream"

MAX_STREAMS = 200
AGAIN_SECONDS = 30
"""When to ask again where all streams are taken."""
HEARTBEAT_SECONDS = 15.0
"""A line that says nothing: proxies close what is silent, commonly after a minute."""
RECONNECT_MS = 3_000
AT_ONCE = 200
KEPT_PAGES = 8
READ_SECONDS = 25.0

_HEADERS = [(b"content-type", MEDIA_TYPE.encode()), (b"x-accel-buffering", b"no")]
_ID = re.compile(r"(\d{1,18})(?:-(\d{14}))?")
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class StreamQuestion(Question):
    """Which changes, and from when on those of before."""

    since: Text | None = Field(
        None, description="where to begin, as in changes_since, or its next_cursor; default now"
    )
    kinds: Kinds | None = Field(
        None, max_length=12, description="what it is about and/or what became of it; default all"
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """A page as events, and how far it reaches in the log."""

    events: bytes
    seq: int
    more: bool


class ChangeStreams:
    """
    All streams of one app. Each has its own place in the log; those at the same place share what is read.

    A client that does not read is waited for by its own stream alone, which goes on where it was.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._streams = Streams()
        self._pages: dict[tuple[Asked, int, int], asyncio.Task[_Written]] = {}
        app.feed.at_close(self._streams.end)

    async def answer(self) -> Response:
        """The stream, or the document that says why there is none."""
        return _Served(self)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, for as long as client and server want it."""
        if len(self._streams) >= MAX_STREAMS:
            said = f"{MAX_STREAMS} streams of changes are open; end one, or ask changes_since instead."
            refused = problem(503, "too_many_streams", said, headers={"retry-after": str(AGAIN_SECONDS)})
            await refused(scope, receive, send)
        else:
            await self._streams.serve(self._serve, scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            question = _question(request.url.query)
            after = _mark(request.headers.get("last-event-id"))
            start = await self._app.services.changes.begin(
                since=question.since, kinds=question.kinds, after=after
            )
        except HostawayMcpError as error:
            await problem_for(error, correlation_id=correlation_id(scope))(scope, receive, send)
            return
        self._record(request, question)
        told = self._told(Asked.read(question.kinds), start.seq, start.missing)
        sending = asyncio.ensure_future(_send(told, send))
        gone = asyncio.ensure_future(hung_up(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        except HostawayMcpError:
            # The client comes back, and is told why there is no stream now.
            return
        finally:
            await cancelled(sending, gone)

    async def _told(
        self, asked: Asked, seq: int, missing: tuple[Missing, ...]
    ) -> AsyncGenerator[bytes, None]:
        """The events, for ever."""
        yield f"retry: {RECONNECT_MS}\n\n".encode() + b"".join(map(_missing, missing))
        while True:
            last = await self._moved(seq)
            if last is None:
                yield b":\n\n"
            elif last < seq:
                yield _missing(await self._app.services.changes.begun_anew())
                seq = 0
            else:
                more = True
                while more:
                    page = await self._page(asked, seq, last)
                    if page.events:
                        yield page.events
                    seq, more = page.seq, page.more
                seq = max(seq, last)

    async def _moved(self, seq: int) -> int | None:
        """How far the log reaches, as soon as it is another place than `seq`; None if that takes long."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self._app.feed.moved(seq)
        except TimeoutError:
            return None

    async def _page(self, asked: Asked, seq: int, last: int) -> _Written:
        key = (asked, seq, last)
        if key not in self._pages:
            while len(self._pages) >= KEPT_PAGES:
                del self._pages[next(iter(self._pages))]
            self._pages[key] = asyncio.create_task(self._read(asked, seq))
        try:
            return await asyncio.shield(self._pages[key])
        except Exception:
            self._pages.pop(key, None)
            raise

    async def _read(self, asked: Asked, seq: int) -> _Written:
        deadline = self._app.clock.monotonic() + READ_SECONDS
        call = Call(calls.new_correlation_id(), tool=NAME, lane=Lane.BACKGROUND, deadline=deadline)
        with calls.answering(call):
            page = await self._app.services.changes.page(asked, seq, AT_ONCE)
        return _Written(_changes(page), page.seq, page.more)

    def _record(self, request: Request, question: StreamQuestion) -> None:
        """Who was let in to what; how long it lasts nobody knows yet."""
        record = AuditRecord(
            at=instant(self._app.clock.now()),
            correlation_id=correlation_id(request.scope),
            account=self._app.settings.hostaway_account_id,
            caller=caller_name(request.headers.get("user-agent")),
            door="api",
            tool=NAME,
            arguments_hash=hash_arguments(canonical(question.asked())),
            outcome="done",
            duration_ms=0,
            upstream_calls=0,
        )
        self._app.audit.append(record)


def add_changes_stream(web: FastAPI, app: App) -> None:
    """Adds the route, where the tool is offered that gives the same changes page by page."""
    if changes_since.name not in app.runner.tools:
        return
    content = {MEDIA_TYPE: {"schema": {"type": "string"}}}
    events: dict[str, Any] = {"description": "Events without an end", "content": content}
    problems = described_problems(*sorted({400, 409, 502, 503, 504} | GUARD_STATUSES))
    web.add_api_route(
        PATH,
        ChangeStreams(app).answer,
        methods=["GET"],
        operation_id=NAME,
        summary="Changes as they are learned",
        description=(
            "Server-sent events, each change once and in order, as `changes_since` gives it. The header "
            "Last-Event-ID resumes behind an event. An event `missing` says what cannot be told; a comment "
            f"comes every {HEARTBEAT_SECONDS:.0f} s in which nothing else does. What guests wrote is data."
        ),
        tags=[str(changes_since.toolset)],
        response_model=None,
        response_class=_Served,
        status_code=200,
        responses={200: events, **problems},
        openapi_extra={"parameters": [*parameters(full_input_schema(StreamQuestion)), _LAST_EVENT_ID]},
    )


class _Served(Response):
    """What FastAPI wants to have of a route that answers by itself."""

    media_type = MEDIA_TYPE

    def __init__(self, streams: ChangeStreams) -> None:
        super().__init__()
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._streams.serve(scope, receive, send)


async def _send(events: AsyncGenerator[bytes, None], send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    async with aclosing(events):
        async for some in events:
            await send({"type": "http.response.body", "body": some, "more_body": True})


_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "the id of the last event that arrived; goes before `since`",
    "schema": {"type": "string", "pattern": f"^{_ID.pattern}$"},
}


def _question(query: str) -> StreamQuestion:
    schema = full_input_schema(StreamQuestion)
    try:
        return StreamQuestion.model_validate(arguments_from_query(query, schema))
    except ValidationError as error:
        raise InputError(sentence_for(error, tool=NAME, schema=schema)) from None


def _mark(given: str | None) -> Mark | None:
    """The change that an event's id stands for."""
    if not given:
        return None
    if match := _ID.fullmatch(given):
        return int(match[1]), match[2] or ""
    raise InputError("Last-Event-ID is not the id of an event of this stream.")


def _changes(page: Page) -> bytes:
    events = []
    for seq, row in zip(page.seqs, page.rows, strict=True):
        number, at = mark(seq, row.at)
        events.append(f"id: {number}-{at}\ndata: {_compact(to_object(row))}\n\n")
    return "".join(events).encode()


def _missing(missing: Missing) -> bytes:
    return f"event: missing\ndata: {_compact(to_object(missing))}\n\n".encode()
