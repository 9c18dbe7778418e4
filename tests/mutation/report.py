"""What a run found, as the tables of docs/mutation.md."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.sections import ROOT, SECTIONS

PAGE = ROOT / "docs" / "mutation.md"
Z = 1.96
"""Of a normal distribution, for 95 %."""


@dataclass(frozen=True)
class Result:
    """Of one section: the verdict on each mutant that was tried, of all there are."""

    section: str
    mutants: int
    verdicts: Mapping[str, str]

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.verdicts.values())

    @property
    def noticed(self) -> int:
        """Killed by a failing test, or by never coming to an end."""
        return self.counts["killed"] + self.counts["timeout"]

    @property
    def unnoticed(self) -> list[str]:
        """The names of the others, those that no test reaches among them."""
        return [name for name, verdict in self.verdicts.items() if verdict not in ("killed", "timeout")]


def interval(noticed: int, tried: int, mutants: int) -> tuple[float, float]:
    """
    Wilson's interval of 95 % for the share that is noticed among all mutants, from 0 to 1.

    Its width is that of a sample from a finite number, which is none when all were tried.
    """
    if tried == 0:
        return 0.0, 1.0
    left = (mutants - tried) / max(1, mutants - 1)
    z2, share = Z * Z * left, noticed / tried
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    half = math.sqrt(z2 * share * (1 - share) / tried + z2 * z2 / (4 * tried * tried)) / (1 + z2 / tried)
    return max(0.0, middle - half), min(1.0, middle + half)


def row(result: Result) -> str:
    """A line of the table of sections."""
    tried, counts = len(result.verdicts), result.counts
    low, high = interval(result.noticed, tried, result.mutants)
    cells = (
        result.section, f"{result.mutants:,}", tried, counts["killed"], counts["timeout"],
        tried - result.noticed - counts["no tests"], counts["no tests"],
        f"{result.noticed / tried:.1%}", f"{low:.1%} to {high:.1%}",
    )  # fmt: skip
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def places(result: Result) -> str:
    """A line of the list of what was not noticed: functions, with how many mutants of each."""
    found = Counter(readable(re.sub(r"__mutmut_\d+$", "", name)) for name in result.unnoticed)
    shown = ", ".join(f"`{function}` {count}" for function, count in sorted(found.items()))
    return f"- {result.section}: {shown or 'none'}."


def readable(name: str) -> str:
    """A function's own name, with its module and class, out of that of its mutants."""
    module, _, function = name.rpartition(".")
    return f"{module.rpartition('.')[2]}.{function.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


def renewed(page: str, results: Mapping[str, Result]) -> str:
    """The page with the lines of these sections made anew; those of others stay."""
    for mark, written in (("sections", row), ("survivors", places)):
        begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
        before, _, rest = page.partition(begin)
        table, _, after = rest.partition(end)
        kept = dict(_named(line) for line in table.splitlines() if _named(line)[0])
        kept |= {name: written(result) for name, result in results.items()}
        head = [line for line in table.splitlines() if not _named(line)[0]]
        lines = [*head, *(kept[one.name] for one in SECTIONS if one.name in kept)]
        page = before + begin + "\n".join(lines) + "\n" + end + after
    return page


def _named(line: str) -> tuple[str, str]:
    """The section a line is about, empty for the head of a table, and the line."""
    found = re.match(r"(?:\| |- )(\w+)", line)
    return (found[1] if found and found[1] in {one.name for one in SECTIONS} else "", line)


def write(results: Mapping[str, Result], page: Path = PAGE) -> None:
    """Makes the page say what was found."""
    page.write_text(renewed(page.read_text("utf-8"), results), "utf-8")
