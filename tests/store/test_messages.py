"""The search in messages finds the same on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaway_mcp.models.conversations import ConversationMessage
from hostaway_mcp.models.lenient import read_rows
from hostaway_mcp.store.store import Store
from hostaway_mcp.store.words import phrases, words_of
from tests.store.conftest import SEEN
from tests.store.sent import Sent, put_everything
from tests.store.test_rows import LATER

BODIES = {
    1: "Could we have a late check-in, around 23:30?",
    2: "<p>Die Heizung läuft nicht &amp; das WLAN auch nicht</p>",
    3: "LATE CHECKOUT please; check the in-box",
    4: "Привет, где ключи? 鍵はどこですか",
    5: "room 1e5 costs 100 EUR or 1.50, see www.example.com/a_b",
    6: "ﬁne café naïve Straße ½ 𝐛𝐨𝐥𝐝",
    7: "สวัสดีครับ hello",
    8: "",
}


async def keep(store: Store, bodies: dict[int, str]) -> None:
    """Keeps messages with these words."""
    sent = [
        {
            "id": number,
            "conversationId": 1,
            "body": body,
            "isIncoming": number % 2,
            "channelId": 2018,
            "date": f"2026-07-{number % 28 + 1:02} 10:00:00",
        }
        for number, body in bodies.items()
    ]
    rows, raw, _ = read_rows(ConversationMessage, sent)
    await store.messages.put(rows, raw, seen_at=SEEN)


async def found(store: Store, text: str) -> set[int]:
    """The ids that a search finds."""
    return {kept.row.id for kept in await store.messages.search(text)}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("late", {1, 3}),
        ("LATE check", {1, 3}),
        ('"check in"', {1}),
        ("check-in", {1}),
        ('late "check in" around', {1}),
        ("laeuft", set()),
        ("lauft wlan", {2}),
        ("amp", set()),
        ("p", set()),
        ("ключи", {4}),
        ("鍵", {4}),
        ("どこ", {4}),
        ("こど", set()),
        ("1e5", {5}),
        ("1.50", {5}),
        ("50", {5}),
        ("a_b", {5}),
        ("cafe strasse", {6}),
        ("bold fine", {6}),
        ("hell", set()),
        ("สวัสดี", {7}),
        ('"', set()),
        ("!!!", set()),
        ('"late', {1, 3}),
        ("late OR wlan", set()),
        ("late NOT check", set()),
        ("late*", {1, 3}),
        ("words:late", set()),
        ("late & ! check", {1, 3}),
        ("near(late check)", set()),
        ("'; DROP TABLE messages; --", set()),
        ("", {1, 2, 3, 4, 5, 6, 7, 8}),
    ],
)
async def test_words_and_phrases(store: Store, text: str, ids: set[int]) -> None:
    """Words are all wanted, phrases as they are; signs are no commands."""
    await keep(store, BODIES)
    assert await found(store, text) == ids


TEXTS = st.text(st.sampled_from("aAbé1 5e-.'\"ßд鍵ส\u0301_²½&<>"), max_size=12)


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(st.lists(TEXTS, min_size=1, max_size=8), st.lists(TEXTS, min_size=1, max_size=6))
def test_a_search_is_what_its_words_say(bodies: list[str], asked: list[str]) -> None:
    """What counts as a phrase in a text, on bytes alone; the databases are held to it below."""
    for text in asked:
        assert all(words_of(phrase) == phrase for phrase in phrases(text))
    assert all(words_of(words_of(body)) == words_of(body) for body in bodies)


async def test_the_databases_find_what_the_words_say(store: Store) -> None:
    """Both give exactly the texts that hold all phrases, word by word."""
    cases: list[tuple[list[str], list[str]]] = []

    @settings(max_examples=10, deadline=None, database=None, derandomize=True)
    @given(st.lists(TEXTS, min_size=8, max_size=16), st.lists(TEXTS, min_size=4, max_size=6))
    def collect(bodies: list[str], asked: list[str]) -> None:
        cases.append((bodies, asked))

    collect()
    hits = 0
    for round_, (bodies, asked) in enumerate(cases):
        numbered = {round_ * 100 + n: body for n, body in enumerate(bodies, start=1)}
        await keep(store, numbered)
        for text in [*asked, *bodies[:4]]:
            wanted = phrases(text)
            if not wanted:
                continue
            expected = {
                number
                for number, body in numbered.items()
                if all(f" {phrase} " in f" {words_of(body)} " for phrase in wanted)
            }
            assert await found(store, text) & numbered.keys() == expected, text
            hits += len(expected)
    assert hits > 20


async def test_the_index_follows_the_messages(store: Store) -> None:
    """A message that changes or goes is found by its new words alone."""
    await keep(store, {1: "one two"})
    await keep(store, {1: "three"})
    assert (await found(store, "two"), await found(store, "three")) == (set(), {1})
    await store.messages.gone([1], at=LATER)
    assert await found(store, "three") == set()
    await keep(store, {1: "one two"})
    assert await found(store, "two") == {1}


async def test_searches_are_narrowed(store: Store, sent: Sent) -> None:
    """By the guest's name on the stay, the day, the channel and the direction; newest first."""
    await put_everything(store, sent, seen_at=SEEN)
    stays = {kept.row.id: kept.row for kept in await store.reservations.all()}
    rows = [kept.row for kept in await store.messages.all()]
    one = next(row for row in rows if row.reservation_id in stays)
    name = stays[one.reservation_id or 0].guest_first_name or ""
    hits = await store.messages.search(guest=name, incoming=one.is_incoming)
    assert one.id in {kept.row.id for kept in hits}
    assert all(name in (stays[kept.row.reservation_id or 0].guest_name or "") for kept in hits)
    day = date(2026, 7, 20)
    moments = [kept.row.sent_channel_date or kept.row.date for kept in await store.messages.search(first=day)]
    instants = [moment for moment in moments if moment]
    assert instants == sorted(instants, reverse=True)
    assert min(instants).date() >= day
    until = await store.messages.search(last=day - timedelta(days=1), limit=500)
    assert len(until) + len(moments) == len(rows)
    by_channel = await store.messages.search(channel_id=2018, limit=500)
    assert {kept.row.id for kept in by_channel} == {
        row.id
        for row in rows
        if stays.get(row.reservation_id or 0) and stays[row.reservation_id or 0].channel == 2018
    }
    assert len(await store.messages.of(one.conversation_id or 0)) == sum(
        row.conversation_id == one.conversation_id for row in rows
    )
