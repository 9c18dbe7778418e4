"""
Log lines: an event's name and its fields, to standard error.

Standard output belongs to the protocol when MCP runs over stdio. Our own lines carry only fields that
are named in `FIELDS`; what other libraries say goes through the redactor; the words of an unexpected
error are left out, because they may be a guest's.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

from opentelemetry import trace

from hostaway_mcp import calls
from hostaway_mcp.redaction import redact
from hostaway_mcp.settings import LogFormat, LogLevel

ROOT = "hostaway_mcp"

FIELDS = frozenset(
    {
        "account",
        "arguments_hash",
        "attempt",
        "caller",
        "change_id",
        "code",
        "count",
        "door",
        "duration_ms",
        "host",
        "kept_as",
        "kind",
        "method",
        "noun",
        "operation",
        "outcome",
        "port",
        "reason",
        "retry_after_seconds",
        "says",
        "scope",
        "status",
        "tool",
        "upstream_calls",
    }
)
"""The fields that a log line of ours may carry; every other one is dropped. docs/operations.md says what each
one is."""


_line = json.JSONEncoder(ensure_ascii=False, default=str).encode


class _Formatter(logging.Formatter):
    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _message(record),
        }
        if call := calls.current():
            line["correlation_id"] = redact(call.correlation_id)
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line["trace_id"] = trace.format_trace_id(span.trace_id)
            line["span_id"] = trace.format_span_id(span.span_id)
        if record.name.partition(".")[0] == ROOT:
            line |= {k: _plain(v) for k, v in record.__dict__.items() if k in FIELDS}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return line


def _message(record: logging.LogRecord) -> str:
    try:
        return redact(record.getMessage())
    except Exception:
        # Raised on, it would make `logging` print the arguments to standard error as they are.
        return "message_cannot_be_written"


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    try:
        return redact(str(value))
    except Exception:
        return type(value).__name__


def _where(tb: object) -> list[str]:
    frames = traceback.extract_tb(tb)[-8:] if tb is not None else []  # type: ignore[arg-type]
    return [f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in frames]


class JsonFormatter(_Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return _line(self.fields(record))


class TextFormatter(_Formatter):
    """One line for a person: time, level, event, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = self.fields(record)
        head = f"{line.pop('at')} {str(line.pop('level')).upper():<7} {line.pop('event')}"
        line.pop("logger")
        text = " ".join([head, *(f"{k}={v}" for k, v in line.items())])
        # What was logged must not be able to look like a line of its own.
        return text.translate(_LINE_BREAKS)


_LINE_BREAKS = str.maketrans({"\n": "\\n", "\r": "\\r", "\u2028": " ", "\u2029": " ", "\x85": " "})


def configure_logs(
    *, level: LogLevel = LogLevel.INFO, form: LogFormat = LogFormat.JSON, stream: TextIO | None = None
) -> None:
    """Sends every log line of the process to standard error, in one form."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if form is LogFormat.JSON else TextFormatter())
    # What no line of ours says need not be found out. Source: Python's Logging HOWTO, "Optimization".
    logging._srcfile = None  # noqa: SLF001 - documented there
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(ROOT).setLevel(level.value.upper())
    for name in ("httpx2", "httpcore2", "uvicorn.access", "mcp"):
        # Their lines below a warning repeat URLs and bodies; ours say the same without them.
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
