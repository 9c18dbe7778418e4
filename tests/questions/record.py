"""What a question of the set is: the words, the calls that answer it, the gold figures, and its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.questions.account import Account

MOST_CALLS = 3
MOST_TOKENS = 4_000
BYTES_A_TOKEN = 3.5

Json = dict[str, Any]
Call = tuple[str, dict[str, Any]]
Figures = Mapping[str, Any]
"""By name in plain words: numbers, words, money as `12.00 EUR`, lists in any order, or a `Page`."""


class Page(list[Any]):
    """All rows that there are; of a list that is cut with a cursor the answer shows some of them."""


@dataclass(frozen=True)
class Took:
    """A value that an answer before gave: no caller knows an id that nobody has told."""

    path: str

    def of(self, answers: Sequence[Json]) -> Any:
        """The value in the last of these answers."""
        return picked(answers[-1], self.path)


@dataclass(frozen=True, eq=False)
class Question:
    """
    A question as people ask it.

    `gold` works the figures out from the account's documents, before anything is asked; `told` says where in
    the last answer each of them stands, and the text form has to show them too. `upstream` is what the calls
    may cost at Hostaway beside a replica, `live` without one (None: it is not asked live).
    """

    words: str
    calls: tuple[Call, ...]
    gold: Callable[[Account], Figures]
    told: Mapping[str, str]
    upstream: int = 0
    live: int | None = None
    tokens: int = MOST_TOKENS
    most: int = 10_000
    """The largest world, in listings, that it is asked in."""
    silent: tuple[str, ...] = ()
    """Figures that only the structured form tells."""

    @property
    def tool(self) -> str:
        """The tool that gives the answer."""
        return self.calls[-1][0]


def call(tool: str, **arguments: Any) -> Call:
    """A call; `from_` is the parameter `from`."""
    return tool, {name.removesuffix("_"): value for name, value in arguments.items()}


def picked(answer: Any, path: str) -> Any:
    """
    What stands at `a.b[].c` in an answer: `[]` is every row, `[0]` one, `[kind=x]` the first whose kind is x,
    and `x, y` at the end a tuple.

    Money is written `12.00 EUR`. What is not there is None.
    """
    if not path:
        return _plain(answer)
    if "," in path and "[" not in path:
        return tuple(picked(answer, part.strip()) for part in path.split(","))
    step, _, rest = path.partition(".")
    if not step.endswith("]"):
        return None if answer is None else picked(answer.get(step), rest)
    name, _, place = step[:-1].partition("[")
    rows = (answer or {}).get(name) or []
    if place.isdigit():
        return picked(rows[int(place)], rest) if len(rows) > int(place) else None
    if place:
        key, _, value = place.partition("=")
        return picked(next((row for row in rows if row.get(key) == value), None), rest)
    return [picked(row, rest) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        return f"{value['amount']} {value['currency']}"
    if isinstance(value, list):
        return tuple(map(_plain, value))
    return value


def differences(gold: Figures, told: Figures, *, cut: bool) -> list[str]:
    """Where an answer differs from the gold, a line a figure."""
    found = []
    for name, wanted in gold.items():
        said = told[name]
        if isinstance(wanted, list):
            left, strange = list(said or []), []
            missing = list(wanted)
            for row in list(left):
                if row in missing:
                    missing.remove(row)
                else:
                    strange.append(row)
            if isinstance(wanted, Page) and cut and (left or not wanted):
                missing = []
            if strange or missing:
                found.append(f"{name}: told wrongly {strange[:3]}, not told {missing[:3]}")
        elif said != wanted:
            found.append(f"{name}: {said!r} told, {wanted!r} is true")
    return found


def unshown(told: Figures, text: str) -> list[str]:
    """The figures that the text form of an answer does not show."""
    return [
        f"{name}: {word} is not in the text"
        for name, word in _words(told)
        if word not in text and word.replace("_", " ") not in text
    ]


def _words(told: Figures) -> list[tuple[str, str]]:
    found = []
    for name, value in told.items():
        for one in value if isinstance(value, list) else [value]:
            word = one[0] if isinstance(one, tuple) and one else one
            if isinstance(word, str | int | Decimal) and not isinstance(word, bool):
                # The currency may stand in the head of its column.
                found.append((name, str(word).rpartition(" ")[0] if _is_money(word) else str(word)))
    return found


def _is_money(word: object) -> bool:
    return isinstance(word, str) and len(word) > 7 and word[-4] == " " and word[-3:].isupper()
