"""`forget-guest` and `logout --purge`, over a sandbox on a real socket and a replica that sync filled."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.sandbox import Sandbox
from tests.cli.conftest import Shell
from tests.support.person import Person, in_files, in_sqlite


@dataclass(frozen=True)
class Planted:
    """A guest of the sandbox with a value of their own in every field, and a namesake of somebody else."""

    stay: int
    email: str
    phone: str
    name: str
    values: list[str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of the shell."""
    return tmp_path / "data"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Credentials in the environment; the sandbox counts no requests."""
    monkeypatch.setenv("HOSTAWAY_RATE_IP", "1000")
    monkeypatch.setenv("HOSTAWAY_RATE_ACCOUNT", "1000")
    monkeypatch.setenv("HOSTAWAY_ACCOUNT_ID", sandbox.account_id)
    monkeypatch.setenv("HOSTAWAY_CLIENT_SECRET", sandbox.client_secret)


@pytest.fixture
def planted(sandbox: Sandbox, account: None) -> Planted:
    """Into a stay with unread messages and whatever hangs on it, as Hostaway would send it."""
    world, person = sandbox.world, Person("zq")
    reviewed = {one["reservationId"] for one in (world.reviews[number] for number in world.reviews)}
    number = next(one for one in world.conversations if world.conversations[one]["reservationId"] in reviewed)
    stay = world.conversations[number]["reservationId"]
    kept = ("reservationUnit", "reservationId", "channelReservationId")
    world.reservations[stay] |= {k: v for k, v in person.reservation().items() if k not in kept}
    world.reservations[stay]["hasUnreadConversationMessages"] = 1
    world.conversations[number] |= person.conversation() | {"hasUnreadMessages": 1}
    for message in world.keep_thread(number):
        message |= {k: v for k, v in person.message().items() if k not in ("Reservation", "Conversation")}
    for review in (world.reviews[one] for one in world.reviews):
        if review["reservationId"] == stay:
            review |= person.review()
    for charge in world.charges_of(stay):
        charge |= {k: v for k, v in person.charge().items() if k != "refundInfo"}
    for task in world.tasks.values():
        if task["reservationId"] == stay:
            task |= person.task()
    row: dict[str, Any] = world.reservations[stay]
    return Planted(stay, row["guestEmail"], row["phone"], row["guestName"], person.values)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first sync left, for the tests behind it: the same seed gives the same rows."""
    return tmp_path_factory.mktemp("filled")


@pytest.fixture
def synced(shell: Shell, planted: Planted, data: Path, filled: Path) -> Planted:
    """A replica that has all of it."""
    if not (filled / "replica.db").exists():
        code, _, err = shell("sync", "--once")
        assert (code, err) == (0, "")
        assert len(in_sqlite(data / "replica.db", planted.values)) > 50
        shutil.copytree(data, filled, dirs_exist_ok=True)
    data.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(filled / "replica.db", data / "replica.db")
    return planted


def test_a_guest_is_erased_and_stays_so(shell: Shell, synced: Planted, data: Path) -> None:
    """From rows, index, log and every byte of the files; another full sync brings nothing back."""
    code, out, err = shell("forget-guest", "--reservation", str(synced.stay), "--yes")

    assert (code, err) == (0, "")
    assert f"reservation {synced.stay}" in out
    assert re.search(r"Searched [\d,]+ rows of \d+ tables.* values: nothing was found", out)
    assert "Hostaway itself still has all of it" in out
    assert in_sqlite(data / "replica.db", synced.values) == set()
    assert in_files(data, synced.values) == set()

    assert shell("sync", "--once", "--full")[0] == 0
    assert in_sqlite(data / "replica.db", synced.values) == set()
    assert in_files(data, synced.values) == set()

    code, out, _ = shell("forget-guest", "--reservation", str(synced.stay), "--yes")
    assert code == 0
    assert "nothing: it was done before" in out


