"""Questions about what guests write: who waits, about what, and what an answer must know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hostaway_mcp.sandbox.world.words import CLOSINGS
from hostaway_mcp.sandbox.world.words import QUESTIONS as ASKED
from tests.questions.account import Account, Json, instant
from tests.questions.of_stays import FIRST, NEXT, first_arrival
from tests.questions.record import Figures, Page, Question, call

THANKS = {phrase for some in CLOSINGS.values() for phrase in some}
"""What guests of the sandbox say when they ask for nothing more."""
FORTNIGHT = timedelta(days=14)


def _sent(account: Account, number: int) -> list[Json]:
    return [one for one in account.messages(number) if one["status"] == "sent"]


def _talks(account: Account) -> list[int]:
    """The conversations with something unread or written in the last fortnight."""

    def find() -> list[int]:
        talks = [number for number in map(_talk, account.stays) if number in account.world.conversations]
        return [number for number in talks if _matters(account, number)]

    return list(account.once("talks", find))


def _talk(stay: Json) -> int:
    return int(stay["id"]) + 30_000_000


def _matters(account: Account, number: int) -> bool:
    if account.world.stays[number - 30_000_000].activity < (account.now - 2 * FORTNIGHT).timestamp():
        return False
    sent = _sent(account, number)
    return bool(sent) and (
        any(not one["isSeen"] for one in sent) or instant(sent[-1]["date"]) >= account.now - FORTNIGHT
    )


def asking(sent: list[Json]) -> list[Json]:
    """
    What a guest has asked since a person of the host's last answered.

    What a machine sent is no answer, and thanks ask nothing.
    """
    open_ones: list[Json] = []
    for one in sent:
        if one["isIncoming"]:
            open_ones += [one] if one["body"] not in THANKS else []
        elif not one["communicationId"]:
            open_ones = []
    return open_ones


def waiting(account: Account, city: str | None = None) -> dict[int, datetime]:
    """The conversations in which somebody waits, and since when."""
    found = {}
    for number in _talks(account):
        here = account.listings[account.by_id[number - 30_000_000]["listingMapId"]]
        if (open_ones := asking(_sent(account, number))) and city in (None, here["city"]):
            found[number] = instant(open_ones[0]["date"])
    return found


def who_waits(hours: float = 4, city: str | None = None) -> Any:
    """How many, how many longer than so many hours, and which."""

    def gold(account: Account) -> Figures:
        found = waiting(account, city)
        late = account.now - timedelta(hours=hours)
        return {
            "waiting": len(found),
            "too long": sum(since < late for since in found.values()),
            "which": Page((number, f"{since:%Y-%m-%dT%H:%M:%SZ}") for number, since in found.items()),
        }

    return gold


WAITING = {
    "waiting": "counts.waiting",
    "too long": "counts.over_sla",
    "which": "waiting[].conversation_id, since",
}


def about(topic: str, city: str) -> Any:
    """Those in a city whose last question is the sandbox's one about a topic, in any language."""

    def gold(account: Account) -> Figures:
        bodies = {some[topic] for some in ASKED.values()}
        some = waiting(account, city)
        found = [number for number in some if asking(_sent(account, number))[-1]["body"] in bodies]
        return {"waiting": len(found), "which": Page(found)}

    return gold


ABOUT = {"waiting": "total", "which": "waiting[].conversation_id"}


def thread(account: Account) -> Figures:
    """What was sent, the oldest first; no message that is still to be sent."""
    stay = first_arrival(account)
    every = [one for one in account.messages(_talk(stay)) if one["status"] != "awaiting"]
    return {"messages": [(one["id"], one["date"].replace(" ", "T") + "Z") for one in every]}


def reply(account: Account) -> Figures:
    stay = first_arrival(account)
    listing = account.listings[stay["listingMapId"]]
    open_ones = asking(_sent(account, _talk(stay)))
    return {
        "stay": stay["id"],
        "waiting": bool(open_ones),
        "check-out until": listing["checkOutTime"],
        "network": listing["wifiUsername"],
        "door code": "set (hidden)",
        "language": stay["guestLocale"],
    }


def kept(account: Account, number: int) -> bool:
    """Whether the replica reads the thread: something is unread, or a machine wrote after the guest."""
    sent = _sent(account, number)
    received = [instant(one["date"]) for one in sent if one["isIncoming"]]
    undecided = received and received[-1] >= account.now - FORTNIGHT and sent[-1]["communicationId"]
    return bool(undecided) or any(one["isIncoming"] and not one["isSeen"] for one in sent)


def written(days: int) -> Any:
    """What guests wrote in so many days, in the threads that the replica reads."""

    def gold(account: Account) -> Figures:
        since = str(account.day(-days))
        found = [
            one["id"]
            for number in _talks(account)
            if kept(account, number)
            for one in _sent(account, number)
            if one["isIncoming"] and one["date"] >= since
        ]
        return {"messages": Page(found)}

    return gold


def parking(account: Account) -> Figures:
    """The messages that say `parking`, in the threads that the replica reads."""
    found = [
        one["id"]
        for number in _talks(account)
        if kept(account, number)
        for one in _sent(account, number)
        if "parking" in one["body"].casefold()
    ]
    return {"messages": Page(found)}


INBOX = (
    Question("Who waits for an answer, and since when?", (call("triage_inbox"),), who_waits(), WAITING),
    Question(
        "Who has waited for more than a day?",
        (call("triage_inbox", sla_hours=24),), who_waits(24), WAITING,
    ),
    Question(
        "Who waits in Porto?",
        (call("triage_inbox", group="Porto"),), who_waits(4, "Porto"), WAITING,
    ),
    Question(
        "Does anyone in Miami stand before a closed door?",
        (call("triage_inbox", intent=["access"], group="Miami"),), about("access", "Miami"), ABOUT,
    ),
    Question(
        "Who in London wants money back?",
        (call("triage_inbox", intent=["refund"], group="London"),), about("refund", "London"), ABOUT,
    ),
    Question(
        "What did guests write since the day before yesterday, as far as it was read?",
        (call("search_messages", from_="-2d", incoming=True),),
        written(2), {"messages": "messages[].message_id"}, silent=("messages",),
    ),
    Question(
        "Who mentioned parking?",
        (call("search_messages", text="parking"),), parking,
        {"messages": "messages[].message_id"}, silent=("messages",),
    ),
    Question(
        "What was written with the next guest?",
        (NEXT, call("get_conversation", reservation=FIRST)),
        thread, {"messages": "messages[].message_id, at"}, upstream=2, silent=("messages",),
    ),
    Question(
        "What must I know to answer the next guest?",
        (NEXT, call("get_reply_context", reservation=FIRST)),
        reply,
        {
            "stay": "stay.reservation_id",
            "waiting": "question.waiting",
            "check-out until": "facts.check_out_hour",
            "network": "facts.wifi_name",
            "door code": "facts.door_code",
            "language": "language",
        },
        upstream=5,
    ),
)  # fmt: skip
