"""What the write path must know of a kind of change: how to look at it, and what its sight means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from hostaway_mcp.errors import DriftError
from hostaway_mcp.store.journal.records import Step, StepBody

State = Mapping[str, Any]
"""What Hostaway says now, in the form of a step's `rests_on`: plain JSON that can be compared."""


class Landed(StrEnum):
    """Whether a request has had its effect, by what can be read."""

    APPLIED = "applied"
    ABSENT = "absent"
    OTHER = "other"
    """Neither as before nor as wanted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was read back; `says` is for a reader, `result` for programs, such as the id of what was made."""

    landed: Landed
    says: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Back:
    """The request that takes a step back; `says` is what will not be quite as it was."""

    body: StepBody
    says: str = ""


class Kind(Protocol):
    """One kind of change, such as a calendar's."""

    name: str

    async def present(self, step: Step) -> State:
        """
        Reads, live, what the step rests on; the replica learns it too.

        Raises:
            HostawayMcpError: it cannot be read.
        """
        ...

    def verdict(self, step: Step, present: State) -> Verdict:
        """Whether the step has had its effect; `step.result` holds what `result_of` made of the answer."""
        ...

    def result_of(self, step: Step, reply: Any) -> dict[str, Any]:
        """What to keep of Hostaway's answer to the request."""
        ...

    def reverse(self, step: Step, present: State) -> Back | None:
        """
        What takes this step back, from what it rested on; None where that is not possible.

        Raises:
            DriftError: something was changed since, and would be lost.
        """
        ...


class AbsoluteKind:
    """The common part of kinds whose requests set values: repeating one changes nothing more."""

    def verdict(self, step: Step, present: State) -> Verdict:
        """Applied if all is as wanted, absent if all is as before."""
        assert step.body is not None  # who has nothing to compare is not asked
        if is_as(step.body.wanted, present):
            return Verdict(Landed.APPLIED)
        if is_as(step.body.rests_on, present):
            return Verdict(Landed.ABSENT)
        return Verdict(Landed.OTHER)

    def result_of(self, _step: Step, _reply: Any) -> dict[str, Any]:
        """Nothing: the values themselves are read back."""
        return {}

    def reverse(self, _step: Step, _present: State) -> Back | None:
        """Not possible."""
        return None


def is_as(wanted: State, present: State) -> bool:
    """Whether everything that `wanted` names is so in `present`."""
    return all(_same(value, present.get(name)) for name, value in wanted.items())


def _same(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        return is_as(wanted, there)
    return bool(wanted == there)


def check_as_left(body: StepBody, present: State) -> None:
    """
    Refuses to take back what is not any more as the request left it.

    Raises:
        DriftError: somebody changed it since.
    """
    if not is_as(body.wanted, present):
        raise DriftError(f"{body.what} was changed again since; that would be lost.")
