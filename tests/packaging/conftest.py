"""What the project builds, made once by its own script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_AT = 1_700_000_000
"""2023-11-14 22:13:20 UTC, the time that these builds say they were made."""
BOUND_SECONDS = 300.0
"""How long a command may take at most; nothing is asserted about how long it takes."""
NOT_SOURCE = (".git", ".venv", "node_modules", "dist", ".*_cache", "__pycache__", ".hypothesis", ".coverage*")


def clean_environment() -> dict[str, str]:
    """The environment of the tests without settings of ours, Python's or a virtual environment's."""
    dropped = ("HOSTAWAY_", "PYTHON", "COV_", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def run(
    *command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The finished command with its output."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean_environment() | dict(env or {}),
        capture_output=True,
        text=True,
        timeout=BOUND_SECONDS,
        check=False,
    )


def done(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """What the command printed; it must succeed."""
    finished = run(*command, cwd=cwd, env=env)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@dataclass(frozen=True)
class Dist:
    """The three files of a build."""

    folder: Path

    @property
    def wheel(self) -> Path:
        """For pip, pipx and uv."""
        return self._one("*.whl")

    @property
    def sdist(self) -> Path:
        """The source, for those who build themselves."""
        return self._one("*.tar.gz")

    @property
    def bundle(self) -> Path:
        """For Claude Desktop."""
        return self._one("*.mcpb")

    def _one(self, pattern: str) -> Path:
        (found,) = self.folder.glob(pattern)
        return found


def build(folder: Path, *, tree: Path = ROOT, epoch: int = BUILT_AT) -> Dist:
    """What `scripts/build` of that tree makes."""
    done(tree / "scripts/build", folder, cwd=tree, env={"SOURCE_DATE_EPOCH": str(epoch)})
    return Dist(folder)


def copy_of_the_project(folder: Path) -> Path:
    """The source tree elsewhere, with the environment of this one."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "packaging/node_modules").symlink_to(ROOT / "packaging/node_modules")
    return folder


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Dist:
    """This project, built."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the locks pin for this platform, checked by hash: what an index would give."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    venv.create(folder / "pip", with_pip=True)
    download: list[str | Path] = [
        folder / "pip/bin/python",
        "-m",
        "pip",
        "download",
        "--quiet",
        "-d",
        folder / "wheels",
    ]
    for lock in ("base", "build"):
        done(*download, "--require-hashes", "-r", ROOT / f"requirements/{lock}.lock")
    return folder / "wheels"


@pytest.fixture
def offline(wheelhouse: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which pip, pipx and uv know only the wheelhouse and write only below tmp_path."""
    return {
        "HOME": str(tmp_path),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheelhouse),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheelhouse),
        "UV_PYTHON": sys.executable,
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "UV_TOOL_DIR": str(tmp_path / "uv-tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
    }
