"""Wheel and sdist: what is in them, that they are made the same twice, that they install and run."""

from __future__ import annotations

import os
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import mcp
import pytest

from tests.packaging.conftest import BUILT_AT, ROOT, Dist, build, copy_of_the_project, done

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
LISTED_FOR_TESTS = (
    "tests/hostaway/openapi.yaml", "tests/packaging/conftest.py", "requirements/dev.lock", "scripts/test",
    "packaging/package-lock.json", "Dockerfile", "docker-compose.yml", ".dockerignore",
    ".github/workflows/ci.yml", ".pre-commit-config.yaml", "CONTRIBUTING.md", "CHANGELOG.md", "README.md",
    "LICENSE",
)  # fmt: skip


def names_in_sdist(dist: Dist) -> set[str]:
    with tarfile.open(dist.sdist) as packed:
        return {name.partition("/")[2] for name in packed.getnames()}


def test_the_wheel_holds_what_runs_and_what_types_and_nothing_else(dist: Dist) -> None:
    """Every file below src/, the licence, the metadata."""
    source = ROOT / "src"
    expected = {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(dist.wheel) as packed:
        names = set(packed.namelist())
        metadata = packed.read(f"hostaway_mcp-{VERSION}.dist-info/METADATA").decode()
    about = {name for name in names if ".dist-info/" in name}
    assert names - about == expected
    assert {"hostaway_mcp/py.typed", "hostaway_mcp/sandbox/documented.json"} <= expected
    assert f"hostaway_mcp-{VERSION}.dist-info/licenses/LICENSE" in about
    assert "License-Expression: MIT" in metadata


def test_the_sdist_holds_what_its_tests_need(dist: Dist) -> None:
    """Whoever packs it for a distribution can run the whole suite from it."""
    names = names_in_sdist(dist)
    assert set(LISTED_FOR_TESTS) <= names
    for folder in ("src", "tests", "docs"):
        tracked = {
            str(path.relative_to(ROOT))
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and {"__pycache__", "node_modules"}.isdisjoint(path.parts)
        }
        assert tracked <= names


def test_the_sdist_holds_no_cache_secret_or_environment(dist: Dist) -> None:
    """Nothing that a machine left behind."""
    bad = {"__pycache__", "node_modules", ".venv", ".git", ".env", ".hypothesis", ".coverage", "dist", ".ci"}
    names = names_in_sdist(dist)
    assert not [name for name in names if bad & set(name.split("/"))]
    assert not [name for name in names if name.endswith((".pyc", "_cache"))]


def test_two_builds_are_the_same_bytes(dist: Dist, tmp_path: Path) -> None:
    """Elsewhere, from files of other ages and with another umask: wheel, sdist and bundle are equal."""
    tree = copy_of_the_project(tmp_path / "elsewhere")
    for path in tree.glob("src/**/*.py"):
        os.utime(path, (1_234_567_890, 1_234_567_890))
        path.chmod(0o600)
    again = build(tmp_path / "again", tree=tree)
    for one, other in ((dist.wheel, again.wheel), (dist.sdist, again.sdist), (dist.bundle, again.bundle)):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_build_says_the_time_of_its_commit(dist: Dist) -> None:
    """SOURCE_DATE_EPOCH, which `scripts/build` takes from the last commit where nobody sets it."""
    with tarfile.open(dist.sdist) as packed:
        assert {member.mtime for member in packed.getmembers()} == {BUILT_AT}
    for path in (dist.wheel, dist.bundle):
        with zipfile.ZipFile(path) as zipped:
            assert {entry.date_time for entry in zipped.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def runs(command: list[str], *, cwd: Path) -> None:
    """The installed command says its version, lists its tools and answers a question."""
    assert done(*command, "--version", cwd=cwd) == f"hostaway-mcp {VERSION}\n"
    assert "find_listings" in done(*command, "tools", cwd=cwd)
    assert '"listing_id"' in done(*command, "call", "find_listings", "--sandbox", cwd=cwd)


def test_pip_installs_the_wheel_and_the_command_runs(dist: Dist, tmp_path: Path) -> None:
    """In a fresh environment, with the dependencies of this one: nothing is taken from the source tree."""
    home = tmp_path / "home"
    home.mkdir()
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env/bin/python"
    done(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", dist.wheel, cwd=home)
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{Path(mcp.__file__).parents[1]}\n")

    where = done(python, "-c", "import hostaway_mcp; print(hostaway_mcp.__file__)", cwd=home).strip()
    assert Path(where).is_relative_to(site)
    runs([str(tmp_path / "env/bin/hostaway-mcp")], cwd=home)
    runs([str(python), "-m", "hostaway_mcp"], cwd=home)


@pytest.mark.long
@pytest.mark.parametrize("what", ["wheel", "sdist"])
def test_pip_installs_it_with_its_dependencies(
    what: str, dist: Dist, offline: dict[str, str], tmp_path: Path
) -> None:
    """Nothing is missing from the metadata; the sdist builds on the user's machine."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env/bin/python"
    done(python, "-m", "pip", "install", "--quiet", getattr(dist, what), cwd=tmp_path, env=offline)
    done(python, "-m", "pip", "check", cwd=tmp_path)
    runs([str(tmp_path / "env/bin/hostaway-mcp")], cwd=tmp_path)


@pytest.mark.long
def test_pipx_installs_it(dist: Dist, offline: dict[str, str], tmp_path: Path) -> None:
    """As an application of its own, with its command on the path."""
    done(sys.executable, "-m", "pipx", "install", dist.wheel, cwd=tmp_path, env=offline)
    runs([str(tmp_path / "bin/hostaway-mcp")], cwd=tmp_path)


@pytest.mark.long
def test_uv_installs_it_and_uvx_runs_it(dist: Dist, offline: dict[str, str], tmp_path: Path) -> None:
    """`uv tool install` keeps it, `uvx` runs it once."""
    uv = [sys.executable, "-m", "uv", "tool"]
    once = done(*uv, "run", "--from", dist.wheel, "hostaway-mcp", "--version", cwd=tmp_path, env=offline)
    assert once == f"hostaway-mcp {VERSION}\n"
    done(*uv, "install", dist.wheel, cwd=tmp_path, env=offline)
    runs([str(tmp_path / "bin/hostaway-mcp")], cwd=tmp_path)


def test_the_epoch_is_that_of_the_last_commit(tmp_path: Path) -> None:
    """Nobody has to name it."""
    script = (ROOT / "scripts/build").read_text()
    (line,) = [line for line in script.splitlines() if "SOURCE_DATE_EPOCH:=" in line]
    dated = {"GIT_COMMITTER_DATE": "2024-01-02T03:04:05Z"}
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    done("git", "init", "-q", cwd=tmp_path)
    done(*git, "commit", "-q", "--allow-empty", "-m", "x", cwd=tmp_path, env=dated)
    assert done("sh", "-c", f'{line}\necho "$SOURCE_DATE_EPOCH"', cwd=tmp_path) == "1704164645\n"
