"""Access tokens over HTTP."""

from __future__ import annotations

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.envelope import Reply, success
from hostaway_mcp.sandbox.tokens import LIFETIME_SECONDS

_BAD_CLIENT = {"error": "invalid_client", "error_description": "Client authentication failed"}


@serves("createAccessToken")
def create_access_token(call: Call) -> Reply:
    """A token as a bare OAuth object, or 401 for wrong credentials ("Authentication")."""
    form = call.body
    if form.get("grant_type") != "client_credentials" or form.get("scope") != "general":
        return Reply({"error": "unsupported_grant_type", "error_description": "Grant or scope is wrong"}, 400)
    at = call.sandbox.clock.monotonic()
    account, secret = str(form.get("client_id", "")), str(form.get("client_secret", ""))
    token = call.sandbox.tokens.issue(account, secret, at=at)
    if token is None:
        return Reply(_BAD_CLIENT, 401)
    return Reply({"token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "access_token": token.text})


@serves("revokeAccessToken")
def revoke_access_token(call: Call) -> Reply:
    """Ends the token in the query; needs no other proof ("Authentication")."""
    call.sandbox.tokens.revoke(call.text("token") or "")
    return success([])