@pytest.mark.parametrize("by", ["email", "phone", "name"])
def test_a_guest_is_named_by(shell: Shell, synced: Planted, data: Path, by: str) -> None:
    """What somebody who asks to be forgotten would say of themselves."""
    said = getattr(synced, by)
    code, out, _ = shell("forget-guest", f"--{by}", said.upper() if by != "phone" else said[3:], "--yes")

    assert code == 0
    assert f"reservation {synced.stay}" in out
    assert in_sqlite(data / "replica.db", synced.values) == set()


def test_nothing_happens_before_somebody_agreed(shell: Shell, synced: Planted, data: Path) -> None:
    """Without a terminal --yes is needed; what would be erased is shown all the same."""
    before = in_sqlite(data / "replica.db", synced.values)
    code, out, err = shell("forget-guest", "--email", synced.email)

    assert code == 2
    assert f"reservation {synced.stay}" in out
    assert re.search(r"To be erased from: 1 reservations, 1 conversations, \d+ reviews", out)
    assert "--yes" in err
    assert in_sqlite(data / "replica.db", synced.values) == before


def test_of_several_namesakes_none_is_guessed(shell: Shell, sandbox: Sandbox, synced: Planted) -> None:
    """Parts of a name fit many; each is shown with the numbers of the stays."""
    some = [sandbox.world.reservations[number] for number in list(sandbox.world.reservations)[:40]]
    first = next(one["guestFirstName"] for one in some if one.get("guestFirstName"))
    code, out, err = shell("forget-guest", "--name", first, "--yes")

    assert code == 2
    assert "reservation" in out
    assert "--reservation" in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "Say who is to be forgotten"),
        (("--email", "nobody@example.com"), "No stay of this replica fits"),
        (("--phone", "12"), "at least 7 digits"),
    ],
)
def test_what_names_nobody_is_refused(
    shell: Shell, synced: Planted, options: tuple[str, ...], says: str
) -> None:
    """With exit code 2, and nothing is done."""
    code, out, err = shell("forget-guest", *options, "--yes")
    assert (code, out) == (2, "")
    assert says in err


def test_without_a_replica_nothing_is_kept(shell: Shell, account: None, data: Path) -> None:
    """Which is said, and none is made."""
    code, out, _ = shell("forget-guest", "--email", "a@example.com", "--yes")
    assert code == 0
    assert "nothing is kept" in out
    assert not (data / "replica.db").exists()


def test_a_copy_that_somebody_made_is_named(shell: Shell, synced: Planted, data: Path) -> None:
    """What this program did not write is not removed, but found."""
    (data / "notes.txt").write_text(f"call {synced.phone} back")
    code, out, _ = shell("forget-guest", "--email", synced.email, "--yes")

    assert code == 1
    assert f"found in {data / 'notes.txt'}" in out


@pytest.fixture
def written_to(shell: Shell, synced: Planted, data: Path) -> Planted:
    """The guest was written to, by name, and another message to them waits."""
    (data / "policy.toml").write_text('[apply]\nwithout_person = ["message"]\n')
    text = f"Dear {synced.name}, your room is ready."
    for number, words in enumerate((text, f"{text} See you at four.")):
        code, out, err = shell(
            "call", "send_message", f"reservation={synced.stay}", f"text={words}", "via=email",
            HOSTAWAY_MCP_WRITES="propose",
        )  # fmt: skip
        assert code == 0, err
        if number == 0:
            assert shell("call", "apply_change", f"change_id={json.loads(out)['change_id']}")[0] == 0
    assert in_sqlite(data / "journal.db", [synced.name, str(synced.stay)]) >= {synced.name}
    return synced


