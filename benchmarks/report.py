"""The figures of one run as a JSON document, and as the table in docs/performance.md."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from benchmarks.measure import Figure
from benchmarks.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by scripts/bench -->\n", "<!-- /figures -->\n"
PACKAGES = ("hostaway-mcp", "mcp", "pydantic", "httpx2", "uvicorn", "starlette")
HEADINGS = {
    "start": "Start and memory over stdio",
    "calls": "A call answered from memory",
    "answers": "What answers cost a model",
    "pages": "What a page from Hostaway costs",
    "governor": "How much of the allowed rate is used",
    "webhooks": "Webhook deliveries",
    "questions": "Questions over a large portfolio, from the replica",
    "upserts": "Keeping rows",
    "writes": "Changes, their journal and its audit",
    "sync": "Filling the replica",
}

Figures = Mapping[str, Sequence[Figure]]


def document(figures: Figures, *, seconds: float) -> dict[str, Any]:
    """Everything that was measured, and what it was measured on."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "seconds": round(seconds, 1),
        "commit": _commit(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
            "load_average": [round(load, 2) for load in os.getloadavg()],
        },
        "figures": {name: [figure.document() for figure in part] for name, part in figures.items()},
    }


def markdown(figures: Figures, about: Mapping[str, Any]) -> str:
    """One table a bench, under what it was measured on."""
    machine, versions = about["machine"], about["versions"]
    loads = ", ".join(map(str, machine["load_average"]))
    named = ", ".join(f"{name} {number}" for name, number in versions.items())
    parts = [
        f"Measured {about['measured_at']} at commit `{about['commit']}` in {about['seconds']:.0f} s, on "
        f"{machine['cores']} cores ({machine['system']} {machine['architecture']}), load average {loads}: "
        f"{named}."
    ]
    for name, part in figures.items():
        lines = [
            "| figure | value | quartiles | relative to | target | |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        parts += [f"## {HEADINGS[name]}", "\n".join([*lines, *map(_row, part)])]
    return "\n\n".join(parts) + "\n"


def written(page: str, table: str) -> str:
    """The page with this table in the place of the one before."""
    head, _, rest = page.partition(BEGIN)
    _, found, tail = rest.partition(END)
    if not found:
        raise ValueError("The page has no place for the figures.")
    return f"{head}{BEGIN}\n{table}\n{END}{tail}"


def line(figure: Figure) -> str:
    """One figure on a terminal."""
    verdict = figure.verdict or "-"
    return f"{verdict:4}  {figure.name:44} {_value(figure):>14}  {_target(figure):>10}  {_about(figure)}"


def _row(figure: Figure) -> str:
    spread = " to ".join(_number(one) for one in figure.spread) if figure.spread else ""
    cells = (figure.name, _value(figure), spread, _about(figure), _target(figure), figure.verdict)
    return f"| {' | '.join(cells)} |"


def _about(figure: Figure) -> str:
    return "; ".join(filter(None, (figure.floor, figure.note)))


def _value(figure: Figure) -> str:
    return f"{_number(figure.value)} {figure.unit}"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'≥' if figure.at_least else '≤'} {_number(figure.target)}"


def _number(value: float) -> str:
    if value >= 1000 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3g}"


def _commit() -> str:
    """The commit that is checked out, with a + when files differ from it; nothing outside a checkout."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603, S607
        return done.stdout.strip()

    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "src") else "")
