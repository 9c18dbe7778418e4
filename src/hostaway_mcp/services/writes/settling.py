"""Finds out what became of requests whose answer was lost, by reading until it is known."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from hostaway_mcp import calls
from hostaway_mcp.calls import Call, Lane
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.services.writes.kinds import Kind, Verdict
from hostaway_mcp.services.writes.ledger import Ledger
from hostaway_mcp.services.writes.sending import Answered, Sent, decide
from hostaway_mcp.store.journal.records import Entry, ProposalState, Step, StepState

READ_BACK_SECONDS = (0.0, 1.0, 2.0, 4.0)
"""When to read within a call, each after the one before."""

LOOK_SECONDS = 10.0
"""Between two looks at what is still open."""

GIVE_UP = timedelta(hours=24)
"""What could not be read for so long is a person's to look at."""

_log = logging.getLogger("hostaway_mcp.writes")


class Settler:
    """Settles steps, within a call or behind it; several may work on one step, only one decides it."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        ledger: Ledger,
        *,
        clock: Clock,
        changed: Callable[[], None],
        settled: Callable[[str, str], None] = lambda _kind, _outcome: None,
    ) -> None:
        self._settled = settled
        self._kinds = kinds
        self._ledger = ledger
        self._clock = clock
        self._changed = changed
        self._wake = asyncio.Event()

    async def settle(self, entry: Entry, step: Step, answered: Answered, *, until: float) -> Step:
        """The step with its word; `checking` if it is not known by `until` (monotonic seconds)."""
        state, says, verdict = StepState.CHECKING, "", None
        for pause in READ_BACK_SECONDS:
            if pause and self._clock.monotonic() + pause >= until:
                break
            await self._clock.sleep(pause)
            verdict = await self._look(step)
            state, says = decide(answered, verdict, age_seconds=self._age(step))
            if _is_settled(answered, state, verdict):
                break
        return await self.note(entry, step, state, says, verdict)

    async def note(
        self, entry: Entry, step: Step, state: StepState, says: str, verdict: Verdict | None = None
    ) -> Step:
        """Keeps the word for a step, and lets everybody learn of it."""
        journal = await self._ledger.journal()
        result = {**step.result, **(verdict.result if verdict else {})}
        if await journal.settle(entry, step, state, says, result=result):
            self._settled(step.kind, state.value)
        if state is StepState.CHECKING:
            self._wake.set()
        self._changed()
        return replace(step, state=state, says=says, result=result)

    async def settle_open(self) -> int:
        """Looks once at everything that is open, and gives how much still is."""
        if not self._ledger.is_there:
            return 0
        journal = await self._ledger.journal()
        left = 0
        for entry in await journal.open_entries():
            left += await self._settle_entry(entry)
        return left

    async def keep(self) -> None:
        """Settles for ever what is open, at once and then every ten seconds while there is something."""
        while True:
            try:
                with calls.answering(Call(calls.new_correlation_id(), tool="settle", lane=Lane.BACKGROUND)):
                    left = await self.settle_open()
            except HostawayMcpError as error:
                _log.warning("writes_not_settled", extra={"code": error.code})
                left = 1
            if not left:
                await self._wake.wait()
            self._wake.clear()
            await self._clock.sleep(LOOK_SECONDS)

    async def _settle_entry(self, entry: Entry) -> int:
        left = 0
        for step in entry.open:
            verdict = await self._look(step) if step.body else None
            state, says = decide(Answered(Sent.UNKNOWN), verdict, age_seconds=self._age(step))
            if state is StepState.CHECKING and self._age(step) > GIVE_UP.total_seconds():
                state, says = (
                    StepState.NEEDS_YOU,
                    "It could not be found out for a day: look at it in Hostaway.",
                )
            if state is not step.state:
                await self.note(entry, step, state, says, verdict)
            left += state is StepState.CHECKING
        if entry.state is ProposalState.APPLYING and self._is_cut_off(entry):
            for step in entry.left:
                await self.note(entry, step, StepState.NOT_DONE, "The server was stopped before it was sent.")
        return left

    def _is_cut_off(self, entry: Entry) -> bool:
        return entry.lease_until is None or entry.lease_until < self._clock.now()

    async def _look(self, step: Step) -> Verdict | None:
        kind = self._kinds[step.kind]
        try:
            return kind.verdict(step, await kind.present(step))
        except HostawayMcpError as error:
            _log.info("write_not_read_back", extra={"kind": step.kind, "code": error.code})
            return None

    def _age(self, step: Step) -> float:
        return (self._clock.now() - step.sent_at).total_seconds() if step.sent_at else 0.0


def _is_settled(answered: Answered, state: StepState, verdict: Verdict | None) -> bool:
    """Whether another look within the call cannot tell more."""
    if state in (StepState.DONE, StepState.NOT_DONE):
        # Confirmed, but not read: one more look may show it.
        return verdict is not None or answered.sent is not Sent.ACCEPTED
    return False
