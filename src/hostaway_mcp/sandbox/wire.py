"""The way back to the caller: whole answers, broken ones, and the end of a connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hostaway_mcp.sandbox.clock import Clock
from hostaway_mcp.sandbox.faults import Cut, Fault, Refused, Wire, disguise, pieces_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def pause(clock: Clock, seconds: float) -> None:
    """Waits in the clock's time, if it has a way to."""
    await getattr(clock, "sleep", asyncio.sleep)(seconds)


async def hang(clock: Clock, seconds: float, receive: Receive) -> None:
    """Says nothing until the time is over or the caller has gone."""
    waits = [asyncio.ensure_future(pause(clock, seconds)), asyncio.ensure_future(_leave(receive))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def write(wire: Wire, send: Send, fault: Fault | None, clock: Clock) -> None:
    """
    Sends an answer, whole or as a fault has it.

    Raises:
        Cut: the fault ends the connection in the middle of the answer or right after it.
    """
    if fault is not None:
        wire = disguise(fault, wire)
    headers = wire.headers | {"content-length": str(len(wire.body))}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": wire.status, "headers": raw})
    reset = fault is not None and fault.options.get("reset", False)
    if fault is not None and fault.kind in ("truncate", "drip"):
        for piece in pieces_of(fault, wire.body):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if fault.kind == "drip":
                await pause(clock, fault.options.get("interval", 0.1))
        if fault.kind == "truncate":
            raise Cut("the connection was cut in the middle of the answer", reset=reset)
        await send({"type": "http.response.body", "body": b""})
    else:
        await send({"type": "http.response.body", "body": wire.body})
    if fault is not None and fault.kind == "answer_then_cut":
        raise Cut("the connection was cut after the answer", reset=reset, answered=True)


async def drop(event: Cut | Refused, send: Send, receive: Receive) -> bool:
    """
    Ends the connection, if there is one: by a reset, or by closing it after what was written.

    Over an ASGI transport there is none (false), and the event itself must reach the caller. ASGI has no
    word for this; uvicorn's `send` belongs to an object that knows its connection.
    """
    connection = getattr(getattr(send, "__self__", None), "transport", None)
    if connection is None:
        return False
    if event.reset:
        # Lingering for no time makes the system send a reset instead of a farewell.
        connection.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    connection.close()
    await _leave(receive)
    return True


async def _leave(receive: Receive) -> None:
    """Returns when the caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue
