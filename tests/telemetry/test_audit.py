"""The audit: one line a call, for its owner alone, kept whatever happens."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from hostaway_mcp.telemetry.audit import (
    AuditFile,
    AuditRecord,
    MemoryAudit,
    canonical,
    hash_arguments,
    instant,
)
from tests.telemetry.sinks import caught_logs, lines


def record(number: int = 0, **fields: str) -> AuditRecord:
    values = {
        "at": "2026-07-23T12:00:00.000Z",
        "correlation_id": f"{number:032x}",
        "account": "10001",
        "caller": "test",
        "door": "mcp",
        "tool": "find",
        "arguments_hash": "0" * 16,
        "outcome": "done",
    }
    return AuditRecord(**(values | fields), duration_ms=12, upstream_calls=3)


def test_a_record_is_one_json_line(tmp_path: Path) -> None:
    audit = AuditFile(tmp_path / "new" / "audit.jsonl")
    audit.append(record(1))
    audit.append(record(2, caller="Zoë\nline"))
    first, second = (tmp_path / "new" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {
        "at": "2026-07-23T12:00:00.000Z",
        "correlation_id": f"{1:032x}",
        "account": "10001",
        "caller": "test",
        "door": "mcp",
        "tool": "find",
        "arguments_hash": "0000000000000000",
        "outcome": "done",
        "duration_ms": 12,
        "upstream_calls": 3,
    }
    assert json.loads(second)["caller"] == "Zoë\nline"
    assert audit.failures == 0


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path, old = tmp_path / "audit.jsonl", tmp_path / "audit.jsonl.1"
    audit = AuditFile(path)
    audit.append(record(1))
    path.rename(old)
    audit.append(record(2))
    path.unlink()
    audit.append(record(3))
    audit.close()
    audit.append(record(4))
    assert [json.loads(line)["correlation_id"][-1] for line in path.read_text().splitlines()] == ["3", "4"]
    assert json.loads(old.read_text())["correlation_id"][-1] == "1"
    assert audit.failures == 0


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    AuditFile(tmp_path / "new" / "audit.jsonl").append(record())
    assert stat.S_IMODE((tmp_path / "new" / "audit.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def append_many(path: Path, start: int) -> None:
    audit = AuditFile(path)
    for number in range(start, start + 200):
        audit.append(record(number, caller="x" * 500))


def test_several_processes_share_the_file(tmp_path: Path) -> None:
    path, context = tmp_path / "audit.jsonl", get_context("spawn")
    writers = [context.Process(target=append_many, args=(path, start)) for start in (0, 1000, 2000)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    found = {json.loads(line)["correlation_id"] for line in path.read_text().splitlines()}
    assert found == {f"{start + number:032x}" for start in (0, 1000, 2000) for number in range(200)}


def test_a_file_that_cannot_be_written_is_counted_and_logged(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    audit = AuditFile(tmp_path / "file" / "audit.jsonl")
    with caught_logs() as stream:
        audit.append(record())
        audit.append(record())
    assert audit.failures == 2
    events = [(line["event"], line["count"]) for line in lines(stream)]
    assert events == [("audit_not_written", 1), ("audit_not_written", 2)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_failure_and_not_an_error() -> None:
    audit = AuditFile(Path("/dev/full"))
    audit.append(record())
    assert audit.failures == 1


def test_equal_arguments_have_equal_hashes_whatever_their_order() -> None:
    one = hash_arguments(canonical({"listing": 40160, "from": "2026-07-23"}))
    assert one == hash_arguments(canonical({"from": "2026-07-23", "listing": 40160}))
    assert one != hash_arguments(canonical({"from": "2026-07-23", "listing": 40161}))
    assert len(one) == 16
    assert int(one, 16) >= 0


@pytest.mark.parametrize("odd", ["\ud800", object(), {1, 2}, b"x", None, 1e400])
def test_any_arguments_have_a_hash(odd: object) -> None:
    assert len(hash_arguments(canonical({"query": odd}))) == 16


def test_instants_have_milliseconds_and_z() -> None:
    assert instant(datetime(2026, 7, 23, 12, 0, 0, 123456, tzinfo=UTC)) == "2026-07-23T12:00:00.123Z"


def test_memory_keeps_what_it_is_given() -> None:
    audit = MemoryAudit()
    audit.append(record(7))
    assert [one.correlation_id for one in audit.records] == [f"{7:032x}"]
    assert audit.failures == 0
