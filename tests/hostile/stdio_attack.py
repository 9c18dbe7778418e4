"""The attack over stdio: one process, one pipe, several inputs under way at once."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterable
from typing import Any

from tests.hostile.attack import Attack, Report
from tests.hostile.canary import question, right_answer
from tests.hostile.http_attack import after
from tests.hostile.messages import Hostile
from tests.hostile.process import Server, served
from tests.hostile.verdicts import wrong_in_bytes, wrong_in_message

LANES = 4
_HANDSHAKE = {
    "jsonrpc": "2.0",
    "id": "handshake",
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    },
}


async def attack_stdio(inputs: Iterable[Hostile], *, seed: int, modern: bool) -> Report:
    """
    Sends the inputs, one a line, and judges answers, log and the end of the process.

    The first message decides which era the line speaks: `modern`, or that of the handshake. Many inputs
    have no answer, and ids are equal on purpose, so an input is over when a question asked after it is
    answered; what is wrong with an answer is told with the input that was over next.
    """
    report = Report(seed)
    async with served("stdio") as server:
        line = _Line(server, report, modern=modern)
        listening = asyncio.ensure_future(line.listen())
        if not modern:
            await line.ask(_HANDSHAKE)
        await line.canary()
        await Attack([line.exchange] * LANES, line.canary, report).run(inputs)
        await line.canary()
        assert server.process.stdin
        server.process.stdin.close()
        await listening
        await server.process.wait()
    report.faults += [f"seed {seed}, after the last input\n  {wrong}" for wrong in line.wrong]
    report.faults += await after(server)
    return report


class _Line:
    """Both ends of the pipe."""

    def __init__(self, server: Server, report: Report, *, modern: bool) -> None:
        assert server.process.stdin
        assert server.process.stdout
        self._stdin, self._stdout = server.process.stdin, server.process.stdout
        self._report = report
        self._modern = modern
        self._numbers = itertools.count()
        self._asked: dict[str, asyncio.Future[Any]] = {}
        self.wrong: list[str] = []

    async def exchange(self, hostile: Hostile) -> str:
        """Writes one line; it is over when what is asked next has been answered."""
        self._stdin.write(hostile.body.replace(b"\n", b" ") + b"\n")
        await self.canary()
        return self.wrong.pop() if self.wrong else ""

    async def canary(self) -> None:
        """The harmless question, and its right answer."""
        answer = await self.ask(question(f"canary-{next(self._numbers)}", modern=self._modern))
        assert right_answer(answer), answer

    async def ask(self, message: dict[str, Any]) -> Any:
        """Writes a message and waits for its answer."""
        answer = self._asked[message["id"]] = asyncio.get_running_loop().create_future()
        self._stdin.write(json.dumps(message).encode() + b"\n")
        await self._stdin.drain()
        return await answer

    async def listen(self) -> None:
        """Takes in every line until the process ends; each must be a message of the protocol."""
        async for line in self._stdout:
            try:
                message = json.loads(line)
            except ValueError:
                self.wrong.append(f"not JSON on standard output: {line[:500]!r}")
                continue
            if wrong := wrong_in_bytes(line) or wrong_in_message(message):
                self.wrong.append(wrong)
            elif (asked := self._asked.pop(str(message.get("id")), None)) and not asked.done():
                asked.set_result(message)
            else:
                self._report.outcomes[_outcome(message)] += 1


def _outcome(message: dict[str, Any]) -> str:
    if "error" in message:
        return f"error {message['error']['code']}"
    if "result" not in message:
        return "notification"
    return "refused" if message["result"].get("isError") else "answered"
