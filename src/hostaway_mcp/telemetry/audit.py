"""The audit: one record for every tool call, appended to a file that only its owner can read."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

_log = logging.getLogger("hostaway_mcp.audit")

_canonical = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":")).encode
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who asked what, when, and how it ended; arguments only as a hash, since they may name a guest."""

    at: str
    """When the call began, UTC."""
    correlation_id: str
    account: str
    caller: str
    door: str
    tool: str
    arguments_hash: str
    outcome: str
    """`done`, `partial`, `cancelled`, or the code of the refusal."""
    duration_ms: int
    upstream_calls: int


class Audit(Protocol):
    """Where audit records go."""

    def append(self, record: AuditRecord) -> None:
        """Keeps one record."""
        ...

    @property
    def failures(self) -> int:
        """How many records could not be kept since the start."""
        ...

    def close(self) -> None:
        """Lets go of what is open; another record opens it again."""
        ...


def canonical(arguments: Mapping[str, object]) -> str:
    """The arguments as JSON that is the same however they were ordered."""
    return _canonical(arguments)


def hash_arguments(said: str) -> str:
    """16 hexadecimal digits of the SHA-256 of arguments in canonical form."""
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class AuditFile:
    """
    Audit records as JSON lines in a file of mode 0600.

    Each record is one write in append mode, so that several processes can share the file; one that was
    moved away or removed is begun anew. Reading goes on when the file cannot be written: the failure is
    counted and logged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._descriptor: int | None = None
        self._file: tuple[int, int] | None = None
        self._failures = 0

    @property
    def failures(self) -> int:
        return self._failures

    def append(self, record: AuditRecord) -> None:
        line = _compact({name: getattr(record, name) for name in AuditRecord.__slots__}) + "\n"
        try:
            os.write(self._opened(), line.encode())
        except OSError as error:
            self._failures += 1
            _log.error("audit_not_written", extra={"code": type(error).__name__, "count": self._failures})

    def _opened(self) -> int:
        if self._descriptor is not None and _file_at(self._name) == self._file:
            return self._descriptor
        self.close()
        self._descriptor = self._open()
        there = os.fstat(self._descriptor)
        self._file = there.st_dev, there.st_ino
        return self._descriptor

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            return os.open(self._path, flags, 0o600)
        except FileNotFoundError:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._path, flags, 0o600)


def _file_at(name: str) -> tuple[int, int] | None:
    try:
        there = os.stat(name)  # noqa: PTH116 - at every call, and a Path takes twice as long
    except FileNotFoundError:
        return None
    return there.st_dev, there.st_ino


class MemoryAudit:
    """Audit records in a list."""

    failures = 0

    def __init__(self) -> None:
        self.records: list[AuditRecord] = []

    def append(self, record: AuditRecord) -> None:
        self.records.append(record)

    def close(self) -> None:
        pass
