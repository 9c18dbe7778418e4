"""A folder of its own for each section, in which mutmut runs under that section's settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mutmut.stats import status_by_exit_code

from tests.mutation.sections import ROOT, Section

MUTANTS = ROOT / "mutants"
PYTEST = (
    *("-m", "not long", "-k", "not postgresql and not redis"),
    *("-p", "no:cacheprovider", "-p", "tests.mutation.quick"),
    # A part of the tests leaves snapshots unused, which is no failure of theirs.
    "--snapshot-warn-unused",
)
"""The same for each mutant and wherever it is run, whichever servers there are."""


def run(section: Section, names: list[str], *, children: int) -> dict[str, str]:
    """
    The verdict on each mutant by its name; on all of the section without `names`.

    Those of an earlier run for all are kept where nothing has changed since, so that it can be interrupted.
    """
    folder = _folder(section)
    mutmut = Path(sys.executable).with_name("mutmut")
    command = [str(mutmut), "run", "--max-children", str(children), *names]
    subprocess.run(command, cwd=folder, check=True)
    verdicts = _verdicts(folder)
    return {name: verdicts[name] for name in names} if names else verdicts


def _folder(section: Section) -> Path:
    folder = MUTANTS / section.name
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("src", "tests"):
        if not (folder / part).is_symlink():
            (folder / part).symlink_to(ROOT / part)
    settings = {
        "source_paths": ["src"],
        "only_mutate": [str(file) for file in section.files()],
        "pytest_add_cli_args": PYTEST,
        "pytest_add_cli_args_test_selection": section.tests,
        "use_git_change_detection": False,
        # A mutant has five times as long as its tests took, and ten seconds.
        "timeout_multiplier": 5.0,
        "timeout_constant": 2.0,
    }
    # What JSON says of texts, lists and truth, TOML says too.
    table = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (folder / "pyproject.toml").write_text(f"{project}\n[tool.mutmut]\n{table}\n", "utf-8")
    return folder


def _verdicts(folder: Path) -> dict[str, str]:
    return {
        name: status_by_exit_code[code]
        for file in sorted((folder / "mutants").rglob("*.meta"))
        for name, code in json.loads(file.read_text("utf-8"))["exit_code_by_key"].items()
    }
