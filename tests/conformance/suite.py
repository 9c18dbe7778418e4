"""Runs the protocol's conformance suite against a server, in the frozen requirements of one revision."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.servers import ProofError, environment

HERE = Path(__file__).parent
REVISIONS = ("2025-11-25", "2026-07-28")
MODULES = HERE / "node_modules"
PROGRAM = MODULES / "@modelcontextprotocol/conformance/dist/index.js"
RUN_SECONDS = 300

_SCENARIO = re.compile(r"^  - ([\w-]+)$", re.MULTILINE)
_PASSED = re.compile(r"^✓ ([\w-]+): \d+ passed, 0 failed$", re.MULTILINE)
_EXPECTED = re.compile(r"^  ~ ([\w-]+):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a server did in one revision: the required scenarios only."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    exit_code: int
    said: str


def required(node: Path, revision: str, scratch: Path) -> tuple[str, ...]:
    """
    The server scenarios that a revision requires.

    Raises:
        ProofError: the suite does not name any.
    """
    listed = _run([node, PROGRAM, "list", "--requirements", revision], scratch)
    section = listed.stdout.partition("Server scenarios")[2].partition("Client scenarios")[0]
    if not (names := tuple(_SCENARIO.findall(section))):
        raise ProofError(f"The suite names no scenario for {revision}:\n{listed.stdout}{listed.stderr}")
    return names


def run(node: Path, address: str, revision: str, scratch: Path, *, expected: Path) -> Outcome:
    """
    One run. The exit code is 0 only if exactly the checks in the file `expected` fail, or warn.

    A scenario that is required and was not run has failed; so has one with a check that was expected to.
    """
    command: list[str | Path] = [node, PROGRAM, "server", "--url", address, "--requirements", revision]
    command += ["--output-dir", scratch / f"checks-{revision}", "--expected-failures", expected]
    done = _run(command, scratch)
    good = set(_PASSED.findall(done.stdout)) - set(_EXPECTED.findall(done.stdout))
    names = required(node, revision, scratch)
    return Outcome(
        passed=tuple(name for name in names if name in good),
        failed=tuple(name for name in names if name not in good),
        exit_code=done.returncode,
        said=(done.stdout.partition("=== SUMMARY ===")[2] or done.stdout) + done.stderr,
    )


def _run(command: list[str | Path], scratch: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=scratch,
            env=environment(scratch),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProofError(f"The suite did not end within {RUN_SECONDS} s.") from None
