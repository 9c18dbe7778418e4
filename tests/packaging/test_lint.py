"""`packaging/lint` finds nothing here, and finds each kind of mistake where there is one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.packaging.conftest import ROOT, done, run

PARTS = (
    "src/hostaway_mcp/clock.py", "src/hostaway_mcp/sandbox/clock.py", ".github/workflows/ci.yml",
    "packaging/server.json", "Dockerfile", "docker-compose.yml",
)  # fmt: skip
MISTAKES = {
    "source": ("src/hostaway_mcp/clock.py", "from __future__", "import pickle\nfrom __future__", "B403"),
    "unpinned action": (
        ".github/workflows/ci.yml", r"actions/checkout@[0-9a-f]{40}", "actions/checkout@v7", "unpinned-uses",
    ),
    "kept credentials": (
        ".github/workflows/ci.yml", r"with:\n +persist-credentials: false", "with: {}", "artipacked",
    ),
    "workflow": (".github/workflows/ci.yml", "runs-on:", "run-on:", "runs-on"),
    "image": ("Dockerfile", "USER 10001:10001", "USER root", "DL3002"),
    "compose": ("docker-compose.yml", "read_only: true", "read_only: [maybe]", "read_only"),
    "compose style": ("docker-compose.yml", "'127.0.0.1:8765:8765'", "'8765:8765'", "no-unbound-port"),
    "registry": ("packaging/server.json", '"description": "', f'"description": "{"x" * 100}', "description"),
    "registry version": ("packaging/server.json", '"version": "0.1.0"', '"version": "latest"', "version"),
}  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Something of each kind that is checked, elsewhere."""
    for part in PARTS:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / part, tmp_path / part)
    return tmp_path


@pytest.mark.long
def test_a_clean_tree_passes(tree: Path) -> None:
    """So that what is found below is the mistake."""
    done(ROOT / "packaging/lint", tree)


def test_nothing_is_found_here() -> None:
    """Source, workflow, image, compose file and registry entry are clean."""
    done(ROOT / "packaging/lint")


@pytest.mark.long
@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_a_mistake_is_found(mistake: str, tree: Path) -> None:
    """And named; no check is for show."""
    path, good, bad, named = MISTAKES[mistake]
    text = (tree / path).read_text()
    broken, changed = re.subn(good, bad, text, count=1)
    assert changed == 1
    (tree / path).write_text(broken)
    found = run(ROOT / "packaging/lint", tree)
    assert found.returncode != 0
    assert named in found.stdout + found.stderr


def test_every_action_is_a_commit_with_its_version_beside_it() -> None:
    """A tag can be moved; a reader still sees which release it was."""
    used = re.findall(r"uses: (.*)", (ROOT / ".github/workflows/ci.yml").read_text())
    assert used
    for line in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    assert len(set(used)) == len({line.partition("@")[0] for line in used})


def test_the_workflow_runs_the_project_s_own_scripts() -> None:
    """What passes there passes here, with the same command."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    for command in commands:
        if not command.startswith("docker build"):
            assert (ROOT / command.split()[0]).is_file(), command
    assert jobs["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


def test_every_hook_is_a_command_of_the_environment() -> None:
    """Hooks that are not pinned anywhere else could change unseen."""
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert (ROOT / hook["entry"].split()[0]).is_file(), hook["entry"]


def test_the_environment_that_checks_holds_the_one_that_runs() -> None:
    """Else `scripts/env` would not leave it at the one; extras bring more, and change no version."""
    base, dev = (
        set(
            re.findall(
                r"^(\w[\w.-]*)(?:\[.*\])?(==.*)$",
                (ROOT / f"requirements/{lock}.lock").read_text(),
                re.MULTILINE,
            )
        )
        for lock in ("base", "dev")
    )
    assert len(base) > 30
    assert base <= dev
