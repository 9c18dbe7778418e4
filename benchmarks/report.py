"""The figures of a bench as a JSON document, and all of them as tables in docs/performance.md."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from benchmarks.measure import Figure, read
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

Part = Mapping[str, Any]
"""The figures of one bench, when they were measured and on what."""


def document(figures: Sequence[Figure], *, seconds: float) -> Part:
    """Everything that a bench measured, and what it was measured on."""
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
        "figures": [figure.document() for figure in figures],
    }


def markdown(parts: Mapping[str, Part]) -> str:
    """One table a bench, under what it was measured on."""
    return "\n\n".join(text for name, part in parts.items() for text in _section(name, part)) + "\n"


def _section(name: str, part: Part) -> tuple[str, str, str]:
    machine, versions = part["machine"], part["versions"]
    loads = ", ".join(map(str, machine["load_average"]))
    named = ", ".join(f"{package} {number}" for package, number in versions.items())
    lines = [
        "| figure | value | quartiles | relative to | target | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return (
        f"## {HEADINGS[name]}",
        f"Measured {part['measured_at']} at commit `{part['commit']}` in {part['seconds']:.0f} s, on "
        f"{machine['cores']} cores ({machine['system']} {machine['architecture']}), load average {loads}: "
        f"{named}.",
        "\n".join([*lines, *(_row(read(one)) for one in part["figures"])]),
    )


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
