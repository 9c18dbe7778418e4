"""What is looked at in a message before it is proposed, and how it is found in its thread afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.models.conversations import CommunicationType, ConversationMessage, MessageStatus
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.redaction import MASK
from hostaway_mcp.services.writes.kinds import Landed, Verdict
from hostaway_mcp.services.writes.message_planner import _check_new
from hostaway_mcp.services.writes.message_text import checked, hidden, warnings_of
from hostaway_mcp.services.writes.messages import MessageKind, _because, state_of
from hostaway_mcp.store.journal.records import Step, StepBody
from tests.services.writes.house import Json, told

CHANNEL, EMAIL, SMS = CommunicationType.CHANNEL, CommunicationType.EMAIL, CommunicationType.SMS
NOW = datetime(2026, 7, 23, 12, tzinfo=UTC)
SENT = "2026-07-23 11:00:00"


def message(number: int = 1, **values: Any) -> ConversationMessage:
    """One of the host's that was sent."""
    given = {"id": number, "body": "See you soon", "isIncoming": 0, "status": "sent", "date": SENT}
    return ConversationMessage.model_validate(given | values)


def stay(**values: Any) -> Reservation:
    given = {"id": 1, "channelId": 2018, "status": "new", "guestLocale": None}
    return Reservation.model_validate(given | values)


FROM_GUEST = message(isIncoming=1, communicationType="channel", body="Hello there")

GERMAN = "Guten Tag, wann können wir ankommen? Vielen Dank!"
ENGLISH = "Please write to me, and thank you for your patience with us."


@pytest.mark.parametrize(
    ("text", "way", "about", "messages"),
    [
        # A link or an address, in a channel's thread only.
        ("Pay at https://pay.example/x", CHANNEL, stay(), ()),
        ("Pay at HTTP://pay.example/x", CHANNEL, None, ()),
        ("Pay at https://pay.example/x", EMAIL, stay(), ()),
        ("Write to ana@example.com", CHANNEL, stay(), ()),
        ("The door code is 4711, from 2026-07-30 for 1,250.00 EUR", CHANNEL, stay(), ()),
        ("See pets.io or a.io", CHANNEL, stay(), ()),
        # Another way than the guest's.
        ("Hi", SMS, stay(), (FROM_GUEST,)),
        ("Hi", EMAIL, None, (message(), FROM_GUEST, message())),
        ("Hi", CHANNEL, stay(), (FROM_GUEST,)),
        ("Hi", EMAIL, stay(), (message(communicationType="channel"), message(isIncoming=1))),
        # A direct booking has no channel.
        ("Hi", CHANNEL, stay(channelId=2000), ()),
        ("Hi", EMAIL, stay(channelId=2000), ()),
        # Long ones: an SMS is charged in parts.
        ("a " * 240, SMS, stay(), ()),
        ("a " * 240 + "b", SMS, stay(), ()),
        ("a " * 1_000, CHANNEL, stay(), ()),
        ("a " * 1_000 + "b", CHANNEL, stay(), ()),
        # Stays that are over, and languages.
        ("Hi", CHANNEL, stay(status="declined"), ()),
        (ENGLISH, CHANNEL, stay(), (message(isIncoming=1, body=GERMAN),)),
        (ENGLISH, CHANNEL, stay(), (message(body=GERMAN),)),
        (GERMAN, CHANNEL, stay(guestLocale="EN-us"), ()),
        (GERMAN, CHANNEL, stay(guestLocale="de_AT"), ()),
        ("Hi", CHANNEL, stay(guestLocale="de"), ()),
        (
            ENGLISH,
            CHANNEL,
            stay(),
            (message(isIncoming=1, body=GERMAN), *(message(isIncoming=1, body=ENGLISH) for _ in range(5))),
        ),
    ],
)
def test_what_a_person_should_know(
    text: str, way: CommunicationType, about: Reservation | None, messages: Any, snapshot: SnapshotAssertion
) -> None:
    assert warnings_of(text, way, about, messages) == snapshot


@pytest.mark.parametrize(
    "text",
    [
        "Dear {{guest}}", "Dear {% if x %}", "[[link]]", "<<code>>", "{name}", "{ name}", "%guest_name%",
        "[your]",
        "[Guest Name]", "[add a link]", "[PROPERTY-name]", "[check_in]", "<guest_name>", "{{}}", " \r\n ",
        "[code of the door, which is on the left of the house]", "[parking]", "<3", "{5}", "50%_of_it", "[1]",
        "\r\nA\r\nB ", "a\u200bb", "a⟦b",
    ],
)  # fmt: skip
def test_texts_that_are_filled_in_and_that_are_not(text: str, snapshot: SnapshotAssertion) -> None:
    assert told(checked, text) == snapshot


def test_codes_are_hidden_from_who_may_not_see_them() -> None:
    """Three letters at least: a shorter one would mask half of the text."""
    secrets = [SecretStr(" Zug7 "), None, SecretStr("an"), SecretStr("Ufer")]
    text = "Zug7 opens it, an Ufer, or write to ana@example.com"
    assert hidden(text, secrets) == f"{MASK} opens it, an {MASK}, or write to {MASK}"
    assert hidden("abc ab", [SecretStr("abc"), SecretStr("ab")]) == f"{MASK} ab"


