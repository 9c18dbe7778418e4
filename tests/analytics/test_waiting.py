"""Who waits, by labelled threads in six languages and by rules that hold for all threads."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.phrases import TABLES, Intent
from hostaway_mcp.analytics.waiting import (
    Phase,
    Said,
    Urgency,
    Writer,
    answers,
    phase_of,
    urgency_of,
    wait_of,
    without_names,
)
from hostaway_mcp.analytics.words import Kind, intent_of, kind_of, language_of, read_name
from hostaway_mcp.models.names import plain
from hostaway_mcp.models.reservations import StatusClass
from tests.analytics.threads import BEGIN, labelled

RECALL, PRECISION, INTENTS = 0.97, 0.9, 0.95
RANK = {urgency: place for place, urgency in enumerate(Urgency)}
THREADS = tuple(labelled())


def test_labelled_threads_are_many_and_in_six_languages() -> None:
    assert len(THREADS) >= 120
    assert min(Counter(one.language for one in THREADS)[name] for name in TABLES) >= 20


def test_who_waits_is_found_and_few_others(capsys: pytest.CaptureFixture[str]) -> None:
    judged = [(one, wait_of(one.said)) for one in THREADS]
    true = sum(one.waits and wait is not None for one, wait in judged)
    recall = true / sum(one.waits for one, _ in judged)
    precision = true / sum(wait is not None for _, wait in judged)
    intents = [(one.intent, wait.intent) for one, wait in judged if one.intent and wait]
    right = sum(said is found for said, found in intents) / len(intents)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are asked for
            f"\n{len(THREADS)} threads: recall {recall:.3f}, precision {precision:.3f}, intent {right:.3f}"
        )
    assert recall >= RECALL
    assert precision >= PRECISION
    assert right >= INTENTS


@pytest.mark.parametrize(
    ("file", "least", "recall", "precision"),
    [("hard_threads.txt", 120, RECALL, PRECISION), ("held_back_threads.txt", 48, 0.95, 0.95)],
)
def test_who_waits_is_found_in_threads_that_mislead(
    file: str, least: int, recall: float, precision: float
) -> None:
    """
    Before the rules were mended recall and precision were 0.967 and 0.569 of the hard threads, 0.875 and
    0.500 of those that were held back.
    """
    judged = [(one, wait_of(one.said)) for one in labelled(file)]
    assert len(judged) >= least
    assert {one.language for one, _ in judged} == set(TABLES)
    true = sum(one.waits and wait is not None for one, wait in judged)
    assert true / sum(one.waits for one, _ in judged) >= recall
    assert true / sum(wait is not None for _, wait in judged) >= precision


@pytest.mark.parametrize(
    ("host", "guest", "waits"),
    [
        ("What time will you be here?", "Around 6 pm", False),
        ("Welcome!", "Around 6 pm", True),
        ("Shall I send somebody?", "Yes please", True),
        ("Yes, 2 is fine.", "Great, see you at 2", False),
        ("Yes, that is fine.", "Great, see you at 5", True),
    ],
)
def test_what_a_guest_tells_a_host_who_asked_is_no_question(host: str, guest: str, waits: bool) -> None:
    thread = [
        Said(BEGIN, Writer.HOST, host),
        Said(BEGIN + timedelta(minutes=5), Writer.GUEST, guest),
    ]
    assert (wait_of(thread) is not None) is waits


def test_the_worked_example() -> None:
    asks = Said(BEGIN, Writer.GUEST, "Is there parking?")
    machine = Said(BEGIN + timedelta(minutes=5), Writer.MACHINE, "Your booking is confirmed")
    host = Said(BEGIN + timedelta(minutes=10), Writer.HOST, "Yes, behind the house")
    thanks = Said(BEGIN + timedelta(minutes=20), Writer.GUEST, "Thanks!")
    wait = wait_of([asks, machine, thanks])
    assert wait is not None
    assert (wait.since, wait.intent, wait.messages) == (BEGIN, Intent.PARKING, 1)
    assert wait_of([asks, machine, host, thanks]) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thanks, see you soon!", Kind.CLOSES),
        ("Thanks! Is there a cot?", Kind.ASKS),
        ("Thanks, but the heating is off", Kind.ASKS),
        ("Never mind, we found it", Kind.SETTLES),
        ("Automatic reply: I am out of office", Kind.AUTOMATIC),
        ("👍", Kind.CLOSES),
        ("", Kind.CLOSES),
        ("???", Kind.ASKS),
        ("Danke, WLAN kaputt", Kind.ASKS),
        ("Gracias Marta", Kind.CLOSES),
        ("ok 15:30", Kind.ASKS),
        ("Добрый вечер, где ключи", Kind.ASKS),
    ],
)
def test_what_a_message_does(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Is Cellar Door free?", Intent.OTHER),
        ("Is CELLAR-DOOR free, and is there parking?", Intent.PARKING),
        ("Cellar Door, Cellar Door: the door code does not work", Intent.ACCESS),
        ("The cellar is wet and the door is stuck", Intent.ACCESS),
    ],
)
def test_the_name_of_a_listing_is_no_word_of_the_guest(text: str, intent: Intent) -> None:
    wait = wait_of([Said(BEGIN, Writer.GUEST, text)])
    assert wait is not None
    assert without_names(wait, {"cellar door"}).intent is intent


def test_a_name_that_is_one_word_may_be_the_thing_itself() -> None:
    """Nobody who writes of a lock at The Lock is to wait because of what it is called."""
    assert [read_name(name) for name in ("The Lock", "Door", "Cellar Door · Lisbon")] == [
        None,
        None,
        "cellar door lisbon",
    ]


@pytest.mark.parametrize("name", ["cellar door", "wifi house with parking", "no refund cottage"])
def test_a_name_beside_any_words_changes_nothing(name: str) -> None:
    for text in {said.text for one in THREADS for said in one.said if said.by is Writer.GUEST}:
        assert intent_of(f"{name}: {text}", {name}) is intent_of(text), text


def test_tables_are_written_as_texts_are_read() -> None:
    for name, table in TABLES.items():
        phrases = [*table.closings, *table.settled, *table.auto_replies]
        phrases += [phrase for some in table.intents.values() for phrase in some]
        phrases += [table.common, table.fillers, table.not_words]
        wrong = [phrase for phrase in phrases if plain(phrase.removesuffix("*")) != phrase.removesuffix("*")]
        assert not wrong, name
        assert set(table.intents) == set(Intent) - {Intent.OTHER}


def test_intent_and_language() -> None:
    assert intent_of("The Wi-Fi does not work") is Intent.WIFI
    assert intent_of("Gibt es ein Bügeleisen?") is Intent.OTHER
    assert language_of(["Wir haben eine Frage zu der Wohnung"]) == "de"
    assert language_of(["12:30"]) is None
    assert language_of([]) is None


DAY = date(2026, 6, 3)


@pytest.mark.parametrize(
    ("today", "phase"),
    [
        (date(2026, 5, 31), Phase.UPCOMING),
        (date(2026, 6, 1), Phase.SOON),
        (date(2026, 6, 3), Phase.ARRIVING),
        (date(2026, 6, 4), Phase.IN_HOUSE),
        (date(2026, 6, 6), Phase.IN_HOUSE),
        (date(2026, 6, 7), Phase.DEPARTED),
    ],
)
def test_phases_of_a_stay(today: date, phase: Phase) -> None:
    assert phase_of(DAY, DAY + timedelta(days=3), StatusClass.CONFIRMED, today) is phase
    assert phase_of(DAY, DAY, StatusClass.INQUIRY, today) is Phase.ASKING
    assert phase_of(DAY, DAY, StatusClass.DEAD, today) is Phase.OFF
    assert phase_of(None, None, StatusClass.CONFIRMED, today) is Phase.UNKNOWN


def test_a_locked_out_guest_beats_a_question_for_next_month() -> None:
    door = urgency_of(Phase.ARRIVING, Intent.ACCESS, 0.1, 4)
    month = urgency_of(Phase.UPCOMING, Intent.PARKING, 30, 4)
    assert (door, month) == (Urgency.NOW, Urgency.NORMAL)


ANY_SAID = st.builds(
    Said,
    at=st.integers(0, 40_000).map(lambda minutes: BEGIN - timedelta(minutes=minutes)),
    by=st.sampled_from(Writer),
    text=st.sampled_from(
        ["Thanks!", "Is there parking?", "", "Automatic reply", "Hat sich erledigt", "Il codice non apre"]
    )
    | st.text(max_size=30),
    sent=st.booleans(),
    files=st.booleans(),
)


@given(st.lists(ANY_SAID, max_size=8))
def test_an_answer_ends_every_wait_and_a_machine_none(thread: list[Said]) -> None:
    wait = wait_of(thread)
    late = datetime(2026, 7, 1, tzinfo=UTC)
    assert wait_of([*thread, Said(late, Writer.HOST, "Yes, of course.")]) is None
    assert wait_of([*thread, Said(late, Writer.MACHINE, "Yes, of course.")]) == wait
    assert wait_of([*thread, Said(late, Writer.HOST, "Yes, of course.", sent=False)]) == wait
    assert wait_of([*thread, Said(late, Writer.GUEST, "Thank you!")]) == wait
    asked = wait_of([*thread, Said(late, Writer.GUEST, "Is there a cot?")])
    assert asked is not None
    assert asked.since == (wait.since if wait else late)
    if wait:
        assert not any(answers(said) and said.at > wait.since for said in thread)


@given(
    st.sampled_from(Phase), st.sampled_from(Intent), st.floats(0, 500), st.floats(0, 500), st.floats(0.1, 100)
)
def test_waiting_longer_is_never_less_urgent(
    phase: Phase, intent: Intent, one: float, other: float, sla: float
) -> None:
    short, long = sorted((one, other))
    assert RANK[urgency_of(phase, intent, long, sla)] <= RANK[urgency_of(phase, intent, short, sla)]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert kind_of(text) in Kind
    assert intent_of(text) in Intent
