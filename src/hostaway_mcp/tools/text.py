"""The text form of answers, for models and people: short lines and tables without repeated keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from hostaway_mcp.services.answers import Answer, ListAnswer, Money

_PLAIN = (int, Decimal, Money, float, date, datetime)
MANY_ROWS = 5
"""From so many on, what is the same in all rows is said once."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """
    One head line and one line a row, cells separated by ` | `; columns without any value are left out.

    Units belong into the head, such as `price EUR`.
    """
    values = zip(*rows, strict=True)
    # Column by column: most of those that a list may have are empty, and asking for that is cheap.
    cells = [
        (name, [cell(value) for value in column])
        for name, column in zip(columns, values, strict=False)
        if column.count(None) < len(column)
    ]
    used = [(name, *column) for name, column in cells if any(column)]
    return "\n".join([" | ".join(line) for line in zip(*used, strict=True)])


def long_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table; of many rows what all of them have stands once, in a line before it."""
    if len(rows) < MANY_ROWS:
        return table(columns, rows)
    named = list(zip(columns, zip(*rows, strict=True), strict=True))
    common = [(name, cell(column[0])) for name, column in named if _is_one(column)]
    others = [(name, column) for name, column in named if not _is_one(column)]
    line = "; ".join(f"{name} = {text}" for name, text in common if text)
    rest = table([name for name, _ in others], zip(*(column for _, column in others), strict=True))
    return paragraphs(f"In every row: {line}" if line else None, rest)


def _is_one(column: Sequence[object]) -> bool:
    return all(value == column[0] for value in column)


def fields(pairs: Iterable[tuple[str, object]]) -> str:
    """One `name: value` line for each pair that has a value."""
    return "\n".join(f"{name}: {text}" for name, value in pairs if (text := cell(value)))


def cell(value: object) -> str:
    """A value in a table: nothing for None, `yes` and `no`, a list with commas; line breaks become blanks."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _one_line(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, _PLAIN):
        return str(value)
    if isinstance(value, list | tuple):
        return ", ".join([cell(item) for item in value])
    return cell(str(value)) if value else ""


def _one_line(text: str) -> str:
    if text.isprintable() and "  " not in text and "|" not in text and text == text.strip():
        return text
    return " ".join(text.replace("|", "/").split())


def paragraphs(*parts: str | None) -> str:
    """The parts that say something, one under the other."""
    return "\n".join(part for part in parts if part)


def with_envelope(body: str, answer: Answer) -> str:
    """The text of an answer with what its envelope has to say, most important first."""
    return paragraphs(*_head(answer), body, *_tail(answer))


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _head(answer: Answer) -> list[str]:
    lines = []
    if not answer.complete:
        lines.append("NOT COMPLETE:")
        lines += [
            f"- {item.what}: {_sentence(item.why)}" + (f" To get it: {item.resume}" if item.resume else "")
            for item in answer.missing
        ]
    lines += [f"Note: {warning}" for warning in answer.warnings]
    if answer.understood:
        lines.append("Understood: " + ", ".join(f"{k} = {v}" for k, v in answer.understood.items()))
    return lines


def _tail(answer: Answer) -> list[str]:
    lines = []
    if isinstance(answer, ListAnswer):
        if answer.next_cursor:
            lines.append(f"There is more: next_cursor={answer.next_cursor}")
        if answer.total is not None:
            lines.append(f"total: {answer.total}")
    lines.append(f"as of {answer.as_of.isoformat(' ')[:19]}Z, {answer.source}")
    return lines
