"""Proposals in words: what is otherwise, how many warnings, what nobody would see, the whole question."""

from __future__ import annotations

import pytest

from hostaway_mcp.errors import InputError
from hostaway_mcp.services.writes.words import check_text, difference, few, is_unseen, question_of
from hostaway_mcp.store.journal.records import Step, StepBody


def step(n: int) -> Step:
    body = StepBody(
        what=f"task {n}", before={"cost": n}, after={"cost": n + 1}, operation="updateTask",
        path={"taskId": n}, body={}, rests_on={}, wanted={},
    )  # fmt: skip
    return Step(n=n, kind="task", body=body)


def test_what_is_otherwise() -> None:
    """What is new has no arrow, what goes says so, and what changes comes in the order of what will be."""
    before = {"nights": "open", "note": "", "price": None, "gone": "A cot", "pets": 0}
    after = {"pets": 2, "price": "120.00 EUR", "note": "Fair", "nights": "not available"}
    assert difference(before, after) == (
        "pets: 0 → 2; price: 120.00 EUR; note: Fair; nights: open → not available; gone: A cot is removed"
    )
    assert difference({}, {}) == ""


def test_each_warning_once_and_of_many_the_first() -> None:
    """Twenty, or three thousand bytes, and one at least."""
    assert few(["a", "b", "a"]) == ("a", "b")
    many = tuple(f"Warning {n}" for n in range(22))
    assert few(many[:20]) == many[:20]
    assert few(many) == (*many[:20], "There are 2 more warnings.")
    assert few(["é" * 1_000, "b" * 1_000]) == ("é" * 1_000, "b" * 1_000)
    assert few(["é" * 1_000, "b" * 1_001, "c"]) == ("é" * 1_000, "There are 2 more warnings.")
    assert few(["a" * 3_001]) == ("a" * 3_001,)
    assert few(["a" * 3_001, "b"]) == ("a" * 3_001, "There are 1 more warnings.")
    assert few([]) == ()


@pytest.mark.parametrize("ch", ["\x00", "\u200b", "\u202e", "\ud800", "\ue000", "\U000e0fff"])
def test_what_nobody_would_see(ch: str) -> None:
    """Controls, formats, halves of letters, letters of nobody's, and letters that are none."""
    assert is_unseen(ch)
    for text in (f"a{ch}b", f"{ch}b"):
        with pytest.raises(InputError) as refused:
            check_text(text, "The text")
        assert refused.value.sentence == (
            "The text holds invisible or control characters. Write it without them."
        )


@pytest.mark.parametrize("ch", [*"\n\t\u200c\u200d\ufe0e\ufe0f", "a", "é", "日", " ", "🏡"])
def test_what_is_seen_or_joins(ch: str) -> None:
    """Line ends, tabs, and what makes one emoji of several."""
    assert not is_unseen(ch)
    assert check_text(f" a{ch}b\r\nc ", "The text") == f"a{ch}b\nc"


@pytest.mark.parametrize("mark", ["⟦", "⟧"])
def test_marks_of_texts(mark: str) -> None:
    with pytest.raises(InputError) as refused:
        check_text(f"a{mark}", "`title`")
    assert refused.value.sentence == "`title` holds ⟦ or ⟧, which mark texts here. Use other brackets."


def test_a_whole_question() -> None:
    """Each step in a line, then what only the person sees, then the warnings."""
    asked = question_of("Change 2 tasks", [step(1), step(2)], ["It is late."], ["Code, whole: 4711"])
    assert asked.split("\n") == [
        "Change 2 tasks",
        "- task 1: cost: 1 → 2",
        "- task 2: cost: 2 → 3",
        "Code, whole: 4711",
        "Note: It is late.",
        "Shall this be done in Hostaway?",
    ]


def test_a_question_about_many_steps() -> None:
    """Twenty-five are shown; of more the rest is counted."""
    shown = question_of("Change", [step(n) for n in range(25)], []).split("\n")
    assert (len(shown), shown[25]) == (27, "- task 24: cost: 24 → 25")
    cut = question_of("Change", [step(n) for n in range(27)], []).split("\n")
    assert [*cut[:26], *cut[27:]] == shown
    assert cut[26] == "- and 2 more like these"
