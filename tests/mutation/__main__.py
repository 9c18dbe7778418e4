"""Runs the mutants and writes docs/mutation.md: `scripts/check --mutation`."""

from __future__ import annotations

import argparse
from dataclasses import replace

from tests.mutation import report, workshop
from tests.mutation.sections import SECTIONS, SEED, Section

LEAST = 0.85
"""The share of mutants that the tests of each section notice."""


def main() -> None:
    """Ends with 1 when a section has less than it should."""
    asked = _arguments()
    chosen = [one for one in SECTIONS if not asked.section or one.name in asked.section]
    results: dict[str, report.Result] = {}
    for section in chosen:
        result = _run(replace(section, sample=asked.sample or section.sample), asked)
        results[section.name] = result
        print(report.row(result), *result.unnoticed, sep="\n  ")  # noqa: T201
    if asked.seed == SEED and not asked.sample:
        report.write(results)
    raise SystemExit(any(_is_low(result) for result in results.values()))


def _run(section: Section, asked: argparse.Namespace) -> report.Result:
    mutants = section.mutants()
    names = [] if asked.all else section.drawn(mutants, asked.seed)
    verdicts = workshop.run(section, names, children=asked.children)
    return report.Result(section.name, len(mutants), verdicts)


def _is_low(result: report.Result) -> bool:
    return result.noticed < LEAST * len(result.verdicts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/check --mutation", description=__doc__)
    names = [one.name for one in SECTIONS]
    parser.add_argument("--section", choices=names, action="append", help="all of them when none is named")
    parser.add_argument("--all", action="store_true", help="every mutant, which takes many hours")
    parser.add_argument("--seed", type=int, default=SEED, help="another sample; the page stays as it is")
    parser.add_argument("--sample", type=int, help="another size of it; the page stays as it is")
    parser.add_argument("--children", type=int, default=1, help="mutants at once")
    return parser.parse_args()


if __name__ == "__main__":
    main()
