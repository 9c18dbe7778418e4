"""Documents that are read as resources: what words mean here, what cannot be done, what is allowed."""

from __future__ import annotations

from typing import Any, get_args

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.settings import Reveal, Settings, WriteMode

GLOSSARY = """\
# Words that totals rest on

- **Status classes.** `confirmed`: new, modified (and the deprecated confirmed). `owner_stay`: ownerStay.
  `needs_action`: pending, unconfirmed, awaitingPayment, awaitingGuestVerification. `inquiry`: inquiry,
  inquiryPreapproved. `dead`: inquiryDenied, inquiryTimedout, inquiryNotPossible, declined, expired,
  cancelled. Anything else is `unknown`, and the answer says so.
- **Nights sold**: nights of confirmed stays, arrival ≤ night < departure; for occupancy never more than the
  listing has units, for ADR each stay's own nights.
- **Nights available**: units × nights of active listings, less owner-stay nights, less blocked nights
  (nights that the calendar blocks and no stay uses). Archived listings are in no figure of the portfolio.
- **Occupancy** = nights sold ÷ nights available.
- **Accommodation revenue**: base rate, price per extra person and the discounts on them (weekly, monthly);
  without taxes, cleaning and other fees, commissions, deposits. Without finance fields: total price less
  cleaning fee less tax, with a warning.
- **ADR** = accommodation revenue ÷ its nights. Stays without any price fill nights, are left out of ADR,
  and are named in `excluded`. **RevPAR** = the same revenue ÷ nights available.
- **Basis**: `night` (each night's even share; the default), `arrival`, `departure`, `booked`. Income from
  cancelled stays is on its own line, never inside ADR.
- **Gap**: 1 to 3 available nights closed in on both sides. **Conflict**: two stays that block one
  unit-night, more stays than units, a day not pushed to channels, a turnover shorter than the cleaning
  time. A departure and an arrival on one day are none.
- **Waiting**: the guest has asked or reported something since the last message that a person on the host's
  side really sent. Automated and failed messages do not answer; a closing "thanks" needs no answer.
- **Turnover**: a departure of a confirmed or owner stay and the next arrival on the same unit. **Slack**:
  check-in less check-out, in hours that really pass.
- **Balance**: total price less paid charges plus refunds, for stays whose money the host collects.
- **Pace**: nights on the books for a period against the same period 364 days earlier as it stood 364 days
  ago. **Lead time**: whole days from booking to arrival.
- **Money** of different currencies is never added. `as_of` is the age of the oldest fact; `complete: false`
  means that something the question covers could not be had, and `missing` names it.
"""

_READS_ONLY = """\
- **It changes nothing at Hostaway**: no message is sent, no price set, no night blocked, no stay cancelled.
"""
_PROPOSES = """\
- **It changes nothing by itself**: a change is proposed, shown, and done once a person agrees and nothing it
  rests on has changed. What no tool proposes is done in Hostaway: payments, refunds, channel connections,
  automations, users.
- **It never overbooks**: nights with a stay are not sold again, whatever is asked.
- **A message that was sent** cannot be taken back, nor can a cancelled stay be made valid again.
"""
_CANNOT = """\
# What this server cannot do

{changes}- **Reviews** can be read; replying to them and reviewing guests is done in Hostaway.
- **Owner statements** can be read; they are made in Hostaway.
- **Tags and groups of listings** are not in Hostaway's API: a group here is a city or country, and a tag is
  matched against amenities and custom fields.
- **Guests have no number of their own** in Hostaway; one is known by a stay.
- **Payments**: card numbers are never read; whether a card is virtual is all that is known of it.
- **Calendars, listings, tasks and reviews** have no webhooks: what changes in them is seen by reading them
  again, and `as_of` says when that was. What channels do and do not show to guests is not in the API.
- **History before two years** is read when it is asked about, where there is much of it.
- **Figures of the market** (competitors' prices, demand, events) are not Hostaway's, and none are made up.
"""


def cannot_of(settings: Settings) -> str:
    """What is not possible, by whether changes are proposed."""
    writes = settings.hostaway_mcp_writes is WriteMode.PROPOSE
    return _CANNOT.format(changes=_PROPOSES if writes else _READS_ONLY)


def policy_of(settings: Settings) -> dict[str, Any]:
    """
    What may be done, in plain words where changes are proposed, and which masked kinds may be shown where a
    call asks for it (`reveal`).
    """
    shown = frozenset(settings.hostaway_mcp_reveal)
    writes = settings.hostaway_mcp_writes
    return {
        "writes": writes.value,
        **({"changes": _changes(settings)} if writes is WriteMode.PROPOSE else {}),
        "reveal": {kind: kind in shown for kind in get_args(Reveal)},
        "keeps_messages_days": settings.hostaway_mcp_keep_messages_days,
        "keeps_contacts_days": settings.hostaway_mcp_keep_contacts_days,
        "requests": {
            "per_ip": settings.hostaway_rate_ip,
            "per_account": settings.hostaway_rate_account,
            "window_seconds": settings.hostaway_rate_window_seconds,
        },
    }


def _changes(settings: Settings) -> list[str]:
    """The policy in force, as it is read before each proposal."""
    # What it is made of takes its time to load; few ask for it.
    from hostaway_mcp.services.writes.policy import PolicyFile

    try:
        return PolicyFile(settings.hostaway_mcp_data_dir).now().in_words()
    except HostawayMcpError as error:
        return [f"Nothing may be changed: {error.sentence}"]
