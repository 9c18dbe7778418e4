"""
Lines in and out of file descriptors, each by a thread of its own.

An event loop could watch them only after making them non-blocking, and a terminal, or a standard error that
is the same pipe, would be so for everybody who shares it. A thread hands over what it finds in one go: the
more is under way, the less each line costs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Iterator
from queue import SimpleQueue
from typing import TextIO

MAX_LINE_BYTES = 16 * 1024 * 1024
"""A longer line is no question; it is left out, and memory stays bounded."""
MAX_UNWRITTEN = 256
"""Lines that wait for a client that does not read; whoever wants to write another one waits as well."""
_CHUNK_BYTES = 65_536
_CHUNKS = 4
"""How many are read ahead."""


class Lines:
    """
    The lines of a file descriptor, until it ends or `stop` is called.

    The thread reads with `os.read`: unlike a buffered file it holds no lock that the interpreter would want
    when it ends. Blank lines are left out.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._read: asyncio.Queue[list[str] | None] = asyncio.Queue()
        self._room = threading.Semaphore(_CHUNKS)
        self._stopped = False
        self.interrupted = False

    def stop(self) -> None:
        """No further line is read."""
        self._stopped = True
        self._read.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[str]:
        threading.Thread(target=self._read_all, name="stdin", daemon=True).start()
        while not self._stopped and (lines := await self._read.get()) is not None:
            for line in lines:
                if self._stopped:
                    return
                yield line
            self._room.release()

    def _read_all(self) -> None:
        kept, too_long = bytearray(), False
        while chunk := self._chunk():
            *ended, rest = chunk.split(b"\n")
            lines = []
            for part in ended:
                if not too_long:
                    lines.append(_text(kept + part))
                kept, too_long = bytearray(), False
            kept += rest
            if len(kept) > MAX_LINE_BYTES:
                kept, too_long = bytearray(), True
            if not self._hand_over(lines):
                return
        if not too_long:
            self._hand_over([_text(kept)])
        self._hand_over(None)

    def _chunk(self) -> bytes:
        try:
            return os.read(self._descriptor, _CHUNK_BYTES)
        except OSError:
            return b""

    def _hand_over(self, lines: list[str] | None) -> bool:
        if lines is not None and not (lines := [line for line in lines if line.strip()]):
            return True
        self._room.acquire()
        try:
            self._loop.call_soon_threadsafe(self._read.put_nowait, lines)
        except RuntimeError:
            # The loop is closed: nobody reads any more.
            return False
        return True


class Writer:
    """Writes lines to a file descriptor, in order; a client that does not read holds up whoever writes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._unwritten = 0
        self._moved = asyncio.Event()
        self._failure: OSError | None = None
        threading.Thread(target=self._write_all, name="stdout", daemon=True).start()

    async def write(self, line: bytes) -> None:
        """
        Hands over one line, with its line break.

        Raises:
            OSError: an earlier line could not be written; mostly the client is gone.
        """
        if self._failure:
            raise self._failure
        self._unwritten += 1
        self._lines.put(line)
        await self._wait(MAX_UNWRITTEN)

    async def written(self) -> None:
        """
        Waits until every line is out.

        Raises:
            OSError: one could not be written.
        """
        await self._wait(0)

    def close(self) -> None:
        """Ends the thread once it has written what it was given."""
        self._lines.put(None)

    async def _wait(self, at_most: int) -> None:
        while self._unwritten > at_most and not self._failure:
            self._moved.clear()
            await self._moved.wait()
        if self._failure:
            raise self._failure

    def _write_all(self) -> None:
        while lines := self._waiting():
            failure = None
            try:
                _write(self._descriptor, b"".join(lines))
            except OSError as error:
                failure = error
            try:
                self._loop.call_soon_threadsafe(self._went, len(lines), failure)
            except RuntimeError:
                # The loop is closed: nobody writes any more.
                return

    def _waiting(self) -> list[bytes]:
        """What is to be written now; nothing when there will be no more."""
        lines: list[bytes] = []
        while not lines or not self._lines.empty():
            if (line := self._lines.get()) is None:
                self._lines.put(None)
                break
            lines.append(line)
        return lines

    def _went(self, count: int, failure: OSError | None) -> None:
        self._unwritten -= count
        self._failure = self._failure or failure
        self._moved.set()


@contextlib.contextmanager
def kept_apart(output: TextIO) -> Iterator[int]:
    """
    The descriptor of standard output for one writer alone; what others print there lands on standard error.

    An output that is not the process's own is taken as it is.
    """
    if output.fileno() != 1:
        yield output.fileno()
        return
    output.flush()
    # Never closed: a thread may still be writing to it when the process ends.
    apart = os.dup(1)
    os.dup2(2, 1)
    try:
        yield apart
    finally:
        output.flush()
        os.dup2(apart, 1)


def _text(line: bytes | bytearray) -> str:
    return line.decode("utf-8", "replace")


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
