"""The face of the sandbox: one false account, its world, its doors, its switches."""

from __future__ import annotations

from datetime import date

from hostaway_mcp.sandbox import routes
from hostaway_mcp.sandbox.app import App, Recorded
from hostaway_mcp.sandbox.clock import Clock, RealClock, WorldClock
from hostaway_mcp.sandbox.deliveries import Delivery, deliver
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.effects import Effects
from hostaway_mcp.sandbox.faults import Faults
from hostaway_mcp.sandbox.limits import Limits, Model
from hostaway_mcp.sandbox.tokens import Credentials, Tokens
from hostaway_mcp.sandbox.world.world import World

ACCOUNT_ID = "10001"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - false on purpose


class Sandbox:
    """
    A stand-in for the Hostaway API with a seeded portfolio.

    `today` fixes the world's date (default: the clock's). `limits` are requests per IP, per account and
    the window in seconds; None switches them off. `strict` refuses what the reference does not document.
    """

    def __init__(
        self,
        seed: int = 1,
        listings: int = 40,
        today: date | None = None,
        strict: bool = True,
        limits: tuple[int, int, float] | None = (15, 20, 10.0),
        clock: Clock | None = None,
    ) -> None:
        routes.load()
        self.clock: Clock = clock or RealClock()
        self.strict = strict
        self.account_id = ACCOUNT_ID
        self.client_secret = CLIENT_SECRET
        self.world = World(
            seed=seed, listings=listings, clock=WorldClock(self.clock, today), account_id=ACCOUNT_ID
        )
        self.world.on_change = self._on_change
        self.tokens = Tokens(self.credentials, seed)
        self.limits = Limits(limits)
        self.faults = Faults()
        self.requests: list[Recorded] = []
        self.violations: list[str] = []
        self.deliveries: list[Delivery] = []
        self.effects = Effects()
        self.rate_headers = False
        self.date_type_enabled = False
        self.app = App(self)

    @property
    def credentials(self) -> Credentials:
        """The account id and secret that open this sandbox."""
        return Credentials(self.account_id, self.client_secret)

    @property
    def tokens_issued(self) -> int:
        """How many tokens were given out."""
        return self.tokens.issued

    @property
    def early_uses(self) -> int:
        """How many requests came with a token in its first second."""
        return self.tokens.early_uses

    @property
    def refused(self) -> int:
        """How many requests a rate limit turned away."""
        return self.limits.refused

    @property
    def limiter(self) -> Model:
        """The model the rate limits follow: sliding_log, fixed_window or token_bucket."""
        return self.limits.model

    @limiter.setter
    def limiter(self, model: Model) -> None:
        self.limits.model = model

    def revoke_all_tokens(self) -> None:
        """Ends every token; the next use of one is a 403."""
        self.tokens.revoke_all()

    def delete_credentials(self) -> None:
        """Makes the credentials useless, and every token with them."""
        self.tokens.deleted = True

    def restore_credentials(self) -> None:
        """Undoes `delete_credentials`."""
        self.tokens.deleted = False

    def _on_change(self, event: str, document: Json) -> None:
        deliver(self, event, document)
