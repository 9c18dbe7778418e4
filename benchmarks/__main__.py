"""Runs the benches, prints and keeps their figures: `python -m benchmarks`, or scripts/bench."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path

from benchmarks import answers, calls, governor, pages, questions, start, sync, upserts, webhooks, writes
from benchmarks.measure import Figure, Scale
from benchmarks.processes import ROOT
from benchmarks.report import PAGE, Part, document, line, markdown, written

Bench = Callable[[Scale, Path], Coroutine[None, None, list[Figure]]]

BENCHES: dict[str, Bench] = {
    "start": start.measure,
    "calls": calls.measure,
    "answers": answers.measure,
    "pages": pages.measure,
    "governor": governor.measure,
    "webhooks": webhooks.measure,
    "questions": questions.measure,
    "upserts": upserts.measure,
    "writes": writes.measure,
    "sync": sync.measure,
}
STORED = ROOT / "benchmarks" / "figures.json"


def run(name: str, scale: Scale) -> Part:
    """
    The figures of one bench; each line is told on standard error as soon as it is known.

    Each bench has an event loop of its own: the clock that some of them turn turns the loop's as well.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "data").mkdir()
        figures = asyncio.run(BENCHES[name](scale, scratch))
    for figure in figures:
        sys.stderr.write(line(figure) + "\n")
    return document(figures, seconds=time.monotonic() - began)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Measures, prints one JSON document, and keeps each bench's figures in the place of its last ones.

    The exit code is 1 with `--check` when a target is missed or a figure is void.
    """
    asked = _parser().parse_args(arguments)
    parts = {}
    for name in asked.only or BENCHES:
        parts[name] = run(name, Scale())
        _keep(name, parts[name])
    sys.stdout.write(_text(parts))
    missed = [one for part in parts.values() for one in part["figures"] if one["verdict"] in {"FAIL", "VOID"}]
    sys.stderr.write(f"{len(missed)} missed or void\n")
    return int(asked.check and bool(missed))


def _keep(name: str, part: Part) -> None:
    """At once, for the longest bench may be the one that is given up."""
    kept = json.loads(STORED.read_text()) | {name: part}
    parts = {one: kept[one] for one in BENCHES if one in kept}
    STORED.write_text(_text(parts))
    PAGE.write_text(written(PAGE.read_text(), markdown(parts)))


def _text(parts: Mapping[str, Part]) -> str:
    return json.dumps(parts, indent=2, ensure_ascii=False) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="exit 1 when a target is missed or a figure void"
    )
    parser.add_argument(
        "--only", nargs="+", choices=tuple(BENCHES), help="these benches; the others' figures stay"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
