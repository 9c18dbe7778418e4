"""The attack on the HTTP door: a real server on loopback, four connections, a canary on a fifth."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AsyncExitStack

from tests.hostile.attack import Attack, Exchange, Report
from tests.hostile.canary import HEADERS, question, right_answer
from tests.hostile.messages import Hostile
from tests.hostile.process import Server, served
from tests.hostile.verdicts import wrong_in_http, wrong_in_log
from tests.hostile.wire import Heard, Wire

CONNECTIONS = 4


async def attack_http(inputs: Iterable[Hostile], *, seed: int) -> Report:
    """Sends the inputs, and judges answers, log, standard output and the end of the process."""
    report = Report(seed)
    async with served("http") as server:
        await _attack(await server.port(), inputs, report)
    report.faults += await after(server)
    return report


async def after(server: Server) -> list[str]:
    """What is wrong with a process that has ended: its exit code, what it wrote where."""
    assert server.process.stdout
    faults = [f"a log line: {line}" for line in wrong_in_log(server.log)]
    if rest := await server.process.stdout.read():
        faults.append(f"on standard output: {rest[:2_000]!r}")
    if server.process.returncode != 0:
        faults.append(f"the server ended with {server.process.returncode}")
    return faults


async def _attack(port: int, inputs: Iterable[Hostile], report: Report) -> None:
    async with AsyncExitStack() as stack:
        canary, *wires = [Wire(port) for _ in range(CONNECTIONS + 1)]
        for wire in (canary, *wires):
            stack.push_async_callback(wire.aclose)

        async def ask() -> None:
            asked = Hostile(-1, json.dumps(question("canary")).encode(), headers=tuple(HEADERS.items()))
            heard = await canary.exchange(asked)
            assert heard.status == 200, heard
            assert right_answer(_message(heard)), heard

        await Attack([_exchange(wire, report) for wire in wires], ask, report).run(inputs)
        await ask()


def _exchange(wire: Wire, report: Report) -> Exchange:
    async def exchange(hostile: Hostile) -> str:
        heard = await wire.exchange(hostile)
        report.outcomes[outcome(heard)] += 1
        return wrong_in_http(heard.status, heard.headers, heard.body)

    return exchange


def outcome(heard: Heard) -> str:
    """The status, and for an answered call whether it was refused."""
    if heard.status == 200 and b'"structuredContent"' in heard.body:
        return "200 answered"
    return "200 refused" if heard.status == 200 and b'"isError":true' in heard.body else str(heard.status)


def _message(heard: Heard) -> object:
    lines = [line for line in heard.body.splitlines() if line.startswith(b"data:")]
    return json.loads(lines[-1][5:] if lines else heard.body)
