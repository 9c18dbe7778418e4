"""A list read by offsets while others add to it and take from it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.client.rows import Page
from hostaway_mcp.errors import BrokenAnswerError
from hostaway_mcp.sync import lists
from hostaway_mcp.sync.pieces import Progress

NOW = datetime(2026, 7, 23, tzinfo=UTC)
LIMIT = 5

Move = tuple[str, int]
MOVES = st.lists(
    st.lists(st.tuples(st.sampled_from(["remove", "insert"]), st.integers(0, 40)), max_size=4), max_size=12
)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE_LIMIT", LIMIT)


class Moving:
    """A list that moves a little after each page that is read."""

    def __init__(self, length: int, moves: list[list[Move]]) -> None:
        self.ids = list(range(length))
        self.first = frozenset(self.ids)
        self._next = length
        self._moves = iter(moves)

    async def page(self, limit: int, offset: int) -> Page[Any]:
        rows: Any = tuple(SimpleNamespace(id=one) for one in self.ids[offset : offset + limit])
        page = Page(rows, tuple({} for _ in rows), 0, NOW, count=len(self.ids))
        for what, place in next(self._moves, []):
            if what == "insert":
                self.ids.insert(place % (len(self.ids) + 1), self._next)
                self._next += 1
            elif self.ids:
                del self.ids[place % len(self.ids)]
        return page


@given(length=st.integers(0, 30), moves=MOVES)
async def test_nothing_that_stays_is_missed(length: int, moves: list[list[Move]]) -> None:
    """Whatever is added or removed between two pages: all that was there all the time is read."""
    moving, seen, progress = Moving(length, moves), set[int](), Progress(NOW)
    pages = lists._Pages(moving.page, progress)
    try:
        async for page in pages.steps():
            seen |= {row.id for row in page.rows}
    except BrokenAnswerError:
        return
    assert moving.first & set(moving.ids) <= seen


@given(length=st.integers(6, 30), moves=MOVES, stop=st.integers(1, 6))
async def test_nothing_is_missed_by_who_goes_on(length: int, moves: list[list[Move]], stop: int) -> None:
    """The same, when another process goes on after some pages."""
    moving, seen, progress = Moving(length, moves), set[int](), Progress(NOW)
    for most in (stop, 1_000):
        pages = lists._Pages(moving.page, Progress.read(progress.document()))
        steps = pages.steps()
        try:
            async for page in steps:
                seen |= {row.id for row in page.rows}
                progress, most = pages.progress, most - 1
                if most == 0:
                    break
            else:
                break
        except BrokenAnswerError:
            return
        finally:
            await steps.aclose()
    assert moving.first & set(moving.ids) <= seen


async def test_a_list_that_never_holds_still_is_said_to() -> None:
    """Everything is replaced after each page."""
    moving = Moving(30, [[("remove", 0)] * 30 + [("insert", 0)] * 30] * 60)
    pages = lists._Pages(moving.page, Progress(NOW)).steps()
    with pytest.raises(BrokenAnswerError, match="faster than it could be read"):
        [page async for page in pages]
