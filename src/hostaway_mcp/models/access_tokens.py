"""The token that opens the account."""

from __future__ import annotations

from pydantic import ConfigDict

from hostaway_mcp.models.lenient import Secret, Wire


class AccessToken(Wire):
    """A bearer token. It works from about one second after it was issued, for `expires_in` seconds."""

    model_config = ConfigDict(alias_generator=None)

    token_type: str | None = None
    expires_in: int
    access_token: Secret
