"""Access tokens: issued, too young, revoked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

LIFETIME_SECONDS = 63_158_400
TOO_YOUNG_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client proves itself with: the account id and the secret from the dashboard."""

    account_id: str
    client_secret: str


@dataclass(slots=True)
class Token:
    """One token and the monotonic second it was issued at."""

    text: str
    account: str
    issued_at: float


class Tokens:
    """
    The tokens that are alive; several may be at once.

    A token works from one second after it was issued, and an expired, revoked or unknown one is a 403.
    Source: Hostaway API reference, "Authentication".
    """

    def __init__(self, credentials: Credentials, seed: int) -> None:
        self.credentials = credentials
        self.issued = 0
        self.early_uses = 0
        self.lifetime_seconds: float = LIFETIME_SECONDS
        self.deleted = False
        self._seed = seed
        self._alive: dict[str, Token] = {}

    def issue(self, account: str, secret: str, *, at: float) -> Token | None:
        """A new token, or None for wrong credentials."""
        given = Credentials(account, secret)
        if self.deleted or given != self.credentials:
            return None
        self.issued += 1
        text = hashlib.sha256(f"sandbox/{self._seed}/{self.issued}".encode()).hexdigest()
        token = Token(f"sandbox.{text}", account, at)
        self._alive[token.text] = token
        return token

    def owner(self, authorization: str) -> str | None:
        """The account whose living token this header carries, even if it is too young."""
        token = self._find(authorization)
        return token.account if token else None

    def is_usable(self, authorization: str, *, at: float) -> bool:
        """Whether this header opens the door now."""
        token = self._find(authorization)
        if token is None or self.deleted or at - token.issued_at >= self.lifetime_seconds:
            return False
        if at - token.issued_at < TOO_YOUNG_SECONDS:
            self.early_uses += 1
            return False
        return True

    def revoke(self, text: str) -> None:
        """Ends one token."""
        self._alive.pop(text, None)

    def revoke_all(self) -> None:
        """Ends every token."""
        self._alive.clear()

    def _find(self, authorization: str) -> Token | None:
        kind, _, text = authorization.partition(" ")
        return self._alive.get(text.strip()) if kind.lower() == "bearer" else None
