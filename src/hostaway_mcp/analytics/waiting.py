"""Who is waiting for an answer, since when, and how urgent that is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from hostaway_mcp.analytics.phrases import Intent
from hostaway_mcp.analytics.words import (
    Before,
    Kind,
    intent_of,
    intents_in,
    is_automatic,
    is_question,
    kind_of,
    read,
)
from hostaway_mcp.models.reservations import StatusClass

SOON_DAYS = 2


class Writer(StrEnum):
    """Who wrote a message."""

    GUEST = "guest"
    HOST = "host"
    """A person on the host's side."""
    MACHINE = "machine"
    """An automation of the host's."""


class Phase(StrEnum):
    """Where a stay is, seen from its listing's today."""

    IN_HOUSE = "in_house"
    ARRIVING = "arriving"
    """Today."""
    SOON = "soon"
    """Tomorrow or the day after."""
    ASKING = "asking"
    """An inquiry or a request: there is no booking yet."""
    UPCOMING = "upcoming"
    DEPARTED = "departed"
    OFF = "off"
    """Cancelled, declined or expired."""
    UNKNOWN = "unknown"


class Urgency(StrEnum):
    """How soon somebody should answer, the soonest first."""

    NOW = "now"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread, in the order in which they were said; `at` is UTC."""

    at: datetime
    by: Writer
    text: str
    sent: bool = True
    """False: it failed, or is still to be sent."""
    files: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """What a guest waits for: since when (UTC), with what, in which words."""

    since: datetime
    intent: Intent
    text: str
    messages: int
    """How many messages of the guest ask something since the last answer."""
    asked: tuple[str, ...] = ()
    """The words of all of them, oldest first."""


def wait_of(thread: Sequence[Said]) -> Wait | None:
    """
    What the guest waits for; None if nothing.

    A guest waits who has asked or reported something since the last message that a person on the host's
    side really sent. Automated, automatic and failed messages do not answer; a closing "thanks" needs no
    answer and does not take the question back; "never mind, we found it" does.

    10:00 guest "Is there parking?", 10:05 automated "Your booking is confirmed", 10:20 guest "Thanks!":
    the guest waits since 10:00 for parking. With a host's "Yes, behind the house" at 10:10 nobody waits.
    """
    asked: list[Said] = []
    before: Before | None = None
    words: set[str] = set()
    for said in sorted(thread, key=lambda one: one.at):
        if answers(said):
            asked, before = [], Before(is_question(said.text), words)
        elif said.by is Writer.GUEST:
            # A question of the guest's own that is open stands between.
            kind = Kind.ASKS
            if said.text.strip() or not said.files:
                kind = kind_of(said.text, None if asked else before)
            if kind is Kind.ASKS:
                asked.append(said)
            elif kind is Kind.SETTLES:
                asked = []
        words.update(read(said.text).split())
    if not asked:
        return None
    texts = tuple(one.text for one in asked)
    return Wait(asked[0].at, *_most_telling(texts), len(asked), texts)


def without_names(wait: Wait, names: Collection[str]) -> Wait:
    """The same, by the guest's own words: without `names` of the listing, as `read_name` gives them."""
    if not any(wait.intent in intents_in(name) for name in names):
        return wait
    intent, text = _most_telling(wait.asked, names)
    return replace(wait, intent=intent, text=text)


def _most_telling(texts: Sequence[str], names: Collection[str] = ()) -> tuple[Intent, str]:
    """What messages are about, and the one that says so; the later of two that tell as much."""
    place = {intent: number for number, intent in enumerate(Intent)}
    best, number = min((place[intent_of(text, names)], -number) for number, text in enumerate(texts))
    return list(Intent)[best], texts[-number]


def answers(said: Said) -> bool:
    """Whether a person on the host's side really said it."""
    return said.by is Writer.HOST and said.sent and not is_automatic(said.text)


def phase_of(
    arrival: date | None, departure: date | None, status_class: StatusClass | None, today: date
) -> Phase:
    """
    Where a stay is on `today`, the day at its listing; the day of departure still counts as in house.

    Arrival 3 June, departure 6 June, booked: on 31 May upcoming, on 1 and 2 June soon, on 3 June arriving,
    on 4 to 6 June in house, on 7 June departed.
    """
    if status_class in (StatusClass.INQUIRY, StatusClass.NEEDS_ACTION):
        return Phase.ASKING
    if status_class is StatusClass.DEAD:
        return Phase.OFF
    if arrival is None or departure is None:
        return Phase.UNKNOWN
    if today > departure:
        return Phase.DEPARTED
    if today > arrival:
        return Phase.IN_HOUSE
    if today == arrival:
        return Phase.ARRIVING
    return Phase.SOON if (arrival - today).days <= SOON_DAYS else Phase.UPCOMING


_LEVELS = (Urgency.LOW, Urgency.NORMAL, Urgency.HIGH, Urgency.NOW)
_NEAR = {Intent.ACCESS: Urgency.NOW, Intent.OTHER: Urgency.NORMAL}
_FAR = {Intent.REFUND: Urgency.NORMAL, Intent.COMPLAINT: Urgency.NORMAL}


def urgency_of(phase: Phase, intent: Intent, hours: float, sla_hours: float) -> Urgency:
    """
    How soon somebody should answer.

    Who is in the house or arrives today and asks how to get in: now. Whatever else those ask about, or who
    arrives within two days: high, or normal where it is nothing in particular. A request for a booking:
    normal. What is far off, over or cancelled: low, refunds and complaints normal. Whoever waits longer than
    `sla_hours` moves up one step, never to now: that is for people at the door.

    A guest at the door for 6 minutes (now) stands before one who has asked for 30 hours about a car park in
    July (low, over 4 hours: normal).
    """
    if phase in (Phase.IN_HOUSE, Phase.ARRIVING, Phase.SOON):
        level = _NEAR.get(intent, Urgency.HIGH)
        level = Urgency.HIGH if phase is Phase.SOON and level is Urgency.NOW else level
    elif phase in (Phase.ASKING, Phase.UNKNOWN):
        level = Urgency.NORMAL
    else:
        level = _FAR.get(intent, Urgency.LOW)
    if hours > sla_hours and level in (Urgency.LOW, Urgency.NORMAL):
        return _LEVELS[_LEVELS.index(level) + 1]
    return level
