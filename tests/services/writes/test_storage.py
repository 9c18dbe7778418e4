"""A journal or an audit that cannot be written: nothing is proposed or sent, and questions are answered."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.journal import chain
from hostaway_mcp.store.journal.trail import Trail
from tests.services.writes.house import WritingHouse, writing

Break = Callable[[pytest.MonkeyPatch, WritingHouse, Path], Any]


def _full_disk(monkeypatch: pytest.MonkeyPatch, _home: WritingHouse, _folder: Path) -> None:
    """What SQLite says of a full disk, at the record that goes with the change."""

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Trail, "append", full)


def _full_anchor(monkeypatch: pytest.MonkeyPatch, _home: WritingHouse, _folder: Path) -> None:
    """Half of a line is written, then there is no room."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[: len(data) // 2]))


def _anchor_is_a_folder(_patch: pytest.MonkeyPatch, _home: WritingHouse, folder: Path) -> None:
    (folder / chain.ANCHOR_FILE).unlink(missing_ok=True)
    (folder / chain.ANCHOR_FILE).mkdir()


def _table_is_gone(_patch: pytest.MonkeyPatch, _home: WritingHouse, folder: Path) -> None:
    with sqlite3.connect(folder / "journal.db") as database:
        database.execute("ALTER TABLE journal_audit RENAME TO elsewhere")
    database.close()


BROKEN: tuple[Break, ...] = (_full_disk, _full_anchor, _anchor_is_a_folder, _table_is_gone)


def _change(home: WritingHouse, stay: int) -> dict[str, Any]:
    listing_id = next(iter(home.home.sandbox.world.listings))
    return {"listing": listing_id, "ranges": [{"from": "+9d"}], "changes": {"min_stay": stay}}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__.strip("_"))
async def test_nothing_is_proposed_or_sent_that_cannot_be_audited(
    broken: Break, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what was proposed and agreed to while it could be; it is counted, and told with what to do."""
    async with writing(tmp_path, listings=2) as home:
        proposal = await home.propose("update_calendar", **_change(home, 6))
        with monkeypatch.context() as patch:
            broken(patch, home, tmp_path)
            before = len(home.home.sandbox.requests)
            with pytest.raises(StorageError):
                await home.apply(proposal)
            with pytest.raises(StorageError):
                await home.propose("update_calendar", **_change(home, 7))
            assert home.home.sandbox.effects == []
            assert {one.method for one in home.home.sandbox.requests[before:]} <= {"GET"}
            assert home.home.app.metrics.change_failures == 2
            assert (await home.call("find_listings")).json["total"] == 2
            assert (await home.call("get_calendar", listing=_change(home, 6)["listing"])).json["complete"]
