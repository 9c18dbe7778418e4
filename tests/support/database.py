"""Lets a turned clock wait for databases, whose answers come from other threads and processes."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any

import aiosqlite.core
from sqlalchemy.ext.asyncio import engine
from sqlalchemy.util.concurrency import greenlet_spawn

_under_way = 0
_asked: set[Any] = set()
"""What SQLite's threads have not answered yet; SQLAlchemy closes cursors past its own way to them."""


def databases_busy() -> bool:
    """Whether a statement is under way; virtual time must stand still until it is answered."""
    return _under_way > 0 or bool(_asked)


async def _counted(function: Any, *args: Any, **kwargs: Any) -> Any:
    global _under_way
    _under_way += 1
    try:
        return await greenlet_spawn(function, *args, **kwargs)
    finally:
        _under_way -= 1


engine.greenlet_spawn = _counted  # type: ignore[assignment,attr-defined]


class _Watched(SimpleQueue[Any]):
    def put_nowait(self, item: Any) -> None:
        future, _ = item
        if future is not None:
            _asked.add(future)
            future.add_done_callback(_asked.discard)
        super().put_nowait(item)


aiosqlite.core.SimpleQueue = _Watched  # type: ignore[attr-defined]
