"""How often Python's garbage collector goes through what there is: seldom, for most of it stays."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, ALL = 10_000, 10, 1_000
"""
Objects after which the youngest are gone through, and after how many times the older ones are.

By itself Python goes through all objects once a quarter of them is new. Of a large portfolio there are
hundreds of thousands that stay, and whoever asked just then waited for a fifth of a second. Garbage that
refers to itself, the only kind that is not gone at once, is nearly always young.
"""


def collect_seldom() -> None:
    """Leaves alone from here on what has been loaded, and what comes for longer than the answers take."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, ALL)
    gc.enable()
