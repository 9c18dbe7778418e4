"""Applies a proposal: agreed to, claimed once, each step looked at, sent and settled by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    BusyError,
    ChangeError,
    DeclinedError,
    DriftError,
    ExpiredError,
    HostawayMcpError,
    NeedsPersonError,
    StorageError,
    UsedError,
)
from hostaway_mcp.services.writes.answers import outcome_of
from hostaway_mcp.services.writes.kinds import Kind, State, is_as
from hostaway_mcp.services.writes.ledger import Ledger
from hostaway_mcp.services.writes.policy import PolicyFile
from hostaway_mcp.services.writes.sending import Answered, Sent, send
from hostaway_mcp.services.writes.settling import Settler
from hostaway_mcp.store.journal.records import Entry, ProposalState, Step, StepState

if TYPE_CHECKING:
    from hostaway_mcp.store.journal.journal import Journal

LEASE = timedelta(seconds=120)
"""How long a step may take before others take its server for dead."""

VALID = timedelta(minutes=5)
"""How long a proposal holds."""

RESUME = timedelta(hours=1)
"""How long after it was agreed to a proposal with steps left may be gone on with."""

PACE = {"message": (30, timedelta(minutes=1))}
"""Kinds of which Hostaway takes only so many in one account. Source: its changelog of 2026-08-20."""

MOST_NAMES = 8
"""Fields or days that a refusal names."""

STEP_SECONDS = 8.0
"""A step is not begun with less time than this."""

READ_BACK_SECONDS = 5.0
"""What is kept of a call's time for reading back."""

CLOSE_SECONDS = 1.5
"""What a step that is being sent gets beyond its call, when the process ends."""

_log = logging.getLogger("hostaway_mcp.writes")


