"""The checks of the way to Hostaway: reachability, clock, token, limits."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta

import httpx2

from hostaway_mcp.cli.doctor.finding import Contact, Finding, Kind, Situation, failed, note, ok, skipped
from hostaway_mcp.errors import (
    BusyError,
    CredentialsError,
    ForbiddenError,
    HostawayMcpError,
    NotFoundError,
    RateLimitedError,
    SettingsError,
    UnavailableError,
)

MOST_CLOCK_DIFFERENCE = timedelta(minutes=5)


def reachability(situation: Situation) -> Iterator[Finding]:
    """Names, certificates, proxies, and whether it is Hostaway that answers."""
    contact = situation.contact
    if contact.proxy:
        yield note(f"The proxy {contact.proxy} stands between this machine and {contact.host}.")
    if is_reached(contact):
        yield ok(f"{contact.host} answers.")
    elif contact.status is not None:
        yield _not_hostaway(contact)
    else:
        yield _not_there(contact)


def access(situation: Situation) -> Iterator[Finding]:
    """Whether Hostaway accepts the account id and secret, and lets them read."""
    contact = situation.contact
    if not contact.signed:
        yield skipped("Without credentials there is nothing to try.")
    elif isinstance(contact.error, CredentialsError):
        yield failed(
            contact.error.message,
            repair="Run hostaway-mcp login with the id and secret of Hostaway's dashboard.",
            kind=Kind.CREDENTIALS,
        )
    elif isinstance(contact.error, ForbiddenError):
        yield note("Hostaway accepts the credentials, but they may not read listings.")
    elif contact.error is None:
        yield ok(f"Hostaway accepts the credentials; the account has {contact.listings} listings.")
    else:
        yield skipped("Hostaway gave no answer to it.")


def clock(situation: Situation) -> Iterator[Finding]:
    """Our clock against Hostaway's; tokens, webhooks and "today" go by it."""
    ahead = situation.contact.clock_ahead
    if ahead is None:
        yield skipped("No answer told the time.")
    elif abs(ahead) <= MOST_CLOCK_DIFFERENCE:
        yield ok("This machine's clock agrees with Hostaway's.")
    else:
        way = "ahead of" if ahead > timedelta() else "behind"
        yield failed(
            f"This machine's clock is {_in_words(abs(ahead))} {way} Hostaway's.",
            repair="Let the system set its time from the network (NTP).",
        )


def token(situation: Situation) -> Iterator[Finding]:
    """How old the access token is and when it ends; it is renewed by itself."""
    status = situation.contact.token
    if status is None:
        yield skipped("There is none yet.")
        return
    age, left = situation.now - status.issued_at, status.expires_at - situation.now
    yield ok(
        f"Issued {_in_words(age)} ago, ends {status.expires_at:%Y-%m-%d} (in {_in_words(left)}); "
        "it is renewed before."
    )


def limits(situation: Situation) -> Iterator[Finding]:
    """What of the request budget is in use, and whether Hostaway ever said 429."""
    budget = situation.contact.budget
    if budget is None:
        yield skipped("Not looked at.")
        return
    yield ok(
        f"{budget.ip_limit} requests per IP and {budget.account_limit} per account in "
        f"{budget.window_seconds:g} s; {max(budget.ip_used, budget.account_used)} in use."
    )
    if budget.shared_by_others:
        yield failed(
            "Hostaway refused requests although this machine kept within the limits: another program uses "
            "the account's budget.",
            repair="Lower HOSTAWAY_RATE_ACCOUNT to this machine's share, or stop the other program.",
        )
    elif budget.refused:
        yield note(f"Hostaway has refused {budget.refused} requests for their number so far.")


def is_reached(contact: Contact) -> bool:
    """Whether it was Hostaway that answered, whatever it said."""
    if contact.status is None:
        return False
    if isinstance(contact.error, CredentialsError | ForbiddenError | RateLimitedError | BusyError):
        return "json" in contact.content_type
    return contact.error is None


def _not_hostaway(contact: Contact) -> Finding:
    said = f"{contact.host} answered HTTP {contact.status}"
    if isinstance(contact.error, UnavailableError) or (contact.status or 0) >= 500:
        return failed(f"{said}: it is having trouble.", repair="Try again later.", kind=Kind.UNREACHABLE)
    kind = " with a page for people" if "html" in contact.content_type else ""
    what = "" if isinstance(contact.error, NotFoundError) else ", not as Hostaway does"
    return failed(
        f"{said}{kind}{what}.",
        repair="Set HOSTAWAY_BASE_URL to https://api.hostaway.com/v1, or ask who runs the proxy in between.",
        kind=Kind.UNREACHABLE,
    )


def _not_there(contact: Contact) -> Finding:
    said, repair = _diagnosis(contact)
    return failed(said, repair=repair, kind=Kind.UNREACHABLE)


def _diagnosis(contact: Contact) -> tuple[str, str]:
    """Why nothing came back, and the one thing to do."""
    causes = contact.causes
    if contact.proxy:
        return (
            contact.error.message
            if isinstance(contact.error, SettingsError)
            else f"The proxy {contact.proxy} did not let the question through.",
            "Correct or unset HTTPS_PROXY, or name the host in NO_PROXY.",
        )
    if any(isinstance(one, socket.gaierror | UnicodeError) for one in causes):
        return (
            f"The name {contact.host} is not known here.",
            "Check this machine's network and name server, and the spelling of HOSTAWAY_BASE_URL.",
        )
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
        return (
            f"{contact.host} does not prove who it is: its certificate is not trusted here.",
            "If your office inspects connections, name its certificate in SSL_CERT_FILE.",
        )
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return (
            f"{contact.host} does not speak TLS as it should.",
            "Check HOSTAWAY_BASE_URL, and what stands between this machine and the internet.",
        )
    if any(isinstance(one, ConnectionRefusedError) for one in causes):
        return (f"Nothing listens at {contact.host}.", "Check HOSTAWAY_BASE_URL.")
    if any(isinstance(one, TimeoutError | httpx2.TimeoutException) for one in causes):
        return (f"{contact.host} did not answer in time.", "Check this machine's network and firewall.")
    return (_message(contact.error), "Check this machine's network, and HOSTAWAY_BASE_URL.")


def _message(error: HostawayMcpError | None) -> str:
    return error.message if error else "No answer came."


def _in_words(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    seconds = seconds if seconds < 60 else round(seconds / 60) * 60
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} s"
