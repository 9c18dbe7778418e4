"""Lets a turned clock wait for databases, whose answers come from other threads and processes."""

from __future__ import annotations

import asyncio
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
