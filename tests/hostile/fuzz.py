"""`scripts/fuzz`: an attack with any seed, or single inputs of one again."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from collections.abc import Iterable

from hostaway_mcp.app import App
from tests.hostile.arguments import Schema
from tests.hostile.attack import Report
from tests.hostile.house import hostile_app
from tests.hostile.http_attack import attack_http
from tests.hostile.messages import LEGACY, MODERN, Grammar
from tests.hostile.stdio_attack import attack_stdio

DEFAULT_SEED = 20261122
_WAYS = ("http", "stdio", "stdio-handshake")


async def fuzz_http(numbers: Iterable[int], *, seed: int) -> Report:
    """Sends these inputs of a seed to the HTTP door."""
    grammar = Grammar(tool_schemas(hostile_app()), seed=seed)
    return await attack_http(map(grammar.request, numbers), seed=seed)


async def fuzz_stdio(numbers: Iterable[int], *, seed: int, modern: bool) -> Report:
    """Sends these inputs of a seed over stdio, in one era or the other."""
    eras = (MODERN,) if modern else LEGACY
    grammar = Grammar(tool_schemas(hostile_app()), seed=seed, eras=eras)
    return await attack_stdio(map(grammar.message, numbers), seed=seed, modern=modern)


def tool_schemas(app: App) -> dict[str, Schema]:
    """What each tool takes, with every bound."""
    return {name: card.load().full_input_schema for name, card in app.runner.tools.items()}


def main() -> int:
    """The command: 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description="Attacks the server over a sandbox.")
    parser.add_argument("way", choices=_WAYS)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="default: a new one")
    parser.add_argument("--inputs", type=int, default=2_000, help="how many (default: %(default)s)")
    parser.add_argument(
        "--only", type=int, nargs="+", help="just these inputs of the seed, one after the other"
    )
    given = parser.parse_args()
    numbers = given.only or range(given.inputs)
    if given.way == "http":
        report = asyncio.run(fuzz_http(numbers, seed=given.seed))
    else:
        report = asyncio.run(fuzz_stdio(numbers, seed=given.seed, modern=given.way == "stdio"))
    for fault in report.faults:
        sys.stdout.write(f"{fault}\n\n")
    sys.stdout.write(f"{report}\n")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
