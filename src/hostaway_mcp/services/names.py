"""Whose name is meant: parts of it in any order, however they are spelled."""

from __future__ import annotations

from hostaway_mcp.models.names import plain, spellings

__all__ = ["fits", "plain", "spellings"]


def fits(wanted: str, *names: str | None) -> bool:
    """Whether every word of `wanted` is part of one name, in any order: `mueller ann` fits `Anna Müller`."""
    asked = spellings(wanted)
    return any(
        words and all(word in spelled for word in words.split())
        for name in names
        if name
        for spelled in spellings(name)
        for words in asked
    )
