"""Messages to guests: sent once by a named way, and looked for in the thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hostaway_mcp.analytics.said import UNSAID, author
from hostaway_mcp.client import Hostaway
from hostaway_mcp.models.conversations import ConversationMessage, MessageStatus
from hostaway_mcp.services.conversations import when
from hostaway_mcp.services.untrusted import clean, fence
from hostaway_mcp.services.writes.kinds import Back, Landed, State, Verdict
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.store.journal.records import Step
from hostaway_mcp.sync.threads import keep_thread, pages_of

_REASON_CHARS = 120
_SAYS = {
    "sent": "It was sent.",
    "awaiting": "Hostaway has it; it waits to be sent.",
    "paused": "Hostaway has it, and holds it back.",
}


class MessageKind:
    """One message to a guest. It cannot be taken back, and Hostaway has no key to send it only once by."""

    name = "message"

    def __init__(self, hostaway: Hostaway, learner: Learner) -> None:
        self._hostaway = hostaway
        self._learner = learner

    async def read(self, conversation_id: int) -> tuple[ConversationMessage, ...]:
        """All messages of a thread as they are now, scheduled ones too; the replica learns them."""
        pages = [page async for page in pages_of(self._hostaway, conversation_id)]
        await self._learner.learn("messages", lambda store: keep_thread(store, conversation_id, pages))
        return tuple(sorted((row for page in pages for row in page.rows), key=when))

    async def present(self, step: Step) -> State:
        """What was said last, which messages the host wrote, and which of them read as this one."""
        assert step.body is not None  # who has none is not asked
        assert step.conversation_id is not None  # steps of this kind have one
        messages = await self.read(step.conversation_id)
        sent = step.result.get("message_id")
        like = [one for one in written(messages) if one.id == sent or reads_as(one, step.body.body["body"])]
        return state_of(messages) | {
            "like it": {
                str(one.id): {"status": str(one.status or ""), "because": _because(one)} for one in like
            }
        }

    def verdict(self, step: Step, present: State) -> Verdict:
        """Sent if a message that reads so is there and was not before; a failed one is for a person."""
        assert step.body is not None  # who has nothing to compare is not asked
        before = set(step.body.rests_on["host's messages"])
        new = {number: one for number, one in present["like it"].items() if int(number) not in before}
        if not new:
            others = set(present["host's messages"]) - before
            says = "A message that reads otherwise appeared in the thread: look there." if others else ""
            return Verdict(Landed.OTHER if others else Landed.ABSENT, says)
        number = str(step.result.get("message_id"))
        number = number if number in new else max(new, key=int)
        status, because = new[number]["status"], new[number]["because"]
        result = {"message_id": int(number), "status": status}
        if status == MessageStatus.FAILED:
            why = f" because {fence(because)}" if because else ""
            return Verdict(Landed.OTHER, f"Hostaway could not deliver it{why}.", result)
        return Verdict(Landed.APPLIED, _SAYS.get(status, "Hostaway does not say how far it came."), result)

    def result_of(self, _step: Step, reply: Any) -> dict[str, Any]:
        """The message's id and how far it had come."""
        if not isinstance(reply, dict) or not isinstance(reply.get("id"), int):
            return {}
        return {"message_id": reply["id"], "status": str(reply.get("status"))}

    def reverse(self, _step: Step, _present: State) -> Back | None:
        """Not possible."""
        return None


def state_of(messages: Sequence[ConversationMessage]) -> dict[str, Any]:
    """What a new message rests on: what was said last, and what the host has written."""
    last = next((one for one in reversed(messages) if one.status not in UNSAID), None)
    return {
        "last message": last.id if last else None,
        "its status": str(last.status) if last else None,
        "host's messages": sorted(one.id for one in written(messages)),
    }


def written(messages: Sequence[ConversationMessage]) -> list[ConversationMessage]:
    """What people of the host's side wrote, sent or not."""
    return [one for one in messages if author(one) == "host"]


def reads_as(message: ConversationMessage, text: str) -> bool:
    """Whether a message reads as a text, whatever markup Hostaway made of it."""
    words = _words(text)
    return bool(words) and _words(message.body) == words


def _words(text: str) -> list[str]:
    return (clean(text, mask=False, max_chars=len(text) + 1) or "").split()


def _because(message: ConversationMessage) -> str | None:
    reason = message.readable_reason_failed or message.reason_failed
    return clean(reason, max_chars=_REASON_CHARS)
