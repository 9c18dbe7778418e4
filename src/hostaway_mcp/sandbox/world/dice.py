"""Chance that falls the same way every time."""

from __future__ import annotations

from random import Random


def dice(*words: object) -> Random:
    """A source of chance of its own for the named thing."""
    return Random("/".join(str(word) for word in words))  # noqa: S311 - a world, not a secret
