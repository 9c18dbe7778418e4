"""Lets a turned clock wait for databases, whose answers come from other threads and processes."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import engine
from sqlalchemy.util.concurrency import greenlet_spawn

_under_way = 0


def databases_busy() -> bool:
    """Whether a statement is under way; virtual time must stand still until it is answered."""
    return _under_way > 0


async def _counted(function: Any, *args: Any, **kwargs: Any) -> Any:
    global _under_way
    _under_way += 1
    try:
        return await greenlet_spawn(function, *args, **kwargs)
    finally:
        _under_way -= 1


engine.greenlet_spawn = _counted  # type: ignore[assignment,attr-defined]
