"""Documents shared by all processes; each fact holds for the memory, for the file and for Redis alike."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostaway_mcp.client.protocol import JsonObject
from hostaway_mcp.client.redis_state import RedisState
from hostaway_mcp.client.shared import FileState, MemoryState, SharedState
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.errors import StorageError
from tests.client.test_redis_state import a_prefix, redis_url


@pytest.fixture(params=["memory", "file", "redis"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SharedState]:
    if request.param != "redis":
        yield MemoryState() if request.param == "memory" else FileState(tmp_path / "data" / "state.db")
        return
    url = redis_url()
    with a_prefix(url) as prefix:
        one = RedisState(url, clock=SystemClock(), prefix=prefix)
        yield one
        one.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "state.db"


def counted(document: JsonObject | None) -> tuple[JsonObject, int]:
    count = (document or {"count": 0})["count"] + 1
    return {"count": count}, count


# -- all three --


def test_a_change_sees_what_the_last_one_wrote(state: SharedState) -> None:
    assert state.read("k") is None
    assert [state.update("k", counted) for _ in range(3)] == [1, 2, 3]
    assert state.read("k") == {"count": 3}


def test_documents_do_not_touch_each_other(state: SharedState) -> None:
    state.update("a", counted)
    state.update("b", lambda _: ({"token": "x"}, None))
    assert (state.read("a"), state.read("b")) == ({"count": 1}, {"token": "x"})


def test_none_deletes(state: SharedState) -> None:
    state.update("k", counted)
    state.update("k", lambda _: (None, None))
    assert state.read("k") is None
    state.update("k", lambda _: (None, None))


def test_a_change_that_fails_writes_nothing(state: SharedState) -> None:
    state.update("k", counted)

    def fail(document: JsonObject | None) -> tuple[JsonObject, None]:
        assert document is not None
        document["count"] = 99
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        state.update("k", fail)
    assert state.update("k", counted) == 2


def test_what_was_read_is_a_copy(state: SharedState) -> None:
    state.update("k", counted)
    document = state.read("k")
    assert document is not None
    document["count"] = 99
    assert state.read("k") == {"count": 1}


def test_threads_take_turns(state: SharedState) -> None:
    """Four threads of fifty changes: none is lost."""
    threads = [
        threading.Thread(target=lambda: [state.update("k", counted) for _ in range(50)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state.read("k") == {"count": 200}


# -- the file --


def test_nothing_is_opened_before_the_first_use(path: Path) -> None:
    FileState(path)
    assert not path.parent.exists()


def test_only_the_owner_may_read(path: Path) -> None:
    """0600 in 0700, for the log of changes too, and for a file that was there with wider rights."""
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o644)
    state = FileState(path)
    state.update("k", counted)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_a_directory_that_is_made_is_private(path: Path) -> None:
    FileState(path).update("k", counted)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_states_on_one_file_see_each_other(path: Path) -> None:
    first, second = FileState(path), FileState(path)
    assert [first.update("k", counted), second.update("k", counted), first.update("k", counted)] == [1, 2, 3]


def test_processes_that_begin_at_once_lose_nothing(path: Path) -> None:
    """Three processes make the file together and count to a hundred each."""
    code = (
        "import sys; from pathlib import Path; from hostaway_mcp.client.shared import FileState\n"
        "def counted(document): count = (document or {'count': 0})['count'] + 1; return {'count': count}, 0\n"
        "state = FileState(Path(sys.argv[1]))\n"
        "for _ in range(100): state.update('k', counted)"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(3)]
    assert [process.wait(timeout=30) for process in running] == [0, 0, 0]
    assert FileState(path).read("k") == {"count": 300}


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # it does little, and opens nothing inherited
def test_a_forked_child_opens_the_file_for_itself(path: Path) -> None:
    state = FileState(path)
    state.update("k", counted)
    child = os.fork()
    if child == 0:
        try:
            os._exit(state.update("k", counted))
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 2
    assert state.update("k", counted) == 3


def test_a_removed_file_is_made_again(path: Path) -> None:
    """Somebody tidied up: the next use goes to the new file, as that of every other process does."""
    state = FileState(path)
    state.update("k", counted)
    for file in path.parent.iterdir():
        file.unlink()
    assert state.update("k", counted) == 1
    assert FileState(path).read("k") == {"count": 1}


@pytest.mark.parametrize("damage", ["garbage", "a page", "no json"])
def test_a_damaged_file_is_set_aside(path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    """Begun anew with one log line; what was there is kept beside it."""
    first = FileState(path)
    for key in range(200):
        first.update(f"key-{key}", counted)
    first.close()
    if damage == "no json":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE documents SET body = '{' WHERE key = 'key-7'")
        connection.close()
    else:
        content = path.read_bytes()
        path.write_bytes(b"garbage" * 999 if damage == "garbage" else content[:4096] + b"\xff" * 8192)
    with caplog.at_level(logging.WARNING):
        state = FileState(path)
        assert state.update("key-7", counted) == 1
    assert [record.message for record in caplog.records] == ["shared_state_set_aside"]
    assert len(list(path.parent.glob("state.db.damaged-*"))) == 1
    assert state.update("key-7", counted) == 2


def test_a_damaged_file_that_another_process_replaced_is_left_alone(path: Path) -> None:
    """Both had it open when it went bad; the second to notice finds a new one and uses it."""
    first, second = FileState(path), FileState(path)
    first.update("k", counted)
    second.update("k", counted)
    first.close()
    second.close()
    path.write_bytes(b"garbage" * 999)
    assert first.update("k", counted) == 1
    assert second.update("k", counted) == 2
    assert len(list(path.parent.glob("*.damaged-*"))) == 1


def test_a_directory_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        FileState(tmp_path / "data" / "state.db").update("k", counted)
    assert caught.value.message.startswith("The state file ")
    assert caught.value.message.count(". ") == 0
    assert caught.value.hint == "Choose a data directory that this user may write to."


def test_a_lock_held_for_too_long_is_one_sentence(path: Path) -> None:
    """Another program holds the file: refused after the time to wait, and usable when it let go."""
    state = FileState(path, busy_seconds=0.05)
    state.update("k", counted)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        state.update("k", counted)
    assert state.read("k") == {"count": 1}
    other.execute("ROLLBACK")
    other.close()
    assert state.update("k", counted) == 2
