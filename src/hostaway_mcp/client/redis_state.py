"""The shared state in Redis: several machines keep to one budget and use one token."""

from __future__ import annotations

import json
import logging
import random
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from hostaway_mcp.client.governor.book import Book
from hostaway_mcp.client.governor.document import to_json
from hostaway_mcp.client.governor.governor import KEY as LEASE_BOOK
from hostaway_mcp.client.governor.records import Limits
from hostaway_mcp.client.protocol import Json, JsonObject
from hostaway_mcp.client.shared import BUSY_SECONDS, Change, T
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import SettingsError, StorageError
from hostaway_mcp.redaction import redact

ANSWER_SECONDS = 1.0
"""How long to wait for a connection and for an answer; the whole process waits with it."""

AWAY_SECONDS = 1.0
"""After a failure everybody is refused at once for so long, so that a Redis that hangs does not stop us."""

CONFLICT_SECONDS = 0.002
"""The longest rest before a change that somebody else overtook is made again."""

KEPT_SECONDS = 30 * 86_400
"""A document that nobody has changed for so long is forgotten; leases and pauses are over within hours."""

# The time and the document are read in one step, and written only if nobody has written in between. The
# id of a change makes it safe to send it again when its answer was lost on the way.
_READ = """
local time, info = redis.call('TIME'), redis.pcall('INFO', 'server')
local life = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
local kept = redis.call('HMGET', KEYS[1], 'body', 'change', 'at', 'shift', 'life')
return {time[1], time[2], life, kept[1], kept[2], kept[3], kept[4], kept[5]}
"""
_WRITE = """
local change = redis.call('HGET', KEYS[1], 'change')
if change == ARGV[2] then return 1 end
if (change or '') ~= ARGV[1] then return 0 end
if ARGV[3] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'change', ARGV[2], 'body', ARGV[3])
  redis.call('HSET', KEYS[1], 'at', ARGV[4], 'shift', ARGV[5], 'life', ARGV[6])
  redis.call('EXPIRE', KEYS[1], ARGV[7])
end
return 1
"""

_REASONS = {
    "AuthenticationError": "it does not accept the user name or password",
    "NoPermissionError": "its user may not run the scripts",
    "TimeoutError": "it does not answer",
    "ReadOnlyError": "it is a copy that cannot be written",
    "OutOfMemoryError": "its memory is full",
    "BusyLoadingError": "it is still reading its own file",
    "ConnectionError": "it cannot be reached",
    "OSError": "it cannot be reached",
}
"""By the class of the error; Redis' own words could repeat what was sent to it."""

_JITTER = random.SystemRandom()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A document as it was read, its instants in this machine's seconds."""

    document: JsonObject | None = field(repr=False)
    change: str
    """The id of the change that wrote it; empty if there is none."""
    at: int
    """The shared instant of reading, in microseconds."""
    shift: int
    """Microseconds by which the shared time is ahead of Redis' own clock."""
    ahead: float
    """Seconds by which the shared time is ahead of this machine's; never more than it really is."""
    life: str
    """Which start of which Redis server it was read from; empty where Redis does not tell."""
    unsure: bool
    """Whether changes may be missing: there is none, or the last was written in another life."""


