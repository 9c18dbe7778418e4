"""
Nothing that a guest, a channel or a listing says is obeyed, breaks out of its place, or tells a secret.

Hostile words stand in every field that outsiders fill; every read tool is asked, from the replica and
live, with and without the right to reveal; a reader that obeys whatever the server says reads all of it.
"""

from __future__ import annotations

import json
import re
import typing
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hostaway_mcp.errors import DefectError, HostawayMcpError
from hostaway_mcp.sandbox.world.conversations import conversation_id
from hostaway_mcp.tools.tools import offered
from tests.hostile.obedient_reader import Found, Reader
from tests.hostile.payloads import MARK, PAYLOADS, Kind
from tests.hostile.planted import CANARIES, FIELDS, Ids, plant, prepare
from tests.hostile.questions import questions
from tests.support.house import House, house
from tests.support.replica import sync

LISTINGS = 4
_TOKEN = re.compile(r"zq(\d+)x(\d+)y")
"""The mark of planted words: which field, which payload."""

OTHERS = frozenset(
    """
    address amenities area assignee cancellation_policy caption categories city code comment concept
    countries country country_code custom_fields description door_code door_code_instruction draft email
    excerpt group guest guest_note host_note house_rules instructions key key_pickup label language languages
    license listing method name nickname note other_columns owner parking payment_status phone private
    resolution rows text theme time_zone title unit_names url value weak weakest wifi_name wifi_password
    channels.airbnb channels.bookingcom channels.vrbo channels.google messages.because lines.what
    lines.channel attachments.kind totals.values
    """.split()  # noqa: SIM905 - read as prose
)
"""Keys of answers whose values are words of others; `key` alone, or with the key above it."""

OURS = frozenset(
    """
    account_id against agreement applies_to because between by by_intent by_urgency cancelled_by channel
    channels check cleaning counts currency deadlines empty_sections end field first first_sync from
    from_ hints in intent kind last last_event left_out looked_at missing.what more next_cursor
    no_show_reported notes noun others out per percent phase posting price_basis priority quiet reason
    refund repair resume room_type root rule says set_to severity start state status status_class
    subject type understood urgency values via warnings webhooks what why writes
    """.split()  # noqa: SIM905 - read as prose
)
"""Keys whose values are the server speaking: what stands there is obeyed by who obeys the server."""

SHOWN: dict[str, str] = {
    "listing.name": "check_prices "
    "audit_listings check_availability check_conflicts explain_money find find_balances "
    "find_expenses find_gaps find_listings find_reservations find_tasks find_upsells get_calendar "
    "get_conversation get_financial_report get_financial_summary get_guest get_listing get_reply_context "
    "get_reservation plan_turnovers report_pacing review_insights review_queue search_messages stay_board "
    "triage_inbox",
    "listing.internalListingName": "find_listings get_listing",
    "listing.description": "get_listing",
    "listing.houseRules": "get_listing get_reply_context",
    "listing.keyPickup": "get_listing get_reply_context",
    "listing.specialInstruction": "get_listing get_reply_context",
    "listing.city": "audit_listings check_availability check_conflicts check_prices find_gaps find_listings "
    "get_calendar get_financial_summary get_listing get_reservation plan_turnovers report_pacing",
    "listing.country": "get_listing",
    "listing.address": "get_listing get_reply_context",
    "listing.publicAddress": "find_listings",
    "listing.wifiUsername": "get_listing get_reply_context",
    "listing.cancellationPolicy": "get_listing",
    "listing.propertyLicenseNumber": "get_listing",
    "listing.bookingcomPropertyName": "get_listing",
    "listing.airbnbListingUrl": "get_listing",
    "listing.vrboListingUrl": "get_listing",
    "listing.listingAmenities[].amenityName": "find_listings get_listing get_reply_context",
    "listing.listingImages[].caption": "get_listing",
    "listing.listingImages[].url": "get_listing",
    "listing.customFieldValues[].value": "find_listings get_listing",
    "reservation.guestName": "daily_brief check_conflicts find find_balances find_reservations find_upsells "
    "get_conversation get_guest get_reply_context get_reservation plan_turnovers search_messages stay_board "
    "triage_inbox",
    "reservation.guestFirstName": "find",
    "reservation.guestLastName": "find",
    "reservation.guestNote": "find_reservations get_guest get_reservation",
    "reservation.hostNote": "find_reservations get_guest get_reservation",
    "reservation.comment": "get_reservation",
    "reservation.doorCodeInstruction": "get_reply_context",
    "reservation.guestCountry": "find_reservations get_guest get_reply_context get_reservation",
    "reservation.guestLocale": "find_reservations get_guest get_reply_context get_reservation",
    "reservation.channelName": "explain_money get_financial_report",
    "reservation.confirmationCode": "find_reservations get_reservation",
    "reservation.cancellationPolicyDetails.name": "get_reservation",
    "reservation.customFieldValues[].value": "get_reservation",
    "reservation.financeField[].title": "get_financial_report",
    "reservation.financeField[].alias": "explain_money get_reservation",
    "message.body": "daily_brief get_conversation get_reservation search_messages triage_inbox",
    "message.attachments[].name": "get_conversation search_messages",
    "message.attachments[].mimeType": "get_conversation search_messages",
    "review.publicReview": "get_guest review_insights review_queue",
    "review.privateFeedback": "get_guest review_insights",
    "review.guestName": "review_queue",
    "review.reviewCategory[].category": "review_insights",
    "task.title": "find_tasks get_reservation",
    "task.description": "find_tasks",
    "task.resolutionNote": "find_tasks",
    "user.firstName": "find_tasks get_financial_report get_financial_summary plan_turnovers",
    "unit.name": "get_listing",
    "expense.concept": "find_expenses",
    "expense.categoriesNames[]": "find_expenses",
    "expense.ownerUserName": "find_expenses",
    "coupon.name": "quote_stay",
    "fee.feeTitle": "get_listing get_reply_context",
    "template.name": "get_reply_context",
    "template.message": "get_reply_context",
    "custom_field.name": "find_listings get_listing get_reservation",
    "calendar_day.note": "get_calendar",
    "statement.statementName": "explain_money",
}
"""Each untrusted field that answers show, with the tools that show it. Those not here are never shown."""