def test_a_guest_is_erased_from_what_was_written_to_them(
    shell: Shell, written_to: Planted, data: Path
) -> None:
    """From the journal of changes too, its log and its free pages; the audit never had a word of theirs."""
    before = shell("audit", "verify")[1]
    code, out, err = shell("forget-guest", "--reservation", str(written_to.stay), "--yes")
    assert (code, err) == (0, ""), out
    assert "2 proposals" in out
    assert "nothing was found" in out
    values = [*written_to.values, written_to.name, "your room is ready"]
    assert in_sqlite(data / "journal.db", values) == set()
    assert in_files(data, values) == set()
    assert shell("audit", "verify") == (0, before, "")
    code, out, _ = shell("call", "find_changes")
    assert [one["summary"] for one in json.loads(out)["changes"]] == ["forgotten", "forgotten"]
    assert (
        "nothing: it was done before"
        in shell("forget-guest", "--reservation", str(written_to.stay), "--yes")[1]
    )


def test_purge_removes_the_journal_of_changes(shell: Shell, written_to: Planted, data: Path) -> None:
    """With its key and anchor; what the operator wrote stays."""
    code, out, err = shell("logout", "--purge")
    assert (code, err) == (0, "")
    assert "The journal of changes is removed, with its audit." in out
    assert {one.name for one in data.iterdir()} == {"audit.jsonl", "policy.toml"}
    assert in_files(data, [*written_to.values, "your room is ready"]) == set()


def test_purge_leaves_another_accounts_changes(shell: Shell, written_to: Planted, data: Path) -> None:
    """And they can still be proven."""
    account, *_ = in_sqlite(data / "journal.db", ["10001"])
    with sqlite3.connect(data / "journal.db") as there:
        there.execute("INSERT INTO journal_audit VALUES ('20002', 1, '{}', '', '')")
    there.close()
    anchor = data / "audit.anchor"
    anchor.write_text(f"{anchor.read_text()}20002 1 {'0' * 64}\n")
    code, out, _ = shell("logout", "--purge")
    assert (code, "other accounts' stay" in out) == (0, True)
    assert in_sqlite(data / "journal.db", [account, "20002"]) == {"20002"}
    assert anchor.read_text() == f"20002 1 {'0' * 64}\n"
    assert (data / "audit.key").exists()


def test_purge_removes_the_account(shell: Shell, sandbox: Sandbox, synced: Planted, data: Path) -> None:
    """Replica, token, rate budget and webhook; the audit stays."""
    public = "https://mcp.example.com"
    assert shell("webhooks", "register", HOSTAWAY_MCP_PUBLIC_URL=public)[0] == 0
    shell("call", "find_listings")
    code, out, err = shell("logout", "--purge")

    assert (code, err) == (0, "")
    assert sandbox.world.webhooks["unified"] == {}
    assert {one.name for one in data.iterdir()} == {"audit.jsonl"}
    assert in_files(data, synced.values) == set()
    for said in ("webhook is removed", "replica.db is removed", "shared.db are removed", "audit.jsonl"):
        assert said in out


def test_purge_leaves_another_account(shell: Shell, synced: Planted, data: Path) -> None:
    """In one database: its rows stay, and its token."""
    with sqlite3.connect(data / "replica.db") as there:
        there.execute(
            "INSERT INTO forgotten VALUES ('20002', 'reservations', 5, '2026-01-01 00:00:00.000000')"
        )
    there.close()
    assert shell("call", "check_connection")[0] == 0
    with sqlite3.connect(data / "shared.db") as shared:
        shared.execute("INSERT INTO documents VALUES ('token:another', ?)", (json.dumps({}),))
    shared.close()
    code, out, _ = shell("logout", "--purge")

    assert code == 0
    assert "other accounts' rows stay" in out
    assert "another account's stays" in out
    assert in_sqlite(data / "replica.db", ["20002", "10001"]) == {"20002"}
    assert in_sqlite(data / "shared.db", ["token:another", "eyJ"]) == {"token:another"}


def test_logout_alone_keeps_the_replica(shell: Shell, synced: Planted, data: Path) -> None:
    """As long as nobody says otherwise."""
    assert shell("logout")[0] == 0
    assert in_sqlite(data / "replica.db", [synced.email]) == {synced.email}
