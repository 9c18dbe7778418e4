"""Access tokens: issued and revoked, unsigned."""

from __future__ import annotations

from hostaway_mcp.client.operations import CREATE_ACCESS_TOKEN, REVOKE_ACCESS_TOKEN
from hostaway_mcp.client.rows import Done, Noun, One
from hostaway_mcp.models.access_tokens import AccessToken


class AccessTokens(Noun):
    """
    Tokens of this account. The client issues and renews its own; these are for tools about tokens.

    Source: Hostaway API reference, "Authentication".
    """

    async def create(self, *, account_id: str, client_secret: str) -> One[AccessToken]:
        """A new token, good from about one second after it was issued, for `expires_in` seconds."""
        body = {
            "grant_type": "client_credentials",
            "client_id": account_id,
            "client_secret": client_secret,
            "scope": "general",
        }
        return await self._one(CREATE_ACCESS_TOKEN, AccessToken, body=body)

    async def revoke(self, token: str) -> Done:
        """Ends a token."""
        return await self._do(REVOKE_ACCESS_TOKEN, query={"token": token})