@pytest.mark.parametrize(
    "values",
    [
        {}, {"isIncoming": 1}, {"isIncoming": None}, {"status": "failed"}, {"body": "See you"},
        {"body": "<p>See  you\nsoon</p>"}, {"status": "awaiting"}, {"status": "paused", "date": None},
        {"status": "cancelled_by_user"}, {"date": "2026-07-22 12:00:00"}, {"date": "2026-07-22 12:00:01"},
        {"date": None}, {"sentChannelDate": "2026-07-22 11:00:00"}, {"status": None},
    ],
)  # fmt: skip
def test_the_same_text_in_a_thread(values: Json, snapshot: SnapshotAssertion) -> None:
    """Within a day, by the host, and not in vain; what waits there is waited for."""
    thread = [message(1, **values), message(2, body="Another")]
    assert told(_check_new, thread, "See you soon", NOW) == snapshot


def sent(*there: int, answer: Json | None = None) -> Step:
    """A message that was sent where the host had written these before."""
    body = StepBody(
        what="To the guest", before={}, after={}, operation="sendConversationMessage", path={},
        body={"body": "See you soon"}, rests_on={"host's messages": list(there)}, wanted={},
    )  # fmt: skip
    return Step(n=1, kind="message", body=body, result=answer or {})


@pytest.mark.parametrize(
    ("step", "like", "hosts", "landed"),
    [
        (sent(5), {}, [5], Verdict(Landed.ABSENT)),
        (sent(5), {5: "sent"}, [5], Verdict(Landed.ABSENT)),
        (
            sent(5),
            {},
            [5, 7],
            Verdict(
                Landed.OTHER, "A message that reads otherwise appeared in the thread: look there."
            ),
        ),
        (sent(5), {5: "sent", 7: "sent", 11: "sent"}, [5, 7, 11],
         Verdict(Landed.APPLIED, "It was sent.", {"message_id": 11, "status": "sent"})),
        (sent(5, answer={"message_id": 7}), {7: "awaiting", 11: "sent"}, [5, 7, 11],
         Verdict(Landed.APPLIED, "Hostaway has it; it waits to be sent.",
                 {"message_id": 7, "status": "awaiting"})),
        (sent(), {9: "paused"}, [9],
         Verdict(Landed.APPLIED, "Hostaway has it, and holds it back.",
         {"message_id": 9, "status": "paused"})),
        (sent(), {9: ""}, [9],
         Verdict(Landed.APPLIED, "Hostaway does not say how far it came.", {"message_id": 9, "status": ""})),
        (sent(), {9: "failed"}, [9],
         Verdict(Landed.OTHER, "Hostaway could not deliver it because ⟦No such ]number⟧.",
                 {"message_id": 9, "status": "failed"})),
    ],
)  # fmt: skip
def test_what_became_of_a_message(
    step: Step, like: dict[int, str], hosts: list[int], landed: Verdict
) -> None:
    """By the number that was answered, or else the newest that reads so."""
    present = {
        "host's messages": hosts,
        "like it": {str(n): {"status": status, "because": "No such ⟧number"} for n, status in like.items()},
    }
    assert MessageKind.verdict(None, step, present) == landed  # type: ignore[arg-type]


def test_a_failure_without_a_reason() -> None:
    present = {
        "host's messages": [9],
        "like it": {"9": {"status": MessageStatus.FAILED.value, "because": None}},
    }
    verdict = MessageKind.verdict(None, sent(), present)  # type: ignore[arg-type]
    assert verdict.says == "Hostaway could not deliver it."


def test_why_a_message_failed() -> None:
    """In words for people where there are such, cut where they are long."""
    assert _because(message(reasonFailed="E21", readableReasonFailed="No such number.")) == "No such number."
    assert _because(message(reasonFailed="E21")) == "E21"
    assert _because(message()) is None
    cut = f"{'No such number. ' * 7}No such… (+39 characters)"
    assert _because(message(reasonFailed="No such number. " * 10)) == cut


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ({"id": 7, "status": "sent", "body": "x"}, {"message_id": 7, "status": "sent"}),
        ({"id": 7}, {"message_id": 7, "status": "None"}),
        ({"id": "7"}, {}),
        ({}, {}),
        ([7], {}),
        (None, {}),
    ],
)
def test_what_is_kept_of_an_answer(reply: Any, kept: Json) -> None:
    assert MessageKind.result_of(None, sent(), reply) == kept  # type: ignore[arg-type]


def test_what_a_message_rests_on() -> None:
    """What was said last, by whomever, and what people of the host's side wrote, sent or not."""
    thread = [
        message(4, isIncoming=1), message(3), message(6, communicationId=8), message(2, isIncoming=None),
        message(9, status="awaiting"),
    ]  # fmt: skip
    assert state_of(thread) == {"last message": 2, "its status": "sent", "host's messages": [3, 9]}
    assert state_of([]) == {"last message": None, "its status": None, "host's messages": []}
