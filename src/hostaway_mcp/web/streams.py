"""Answers that have no end of their own: they are bounded, and end in good order when the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Streams:
    """Those that are open. For what gives such an answer, the server's end is as if the client hung up."""

    def __init__(self) -> None:
        self._ending = asyncio.Event()
        self._open = 0

    def __len__(self) -> int:
        return self._open

    def end(self) -> None:
        """Ends all that are open, and those that are asked for later at once."""
        self._ending.set()

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets `app` answer this request for as long as client and server want it."""
        answer = _Answer(send)
        with self._counted():
            await app(scope, self._until_the_end(receive), answer)
            await answer.end()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def _until_the_end(self, receive: Receive) -> Receive:
        async def receive_or_end() -> Message:
            message = asyncio.ensure_future(receive())
            ending = asyncio.ensure_future(self._ending.wait())
            try:
                await asyncio.wait({message, ending}, return_when=asyncio.FIRST_COMPLETED)
                return message.result() if message.done() else {"type": "http.disconnect"}
            finally:
                message.cancel()
                ending.cancel()

        return receive_or_end


class _Answer:
    """Knows whether an answer was ended, and ends it where nobody else did."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._began = self._ended = False

    async def __call__(self, message: Message) -> None:
        self._began = True
        self._ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def end(self) -> None:
        if self._began and not self._ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
