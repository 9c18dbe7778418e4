"""
Asks the person behind a client whether a proposal shall be done, where the client says that it can ask one.

The question is the server's own, word by word, and what is agreed to is that proposal and nothing else: not
a word of the client's or the model's goes into either.
"""

from __future__ import annotations

import hashlib
import json

from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from hostaway_mcp.calls import AskPerson
from hostaway_mcp.errors import NeedsPersonError
from hostaway_mcp.server.identity import Context, caller_of, door_of

AGREE, APPROVAL = "agree", "approval"
"""The one field of the form, and the name of the one question."""

FORM = {
    "type": "object",
    "properties": {AGREE: {"type": "boolean", "title": "Do this in Hostaway", "default": False}},
    "required": [AGREE],
}


class Person:
    """
    The person behind one tool call.

    Before 2026-07-28 they are asked over the session while the call waits. Since then the question is the
    answer to a first call (`question`); a second one brings what they said, and the state that went with the
    question. That state is sealed on its way (`sealing.py`) and must name this account's proposal, this
    caller and these very words; else the question is asked, whatever the call says that somebody answered.
    """

    def __init__(self, context: Context, params: CallToolRequestParams, *, account: str) -> None:
        self.question: InputRequiredResult | None = None
        """Set once somebody has to be asked in another round."""
        self._context = context
        self._params = params
        self._account = account

    @property
    def ask(self) -> AskPerson | None:
        """How to ask them; None where this client cannot."""
        session = self._context.session
        able = session.client_capabilities
        forms = able.elicitation if able else None
        # Nothing in it means forms, the only kind there was at first.
        if forms is None or (forms.form is None and forms.url is not None):
            return None
        if self._context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return self._in_rounds
        return self._on_the_session if session.can_send_request else None

    async def _on_the_session(self, change_id: str, question: str) -> bool:
        try:
            said = await self._context.session.elicit_form(question, FORM, self._context.request_id)
        except (MCPError, ValidationError):
            raise NeedsPersonError(
                f"The client did not ask its person about {change_id}; nothing was sent.",
                hint=f"They can agree in a terminal: hostaway-mcp approve {change_id}. Then apply it again.",
            ) from None
        return _is_yes(said)

    async def _in_rounds(self, change_id: str, question: str) -> bool:
        state = self._state(change_id, question)
        said = (self._params.input_responses or {}).get(APPROVAL)
        if isinstance(said, ElicitResult) and self._params.request_state == state:
            return _is_yes(said)
        form = ElicitRequestFormParams(message=question, requested_schema=FORM)
        self.question = InputRequiredResult(
            input_requests={APPROVAL: ElicitRequest(params=form)}, request_state=state
        )
        raise NeedsPersonError(f"A person is asked about {change_id}; nothing was sent yet.")

    def _state(self, change_id: str, question: str) -> str:
        """What the question was about and who was asked; the same for the same question."""
        facts = [self._account, door_of(self._context), caller_of(self._context), change_id, question]
        written = json.dumps(facts).encode()
        return f"{change_id} {hashlib.sha256(written).hexdigest()}"


def _is_yes(said: ElicitResult) -> bool:
    """Only a form that was sent with the box ticked; declined and dismissed are a no."""
    return said.action == "accept" and (said.content or {}).get(AGREE) is True
