"""The protocol's proof from end to end: what passed, what failed, and an exit code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conformance import servers, suite
from tests.conformance.inspector import Inspector
from tests.conformance.servers import ProofError

NODE_MAJOR = 22
"""The suite uses functions that older versions lack."""


class Tally:
    """What was tried, and how it ended."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def count(self, *, passed: int, failed: int) -> None:
        """Adds to the tally."""
        self.passed += passed
        self.failed += failed

    @property
    def exit_code(self) -> int:
        """0 only if something was tried and nothing failed."""
        return 1 if self.failed or not self.passed else 0


def main() -> int:
    """Runs everything; the exit code."""
    tally, began = Tally(), time.monotonic()
    try:
        node = find_node()
        with tempfile.TemporaryDirectory(prefix="hostaway-mcp-protocol-") as folder:
            scratch = Path(folder)
            prove_adapter(node, scratch, tally)
            with servers.hostaway(scratch) as settings, servers.product(scratch, settings) as address:
                prove_product(node, address, scratch, tally)
                inspect(Inspector(node, address, settings, scratch), tally)
    except ProofError as error:
        say(f"✗ {error}")
        tally.count(passed=0, failed=1)
    say(f"\n{time.monotonic() - began:.0f} s")
    say(f"{tally.passed} passed, {tally.failed} failed")
    return tally.exit_code


def find_node() -> Path:
    """
    The Node.js of the pinned package, or the machine's own where there is none for it.

    Raises:
        ProofError: neither is new enough, or the suite is not installed.
    """
    if not suite.PROGRAM.exists():
        raise ProofError("The protocol's test tools are not installed; scripts/protocol installs them.")
    own = shutil.which("node")
    for candidate in (suite.MODULES / ".bin" / "node", Path(own) if own else None):
        if candidate and candidate.exists() and _major(candidate) >= NODE_MAJOR:
            return candidate
    raise ProofError(f"Node.js {NODE_MAJOR} or newer is needed, and was not found.")


def prove_adapter(node: Path, scratch: Path, tally: Tally) -> None:
    """Every required scenario must pass on the fixture profile, without a warning."""
    nothing = scratch / "nothing.yml"
    nothing.write_text("server: []\n", encoding="utf-8")
    with servers.fixture(scratch) as address:
        for revision in suite.REVISIONS:
            outcome = suite.run(node, address, revision, scratch, expected=nothing)
            good = outcome.exit_code == 0 and not outcome.failed
            tally.count(passed=len(outcome.passed), failed=0 if good else max(1, len(outcome.failed)))
            total = len(outcome.passed) + len(outcome.failed)
            say(f"{_mark(good)} adapter, {revision}: {len(outcome.passed)} of {total} scenarios")
            if not good:
                say(outcome.said)


def prove_product(node: Path, address: str, scratch: Path, tally: Tally) -> None:
    """The product must fail exactly what its baseline names."""
    for revision in suite.REVISIONS:
        expected = Path(__file__).with_name(f"baseline-{revision}.yml")
        outcome = suite.run(node, f"{address}/mcp", revision, scratch, expected=expected)
        good = outcome.exit_code == 0 and bool(outcome.passed)
        tally.count(passed=len(outcome.passed), failed=0 if good else 1)
        say(
            f"{_mark(good)} product, {revision}: {len(outcome.passed)} scenarios; "
            f"{len(outcome.failed)} use what only the fixture has"
        )
        if not good:
            say(outcome.said)


def inspect(inspector: Inspector, tally: Tally) -> None:
    """Every tool is listed and called over both transports and in both eras."""
    done = failed = 0
    for visit in inspector.visits():
        done += 1
        if not visit.passed:
            failed += 1
            say(f"✗ inspector, {visit.what}: exit code {visit.exit_code}\n{visit.said[-2_000:]}")
    tally.count(passed=done - failed, failed=failed)
    say(f"{_mark(not failed)} inspector: {done - failed} of {done} lists and calls")


def say(words: str) -> None:
    """One line for whoever watches."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _mark(good: bool) -> str:
    return "✓" if good else "✗"


def _major(node: Path) -> int:
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
        return int(said.strip().removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


if __name__ == "__main__":
    sys.exit(main())
