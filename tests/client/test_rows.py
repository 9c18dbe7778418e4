"""What a noun gives back, when Hostaway answers well and when it does not."""

from __future__ import annotations

import pytest

from hostaway_mcp.client.client import Nouns
from hostaway_mcp.errors import BrokenAnswerError
from tests.client.recorder import RECEIVED_AT, Recorder


async def test_page_has_rows_and_what_they_came_from() -> None:
    sent = [{"id": 1, "name": "a"}, {"name": "no id"}, {"id": 3}]
    page = await Nouns(Recorder(sent, count=3)).listings.find()
    assert [row.id for row in page.rows] == [1, 3]
    assert page.raw == (sent[0], sent[2])
    assert (page.set_aside, page.received, page.count) == (1, 3, 3)
    assert page.received_at == RECEIVED_AT


async def test_unreadable_read_is_an_error() -> None:
    """One thing was asked for and none came."""
    with pytest.raises(BrokenAnswerError) as caught:
        await Nouns(Recorder([])).listings.get(1)
    assert caught.value.operation == "getListing"
    with pytest.raises(BrokenAnswerError):
        await Nouns(Recorder("words")).finance.report_consolidated()


@pytest.mark.parametrize("result", [None, [], {}, "words"])
async def test_unreadable_answer_to_a_write_is_no_error(result: object) -> None:
    """It has happened; an error would invite to send it again."""
    written = await Nouns(Recorder(result)).tasks.update(1, {"title": "Clean"})
    assert written.row is None
    assert written.raw == result


async def test_what_guests_wrote_does_not_show() -> None:
    nouns = Nouns(Recorder({"id": 1, "guestName": "CANARY", "body": "CANARY"}))
    assert "CANARY" not in repr(await nouns.reservations.get(1))
    assert "CANARY" not in repr(await nouns.reservations.find())
    assert "CANARY" not in repr(await nouns.reservations.update(1, {}))
    assert "CANARY" not in repr(await nouns.reservations.get_rental_agreement(1))
    assert "CANARY" not in repr(nouns)


async def test_user_may_come_in_a_list() -> None:
    """`GET /user/{id}` shows a one-element array. Source: _user_retrieve.md."""
    assert (await Nouns(Recorder([{"id": 4}])).users.get(4)).row.id == 4


async def test_timezones_are_keyed_objects() -> None:
    recorder = Recorder({"Europe/Lisbon": {"value": "Europe/Lisbon", "diff": "+01:00"}, "x": 5})
    zones = (await Nouns(recorder).dictionaries.find_timezones()).row
    assert {key: zone.diff for key, zone in zones.items()} == {"Europe/Lisbon": "+01:00"}


async def test_words_of_no_object_are_none() -> None:
    nouns = Nouns(Recorder([]))
    assert (await nouns.dictionaries.find_timezones()).row == {}
    assert (await nouns.dictionaries.find_countries()).row == {}