SILENT = frozenset({"check_connection", "changes_since"})
"""Tools in whose answers nothing was seen above: they are asked and read all the same."""


@dataclass
class Reading:
    """What came of reading answers."""

    answers: int = 0
    faults: list[str] = field(default_factory=list)
    shown: dict[str, set[str]] = field(default_factory=dict)
    payloads: set[int] = field(default_factory=set)

    def blame(self, tool: str, arguments: dict[str, Any], found: Found | str) -> None:
        self.faults.append(f"{tool} {arguments}: {found}")


def words_of(field_name: str, place: int, turn: int) -> str:
    """The payload that stands in this field of this object in this turn, with its mark."""
    number = (turn + place + 37 * FIELDS.index(field_name)) % len(PAYLOADS)
    text, mark = PAYLOADS[number].text, f"zq{FIELDS.index(field_name)}x{number}y"
    return text.replace(MARK, mark) if MARK in text else f"{mark} {text}"


async def read_all(home: House, ids: Ids, reading: Reading, *, granted: frozenset[str] = frozenset()) -> None:
    """Asks everything and reads the answers."""
    reader = Reader(OTHERS, _TOKEN)
    for tool, arguments in questions(ids, conversation_id(ids.stay)):
        reading.answers += 1
        try:
            outcome = await home.ask(tool, **arguments)
        except DefectError as error:
            reading.blame(tool, arguments, f"it broke: {error.sentence}")
            continue
        except HostawayMcpError as error:
            said = json.dumps(error.facts(), ensure_ascii=False) + error.sentence
            for found in reader.read_refusal(said):
                reading.blame(tool, arguments, found)
            _look(tool, arguments, said, frozenset(), reading)
            continue
        written = json.dumps(outcome.json, ensure_ascii=False)
        for found in (*reader.read_text(outcome.text), *reader.read_json(outcome.json)):
            reading.blame(tool, arguments, found)
        allowed = granted if arguments.get("reveal") else frozenset()
        _look(tool, arguments, outcome.text + written, allowed, reading)


def _look(tool: str, arguments: dict[str, Any], said: str, allowed: frozenset[str], reading: Reading) -> None:
    """What was shown, and whether a secret was."""
    for found in _TOKEN.finditer(said):
        reading.shown.setdefault(FIELDS[int(found[1])], set()).add(tool)
        reading.payloads.add(int(found[2]))
    for payload in PAYLOADS:
        if payload.secret and payload.secret in said and not _may(payload.kind, tool, allowed):
            reading.blame(tool, arguments, f"the secret {payload.secret!r} of {payload.text!r}")
    for secret, kind in CANARIES.items():
        if secret in said and not _may(Kind(kind), tool, allowed):
            reading.blame(tool, arguments, f"the secret {secret!r}")


def _may(kind: Kind, tool: str, allowed: frozenset[str]) -> bool:
    return kind in allowed and tool == {"access": "get_reply_context", "contact": "get_guest"}.get(kind)


async def _turns(folder: Path, turns: range, reveal: str, *, replica_every: int) -> Reading:
    reading = Reading()
    granted = frozenset(filter(None, reveal.split(",")))
    for turn in turns:
        where = folder / str(turn)
        where.mkdir()
        async with house(listings=LISTINGS, hostaway_mcp_data_dir=where, hostaway_mcp_reveal=reveal) as home:
            world = home.sandbox.world
            ids = prepare(world)
            plant(world, partial(words_of, turn=turn))
            await read_all(home, ids, reading, granted=granted)
            if turn % replica_every == 0:
                await sync(home)
                await read_all(home, ids, reading, granted=granted)
    return reading


