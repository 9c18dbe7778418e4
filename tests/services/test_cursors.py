"""Cursors: every row once, whatever comes and goes; another question's are refused."""

from __future__ import annotations

import base64
import json
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from hostaway_mcp.errors import CursorError
from hostaway_mcp.services.cursors import (
    Cut,
    cut,
    descending,
    fingerprint,
    leading,
    read_cursor,
    rows_after,
    write_cursor,
)

QUESTION = {"city": "Lisbon", "sort": "name"}
NAMES = st.text(max_size=12)


class Shown(BaseModel):
    """A row."""

    name: str
    number: int


def _cut(rows: list[tuple[str, int]], **how: Any) -> Cut[Shown]:
    how = {"cursor": None, "limit": 3, "question": QUESTION} | how
    return cut(rows, key=lambda row: row, show=lambda row: Shown(name=row[0], number=row[1]), **how)


def _walk(rows: list[tuple[str, int]], **how: Any) -> list[tuple[str, int]]:
    seen: list[tuple[str, int]] = []
    cursor: str | None = None
    while True:
        page = _cut(rows, cursor=cursor, **how)
        assert page.rows or not rows
        seen += [(row.name, row.number) for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return seen


@given(
    rows=st.lists(st.tuples(NAMES, st.integers()), unique=True, max_size=40),
    limit=st.integers(1, 9),
    budget=st.integers(1, 400),
)
def test_a_walk_shows_every_row_once_in_order(rows: list[tuple[str, int]], limit: int, budget: int) -> None:
    """However short the pages are cut, by rows or by bytes."""
    assert _walk(rows, limit=limit, budget_bytes=budget) == sorted(rows)


@given(
    rows=st.lists(st.tuples(NAMES, st.integers()), unique=True, min_size=5, max_size=20),
    gone=st.sets(st.integers(0, 4)),
    added=st.lists(st.tuples(NAMES, st.integers()), max_size=5),
)
def test_rows_that_come_and_go_neither_hide_nor_repeat_others(
    rows: list[tuple[str, int]], gone: set[int], added: list[tuple[str, int]]
) -> None:
    """The place is a sort key, not a number of rows."""
    ordered = sorted(rows)
    first = _cut(ordered, limit=3)
    later = [row for i, row in enumerate(ordered) if i not in gone] + [r for r in added if r not in ordered]
    rest = _walk_on(later, first.next_cursor)
    shown = [(row.name, row.number) for row in first.rows]
    assert not set(shown) & set(rest)
    assert set(shown) | set(rest) >= {row for row in ordered if row in later}


def _walk_on(rows: list[tuple[str, int]], cursor: str | None) -> list[tuple[str, int]]:
    seen: list[tuple[str, int]] = []
    while cursor:
        page = _cut(rows, cursor=cursor)
        seen += [(row.name, row.number) for row in page.rows]
        cursor = page.next_cursor
    return seen


@given(
    place=st.tuples(st.text(st.characters(codec=None), max_size=30), st.integers(), st.integers(-9, 9)),
    question=st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=4),
)
@example(place=("Casa \ud83c", 1, 0), question={"name": "\udf0a"})
def test_a_cursor_says_its_place_again(place: tuple[str, int, int], question: dict[str, int | str]) -> None:
    """Lone surrogates too, which Hostaway's JSON can carry."""
    assert read_cursor(question, write_cursor(question, place)) == place


@given(noise=st.text(max_size=200))
def test_noise_is_no_cursor(noise: str) -> None:
    """One sentence, whatever it is."""
    with pytest.raises(CursorError):
        read_cursor(QUESTION, noise)


@pytest.mark.parametrize(
    "inside",
    ["7", "null", '{"a":1,"b":2}', '["x"]', '["x",7]', '["MARK",[[1]]]', '["MARK",[null]]', "[" * 700],
)
def test_json_that_is_no_cursor_is_refused(inside: str) -> None:
    """Also when the fingerprint is right."""
    text = inside.replace("MARK", fingerprint(QUESTION))
    with pytest.raises(CursorError, match=r"cannot be read|another question"):
        read_cursor(QUESTION, base64.urlsafe_b64encode(text.encode()).decode())


def test_a_place_of_another_kind_is_refused() -> None:
    """A number where the list is ordered by words."""
    with pytest.raises(CursorError) as refused:
        _cut([("a", 1), ("b", 2)], cursor=write_cursor(QUESTION, (7, "x")))
    assert refused.value.sentence == "This cursor cannot be read."


def test_another_questions_cursor_is_refused() -> None:
    """With what to do instead."""
    cursor = _cut([("a", 1), ("b", 2)], limit=1).next_cursor
    with pytest.raises(CursorError) as refused:
        _cut([("a", 1), ("b", 2)], cursor=cursor, question={"city": "Porto", "sort": "name"})
    assert refused.value.sentence == (
        "This cursor belongs to another question. "
        "Repeat the call it came from with all its parameters, or leave `cursor` out."
    )


