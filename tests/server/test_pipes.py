"""Lines over file descriptors: order, who waits for whom, and ends that go away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from io import FileIO

import pytest

from hostaway_mcp.server.pipes import MAX_UNWRITTEN, Lines, Writer
from tests.server.stand import WAIT_SECONDS

Pipe = tuple[FileIO, FileIO]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    read, write = os.pipe()
    with FileIO(read) as reader, FileIO(write, "w") as writer:
        yield reader, writer


async def test_a_client_that_does_not_read_holds_up_the_writer_and_loses_nothing(pipe: Pipe) -> None:
    """The pipe takes 64 kB and the writer a number of lines; then whoever writes waits."""
    line, count = b"x" * 1_000 + b"\n", 2 * MAX_UNWRITTEN
    reader, writer = pipe
    out, many, handed_over = Writer(writer.fileno()), asyncio.Event(), []

    async def write() -> None:
        for number in range(count):
            await out.write(b"%d " % number + line)
            handed_over.append(number)
            if number == MAX_UNWRITTEN - 1:
                many.set()
        await out.written()
        writer.close()

    writing = asyncio.ensure_future(write())
    async with asyncio.timeout(WAIT_SECONDS):
        await many.wait()
        assert len(handed_over) < count
        read = await asyncio.to_thread(reader.readall)
        await writing
    out.close()
    assert [int(text.split()[0]) for text in read.splitlines()] == list(range(count))


async def test_who_writes_is_told_that_the_client_is_gone(pipe: Pipe) -> None:
    """And nothing more is written: the descriptor may be somebody else's by then."""
    reader, writer = pipe
    out = Writer(writer.fileno())
    reader.close()
    async with asyncio.timeout(WAIT_SECONDS):
        await out.write(b"one\n")
        with pytest.raises(BrokenPipeError):
            await out.written()
        with pytest.raises(BrokenPipeError):
            await out.write(b"two\n")
    assert out._lines.empty()
    out.close()


async def test_lines_in_any_pieces_come_whole_and_in_order(pipe: Pipe) -> None:
    """Also where a piece ends within a character; blank lines are left out."""
    said = "één\n\n  \ntwee\r\ndrie".encode()

    def write() -> None:
        for byte in said:
            pipe[1].write(bytes([byte]))
        pipe[1].close()

    writing = asyncio.ensure_future(asyncio.to_thread(write))
    async with asyncio.timeout(WAIT_SECONDS):
        assert [line.strip() async for line in Lines(pipe[0].fileno())] == ["één", "twee", "drie"]
        await writing


async def test_after_a_stop_no_line_is_told(pipe: Pipe) -> None:
    """Neither what has come already nor what is still to come."""
    lines = Lines(pipe[0].fileno())
    pipe[1].write(b"one\ntwo\nthree\n")
    told = []
    async with asyncio.timeout(WAIT_SECONDS):
        async for line in lines:
            told.append(line)
            lines.stop()
    assert told == ["one"]
