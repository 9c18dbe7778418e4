"""Lets a turned clock wait for databases, whose answers come from other threads and processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from typing import Any
from weakref import WeakKeyDictionary

import aiosqlite.core
from sqlalchemy.ext.asyncio import engine
from sqlalchemy.util.concurrency import greenlet_spawn

_under_way: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
_asked: set[asyncio.Future[Any]] = set()
"""What SQLite's threads have not answered yet; SQLAlchemy closes cursors past its own way to them."""


def databases_busy() -> bool:
    """Whether a statement of this loop is under way; virtual time must stand still until it is answered."""
    loop = asyncio.get_running_loop()
    # A loop that was closed over a statement never hears of its end.
    return _under_way.get(loop, 0) > 0 or any(one.get_loop() is loop for one in _asked)


async def _counted(function: Any, *args: Any, **kwargs: Any) -> Any:
    loop = asyncio.get_running_loop()
    _under_way[loop] = _under_way.get(loop, 0) + 1
    try:
        return await greenlet_spawn(function, *args, **kwargs)
    finally:
        _under_way[loop] -= 1


engine.greenlet_spawn = _counted  # type: ignore[assignment,attr-defined]


class _Watched(SimpleQueue[Any]):
    def put_nowait(self, item: Any) -> None:
        future, _ = item
        if future is not None:
            _asked.add(future)
            future.add_done_callback(_asked.discard)
        super().put_nowait(item)


aiosqlite.core.SimpleQueue = _Watched  # type: ignore[attr-defined]


class _AtOnce(_Watched):
    """Runs a statement where it is asked for, and gives its answer in the loop's next round."""

    def put_nowait(self, item: Any) -> None:
        future, function = item
        answer: Callable[[], None]
        try:
            result = function()
            answer = partial(aiosqlite.core.set_result, future, result)
        except BaseException as error:
            result = None
            answer = partial(aiosqlite.core.set_exception, future, error)
        if result is aiosqlite.core._STOP_RUNNING_SENTINEL:
            # Its thread has nothing else to do than to end.
            self.put((None, lambda: result))
        if future is not None:
            future.get_loop().call_soon(answer)


@contextmanager
def sqlite_at_once() -> Iterator[None]:
    """
    Without threads of SQLite's: what follows what is the same each time, and a statement costs a third.

    A loop must not open the same file twice to write it: a statement that waits for the other one's end
    would keep that from coming.
    """
    aiosqlite.core.SimpleQueue = _AtOnce  # type: ignore[attr-defined]
    try:
        yield
    finally:
        aiosqlite.core.SimpleQueue = _Watched  # type: ignore[attr-defined]
