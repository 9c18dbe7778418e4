"""A journal of each kind for a test."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.store.journal.journal import Journal
from tests.support.clock import FakeClock

Opener = Callable[..., Awaitable[Journal]]


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def open_journal(journal_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Opener]:
    """Opens the journal of an account, of the test's own one where none is named."""
    opened: list[Journal] = []
    own = f"account-{secrets.token_hex(4)}"

    async def opener(account_id: str = own) -> Journal:
        opened.append(await Journal.open(journal_url, account_id=account_id, directory=tmp_path, clock=clock))
        return opened[-1]

    yield opener
    for one in opened:
        await one.aclose()


@pytest.fixture
async def journal(open_journal: Opener) -> Journal:
    """An empty one."""
    return await open_journal()
