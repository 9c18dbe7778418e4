"""Our webhook at Hostaway: what is kept of it here, how it is registered, and whether it still works."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.credentials import write_private
from hostaway_mcp.errors import NotFoundError, StorageError
from hostaway_mcp.models.webhooks import UnifiedWebhook
from hostaway_mcp.redaction import redact

PATH = "/webhooks/hostaway/"
"""Below the public address; the secret stands behind it."""
SECRET_BYTES = 32
AGAIN = "Run: hostaway-mcp webhooks register"


@dataclass(frozen=True, slots=True)
class Registration:
    """
    What a delivery has to know to be ours: the secret of the path, and login and password.

    `webhook_id` is Hostaway's number, once it is known. Hostaway signs nothing, so this is all there is.
    Source: Hostaway API reference, "Unified webhooks".
    """

    secret: str = field(repr=False)
    login: str = field(repr=False)
    password: str = field(repr=False)
    webhook_id: int | None = None

    def is_path(self, secret: str) -> bool:
        """Whether this is the secret of the path."""
        return hmac.compare_digest(secret.encode("utf-8", "replace"), self.secret.encode())

    def is_login(self, pair: bytes) -> bool:
        """Whether this is `login:password`."""
        return hmac.compare_digest(pair, f"{self.login}:{self.password}".encode())

    def address(self, public_url: str) -> str:
        """Where Hostaway is to send deliveries."""
        return f"{public_url}{PATH}{self.secret}"


class WebhookFile:
    """
    What is kept of one account's webhook, in a file of the data directory that only its owner can read.

    Raises (from every method):
        StorageError: the file cannot be read, written or removed, others may read it, or it was changed
            by hand; the hint is the repair.
    """

    def __init__(self, data_dir: Path, account_id: str) -> None:
        # Processes of several accounts share one data directory.
        self.path = data_dir / f"webhook-{account_id}.json"
        self._known: tuple[tuple[int, ...], Registration] | None = None

    def read(self) -> Registration | None:
        """What is kept, or None; a look at the file's date tells whether it has to be read again."""
        try:
            found = self.path.stat()
            version = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
            if self._known is None or self._known[0] != version:
                self._known = (version, self._read(found.st_mode))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unusable(error.strerror or type(error).__name__) from None
        return self._known[1]

    def keep(self, registration: Registration) -> None:
        """Keeps it in the place of what was kept before."""
        _learn(registration)
        write_private(self.path, json.dumps(asdict(registration), indent=2) + "\n")

    def forget(self) -> bool:
        """Removes what is kept; False if there was nothing."""
        try:
            self.path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise StorageError(f"{self.path} cannot be removed: {error.strerror}.") from None
        return True

    def _read(self, mode: int) -> Registration:
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise StorageError(
                f"{self.path} can be read by others on this machine, so it is not used.",
                hint=f"Run: chmod 600 '{self.path}', then: hostaway-mcp webhooks remove, and register again.",
            )
        try:
            registration = _registration(json.loads(self.path.read_bytes()))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self._unusable("it is not as webhooks register writes it") from None
        _learn(registration)
        return registration

    def _unusable(self, why: str) -> StorageError:
        return StorageError(f"What is kept of the webhook in {self.path} cannot be used: {why}.", hint=AGAIN)


class WebhookState(StrEnum):
    """What became of our webhook."""

    NOT_REGISTERED = "not registered"
    """Nothing is kept here."""
    GONE = "gone"
    """Somebody deleted it at Hostaway."""
    DISABLED = "disabled"
    """By a person, or by Hostaway after it failed for 5 days."""
    ENABLED = "enabled"


async def check_webhook(hostaway: Hostaway, file: WebhookFile) -> WebhookState:
    """
    Whether our webhook is registered and enabled; one call to Hostaway, if anything is kept here.

    Raises:
        UpstreamError: Hostaway did not say.
        StorageError: the file cannot be used.
    """
    ours = file.read()
    return state_of((await hostaway.webhooks.find()).rows, ours) if ours else WebhookState.NOT_REGISTERED


def state_of(webhooks: Sequence[UnifiedWebhook], ours: Registration | None) -> WebhookState:
    """What became of ours, by the account's webhooks at Hostaway."""
    if ours is None:
        return WebhookState.NOT_REGISTERED
    there = next((one for one in webhooks if is_ours(one, ours)), None)
    if there is None:
        return WebhookState.GONE
    return WebhookState.DISABLED if there.is_enabled is False else WebhookState.ENABLED


def is_ours(webhook: UnifiedWebhook, ours: Registration | None) -> bool:
    """Whether a webhook at Hostaway is the one that is kept here."""
    if ours is None:
        return False
    same_path = webhook.url.endswith(f"{PATH}{ours.secret}")
    return same_path if ours.webhook_id is None else webhook.id == ours.webhook_id


async def register(
    hostaway: Hostaway, file: WebhookFile, *, public_url: str
) -> tuple[UnifiedWebhook | None, bool]:
    """
    Has Hostaway send deliveries to us, and keeps what they must know. Gives the webhook as Hostaway has it
    now, where that could be read, and whether it is new.

    Done again it keeps the secrets, and changes and enables the webhook that is there, also one whose file
    was lost.

    Raises:
        UpstreamError: Hostaway did not take it; done again it goes on.
        StorageError: the data directory cannot be written; nothing was sent.
    """
    ours = file.read() or _drawn()
    # Before Hostaway is asked: its test delivery comes while the registration is under way, and a running
    # server reads this file.
    file.keep(ours)
    there = await _find(hostaway, ours, public_url)
    body: dict[str, Json] = {
        "url": ours.address(public_url),
        "login": ours.login,
        "password": ours.password,
        "isEnabled": 1,
    }
    if there is not None:
        written = await hostaway.webhooks.update(there.id, body)
    else:
        written = await hostaway.webhooks.create(body)
    found = written.row or there or await _find(hostaway, ours, public_url)
    file.keep(replace(ours, webhook_id=found.id if found else None))
    return found, there is None


async def remove(hostaway: Hostaway, file: WebhookFile, *, public_url: str) -> bool:
    """
    Deletes our webhook at Hostaway, then what is kept of it; False if there was neither.

    Raises:
        UpstreamError: Hostaway did not delete it; what is kept stays.
        StorageError: the file cannot be read or removed.
    """
    there = await _find(hostaway, file.read(), public_url)
    if there is not None:
        try:
            await hostaway.webhooks.delete(there.id)
        except NotFoundError:
            there = None
    return file.forget() or there is not None


async def _find(hostaway: Hostaway, ours: Registration | None, public_url: str) -> UnifiedWebhook | None:
    """Ours by its number or secret, else one that leads to this server with a secret that was lost."""
    rows = (await hostaway.webhooks.find()).rows
    exact = [one for one in rows if is_ours(one, ours)]
    lost = [one for one in rows if public_url and one.url.startswith(f"{public_url}{PATH}")]
    return next(iter(exact + lost), None)


def _drawn() -> Registration:
    secret, login, password = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
    return Registration(secret, login, password)


def _registration(document: Any) -> Registration:
    secret, login, password = (document[name] for name in ("secret", "login", "password"))
    number = document.get("webhook_id")
    # A short or empty one would let strangers in.
    if not all(isinstance(text, str) and len(text) >= SECRET_BYTES for text in (secret, login, password)):
        raise ValueError
    return Registration(secret, login, password, number if isinstance(number, int) else None)


def _learn(registration: Registration) -> None:
    for text in (registration.secret, registration.login, registration.password):
        redact.learn(text)