class Applier:
    """Does what proposals say, at most once."""

    def __init__(
        self,
        hostaway: Hostaway,
        kinds: Mapping[str, Kind],
        *,
        ledger: Ledger,
        settler: Settler,
        policy: PolicyFile,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self._hostaway = hostaway
        self._kinds = kinds
        self._ledger = ledger
        self._settler = settler
        self._policy = policy
        self._clock = clock
        self._changed = changed
        self._under_way: set[asyncio.Task[Step]] = set()

    async def apply(self, entry: Entry) -> Entry:
        """
        Applies it, and gives it back with what became of each step.

        Raises:
            ChangeError: nothing was sent; it says why.
            BusyError: nothing was sent, since Hostaway takes no more of the kind for a moment.
            HostawayMcpError: nothing was sent, since the journal or Hostaway cannot be read.
        """
        journal = await self._ledger.journal()
        await self._check_open(journal, entry)
        await self._check_pace(journal, entry)
        by = await self._agreed(journal, entry)
        try:
            await (self._only(journal, entry, by) if len(entry.steps) == 1 else self._all(journal, entry, by))
        finally:
            self._changed()
        return await journal.get(entry.change_id) or entry

    async def aclose(self) -> None:
        """
        Waits a little for what is being sent. What is not answered then stays `sending` in the journal, and
        whoever opens it next reads back what became of it.
        """
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CLOSE_SECONDS)
        late = list(self._under_way)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    # Before anything is sent.

    async def _check_open(self, journal: Journal, entry: Entry) -> None:
        now = self._clock.now()
        if entry.state is ProposalState.PAUSED and (entry.approved_at or now) + RESUME > now:
            return
        if entry.state is ProposalState.PENDING and entry.expires_at > now:
            return
        if entry.state is ProposalState.PENDING:
            await journal.close(entry, ProposalState.EXPIRED, "Nobody applied it in time.")
        raise await self._lost(journal, entry)

    async def _check_pace(self, journal: Journal, entry: Entry) -> None:
        for kind in {step.kind for step in entry.left} & PACE.keys():
            most, span = PACE[kind]
            now = self._clock.now()
            if await journal.count_sent(kind, now - span) < most:
                continue
            first = await journal.first_sent(kind, now - span) or now
            raise BusyError(
                f"{most} of the kind {kind} were sent within a minute, and Hostaway takes no more; nothing "
                f"was sent.",
                hint=f"Call apply_change again in a minute, while {entry.change_id} holds.",
                retry_after_seconds=(first + span - now).total_seconds(),
            )

    async def _lost(self, journal: Journal, entry: Entry) -> ChangeError:
        """Why a proposal cannot be applied (any more)."""
        entry = await journal.get(entry.change_id) or entry
        name, again = entry.change_id, "Propose it again, and look at what it says then."
        if entry.state in (ProposalState.PENDING, ProposalState.EXPIRED):
            return ExpiredError(f"{name} is older than five minutes; nothing was sent.", hint=again)
        if entry.state is ProposalState.DECLINED:
            return DeclinedError(f"A person declined {name}; nothing was sent.")
        if entry.state is ProposalState.REFUSED:
            return DriftError(f"{name} was refused: {entry.why or 'it had changed'}", hint=again)
        if entry.state is ProposalState.APPLYING:
            hint = "find_changes tells what came of it."
            return UsedError(
                f"{name} is being applied; nothing is sent twice.", outcome="checking", hint=hint
            )
        outcome = outcome_of(entry.steps)
        return UsedError(
            f"{name} was applied already: {outcome.replace('_', ' ')}. Nothing was sent again.",
            outcome=outcome,
        )

    async def _agreed(self, journal: Journal, entry: Entry) -> str:
        """Who agreed: noted before, the policy, or the person behind the client, who is asked now."""
        if entry.approved_by:
            return entry.approved_by
        if self._policy.now().applies_alone([step.kind for step in entry.steps]):
            return "policy"
        call = calls.current()
        if call is None or call.ask_person is None:
            name = entry.change_id
            raise NeedsPersonError(
                f"A person has to agree to {name}, and this client cannot ask one; nothing was sent.",
                hint=f"They can in a terminal: hostaway-mcp approve {name}. Then apply it again.",
            )
        # A person's time to think is not the call's.
        call.allow(VALID.total_seconds())
        agreed = await call.ask_person(entry.change_id, entry.question)
        call.allow(calls.DEFAULT_DEADLINE_SECONDS)
        if agreed:
            return "person"
        await journal.close(entry, ProposalState.DECLINED, "A person said no.")
        self._changed()
        raise DeclinedError(f"The person declined {entry.change_id}; nothing was sent.")

    async def _drift(self, step: Step) -> str | None:
        """What has changed since the step was shown; None if nothing has."""
        body = step.body
        if body is None:
            return "What this rests on was forgotten."
        present = await self._kinds[step.kind].present(step)
        if is_as(body.rests_on, present):
            return None
        return f"{body.what} has changed since it was shown ({_changed(body.rests_on, present)})."

    # The steps.

    async def _only(self, journal: Journal, entry: Entry, by: str) -> None:
        """A single step: refused where it rests on what has changed, and claimed as it is sent."""
        (step,) = entry.steps
        sent_before = await journal.sent_there(step)
        if drift := await self._drift(step):
            await journal.close(entry, ProposalState.REFUSED, drift)
            raise DriftError(f"{drift} Nothing was sent.", hint="Propose it again to see how it is now.")
        if await self._begin(self._send(entry, step, sent_before, by=by)):
            return
        # Another took it, or it holds no more; else something was sent to its place, and it may look again.
        await self._check_open(journal, await journal.get(entry.change_id) or entry)

    async def _all(self, journal: Journal, entry: Entry, by: str) -> None:
        """Several steps: each is looked at before it is sent, and the others go on."""
        if not await journal.claim(entry, by=by, until=self._clock.now() + LEASE):
            raise await self._lost(journal, entry)
        call, left = calls.current(), entry.left
        begun = 0
        try:
            for done, step in enumerate(left):
                if self._seconds() < STEP_SECONDS and done:
                    break
                if call is not None:
                    await call.tell(f"{done} of {len(left)} done", done=done, total=len(left))
                begun += await self._step(journal, entry, step)
        finally:
            # The word for the last step ends a proposal.
            if begun < len(left):
                await asyncio.shield(self._pause(journal, entry))

    async def _pause(self, journal: Journal, entry: Entry) -> None:
        try:
            await journal.pause(entry)
        except StorageError as error:
            # What was done is done, and its lease ends by itself; the caller is told of the steps.
            _log.error("write_not_paused", extra={"change_id": entry.change_id, "says": error.message})

    async def _step(self, journal: Journal, entry: Entry, step: Step) -> bool:
        """Whether something is known of it now, or will be; else it waits as before."""
        sent_before = await journal.sent_there(step)
        try:
            drift = await self._drift(step)
        except HostawayMcpError as error:
            drift = f"It could not be looked at first, so nothing was sent. {error.sentence}"
        if drift:
            await self._settler.note(entry, step, StepState.NOT_DONE, drift)
            return True
        return await self._begin(self._send(entry, step, sent_before))

    async def _begin(self, sending: Coroutine[Any, Any, Step]) -> bool:
        """Once a step is on its way it is finished and noted, whoever stops waiting; False if it waits."""
        task = asyncio.ensure_future(sending)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return (await asyncio.shield(task)).state is not StepState.WAITING

    async def _send(self, entry: Entry, step: Step, sent_before: int, *, by: str | None = None) -> Step:
        journal = await self._ledger.journal()
        lease = self._clock.now() + LEASE
        if not await journal.sending(entry, step, until=lease, sent_before=sent_before, by=by):
            return step
        step = replace(step, state=StepState.SENDING, sent_at=self._clock.now())
        until = self._clock.monotonic() + self._seconds()
        answered = await send(self._hostaway, step, seconds=max(1.0, self._seconds() - READ_BACK_SECONDS))
        if answered.sent is Sent.ACCEPTED:
            step = replace(step, result=self._kinds[step.kind].result_of(step, answered.reply))
        try:
            return await self._settled(entry, step, answered, until=until)
        except StorageError as error:
            # It was sent, and is settled from the journal's last word once that can be written again.
            _log.error("write_not_noted", extra={"change_id": entry.change_id, "says": error.message})
            return step

    async def _settled(self, entry: Entry, step: Step, answered: Answered, *, until: float) -> Step:
        if answered.sent is Sent.NOT_SENT:
            says = f"Nothing was sent. {answered.words}"
            return await self._settler.note(entry, step, StepState.NOT_DONE, says)
        return await self._settler.settle(entry, step, answered, until=until)

    def _seconds(self) -> float:
        """What is left of the call's time."""
        call = calls.current()
        if call is None or call.deadline is None:
            return calls.DEFAULT_DEADLINE_SECONDS
        return call.deadline - self._clock.monotonic()


def _changed(was: State, present: State) -> str:
    """The names of what is otherwise now; never values, which may be a guest's words or a code."""
    names = [name for name in was if not is_as({name: was[name]}, present)]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}"
