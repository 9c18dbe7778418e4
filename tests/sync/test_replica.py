"""A server keeps its replica by itself: makes it, goes on where it stopped, and is silent where it cannot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from tests.support.house import House, house


@asynccontextmanager
async def kept(home: House) -> AsyncIterator[None]:
    """Behind a door, as `serve` does."""
    keeping = asyncio.create_task(home.app.replica.keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_it_is_made_and_filled_without_anybody_asking(tmp_path: Path) -> None:
    async with house(listings=3, hostaway_mcp_data_dir=tmp_path) as home, kept(home):
        assert (await home.ask("find_listings")).json["source"] == "live"
        for _ in range(100):
            await home.clock.sleep(5)
            if (await home.app.services.replica_state.look()).replica.state == "whole":
                break
        replica = (await home.ask("check_connection")).json["replica"]
        assert replica["state"] == "whole"
        assert replica["calendars"]["kept"] == replica["calendars"]["listings"]
        # The listings that were read live are remembered for five minutes.
        await home.clock.sleep(301)
        before = len(home.upstream)
        assert (await home.ask("find_reservations", from_="today")).json["source"] == "replica"
        assert len(home.upstream) == before


async def test_wrong_credentials_are_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with (
            house(
                listings=3, hostaway_mcp_data_dir=tmp_path, hostaway_client_secret="not-the-secret-77"
            ) as home,
            kept(home),
        ):
            await home.clock.sleep(1_800)
    assert [record.message for record in caplog.records] == ["token_rejected"]


async def test_a_store_that_cannot_be_opened_is_said_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As when PostgreSQL comes up later than the server."""
    (tmp_path / "replica.db").write_bytes(b"not a database at all" * 500)
    with caplog.at_level(logging.WARNING):
        async with house(listings=3, hostaway_mcp_data_dir=tmp_path) as home, kept(home):
            await home.clock.sleep(200)
            assert [record.message for record in caplog.records] == ["replica_not_opened"]
            (tmp_path / "replica.db").unlink()
            await home.clock.sleep(200)
            assert home.app.replica.is_open