class RedisState:
    """
    Documents in one Redis that several machines share.

    A change reads the document, changes it here, and writes it if nobody else wrote meanwhile; or else it
    is made again, for 5 s at most. That is as exclusive as a lock, and nobody can die holding it.

    **Whose time.** `Clock.monotonic` means nothing on another machine, so in Redis the instants of a document
    are those of the shared time: Redis' own clock (TIME), read together with the document. They become this
    machine's seconds when read, and shared ones again when written. How the machines' clocks are set does
    not matter, nor how long messages take: inside a change it is the time at which Redis answered, so never
    later than the use of the turn that is taken, and never earlier than the answer whose turn ends. Assumed:
    Redis' clock keeps pace within 0.1 % and is not set forward; after a step of x forward, leases come back
    x too soon, once. After a step back the shared time goes on from where it was.

    **Lost changes.** A Redis that started again, or a replica that took over, may lack the last changes;
    after a FLUSH or an eviction the document is gone. Then the lease book does not know what was sent, and
    gives no turn for `pause_seconds`: a window, and a second for what was on its way; 0 for no pause. A new
    Redis cannot be told from an emptied one, so it begins with this pause.

    Nothing is opened before the first use. The password shows in no error, log or repr.

    Raises:
        SettingsError: at once; the package redis is not installed.
        StorageError: at use; Redis is away, refuses, or is too slow. No turn is given without it.
    """

    def __init__(
        self, url: str, *, clock: Clock, prefix: str = "hostaway-mcp", pause_seconds: float = 0.0
    ) -> None:
        self._clock = clock
        self._prefix = prefix
        self._pause_seconds = pause_seconds
        self._away_until = float("-inf")
        self._away_because = ""
        parts = urlsplit(url)
        self._place = f"{parts.hostname}:{parts.port or 6379}"
        for secret in (url, parts.password or "", unquote(parts.password or "")):
            redact.learn(secret)
        self._connect(url)

    def __repr__(self) -> str:
        return f"RedisState({self._place!r})"

    def update(self, key: str, change: Change[T]) -> T:
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            seen = self._look(key)
            pauses = seen.unsure and key == LEASE_BOOK and self._pause_seconds > 0
            document, answer = change(self._paused(seen) if pauses else seen.document)
            if self._wrote(key, seen, document):
                break
            if time.monotonic() > give_up:
                self._refuse("others change it all the time")
            time.sleep(_JITTER.uniform(0, CONFLICT_SECONDS))
        if pauses:
            _log.warning("lease_book_unsure", extra={"retry_after_seconds": self._pause_seconds})
        return answer

    def read(self, key: str) -> JsonObject | None:
        return self._look(key).document

    def close(self) -> None:
        """Lets go of the connections; the next use opens new ones."""
        self._redis.close()

    def _connect(self, url: str) -> None:
        """Makes the client, which connects at first use."""
        try:
            # Here, because it takes longer to load than all the rest of the client.
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise SettingsError(
                "HOSTAWAY_MCP_REDIS_URL is set, but the package redis is not installed.",
                hint="pip install 'hostaway-mcp[redis]', or unset it.",
            ) from None
        self._troubles = (redis.RedisError, OSError)
        self._redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # Once, at once: a connection that lay idle may have been cut on the way.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
        self._read_script = self._redis.register_script(_READ)
        self._write_script = self._redis.register_script(_WRITE)

    def _look(self, key: str) -> _Seen:
        seconds, micros, life, body, change, at, shift, wrote = self._ask(self._read_script, key)
        # After the answer, so that it is rather too late than too early: `ahead` is rather too small.
        here = self._clock.monotonic()
        ahead_of_redis = int(shift or 0)
        clock = int(seconds) * 1_000_000 + int(micros) + ahead_of_redis
        now = max(clock, int(at or 0))
        ahead = now / 1e6 - here
        document = _understood(key, body, -ahead)
        return _Seen(
            document=document,
            change=change or "",
            at=now,
            shift=ahead_of_redis + now - clock,
            ahead=ahead,
            life=life,
            unsure=document is None or life != wrote,
        )

    def _wrote(self, key: str, seen: _Seen, document: JsonObject | None) -> bool:
        """Writes it and says so; False if somebody else has written since it was seen."""
        body = ""
        if document is not None:
            body = json.dumps(_moved(key, document, seen.ahead), separators=(",", ":"))
        change = secrets.token_hex(8)
        return bool(
            self._ask(
                self._write_script,
                key,
                seen.change,
                change,
                body,
                seen.at,
                seen.shift,
                seen.life,
                KEPT_SECONDS,
            )
        )

    def _paused(self, seen: _Seen) -> JsonObject:
        """The lease book that was seen, or a new one, in which nothing is sent for a while."""
        book = seen.document or to_json(Book(Limits()))
        book["ip"][0] = max(book["ip"][0], self._clock.monotonic() + self._pause_seconds)
        # Microseconds are ahead of every serial that was given out, also of those that were lost.
        book["serial"] = seen.at
        return book

    def _ask(self, script: Any, key: str, *arguments: str | int) -> Any:
        if self._clock.monotonic() < self._away_until:
            self._refuse(self._away_because)
        try:
            return script(keys=[f"{self._prefix}:{key}"], args=arguments)
        except self._troubles as error:
            reason = _reason(error)
        # Not inside `except`: what Redis says may repeat what was sent to it, and would follow as a cause.
        self._away_because = reason
        self._away_until = self._clock.monotonic() + AWAY_SECONDS
        return self._refuse(reason)

    def _refuse(self, reason: str) -> NoReturn:
        raise StorageError(
            f"The Redis at {self._place}, which holds the shared budget, cannot be used: {reason}.",
            hint="Nothing is sent without it; ask again in a moment, or mend HOSTAWAY_MCP_REDIS_URL.",
            retry_after_seconds=AWAY_SECONDS,
        )


def _reason(error: Exception) -> str:
    named = (_REASONS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _REASONS)
    return next(named, f"it answered with {type(error).__name__}")


def _understood(key: str, body: str | None, seconds: float) -> JsonObject | None:
    """The document with its instants moved; None if there is none, or none that can be read."""
    if body is None:
        return None
    try:
        return _moved(key, json.loads(body), seconds)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        _log.warning("shared_document_unreadable", extra={"reason": key.partition(":")[0]})
        return None


def _moved(key: str, document: JsonObject, seconds: float) -> JsonObject:
    """The document with every monotonic instant in it moved by so many seconds."""
    if key == LEASE_BOOK:
        return document | _moved_book(document, seconds)
    if key.startswith("token:"):
        return document | _moved_token(document, seconds)
    return document


def _moved_book(book: JsonObject, seconds: float) -> JsonObject:
    """The parts of a lease book that hold instants; the rows are those of `governor/document.py`."""

    def moved(instant: Json) -> Json:
        return None if instant is None else instant + seconds

    def scope(row: Json) -> Json:
        return [row[0] + seconds, row[1] + seconds, *row[2:]]

    return {
        "leases": [[*row[:2], row[2] + seconds, moved(row[3])] for row in book["leases"]],
        "lines": {key: [*row[:4], row[4] + seconds, row[5] + seconds] for key, row in book["lines"].items()},
        "ip": scope(book["ip"]),
        "accounts": {account: scope(row) for account, row in book["accounts"].items()},
        "claims": {claim: until + seconds for claim, until in book["claims"].items()},
        "person_at": moved(book["person_at"]),
        "others_until": book["others_until"] + seconds,
        "touched": book["touched"] + seconds,
    }


def _moved_token(document: JsonObject, seconds: float) -> JsonObject:
    """The parts of a token's document that hold instants; its issue and its end are UTC and stay."""
    moved: JsonObject = {
        name: document[name] + seconds for name in ("attempted_at", "rejected_at") if name in document
    }
    for part, name in (("claim", "until"), ("token", "usable_from")):
        if part in document:
            moved[part] = document[part] | {name: document[part][name] + seconds}
    return moved
