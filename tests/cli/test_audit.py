"""`hostaway-mcp audit` over a journal that a real house has written."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
from pathlib import Path

import pytest

from hostaway_mcp.store.journal.chain import ANCHOR_FILE, KEY_FILE
from tests.cli.conftest import Shell
from tests.services.writes.house import writing

Audited = tuple[str, Path]


@pytest.fixture
def audited(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audited:
    """The account and the data directory of a house where one change was made and one declined."""

    async def live() -> str:
        async with writing(tmp_path / "data", listings=2) as there:
            listing_id = next(iter(there.home.sandbox.world.listings))
            change = {"listing": listing_id, "ranges": [{"from": "+9d"}]}
            note = {"min_stay": 6, "note": "Key under the mat"}
            await there.apply(await there.propose("update_calendar", **change, changes=note))
            there.person.agrees = False
            declined = await there.propose("update_calendar", **change, changes={"price_percent": 10})
            with pytest.raises(Exception, match="declined"):
                await there.apply(declined)
            return there.home.sandbox.account_id

    account = asyncio.run(live())
    monkeypatch.setenv("HOSTAWAY_ACCOUNT_ID", account)
    return account, tmp_path / "data"


def test_it_shows_what_happened_and_nothing_that_people_wrote(audited: Audited, shell: Shell) -> None:
    """Numbers, days and states; words only as their length."""
    code, out, err = shell("audit", "show")
    assert (code, err) == (0, "")
    events = [line.split("  ")[2] for line in out.splitlines()]
    assert events == ["proposed", "applying", "sending", "outcome", "proposed", "declined"]
    assert "update_calendar  stdio  client" in out
    assert "Key under the mat" not in out
    assert "text of 17 characters" in out
    code, out, _ = shell("audit", "show", "--last", "2", "--json")
    assert [record["event"] for record in json.loads(out)] == ["proposed", "declined"]


def test_it_proves_that_all_is_there(audited: Audited, shell: Shell) -> None:
    """A head that was written down once stays in the chain for ever."""
    code, out, _ = shell("audit", "verify")
    assert code == 0
    said = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert (said["records"], said["breaks"]) == ("6", "0")
    assert "foreign" not in said
    assert shell("audit", "verify", "--head", said["head"])[0] == 0
    code, out, _ = shell("audit", "verify", "--head", "0" * 64)
    assert code == 1
    assert "the head that was kept elsewhere is not in the chain" in out


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE journal_audit SET record = replace(record, 'client', 'nobody') WHERE seq = 2",
            "2 was changed",
        ),
        ("UPDATE journal_audit SET mac = hash WHERE seq = 3", "record 3 was not written by this key"),
        ("DELETE FROM journal_audit WHERE seq = 4", "record 4 is missing"),
        ("DELETE FROM journal_audit WHERE seq = 6", "record 6 was noted outside and is gone"),
        ("DELETE FROM journal_audit", "record 1 was noted outside and is gone"),
        ("UPDATE journal_audit SET account_id = '2' WHERE seq = 5", "record 5 is missing"),
    ],
)
def test_it_names_what_was_done_to_it(audited: Audited, shell: Shell, statement: str, said: str) -> None:
    """Exit code 1, and where to look."""
    _, data = audited
    with sqlite3.connect(data / "journal.db") as database:
        database.execute(statement)
    database.close()
    code, out, _ = shell("audit", "verify")
    assert code == 1
    assert said in out


def test_a_lost_anchor_and_a_lost_key_show(audited: Audited, shell: Shell) -> None:
    """Without the key nothing can be proven, and no other one takes its place."""
    _, data = audited
    anchor = (data / ANCHOR_FILE).read_text()
    (data / ANCHOR_FILE).unlink()
    code, out, _ = shell("audit", "verify")
    assert (code, "audit.anchor noted outside is gone" in out) == (1, True)
    (data / ANCHOR_FILE).write_text(anchor)
    key = (data / KEY_FILE).read_text()
    (data / KEY_FILE).unlink()
    code, _, err = shell("audit", "verify")
    assert (code, "Restore the file from a backup" in err) == (1, True)
    assert not (data / KEY_FILE).exists()
    (data / KEY_FILE).write_text(key[::-1])
    code, out, _ = shell("audit", "verify")
    assert (code, "record 1 was written with another key" in out) == (1, True)


def test_an_export_can_be_looked_at_later(audited: Audited, shell: Shell, tmp_path: Path) -> None:
    """For its owner's eyes; the hashes go with it, and a change in it shows."""
    file = tmp_path / "audit.jsonl"
    code, out, _ = shell("audit", "export", "--file", str(file))
    assert (code, out.startswith("6 records are in ")) == (0, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shell("audit", "export")[1] == file.read_text()
    assert shell("audit", "verify", "--file", str(file))[0] == 0
    file.write_text(file.read_text().replace("declined", "finished"))
    code, out, _ = shell("audit", "verify", "--file", str(file))
    assert (code, "record 6 was changed" in out) == (1, True)
    code, _, err = shell("audit", "export", "--file", str(file))
    assert (code, "cannot be written" in err) == (1, True)
    (tmp_path / "other.txt").write_text("[]\n")
    code, _, err = shell("audit", "verify", "--file", str(tmp_path / "other.txt"))
    assert (code, "is no export of an audit" in err) == (1, True)


def test_where_nothing_was_proposed_nothing_is_made(shell: Shell, tmp_path: Path) -> None:
    """Looking makes no journal; a head that should be there is missed."""
    for command, said in (("show", "Nothing was proposed yet."), ("verify", "nothing to verify")):
        code, out, _ = shell("audit", command, HOSTAWAY_ACCOUNT_ID="1")
        assert (code, said in out) == (0, True)
    assert shell("audit", "verify", "--head", "0" * 64)[0] == 1
    assert not (tmp_path / "data" / "journal.db").exists()
    assert not (tmp_path / "data" / KEY_FILE).exists()
