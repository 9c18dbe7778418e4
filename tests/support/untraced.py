"""Work that a coverage run need not follow line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def untraced() -> Iterator[None]:
    """
    Without the tracer of a coverage run, which makes Python two to ten times as slow.

    Only for code that other tests measure, and with no `await` in the block.
    """
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)
