"""What came of a proposal, in words and in what an answer has room for."""

from __future__ import annotations

import pytest

from hostaway_mcp.services.writes.answers import ITEMS_BYTES, AppliedItem, counts_of, fitting, outcome_of
from hostaway_mcp.store.journal.records import Step, StepState

WAITING, SENDING, CHECKING = StepState.WAITING, StepState.SENDING, StepState.CHECKING
DONE, NOT_DONE, NEEDS_YOU = StepState.DONE, StepState.NOT_DONE, StepState.NEEDS_YOU


def steps(*states: StepState) -> list[Step]:
    return [Step(n=n, kind="task", body=None, state=state) for n, state in enumerate(states, start=1)]


def item(size: int) -> AppliedItem:
    """One that takes so many bytes of an answer, with the comma behind it."""
    empty = len(AppliedItem(what="", outcome="done").model_dump_json(exclude_none=True))
    return AppliedItem(what="a" * (size - empty - 1), outcome="done")


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ((DONE, DONE), "done"),
        ((NOT_DONE,), "not_done"),
        ((NEEDS_YOU, NEEDS_YOU), "needs_you"),
        ((SENDING, CHECKING), "checking"),
        ((DONE, NOT_DONE), "needs_you"),
        ((DONE, CHECKING), "checking"),
        ((NOT_DONE, SENDING, NEEDS_YOU), "checking"),
        ((DONE, WAITING), "needs_you"),
        ((WAITING,), "needs_you"),
    ],
)
def test_one_word_for_all_parts(states: tuple[StepState, ...], word: str) -> None:
    """Theirs where it is the same everywhere; a part that was not begun is a person's to look at."""
    assert outcome_of(steps(*states)) == word


def test_how_many_ended_in_which_word() -> None:
    found = counts_of(steps(DONE, WAITING, DONE, SENDING, CHECKING, NOT_DONE, NEEDS_YOU))
    assert found == {"done": 2, "not begun": 1, "checking": 2, "not_done": 1, "needs_you": 1}
    assert list(found) == ["done", "not begun", "checking", "not_done", "needs_you"]


def test_an_answer_has_room_for_so_many_items() -> None:
    """Forty, or eight thousand bytes, and one at least."""
    half, rest = item(ITEMS_BYTES // 2), item(ITEMS_BYTES // 2 + 1)
    assert fitting([half, half]) == (half, half)
    assert fitting([half, half, half]) == (half, half)
    assert fitting([half, rest]) == (half,)
    assert fitting([item(ITEMS_BYTES + 1), half]) == (item(ITEMS_BYTES + 1),)
    assert len(fitting([item(100)] * 40)) == len(fitting([item(100)] * 41)) == 40
    assert fitting([]) == ()
    wide = AppliedItem(what="é" * (ITEMS_BYTES // 4), outcome="done")
    assert fitting([wide, wide]) == (wide,)
