"""Seals what a client carries from one round of questions to the next: it is the client's to forge."""

from __future__ import annotations

import hmac
import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from mcp.server.context import CallNext, HandlerResult
from mcp_types.methods import is_input_required

from hostaway_mcp.server.identity import Context
from hostaway_mcp.settings import Settings

if TYPE_CHECKING:
    from mcp.server.request_state import RequestStateBoundary

SECONDS = 300.0
"""How long a question may be answered: as long as a proposal holds."""


class Seal:
    """
    The SDK's seal (AES-256-GCM over state, tool, arguments and time), with a key of the account's own.

    All servers of an account have the same key, made from its secret, so that any of them may be asked next.
    The SDK's module brings the cryptography package, so it is loaded with the first question.
    """

    def __init__(self, settings: Settings, *, audience: str) -> None:
        self._settings = settings
        self._audience = audience

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        if (ctx.params or {}).get("requestState") is not None:
            return await self._boundary(ctx, call_next)
        result = await call_next(ctx)
        if not is_input_required(result):
            return result

        async def asked(_: Context) -> HandlerResult:
            return result

        return await self._boundary(ctx, asked)

    @cached_property
    def _boundary(self) -> RequestStateBoundary:
        from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

        # Without a secret nothing can be proposed, and a key that anybody can make is none.
        secret = self._settings.hostaway_client_secret.get_secret_value() or secrets.token_hex()
        name = f"hostaway-mcp request state of {self._settings.hostaway_account_id}"
        key = hmac.digest(secret.encode(), name.encode(), "sha256")
        security = RequestStateSecurity(keys=[key], ttl=SECONDS)
        return RequestStateBoundary(security, default_audience=self._audience)
