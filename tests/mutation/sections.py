"""What is mutated, by which tests its mutants are sought, and which of them a sample takes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

ROOT = Path(__file__).parents[2]
PACKAGE = "src/hostaway_mcp"
SEED = 20261202
"""Of the samples in docs/mutation.md; another one once tests were written for what its sample showed."""


@dataclass(frozen=True)
class Section:
    """
    A part of the source with the tests that are about it.

    `tests` are what pytest is told, `sample` is the number of mutants of the usual run.
    """

    name: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]
    sample: int

    def files(self) -> list[Path]:
        """Relative to the project, in order."""
        return sorted(
            file.relative_to(ROOT) for source in self.sources for file in (ROOT / PACKAGE).glob(source)
        )

    def mutants(self) -> list[str]:
        """The names of all, as mutmut gives them."""
        return [
            get_mutant_name(file, name)
            for file in self.files()
            for name in mutate_file_contents(str(file), (ROOT / file).read_text("utf-8")).mutant_names
        ]

    def drawn(self, mutants: list[str], seed: int) -> list[str]:
        """A sample of them, the same one for the same source and seed; all when there are no more."""
        chance = random.Random(f"{seed} {self.name}")
        return sorted(chance.sample(mutants, min(self.sample, len(mutants))))


SECTIONS = (
    Section("redaction", ("redaction.py",), ("tests/test_redaction.py",), 100),
    Section("cursors", ("services/cursors.py",), ("tests/services/test_cursors.py",), 170),
    Section(
        "governor",
        ("client/governor/*.py",),
        # Several processes, and a simulation's thousands of steps, run over the lines that the others pin.
        (
            "tests/client/governor",
            "--ignore=tests/client/governor/test_processes.py",
            "--ignore=tests/client/governor/test_simulation.py",
        ),
        250,
    ),
    Section("journal", ("store/journal/*.py",), ("tests/store/journal",), 250),
    Section(
        "writes",
        ("services/writes/*.py",),
        # Processes that are killed and failures at every step run over the lines that the others pin.
        (
            "tests/services/writes",
            "tests/cli/test_approve.py",
            "--ignore=tests/services/writes/test_killed.py",
            "--ignore=tests/services/writes/test_failures.py",
        ),
        150,
    ),
)