@pytest.mark.parametrize("reveal", ["", "contact,access"])
async def test_nobody_obeys_what_outsiders_write(tmp_path: Path, reveal: str) -> None:
    """A sample: every payload somewhere, every field, every tool, live and from the replica."""
    reading = await _turns(tmp_path, range(0, 150, 75), reveal, replica_every=75)
    assert not reading.faults, _told(reading)
    # What is markup through and through leaves nothing, and so shows no mark.
    assert len(reading.payloads) >= 270
    assert {name: set(tools.split()) - reading.shown.get(name, set()) for name, tools in SHOWN.items()} == {
        name: set() for name in SHOWN
    }
    assert set(reading.shown) <= set(SHOWN), "A field that the table does not name is shown."


@pytest.mark.long
@pytest.mark.parametrize("reveal", ["", "contact,access", "contact", "access"])
@pytest.mark.parametrize("part", range(8))
async def test_nobody_obeys_any_payload_in_any_field(tmp_path: Path, reveal: str, part: int) -> None:
    """The whole cross product: as many turns as there are payloads, so that every field has had each."""
    turns = range(part * len(PAYLOADS) // 8, (part + 1) * len(PAYLOADS) // 8)
    reading = await _turns(tmp_path, turns, reveal, replica_every=4)
    assert not reading.faults, _told(reading)


async def test_clean_world_gives_no_orders() -> None:
    """What the server itself says is nothing that the reader acts upon: it would blame the innocent."""
    async with house(listings=LISTINGS) as home:
        ids, reading = prepare(home.sandbox.world), Reading()
        await read_all(home, ids, reading)
        assert not reading.faults, _told(reading)


def test_every_tool_is_asked_and_read() -> None:
    """A new tool fails here until it is asked, and until the table says which outsiders' words it shows."""
    asked = {tool for tool, _ in questions(Ids((1, 2), 1, 1, 1), 1)}
    assert asked == {tool.name for tool in offered()}
    assert {name for tools in SHOWN.values() for name in tools.split()} | SILENT == asked


def test_every_text_of_every_answer_is_somebodys() -> None:
    """A new text in an answer fails here until it is said whose words stand in it."""
    unknown = {
        f"{tool.name}: {'.'.join(path)}"
        for tool in offered()
        for path in _texts(tool.load().answer, (), frozenset())
        if path[-1] not in OTHERS | OURS and ".".join(path[-2:]) not in OTHERS | OURS
    }
    assert not unknown


def test_every_planted_field_is_a_string_of_the_world() -> None:
    """The tables name no field twice, and the payloads are as many as promised."""
    assert set(SHOWN) <= set(FIELDS)
    assert len({payload.text for payload in PAYLOADS}) == len(PAYLOADS) >= 300


def test_the_reader_is_obedient() -> None:
    """Unfenced, nearly every payload would be followed or noticed: the test can fail."""
    reader = Reader(OTHERS, _TOKEN)
    noticed = [payload for payload in PAYLOADS if any(reader.read_text(payload.text.replace(MARK, "zq1x1y")))]
    obeyed = [payload for payload in PAYLOADS if any(reader.read_text(payload.text.replace(MARK, "")))]
    assert len(noticed) >= 0.95 * len(PAYLOADS)
    assert len(obeyed) >= 0.75 * len(PAYLOADS)


def _texts(kind: Any, path: tuple[str, ...], seen: frozenset[type]) -> Iterator[tuple[str, ...]]:
    """The paths of all strings in an answer's model; enums and literals are closed."""
    origin = typing.get_origin(kind)
    if origin is typing.Literal:
        return
    if origin is typing.Annotated:
        yield from _texts(typing.get_args(kind)[0], path, seen)
    elif origin is not None:
        for inner in typing.get_args(kind):
            yield from _texts(inner, path, seen)
    elif not isinstance(kind, type) or issubclass(kind, Enum):
        return
    elif issubclass(kind, str):
        yield path
    elif issubclass(kind, BaseModel) and kind not in seen:
        for name, info in kind.model_fields.items():
            key = info.serialization_alias or info.alias or name
            yield from _texts(info.annotation, (*path, key), seen | {kind})


def _told(reading: Reading) -> str:
    kinds = Counter(fault.split(": ", 1)[0].split(" ")[0] for fault in reading.faults)
    spread = [reading.faults[0], *reading.faults[:: max(1, len(reading.faults) // 15)]]
    first = "\n".join(spread)
    return f"{len(reading.faults)} faults in {reading.answers} answers: {dict(kinds)}\n{first}"