def test_a_cursor_of_an_earlier_version_goes_on() -> None:
    """A conversation may outlive an upgrade of the server: the form of cursors stays."""
    cursor = "WyI0MmYxZjQ2OGIyMWY0NTQ2IixbIkNhc2EgQXp1bCIsNDAxNjFdXQ"
    assert read_cursor(QUESTION, cursor) == ("Casa Azul", 40161)
    assert write_cursor(QUESTION, ("Casa Azul", 40161)) == cursor


def test_a_cursor_has_a_thousand_characters_at_most() -> None:
    """What is longer is none of ours, and is not looked into."""
    for length, name in ((1_000, "x" * 725), (1_002, "x" * 726)):
        cursor = write_cursor(QUESTION, (name,))
        assert len(cursor) == length
        if length == 1_000:
            assert read_cursor(QUESTION, cursor) == (name,)
            continue
        with pytest.raises(CursorError) as refused:
            read_cursor(QUESTION, cursor)
        assert refused.value.sentence == (
            "This cursor cannot be read. Leave `cursor` out to begin at the first row."
        )


def test_a_place_may_be_of_words_whole_numbers_and_others() -> None:
    assert read_cursor({}, write_cursor({}, ("a", 7, 1.5))) == ("a", 7, 1.5)


def test_limit_and_cursor_are_no_part_of_the_question() -> None:
    """A walk may change its stride."""
    assert fingerprint({**QUESTION, "limit": 5, "cursor": "x"}) == fingerprint(QUESTION | {"tag": None})
    assert fingerprint(QUESTION) != fingerprint({**QUESTION, "tag": "pool"})


def test_the_total_counts_all_rows_and_only_shown_ones_are_built() -> None:
    """Building a row may cost."""
    built: list[int] = []

    def show(number: int) -> Shown:
        built.append(number)
        return Shown(name="", number=number)

    page = cut(range(100), key=lambda n: (n,), show=show, question={}, cursor=None, limit=4)
    assert (page.total, built) == (100, [0, 1, 2, 3])
    assert json.loads(base64.urlsafe_b64decode(f"{page.next_cursor}==="))[1] == [3]


def test_rows_come_in_the_order_of_their_key() -> None:
    rows = rows_after("cab", key=lambda name: (descending(name),), question={}, cursor=None)
    assert list(rows) == ["c", "b", "a"]


def test_rows_in_order_already_are_not_put_in_order_again() -> None:
    """The replica gives them so, also where its order of letters is another than ours."""
    rows = ["b", "a", "c"]
    first, place = ["a", "b", "c"], write_cursor({}, ("a",))

    def after(cursor: str | None, **how: bool) -> list[str]:
        return list(rows_after(rows, key=lambda name: (name,), question={}, cursor=cursor, **how))

    assert (after(None), after(None, in_order=True)) == (first, rows)
    assert (after(place), after(place, in_order=True)) == (["b", "c"], ["b", "c"])
    page = cut(rows, key=lambda name: (name,), show=lambda name: Shown(name=name, number=1), question={},
               cursor=None, limit=2, in_order=True)  # fmt: skip
    assert ([row.name for row in page.rows], page.total) == (["b", "a"], 3)


class Sparse(BaseModel):
    """A row that says little."""

    title: str = Field(serialization_alias="t")
    note: str | None = None


@pytest.mark.parametrize(("budget", "shown"), [(1, 1), (21, 1), (22, 2), (32, 2), (33, 3), (99, 3)])
def test_rows_fill_the_budget_to_its_last_byte(budget: int, shown: int) -> None:
    """Each takes the bytes of what is sent, `{"t":"é"}`, and a comma: ten and one."""
    page = cut(range(3), key=lambda n: (n,), show=lambda _: Sparse(title="é"), question={}, cursor=None,
               limit=9, budget_bytes=budget)  # fmt: skip
    assert len(page.rows) == shown
    assert (page.next_cursor is None) is (shown == 3)


@given(days=st.lists(st.dates(), min_size=2, unique=True))
def test_descending_turns_dates_around(days: list[Any]) -> None:
    """ISO dates, as text."""
    texts = [day.isoformat() for day in days]
    assert sorted(texts, key=descending) == sorted(texts, reverse=True)
    assert [descending(descending(text)) for text in texts] == texts


def test_the_leading_rows_are_those_that_a_whole_order_begins_with() -> None:
    """Rows that stand at the same place are all among them."""
    dice = Random(1)
    rows = [(dice.randrange(6), dice.randrange(10_000)) for _ in range(200)]
    for many in (1, 2, 30, 199, 200, 500):
        found = leading(rows, many, by=lambda row: row[0])
        assert sorted(found)[:many] == sorted(rows)[:many]
        assert {row[0] for row in found}.isdisjoint(row[0] for row in rows if row not in found)
