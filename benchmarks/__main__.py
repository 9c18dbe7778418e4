"""Runs the benches, prints and keeps their figures: `python -m benchmarks`, or scripts/bench."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from benchmarks import answers, calls, governor, pages, questions, start, sync, upserts, webhooks, writes
from benchmarks.measure import Figure, Scale
from benchmarks.report import PAGE, Figures, document, line, markdown, written

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
STORED = Path("benchmarks") / "figures.json"


def run(names: Sequence[str], scale: Scale) -> Figures:
    """
    The figures of these benches; each line is told on standard error as soon as it is known.

    Each bench has an event loop of its own: the clock that some of them turn turns the loop's as well.
    """
    figures = {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            (scratch / "data").mkdir()
            figures[name] = asyncio.run(BENCHES[name](scale, scratch))
        for figure in figures[name]:
            sys.stderr.write(line(figure) + "\n")
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Measures, prints one JSON document and, when all was measured, keeps it and writes the page.

    The exit code is 1 with `--check` when a target is missed or a figure is void.
    """
    asked = _parser().parse_args(arguments)
    began = time.monotonic()
    figures = run(asked.only or list(BENCHES), Scale())
    about = document(figures, seconds=time.monotonic() - began)
    text = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
    sys.stdout.write(text)
    if not asked.only:
        STORED.write_text(text)
        PAGE.write_text(written(PAGE.read_text(), markdown(figures, about)))
    missed = [one for part in figures.values() for one in part if one.verdict in {"FAIL", "VOID"}]
    sys.stderr.write(f"{len(missed)} missed or void\n")
    return int(asked.check and bool(missed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="exit 1 when a target is missed or a figure void"
    )
    parser.add_argument("--only", nargs="+", choices=tuple(BENCHES), help="these benches; nothing is written")
    return parser


if __name__ == "__main__":
    sys.exit(main())
