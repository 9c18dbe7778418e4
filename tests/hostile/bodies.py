"""Answers of Hostaway's as they might come on its worst day, and what becomes of them in the client."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hostaway_mcp.client.operations import LIST_LISTINGS, UPDATE_LISTING
from hostaway_mcp.client.protocol import Answer, Operation, Request, decode
from hostaway_mcp.client.rows import page_of
from hostaway_mcp.errors import UpstreamError
from hostaway_mcp.models.lenient import Wire, read_one
from hostaway_mcp.models.reports import read_csv_report
from tests.hostile.words import TEXTS, Dice, mangled, to_json
from tests.models import examples
from tests.models.test_examples import MODELS

RECEIVED_AT = datetime(2026, 7, 23, 12, tzinfo=UTC)
_STATUSES = (200,) * 12 + (201, 204, 301, 302, 400, 401, 403, 404, 418, 422, 429, 429, 500, 502, 503, 599)
_TYPES = ("application/json",) * 8 + (
    "text/html",
    "text/csv",
    "text/plain",
    "",
    "application/json; charset=x",
)
_WAITS = ("", "1", "-1", "1e999", "NaN", "٣", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 99 Foo 99999", "9" * 400)
_OPERATIONS = (LIST_LISTINGS, LIST_LISTINGS, LIST_LISTINGS, UPDATE_LISTING)
_CSV = "createFinanceConsolidatedReport.response.02.csv"


@dataclass(frozen=True)
class Upstream:
    """One answer: number `number` of a seed, read as rows of `model`."""

    number: int
    model: type[Wire]
    operation: Operation
    answer: Answer

    def __str__(self) -> str:
        body, length = self.answer.body[:3_000], len(self.answer.body)
        return (
            f"answer {self.number}: {self.model.__name__}, {self.operation.name}, HTTP {self.answer.status}, "
            f"{dict(self.answer.headers)!r}\n  {length} bytes {body!r}"
        )


class Worst:
    """Makes answers from the documented examples; answer n of a seed is always the same."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._examples = [
            (MODELS[schema], examples.result(name))
            for name, schema in examples.answers()
            if schema in MODELS and not name.endswith(".csv")
        ]
        self._csv = examples.text(_CSV).encode()

    def answer(self, number: int) -> Upstream:
        """One of them."""
        dice = Dice(self._seed, number)
        model, example = dice.choice(self._examples)
        envelope = {"status": "success", "result": example, "count": 1, "limit": 100, "offset": 0}
        body = self._csv if dice.chance(0.05) else to_json(mutated(envelope, dice), dice)
        if dice.chance(0.3):
            body = mangled(body, dice)
        headers = {
            "content-type": dice.choice(_TYPES),
            "retry-after": dice.choice(_WAITS),
            "x-ratelimit-retry-after": dice.choice(_WAITS),
            "date": dice.choice(_WAITS),
            "x-ratelimit-applied": dice.choice(("", "ip", "\x00", "account")),
        }
        answer = Answer(dice.choice(_STATUSES), headers, body, RECEIVED_AT)
        return Upstream(number, model, dice.choice(_OPERATIONS), answer)


def mutated(example: Any, dice: Dice, *, wounds: int = 3) -> Any:
    """A copy in which a few values are replaced, removed, renamed or doubled, at any depth."""
    whole: Any = {"": copy.deepcopy(example)}
    for _ in range(dice.randint(1, wounds)):
        parent, key = dice.choice(list(_places(whole)))
        if dice.chance(0.6):
            parent[key] = dice.value()
        elif isinstance(parent, list):
            parent.insert(key, dice.choice(parent))
        elif parent is not whole:
            kept = parent.pop(key)
            if dice.chance(0.5):
                parent[dice.choice((*TEXTS, key.upper()))] = kept
    return whole[""]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(inside):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def outcome(upstream: Upstream) -> str:
    """
    What becomes of the answer, as one word; anything but a typed outcome is raised.

    What was read is written down again as well, as every door will.
    """
    request = Request(upstream.operation, path={"listingId": 1}, body={"name": "Beach House"})
    try:
        reply = decode(request, upstream.answer)
        if reply.text is not None:
            _write_down(read_csv_report(reply.text))
            return "report"
        one, _ = read_one(upstream.model, reply.result)
        page = page_of(upstream.model, reply)
    except UpstreamError as error:
        json.dumps([error.sentence, error.facts()], allow_nan=False).encode()
        return error.code
    for row in (one, *page.rows):
        if row is not None:
            _write_down(row)
    return "page" if page.rows else "nothing readable"


def _write_down(row: Wire) -> None:
    json.dumps(row.model_dump(), ensure_ascii=False, default=str).encode()
