"""
The lease book: who may send to Hostaway, and when. Pure: no I/O, no clock; every instant is a parameter.

A limit of L requests per window W is kept with L leases. A lease is taken before a request is sent and
comes back W after its answer was complete. Each request needs one lease that counts for the IP and for
its account, so both limits are taken together.

**Why it cannot overshoot.** Hostaway counts a request at some instant `a` between sending `s` and the
complete answer `r`. The same lease is used again at `s' >= r + W`, so `a' >= s' >= r + W >= a + W`: any
half-open window of length W holds at most one arrival per lease, hence at most L, whatever the network's
delays, the number of processes or their order. A schedule with at most L arrivals in every window also
passes aligned fixed windows and a token bucket of L that refills at L/W. A request without a complete
answer may still arrive a little later than it was given up, so its lease ends a guard later. The price is
the response time R: no more than W/(W+R) of the limit can be used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor import Budget
from hostaway_mcp.client.governor.records import Lease, Limits, Line, Look
from hostaway_mcp.client.governor.scope import Scope

CLOCK_DRIFT = 0.001
"""Our second against Hostaway's: time daemons bend a clock by up to 0.0005, on both sides."""

RESERVED = 2
"""Leases that background work leaves alone while a person is active."""

ACTIVE_SECONDS = 600.0
"""How long after a question a person counts as active."""

PATIENCE_WINDOWS = 3.0
"""Background work that found no turn for so many windows gets the next one, so that it never stands still."""

LOOKS_PER_WINDOW = 5
"""How often the first of a line looks, although nothing is foreseen: others may have given up."""

GRACE_SECONDS = 2.0
"""A line that is so late for its own next look has no living process behind it, and is passed over."""

LOWEST_SHARE = 2 / 3
"""The limit is lowered to this share of the IP's at most: 10 of 15."""

OWN_SHARE = 0.8
"""A 429 with fewer of our own requests than this share of the limit is somebody else's doing."""

OTHERS_SECONDS = 3_600.0
"""How long one 429 at a low rate of our own is held to mean that somebody else uses the budget."""


_PLAIN = Scope()
"""What is known of an account of which nothing is known."""


