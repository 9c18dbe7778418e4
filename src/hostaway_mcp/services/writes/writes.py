"""The front door of the write path: propose, approve, apply, undo, list."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    ChangeError,
    CursorError,
    InputError,
    StorageError,
    UnknownNameError,
    UsedError,
)
from hostaway_mcp.services.cursors import SortKey, read_cursor, write_cursor
from hostaway_mcp.services.portfolio import Portfolio, label
from hostaway_mcp.services.writes.answers import (
    WORDS,
    Applied,
    AppliedItem,
    ApplyWith,
    ChangeList,
    ChangeRow,
    Cost,
    Proposal,
    ProposalItem,
    counts_of,
    fitting,
    outcome_of,
    state_of,
)
from hostaway_mcp.services.writes.applying import VALID, Applier
from hostaway_mcp.services.writes.kinds import Back, Kind
from hostaway_mcp.services.writes.ledger import Ledger
from hostaway_mcp.services.writes.plans import Plan, Touch, places_of
from hostaway_mcp.services.writes.policy import TOOLSETS, Policy, PolicyFile
from hostaway_mcp.services.writes.retention import keep_retention
from hostaway_mcp.services.writes.settling import Settler
from hostaway_mcp.services.writes.words import few, question_of
from hostaway_mcp.store.journal.records import Entry, ProposalState, Step, StepState
from hostaway_mcp.telemetry.audit import canonical, hash_arguments
from hostaway_mcp.telemetry.metrics import Metrics

STATES = {
    "pending": (ProposalState.PENDING,),
    "applied": (ProposalState.FINISHED, ProposalState.PAUSED, ProposalState.APPLYING),
    "refused": (ProposalState.REFUSED, ProposalState.DECLINED, ProposalState.EXPIRED),
    "undone": (ProposalState.FINISHED,),
}
"""What a list of changes may be narrowed to."""


class Writes:
    """Everything that changes something in Hostaway goes through here."""

    def __init__(
        self,
        hostaway: Hostaway,
        kinds: Sequence[Kind],
        *,
        portfolio: Portfolio,
        journal_url: str,
        account_id: str,
        directory: Path,
        clock: Clock,
        changed: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self.policy = PolicyFile(directory)
        self.ledger = Ledger(journal_url, account_id=account_id, directory=directory, clock=clock)
        self._clock = clock
        self._changed = changed
        self._portfolio = portfolio
        self._kinds = {kind.name: kind for kind in kinds}
        self.settler = Settler(
            self._kinds, self.ledger, clock=clock, changed=changed, settled=self._count_settled
        )
        self._applier = Applier(
            hostaway,
            self._kinds,
            ledger=self.ledger,
            settler=self.settler,
            policy=self.policy,
            clock=clock,
            changed=changed,
        )

    async def propose(self, plan: Plan) -> Proposal:
        """
        Keeps a plan as a proposal that holds for five minutes, and shows it. Nothing is sent.

        Raises:
            InputError: there is nothing to change.
            PolicyError: the operator does not allow it.
            UsedError: the same is under way, and it is not known yet what became of it.
            StorageError: it could not be kept or audited.
        """
        if not plan.steps:
            raise InputError("There is nothing to change: it is all as you want it.")
        policy = self.policy.now()
        policy.check(plan.touches)
        with self._counting_failures():
            return await self._kept(plan, policy)

    async def _kept(self, plan: Plan, policy: Policy) -> Proposal:
        journal = await self.ledger.journal()
        said = hash_arguments(canonical({"tool": plan.tool, **plan.arguments}))
        if twin := await journal.under_way(said):
            raise UsedError(
                f"The same was sent as {twin.change_id}, and whether it was done is being checked.",
                outcome="checking",
                hint="find_changes tells what came of it; do not repeat it before.",
            )
        entry = self._entry(plan, said, policy.ends_at(plan.touches))
        await journal.propose(entry)
        self._metrics.proposals[entry.tool] += 1
        self._changed()
        alone = policy.applies_alone([step.kind for step in plan.steps])
        return _proposal(entry, plan, approval=_approval(alone))

    async def apply(self, change_id: str) -> Applied:
        """
        Does what a proposal says, if a person agreed and nothing that it rests on has changed.

        Raises:
            UnknownNameError: there is no such proposal of this caller.
            ChangeError: nothing was sent; it says why.
        """
        with self._counting_failures():
            entry = await self._applier.apply(await self._mine(change_id))
        return applied_of(entry, as_of=self._clock.now())

    async def find(
        self,
        *,
        state: str | None = None,
        since: datetime | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> ChangeList:
        """
        What was proposed in this account, the newest first, whoever proposed it.

        Raises:
            CursorError: the cursor is another question's.
        """
        question = {"tool": "find_changes", "state": state, "since": since.isoformat() if since else None}
        before = _place(read_cursor(question, cursor)) if cursor else None
        if not self.ledger.is_there:
            return ChangeList(as_of=self._clock.now(), changes=(), total=0)
        await self.settler.settle_open()
        journal = await self.ledger.journal()
        found = await journal.find(
            states=STATES[state] if state else (), since=since, before=before, limit=limit + 1
        )
        shown = [one for one in found[:limit] if state != "undone" or one.undone_by]
        next_cursor = None
        if len(found) > limit:
            last = found[limit - 1]
            key = (last.created_at.isoformat(), last.change_id)
            next_cursor = write_cursor(question, key)
        return ChangeList(
            as_of=self._clock.now(), changes=tuple(map(self._row, shown)), next_cursor=next_cursor
        )

    async def undo(self, change_id: str) -> Proposal:
        """
        Proposes to take back what was done, from what it was before.

        Raises:
            UnknownNameError: there is no such change in this account.
            ChangeError: it was not done, cannot be taken back, or later changes would be lost.
        """
        journal = await self.ledger.journal()
        entry = await journal.get(change_id)
        if entry is None:
            raise _unknown(change_id)
        if entry.undone_by:
            raise ChangeError(f"{change_id} was taken back already, by {entry.undone_by}.")
        done = [step for step in entry.steps if step.state is StepState.DONE and step.body]
        if not done:
            raise ChangeError(f"Nothing of {change_id} was done, so there is nothing to take back.")
        back = [await self._reversed(step, entry) for step in done]
        steps = tuple(
            Step(n, step.kind, one.body, step.listing_id, step.reservation_id)
            for n, (step, one) in enumerate(zip(done, back, strict=True), start=1)
        )
        plan = Plan(
            tool="undo_change",
            arguments={"change_id": change_id},
            summary=f"Take back {change_id}: {entry.summary}",
            steps=steps,
            touches=tuple([await self._touch(step) for step in steps]),
            as_of=self._clock.now(),
            warnings=few([one.says for one in back if one.says]),
            undo_of=change_id,
        )
        return await self.propose(plan)

    async def waiting(self, change_id: str) -> Entry:
        """
        The proposal of this name, whoever made it, while somebody may still agree to it.

        Raises:
            UnknownNameError, ChangeError: there is none that waits for it.
        """
        entry = await (await self.ledger.journal()).get(change_id) if self.ledger.is_there else None
        if entry is None:
            raise _unknown(change_id)
        if entry.state is not ProposalState.PENDING or entry.expires_at <= self._clock.now():
            raise _waits_no_more(change_id)
        return entry

    async def approve(self, change_id: str, *, by: str) -> None:
        """
        Notes that a person has agreed to a proposal, whoever made it.

        Raises:
            UnknownNameError, ChangeError: there is none that waits for it.
        """
        entry = await self.waiting(change_id)
        if not await (await self.ledger.journal()).approve(entry, by=by):
            raise _waits_no_more(change_id)

    async def decline(self, change_id: str) -> None:
        """
        Ends a proposal to which a person said no, whoever made it.

        Raises:
            UnknownNameError, ChangeError: there is none that waits.
        """
        entry = await self.waiting(change_id)
        if not await (await self.ledger.journal()).close(entry, ProposalState.DECLINED, "A person said no."):
            raise _waits_no_more(change_id)
        self._changed()

    async def keep(self) -> None:
        """Behind the doors, for ever: finds out what became of what is open, and forgets what is over."""
        await asyncio.gather(self.settler.keep(), keep_retention(self.ledger, clock=self._clock))

    async def aclose(self) -> None:
        """Lets what is being sent end, and closes the journal."""
        await self._applier.aclose()
        await self.ledger.aclose()

    # How.

    @contextmanager
    def _counting_failures(self) -> Iterator[None]:
        try:
            yield
        except StorageError:
            self._metrics.change_failures += 1
            raise

    def _count_settled(self, kind: str, outcome: str) -> None:
        self._metrics.changes[kind, outcome] += 1

    def _entry(self, plan: Plan, said: str, ends_at: datetime | None) -> Entry:
        call, now = calls.current(), self._clock.now()
        return Entry(
            change_id=f"chg_{secrets.token_hex(8)}",
            tool=plan.tool,
            door=call.door if call else "",
            caller=call.caller if call else "",
            arguments_hash=said,
            summary=plan.summary,
            question=question_of(plan.summary, plan.steps, plan.warnings, plan.privately),
            created_at=now,
            expires_at=min(now + VALID, ends_at or now + VALID),
            steps=plan.steps,
            undo_of=plan.undo_of,
        )

    async def _mine(self, change_id: str) -> Entry:
        call = calls.current()
        entry = await (await self.ledger.journal()).get(change_id) if self.ledger.is_there else None
        asks = (call.door, call.caller) if call else ("", "")
        # Another caller's is answered as one that is not there.
        if entry is None or (entry.door, entry.caller) != asks:
            raise _unknown(change_id)
        return entry

    async def _reversed(self, step: Step, entry: Entry) -> Back:
        kind = self._kinds[step.kind]
        back = kind.reverse(step, await kind.present(step))
        if back is None:
            raise ChangeError(f"A {step.kind.replace('_', ' ')} cannot be taken back ({entry.change_id}).")
        return back

    async def _touch(self, step: Step) -> Touch:
        listing = (await self._portfolio.by_id()).get(step.listing_id or 0)
        return Touch(
            toolset=TOOLSETS[step.kind],
            kind=step.kind,
            listing_id=step.listing_id,
            listing=label(listing) if listing else "",
            places=places_of(listing) if listing else (),
        )

    def _row(self, entry: Entry) -> ChangeRow:
        begun = entry.state in (ProposalState.FINISHED, ProposalState.APPLYING, ProposalState.PAUSED)
        said = [step.says for step in entry.steps if step.says and step.state is not StepState.DONE]
        is_over = entry.state is ProposalState.PENDING and entry.expires_at <= self._clock.now()
        return ChangeRow(
            change_id=entry.change_id,
            state="expired" if is_over else state_of(entry),
            outcome=outcome_of(entry.steps) if begun else None,
            tool=entry.tool,
            summary=entry.summary,
            proposed_at=entry.created_at,
            expires_at=entry.expires_at if entry.state is ProposalState.PENDING else None,
            approved_by=entry.approved_by,
            undo_of=entry.undo_of,
            undone_by=entry.undone_by,
            items=counts_of(entry.steps) if begun else {"proposed": len(entry.steps)},
            says=said[0] if said else entry.why,
        )


def applied_of(entry: Entry, *, as_of: datetime) -> Applied:
    """What became of a proposal, as an answer; the parts that did not end well come first."""
    order = sorted(entry.steps, key=lambda step: (step.state is StepState.DONE, step.n))
    items = [
        AppliedItem(
            what=step.body.what if step.body else "forgotten",
            outcome=WORDS[step.state],
            says=step.says or None,
            result=dict(step.result),
        )
        for step in order
    ]
    counts = counts_of(entry.steps)
    parts = [f"{count} {word.replace('_', ' ')}" for word, count in counts.items()]
    says = f"{entry.summary}: {', '.join(parts)}" if len(entry.steps) > 1 else entry.summary
    if counts.get("not begun"):
        says += ". Call apply_change again with the same change_id to go on"
    shown = fitting(items)
    return Applied(
        as_of=as_of,
        change_id=entry.change_id,
        outcome=outcome_of(entry.steps),
        items=shown,
        more_items=len(items) - len(shown),
        says=f"{says}.",
    )


def _proposal(entry: Entry, plan: Plan, *, approval: str) -> Proposal:
    bodies = [step.body for step in entry.steps if step.body]
    items = [ProposalItem(what=b.what, before=dict(b.before), after=dict(b.after)) for b in bodies]
    shown = fitting(items)
    return Proposal(
        as_of=plan.as_of,
        complete=not plan.missing,
        missing=plan.missing,
        warnings=plan.warnings,
        understood=plan.understood,
        change_id=entry.change_id,
        summary=entry.summary,
        items=shown,
        more_items=len(items) - len(shown),
        # Each step is looked at, sent, and read back.
        cost=Cost(calls=3 * len(items), money=plan.money),
        expires_at=entry.expires_at,
        apply_with=ApplyWith(change_id=entry.change_id),
        approval=approval,
    )


def _approval(alone: bool) -> str:
    if alone:
        return "The policy lets apply_change run it without asking a person."
    return "A person has to agree: apply_change asks them, or says how they can."


def _unknown(change_id: str) -> UnknownNameError:
    return UnknownNameError(
        f"There is no proposal {change_id[:40]} of yours.", hint="find_changes shows the ones there are."
    )


def _waits_no_more(change_id: str) -> ChangeError:
    return ChangeError(f"{change_id} does not wait to be agreed to any more.")


def _place(key: SortKey) -> tuple[datetime, str]:
    try:
        return datetime.fromisoformat(str(key[0])), str(key[1])
    except (ValueError, IndexError):
        raise CursorError("This cursor cannot be read.") from None
