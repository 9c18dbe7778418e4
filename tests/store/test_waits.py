"""Who waits by what was told when messages were kept is who waits by the messages themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hostaway_mcp.analytics.said import said_in
from hostaway_mcp.analytics.waiting import Said, Writer, answers, wait_of
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.lenient import JsonObject, read_row
from hostaway_mcp.services.copied_inbox import SKEW, verdict_of
from hostaway_mcp.store.store import Store
from hostaway_mcp.store.waits import Waiting
from hostaway_mcp.sync.threads import SKEW as READ_SKEW
from hostaway_mcp.sync.threads import is_newer
from tests.analytics.threads import BEGIN, labelled
from tests.store.conftest import SEEN

FILES = ("waiting_threads.txt", "hard_threads.txt", "held_back_threads.txt")
SINCE = BEGIN - timedelta(days=1)


async def who_waits(store: Store, since: datetime) -> tuple[Waiting, ...]:
    return await store.waits.waiting(since, skew=SKEW, read_skew=READ_SKEW)


def message_sent(thread: int, place: int, said: Said) -> JsonObject:
    return {
        "id": thread * 100 + place,
        "conversationId": thread,
        "communicationId": 5 if said.by is Writer.MACHINE else None,
        "isIncoming": int(said.by is Writer.GUEST),
        "status": "sent" if said.sent else "failed",
        "body": f"<p>{said.text}</p>",
        "date": f"{said.at:%Y-%m-%d %H:%M:%S}",
        "attachments": [{"id": 1}] if said.files else [],
    }


def conversation_sent(thread: int, sent: Sequence[JsonObject], dice: Random) -> JsonObject:
    """As the list has it: the latest message, or none, and sometimes an instant without its message."""
    received = [one["date"] for one in sent if one["isIncoming"]]
    answered = [one["date"] for one in sent if not one["isIncoming"]]
    later = f"{BEGIN + timedelta(hours=9):%Y-%m-%d %H:%M:%S}"
    return {
        "id": thread,
        "listingMapId": 1,
        "reservationId": thread,
        "hasUnreadMessages": dice.choice((0, 0, 1, None)),
        "messageReceivedOn": dice.choice(
            (max(received, default=None), later if dice.random() < 0.1 else None)
        ),
        "messageSentOn": max(answered, default=None),
        "conversationMessages": list(sent[-1:]) if dice.random() < 0.95 else [],
    }


async def put(noun: Any, model: Any, sent: Sequence[JsonObject], at: datetime = SEEN) -> None:
    await noun.put([read_row(model, one) for one in sent], sent, seen_at=at)


async def test_who_waits_is_told_as_the_messages_say_it(store: Store) -> None:
    """Over threads in six languages; kept whole, in part or not, read before or after the last word."""
    dice = Random(3)
    threads = [one.said for file in FILES for one in labelled(file)]
    listed, said = {}, {}
    for number, thread in enumerate(threads, start=1):
        sent = [message_sent(number, place, one) for place, one in enumerate(thread)]
        kept = sent[: dice.choice((0, len(sent), len(sent), len(sent) - 1))]
        listed[number], said[number] = conversation_sent(number, sent, dice), kept
        if kept and number % 7:
            at = thread[-1].at + timedelta(minutes=dice.choice((-30, 5, 600)))
            await store.threads.keep(number, messages=dice.choice((len(sent), len(kept))), as_of=at)
    every = [one for some in said.values() for one in some]
    await put(store.messages, ConversationMessage, every[: len(every) // 2])
    await put(store.conversations, Conversation, list(listed.values()))
    await put(store.messages, ConversationMessage, every[len(every) // 2 :])
    gone = [one["id"] for one in dice.sample(every, 20)]
    await store.messages.gone(gone, at=SEEN)
    known = await store.threads.get(listed)
    found = {row.conversation_id: row for row in await who_waits(store, SINCE)}
    waiting = 0
    for number, raw in listed.items():
        one = read_row(Conversation, raw)
        assert one is not None
        messages = [kept.row for kept in await store.messages.of(number)]
        expected = verdict_of(one, since=SINCE)
        whole, shown = known.get(number), said_in(one.conversation_messages)
        latest = max(filter(None, (one.message_received_on, one.message_sent_on)), default=None)
        answered = bool(shown) and answers(shown[-1])
        answered = answered and (latest is None or latest - timedelta(minutes=2) <= shown[-1].at)
        behind = not whole or len(messages) < whole.messages or is_newer(one, messages, whole.as_of)
        if not behind and not answered:
            expected = verdict_of(one, messages, since=SINCE)
        recent = one.has_unread_messages or (latest is not None and latest >= SINCE)
        waiter = found.get(number)
        if not recent or not expected.matters:
            assert waiter is None, raw
            continue
        assert waiter is not None, raw
        told = (waiter.since, waiter.intent) if waiter.since else None
        assert told == ((expected.wait.since, expected.wait.intent) if expected.wait else None), raw
        waiting += waiter.since is not None
    assert waiting > 60


async def test_a_host_who_answers_later_ends_the_waiting(store: Store) -> None:
    """The same conversation again, with another message, is judged anew; one that is gone is not there."""
    asks = Said(BEGIN, Writer.GUEST, "Is there a cot?")
    sent = [message_sent(1, 0, asks)]
    await put(store.conversations, Conversation, [conversation_sent(1, sent, Random(1))])
    (row,) = await who_waits(store, SINCE)
    assert (row.since, row.intent) == (BEGIN, "other")
    assert wait_of([asks]) is not None
    answer = message_sent(1, 1, Said(BEGIN + timedelta(minutes=5), Writer.HOST, "Yes, in the hall."))
    later = SEEN + timedelta(minutes=5)
    await put(store.conversations, Conversation, [conversation_sent(1, [*sent, answer], Random(1))], later)
    assert await who_waits(store, SINCE) == ()
    await store.conversations.gone([1], at=later)
    assert await who_waits(store, datetime.min.replace(tzinfo=SEEN.tzinfo)) == ()
