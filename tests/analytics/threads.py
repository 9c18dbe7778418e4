"""The labelled threads, read from their file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hostaway_mcp.analytics.phrases import Intent
from hostaway_mcp.analytics.waiting import Said, Writer

FILE = Path(__file__).with_name("waiting_threads.txt")
BEGIN = datetime(2026, 6, 3, 10, tzinfo=UTC)
WRITERS = {"G": Writer.GUEST, "P": Writer.GUEST, "H": Writer.HOST, "F": Writer.HOST, "M": Writer.MACHINE}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A thread, and what a person says of it: who waits, and with which intent if that is plain."""

    language: str
    waits: bool
    intent: Intent | None
    said: tuple[Said, ...]


def labelled(file: str = FILE.name) -> Iterator[Labelled]:
    """The threads in the order of the file; the messages of one are ten minutes apart."""
    for block in FILE.with_name(file).read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        language, label = lines[0].split()
        said = tuple(_said(line, number) for number, line in enumerate(lines[1:]))
        intent = Intent(label) if label not in ("done", "waits") else None
        yield Labelled(language, label != "done", intent, said)


def _said(line: str, number: int) -> Said:
    who, text = line.split(": ", 1)
    return Said(
        at=BEGIN + timedelta(minutes=10 * number),
        by=WRITERS[who],
        text="" if who == "P" else text,
        sent=who != "F",
        files=who == "P",
    )