@dataclass(slots=True)
class Book:
    """
    Everything the processes of a machine know together; `limits` are the strictest among them.

    Predicted instant of a request with n requests ahead of it, for each limit of L leases: the leases of
    that limit are ordered by the instant they come back (now, for a free one; W after the expected answer,
    for one under way), and the request gets lease n mod L of that order, n div L rounds of W + R later.
    Background work does without the first two while a person is active and follows its pace besides. The
    later of both limits and of their pauses holds. Requests that come later and go first are not foreseen.
    """

    limits: Limits
    leases: list[Lease] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)
    ip: Scope = field(default_factory=Scope)
    accounts: dict[str, Scope] = field(default_factory=dict)
    claims: dict[str, float] = field(default_factory=dict)
    """The limits of other processes as "ip:account:window", and until when they bind."""
    serial: int = 0
    person_at: float | None = None
    response_seconds: float = 0.5
    """The usual time from sending to the complete answer."""
    refused: int = 0
    others_until: float = 0.0
    touched: float = 0.0
    """The last instant at which anybody looked."""

    # -- asking for a turn --

    def look(self, key: str, *, account: str, lane: Lane, count: int, place: int, now: float) -> Look:
        """
        The line `key` now has `count` requests waiting; a lease for the first if it is its turn.

        `place` is 1 for one who asks for the first in line, else the place whose instant is asked for.
        """
        self._settle(now)
        if lane is Lane.INTERACTIVE:
            self.person_at = now
        line = self.lines.get(key)
        if line is None:
            line = self.lines[key] = Line(account, lane, count, self._next_serial(), now, now)
        line.count = count
        at = self._instant(key, line, place, now)
        if place == 1 and at <= now:
            return Look(self._take(key, line, now), now, now)
        next_look = min(at, now + self.limits.window_seconds / LOOKS_PER_WINDOW)
        line.next_look = next_look
        return Look(None, at, next_look)

    def predict(self, key: str, *, account: str, lane: Lane, requests: int, now: float) -> float:
        """The instant at which `requests` more requests of the line would all have been sent."""
        self._settle(now)
        line = self.lines.get(key) or Line(account, lane, 0, self.serial + 1, now, now)
        return self._instant(key, line, line.count + requests, now)

    def leave(self, key: str, *, count: int) -> None:
        """Requests of the line gave up; `count` are left."""
        if count and key in self.lines:
            self.lines[key].count = count
        else:
            self.lines.pop(key, None)

    # -- what came of it --

    def end(self, serial: int, *, account: str, answered: bool, now: float) -> None:
        """The answer is complete; or, `answered` False, the request was given up and may still arrive."""
        ended = now if answered else now + self.limits.guard_seconds
        lease = next((one for one in self.leases if one.serial == serial), None)
        if lease is None:
            # It took longer than any call should, and the book gave it up. It was sent: it counts again.
            self.leases.append(Lease(serial, account, now, ended))
            return
        lease.ended = ended
        if answered:
            self.response_seconds += 0.1 * (now - lease.taken - self.response_seconds)
            self.ip.note_clean(configured=self.limits.ip)
            if account in self.accounts:
                self.accounts[account].note_clean(configured=self._binding)

    def refuse(
        self, *, account: str, retry_after_seconds: float | None, applied: str | None, now: float
    ) -> bool:
        """
        Hostaway answered 429; `applied` is the limit it named: endpoint, account, ip or provider.

        The IP's pause stops everybody, an account's stops that account. The first 429 of a pause lowers
        the limit by one; the others were under way already and say nothing new. An endpoint's own counter
        says nothing about the general limits: its account pauses for a window at most.

        True if a pause began; False if it was on already.
        """
        self._settle(now)
        self.refused += 1
        of_account = applied in ("account", "endpoint")
        scope = self._account(account) if of_account else self.ip
        began = scope.paused_until <= now
        if applied == "endpoint":
            scope.pause(None, window=self.limits.window_seconds, now=now)
            return began
        scope.pause(retry_after_seconds, window=self.limits.window_seconds, now=now)
        if began:
            self._lower(scope, account if of_account else None, now)
        return began

    def _lower(self, scope: Scope, account: str | None, now: float) -> None:
        """Steps down under the limit of an account, or of the IP; notes whether the 429 can be ours."""
        floor = round(self.limits.ip * LOWEST_SHARE)
        configured = self.limits.ip if account is None else self._binding
        own = len(self.leases) if account is None else self._used(account)
        if own <= OWN_SHARE * configured:
            self.others_until = now + OTHERS_SECONDS
        scope.lower(configured=configured, floor=floor)

    def budget(self, *, account: str, now: float) -> Budget:
        """How things stand for one account."""
        self._settle(now)
        scope = self.accounts.get(account, _PLAIN)
        ip_limit = self.ip.limit(self.limits.ip)
        background = Line(account, Lane.BACKGROUND, 0, self.serial, now, now)
        waiting = {
            lane: sum(line.count for line in self.lines.values() if line.lane is lane) for lane in Lane
        }
        return Budget(
            ip_limit=ip_limit,
            account_limit=scope.limit(self.limits.account),
            window_seconds=self.limits.window_seconds,
            ip_used=len(self.leases),
            account_used=self._used(account),
            waiting=sum(waiting.values()),
            paused_seconds=max(0.0, self.ip.paused_until - now, scope.paused_until - now),
            refused=self.refused,
            shared_by_others=self.others_until > now,
            waiting_by_lane=waiting,
            reserved=self._held(background, ip_limit, now),
        )

    # -- who is next --

    def _instant(self, key: str, line: Line, place: int, now: float) -> float:
        """The earliest instant for the request at `place` of the line: the later of what both limits say."""
        ahead = self._ahead(key, line, place, now)
        returns = self._returns(self.leases, now)
        at = self._instant_of(self.ip, self.limits.ip, returns, line, ahead, now)
        scope = self.accounts.get(line.account, _PLAIN)
        limit = scope.limit(self.limits.account)
        if limit >= self.ip.limit(self.limits.ip):
            # No more leases are in use for the account than for the IP, so it cannot hold up anything longer.
            return max(at, scope.paused_until)
        returns = self._returns([lease for lease in self.leases if lease.account == line.account], now)
        same = [row for row in ahead if row[0].account == line.account]
        return max(at, self._instant_of(scope, self.limits.account, returns, line, same, now))

    def _instant_of(
        self,
        scope: Scope,
        configured: int,
        returns: list[float],
        line: Line,
        ahead: list[tuple[Line, int]],
        now: float,
    ) -> float:
        """The formula of the class, for one limit; `returns` are the leases in use, soonest first."""
        limit = scope.limit(configured)
        held = self._held(line, limit, now)
        rounds, nth = divmod(sum([count for _, count in ahead]), limit - held)
        nth += held - (limit - len(returns))
        at = (now if nth < 0 else returns[nth]) + rounds * (self._window + self.response_seconds)
        if self._is_paced(line, scope, now):
            paced = sum([count for other, count in ahead if self._is_paced(other, scope, now)])
            at = max(at, max(scope.paced_at, now) + paced * self._window / (limit - held))
        return max(at, scope.paused_until)

    def _ahead(self, key: str, line: Line, place: int, now: float) -> list[tuple[Line, int]]:
        """The lines from which requests go before the one at `place` of this line, and how many from each."""
        ahead = [(line, place - 1)]
        starved = self._is_starved(line, now)
        for other_key, other in self.lines.items():
            if other_key == key or self._is_held_up(other, line.account, now):
                continue
            if other.lane is line.lane:
                count = min(other.count, place - (other.ticket > line.ticket))
            elif other.lane < line.lane:
                count = 0 if starved else other.count
            else:
                count = 1 if self._is_starved(other, now) else 0
            ahead.append((other, count))
        return ahead

    def _is_held_up(self, line: Line, account: str, now: float) -> bool:
        """Whether a line waits for something that does not hold up `account`: it is passed meanwhile."""
        if line.account == account:
            return False
        scope = self.accounts.get(line.account, _PLAIN)
        return scope.paused_until > now or self._used(line.account) >= scope.limit(self.limits.account)

    def _is_starved(self, line: Line, now: float) -> bool:
        """Whether background work has stood still for so long that it goes first once."""
        if line.lane is Lane.INTERACTIVE:
            return False
        return now - max(line.since, self.ip.paced_at) > PATIENCE_WINDOWS * self._window

    def _held(self, line: Line, limit: int, now: float) -> int:
        """
        Leases that background work leaves to persons: two while one is active.

        Fewer under a limit too small to share, and none when it has stood still for too long.
        """
        if line.lane is Lane.INTERACTIVE or not self._is_somebody_there(now) or self._is_starved(line, now):
            return 0
        return min(RESERVED, (limit - 1) // 2)

    def _is_paced(self, line: Line, scope: Scope, now: float) -> bool:
        """
        Background work never bursts; nobody does since Hostaway refused more.

        A first filling may: whoever comes meanwhile waits for a window once, and it is paced from then on.
        """
        if line.lane is Lane.FILLING:
            return scope.lowered_to is not None or self._is_somebody_there(now)
        return line.lane is Lane.BACKGROUND or scope.lowered_to is not None

    def _is_somebody_there(self, now: float) -> bool:
        return self.person_at is not None and now - self.person_at <= ACTIVE_SECONDS

    def _take(self, key: str, line: Line, now: float) -> int:
        """Takes the lease for the first of the line; the next one draws a new ticket."""
        serial = self._next_serial()
        self.leases.append(Lease(serial, line.account, now))
        account = self._account(line.account)
        for scope, configured in ((self.ip, self.limits.ip), (account, self.limits.account)):
            if self._is_paced(line, scope, now):
                limit = scope.limit(configured)
                scope.pace(self._window / (limit - self._held(line, limit, now)), now=now)
        line.count -= 1
        if line.count:
            line.ticket, line.since, line.next_look = serial, now, now
        else:
            del self.lines[key]
        return serial

    # -- time --

    @property
    def _window(self) -> float:
        return self.limits.window_seconds * (1 + CLOCK_DRIFT)

    @property
    def _lost_after(self) -> float:
        """A request of which nothing was heard so long after sending is held to have ended then."""
        return self.limits.longest_call_seconds + self.limits.guard_seconds

    def _returns(self, leases: list[Lease], now: float) -> list[float]:
        """When each lease comes back, soonest first; under way, a window after the answer is expected."""
        usual, lost, window = self.response_seconds, self._lost_after, self._window
        return sorted(
            [
                (min(max(one.taken + usual, now), one.taken + lost) if one.ended is None else one.ended)
                + window
                for one in leases
            ]
        )

    def _settle(self, now: float) -> None:
        """Lets go of what is over."""
        if self.touched > now + 1:
            self._begin_anew()  # the monotonic clock was started again: what is written was another life's
        self.touched = max(self.touched, now)
        ended = now - self._window
        taken = ended - self._lost_after
        self.leases = [
            lease
            for lease in self.leases
            if (lease.taken > taken if lease.ended is None else lease.ended > ended)
        ]
        late = [key for key, line in self.lines.items() if now > line.next_look + GRACE_SECONDS]
        for key in late:
            del self.lines[key]
        plain = [account for account, scope in self.accounts.items() if scope.is_plain(now)]
        for account in plain:
            del self.accounts[account]

    def _begin_anew(self) -> None:
        """Forgets every instant; lowered limits and counts stay, they are about Hostaway."""
        self.leases, self.lines, self.claims = [], {}, {}
        self.person_at, self.others_until, self.touched = None, 0.0, 0.0
        for scope in (self.ip, *self.accounts.values()):
            scope.paused_until = scope.paced_at = 0.0

    # -- small things --

    @property
    def _binding(self) -> int:
        """The limit that an account alone can reach: its own, or the IP's when that is smaller."""
        return min(self.limits.ip, self.limits.account)

    def _next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def _used(self, account: str) -> int:
        return sum(1 for lease in self.leases if lease.account == account)

    def _account(self, account: str) -> Scope:
        return self.accounts.setdefault(account, Scope())
