"""The lease book by hand: small limits, round instants, and then any schedule at all."""

from __future__ import annotations

import json
from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.book import CLOCK_DRIFT, OTHERS_SECONDS, Book
from hostaway_mcp.client.governor.document import CLAIM_SECONDS, from_json, to_json
from hostaway_mcp.client.governor.records import Limits, Look
from hostaway_mcp.client.governor.scope import LONGEST_PAUSE_SECONDS, RECOVERY_ANSWERS

W = 10.0
DRIFT = W * CLOCK_DRIFT
THREE = Limits(ip=3, account=2, window_seconds=W, longest_call_seconds=30.0, guard_seconds=1.0)
FULL = Limits(ip=15, account=20, window_seconds=W)


def ask(
    book: Book,
    now: float,
    *,
    key: str = "a",
    account: str = "1",
    lane: Lane = Lane.INTERACTIVE,
    count: int = 1,
) -> Look:
    """The look of one who stands in front."""
    return book.look(key, account=account, lane=lane, count=count, place=1, now=now)


def send(book: Book, now: float, *, account: str = "1", lane: Lane = Lane.INTERACTIVE) -> int:
    """A turn that is there at once."""
    lease = ask(book, now, account=account, lane=lane).lease
    assert lease is not None
    return lease


def answer(book: Book, lease: int, now: float, *, account: str = "1", answered: bool = True) -> None:
    book.end(lease, account=account, answered=answered, now=now)


def refuse(
    book: Book, now: float, *, account: str = "1", after: float | None = None, applied: str | None = None
) -> None:
    book.refuse(account=account, retry_after_seconds=after, applied=applied, now=now)


# -- leases --


def test_a_lease_comes_back_one_window_after_the_answer() -> None:
    """Sent at 0, answered at 0.4: the only lease is free at 10.4 (and a hundredth, for the clocks)."""
    book = Book(Limits(ip=1, account=1, window_seconds=W))
    answer(book, send(book, 0.0), 0.4)
    assert ask(book, 1.0).at == pytest.approx(10.4 + DRIFT)
    assert ask(book, 10.40).lease is None
    assert ask(book, 10.41 + DRIFT).lease is not None


def test_both_limits_hold_together() -> None:
    """Three for the IP, two for each account: 1, 1 and 2 go; account 1 is full, then the IP is."""
    book = Book(THREE)
    send(book, 0.0)
    send(book, 0.0)
    assert ask(book, 0.0).lease is None
    book.leave("a", count=0)
    send(book, 0.0, account="2")
    assert ask(book, 0.0, account="2").lease is None
    budget = book.budget(account="1", now=0.0)
    assert (budget.ip_used, budget.account_used) == (3, 2)


def test_a_request_given_up_counts_a_guard_longer() -> None:
    """Cancelled at 2, it may still arrive until 3: the lease is back at 13."""
    book = Book(Limits(ip=1, account=1, window_seconds=W, guard_seconds=1.0))
    answer(book, send(book, 0.0), 2.0, answered=False)
    assert ask(book, 2.5).at == pytest.approx(13.0 + DRIFT)


def test_the_lease_of_a_dead_process_comes_back() -> None:
    """Nothing is heard of it: longest call 30 + guard 1 + window 10."""
    book = Book(Limits(ip=1, account=1, window_seconds=W))
    send(book, 0.0)
    assert ask(book, 40.9).lease is None
    assert ask(book, 41.1).lease is not None


def test_an_answer_after_the_lease_was_given_up_counts_again() -> None:
    """A call of 50 s outlived its lease; from its answer on it counts for a window."""
    book = Book(Limits(ip=1, account=1, window_seconds=W))
    lease = send(book, 0.0)
    book.budget(account="1", now=45.0)
    answer(book, lease, 50.0)
    assert ask(book, 55.0).at == pytest.approx(60.0 + DRIFT)


# -- prediction --


def test_the_predicted_wait_follows_the_returns_of_the_leases() -> None:
    """
    Three leases, answered at 0, 1 and 2, are back at 10, 11 and 12. Of requests asked for at 5 the first
    goes at 10, the third at 12, the fourth a window and a response time after the first.
    """
    book = Book(Limits(ip=3, account=3, window_seconds=W), response_seconds=0.5)
    leases = [send(book, 0.0) for _ in range(3)]
    for instant, lease in enumerate(leases):
        answer(book, lease, float(instant))
    usual = book.response_seconds

    def wait(requests: int) -> float:
        return book.predict("x", account="1", lane=Lane.INTERACTIVE, requests=requests, now=5.0) - 5.0

    assert wait(1) == pytest.approx(5.0 + DRIFT)
    assert wait(3) == pytest.approx(7.0 + DRIFT)
    assert wait(4) == pytest.approx(5.0 + DRIFT + W + DRIFT + usual)


def test_an_idle_budget_predicts_no_wait_for_fifteen_and_a_window_for_the_sixteenth() -> None:
    """B1.5: n requests need a window for each full fifteen before the last."""
    book = Book(FULL, response_seconds=0.4)
    waits = [
        book.predict("x", account="1", lane=Lane.INTERACTIVE, requests=n, now=0.0) for n in (1, 15, 16, 31)
    ]
    assert waits == pytest.approx([0.0, 0.0, 10.41, 20.82])


def test_those_in_front_are_counted_as_the_lines_take_turns() -> None:
    """Another line with five waiting goes before my second request twice, not five times."""
    book = Book(Limits(ip=1, account=1, window_seconds=W), response_seconds=0.0)
    answer(book, send(book, 0.0), 0.0)
    book.response_seconds = 0.0
    ask(book, 1.0, key="other", count=5)
    ask(book, 1.0, key="mine", count=1)
    assert book.predict("mine", account="1", lane=Lane.INTERACTIVE, requests=1, now=1.0) == pytest.approx(
        10.0 + DRIFT + 3 * (W + DRIFT)
    )


def test_a_line_whose_process_died_is_passed_over() -> None:
    """It promised to look again and did not; two seconds later it holds nobody up."""
    book = Book(Limits(ip=1, account=1, window_seconds=W))
    answer(book, send(book, 0.0), 0.0)
    ask(book, 8.5, key="dead")
    ask(book, 8.6, key="mine")
    assert ask(book, 10.02, key="mine").lease is None
    ask(book, 11.9, key="mine")
    assert ask(book, 12.6, key="mine").lease is not None


# -- 429 --


@pytest.mark.parametrize(
    ("after", "pause"),
    [(None, W), (3.0, 3.0), (3_600.0, LONGEST_PAUSE_SECONDS), (-5.0, W), (0.0, W), (float("nan"), W)],
)
def test_a_429_pauses_for_the_time_given_or_a_window(after: float | None, pause: float) -> None:
    """F11, F12: no header, seconds, an hour, a date in the past, garbage."""
    book = Book(FULL)
    refuse(book, 100.0, after=after)
    assert book.budget(account="1", now=100.0).paused_seconds == pytest.approx(pause)
    assert ask(book, 100.0 + pause - 0.1).lease is None
    assert ask(book, 100.0 + pause).lease is not None


@pytest.mark.parametrize(
    ("applied", "other_account_pauses", "ip_limit", "account_limit"),
    [
        (None, True, 14, 20),
        ("ip", True, 14, 20),
        ("provider", True, 14, 20),
        ("account", False, 15, 14),
        ("endpoint", False, 15, 20),
    ],
)
def test_a_429_concerns_the_limit_it_names(
    applied: str | None, other_account_pauses: bool, ip_limit: int, account_limit: int
) -> None:
    """X-RateLimit-Applied; an endpoint's own counter lowers nothing, an unnamed limit is everybody's."""
    book = Book(FULL)
    refuse(book, 100.0, applied=applied)
    assert ask(book, 100.0, account="1").lease is None
    assert (ask(book, 100.0, key="b", account="2").lease is None) is other_account_pauses
    budget = book.budget(account="1", now=100.0)
    assert (budget.ip_limit, budget.account_limit, budget.refused) == (ip_limit, account_limit, 1)


def test_fifteen_429s_of_one_burst_lower_the_limit_once() -> None:
    """The other fourteen were under way already."""
    book = Book(FULL)
    for _ in range(15):
        refuse(book, 100.0)
    budget = book.budget(account="1", now=100.0)
    assert (budget.ip_limit, budget.refused) == (14, 15)


def test_the_limit_is_never_lowered_below_ten() -> None:
    """F13: the lowest level is 10 of 15 per window."""
    book = Book(FULL)
    for incident in range(20):
        refuse(book, 100.0 * (incident + 1))
    assert book.budget(account="1", now=2_000.0).ip_limit == 10


def test_clean_answers_raise_the_limit_again_and_bursts_come_last() -> None:
    """14 in even steps, after 2,000 clean answers 15 in even steps, after 2,000 more 15 with bursts."""
    book = Book(FULL)
    refuse(book, 0.0)
    now = 100.0
    levels = []
    for _ in range(2 * RECOVERY_ANSWERS):
        answer(book, send(book, now), now)
        levels.append(book.ip.lowered_to)
        now += 1.0
    assert levels[RECOVERY_ANSWERS - 2 : RECOVERY_ANSWERS] == [14, 15]
    assert levels[-2:] == [15, None]


def test_nobody_bursts_at_a_lowered_level() -> None:
    """After a 429 even a person's requests keep the distance W/14, one late one made up by half of it."""
    book = Book(FULL)
    refuse(book, 0.0)
    send(book, 100.0)
    assert ask(book, 100.0).at == pytest.approx(100.0 + (W + DRIFT) / 14 / 2)


def test_a_429_at_a_low_rate_is_somebody_elses_doing() -> None:
    """F13: with 12 of 15 leases in use it cannot be us; with 13 it could be a stricter Hostaway."""
    for in_use, others in ((12, True), (13, False)):
        book = Book(FULL)
        for _ in range(in_use):
            send(book, 0.0)
        refuse(book, 0.5)
        assert book.budget(account="1", now=1.0).shared_by_others is others
        assert not book.budget(account="1", now=1.0 + OTHERS_SECONDS).shared_by_others


def test_an_account_refused_at_its_own_limit_may_be_at_fault_itself() -> None:
    """Five of five in use: of the account's limit that is all, of the IP's a third."""
    book = Book(Limits(ip=15, account=5, window_seconds=W))
    for _ in range(5):
        send(book, 0.0)
    refuse(book, 0.5, applied="account")
    assert not book.budget(account="1", now=1.0).shared_by_others


def test_a_429_of_an_account_pauses_and_paces_it_alone() -> None:
    """Account 1 pauses for a window; then its requests keep the distance W/14, those of account 2 none."""
    book = Book(FULL)
    refuse(book, 100.0, applied="account")
    paused = [book.budget(account=account, now=104.0).paused_seconds for account in ("1", "2")]
    assert paused == pytest.approx([6.0, 0.0])
    for account, wait in (("1", (W + DRIFT) / 14 / 2), ("2", 0.0)):
        send(book, 110.0, account=account)
        assert ask(book, 110.0, key=account, account=account).at == pytest.approx(110.0 + wait)
        book.leave(account, count=0)


def test_who_is_not_in_line_yet_comes_after_all_who_are() -> None:
    """One lease, two lines of one: a third one's turn is the third."""
    book = Book(Limits(ip=1, account=1, window_seconds=W))
    answer(book, send(book, 0.0), 0.0)
    book.response_seconds = 0.0
    ask(book, 1.0, key="first")
    ask(book, 1.0, key="second")
    at = book.predict("third", account="1", lane=Lane.INTERACTIVE, requests=1, now=1.0)
    assert at == pytest.approx(3 * (W + DRIFT))


# -- other lives, other settings --


def reread(book: Book, now: float, limits: Limits = FULL) -> Book:
    return from_json(json.loads(json.dumps(to_json(book))), limits=limits, now=now)


def test_a_restarted_machine_forgets_the_instants_of_its_former_life() -> None:
    """The monotonic clock begins again near 0: nothing waits for second 1,000,000, lessons learnt stay."""
    book = Book(FULL)
    for _ in range(15):
        send(book, 1_000_000.0)
    refuse(book, 1_000_000.0, after=60.0)
    ask(book, 1_000_000.0, key="dead", lane=Lane.INTERACTIVE)
    later = reread(book, 20.0)
    assert ask(later, 20.0).lease is not None
    budget = later.budget(account="1", now=20.0)
    assert (budget.ip_used, budget.waiting, budget.paused_seconds, budget.ip_limit) == (1, 0, 0.0, 14)


@pytest.mark.parametrize(
    "document",
    [{}, {"leases": 3}, {"version": 1, "leases": [[1]]}, {"claims": {"x": 1}}, {"lines": {"a": []}}],
)
def test_a_document_that_is_no_book_is_begun_anew(document: dict[str, object]) -> None:
    """Whatever stands there, a turn is given."""
    assert ask(from_json(document, limits=FULL, now=5.0), 5.0).lease is not None


def test_the_strictest_settings_of_all_processes_hold() -> None:
    """15 per 10 s here and 200 per 60 s there: 15 per 60 s, until ten minutes after the last look."""
    book = reread(Book(FULL), 0.0, FULL)
    generous = Limits(ip=200, account=200, window_seconds=60.0)
    both = reread(book, 1.0, generous)
    assert (both.limits.ip, both.limits.account, both.limits.window_seconds) == (15, 20, 60.0)
    assert reread(both, CLAIM_SECONDS - 1.0, generous).limits.ip == 15
    assert reread(both, CLAIM_SECONDS + 0.5, generous).limits.ip == 200


# -- any schedule --

steps = st.lists(
    st.tuples(
        st.floats(0.0, 3.0),  # seconds until the next attempt
        st.sampled_from(["1", "2"]),
        st.sampled_from(list(Lane)),
        st.floats(0.0, 12.0),  # seconds until the answer is complete, or the request is given up
        st.floats(0.0, 1.0),  # where between sending and that instant it arrives
        st.sampled_from(["answered", "given up", "died"]),
    ),
    max_size=120,
)


@settings(max_examples=150, deadline=None)
@given(limits=st.builds(Limits, ip=st.integers(1, 6), account=st.integers(1, 6)), schedule=steps)
def test_no_window_holds_more_than_the_limit(
    limits: Limits, schedule: list[tuple[float, str, Lane, float, float, str]]
) -> None:
    """The proof of the module, tried: every half-open window, any arrival between sending and answer."""
    now, book = 0.0, Book(limits)
    arrivals: list[tuple[float, str]] = []
    endings: list[tuple[float, int, str, bool]] = []
    for pause, account, lane, seconds, part, fate in schedule:
        now += pause
        for instant, lease, whose, answered in sorted(one for one in endings if one[0] <= now):
            answer(book, lease, instant, account=whose, answered=answered)
        endings = [one for one in endings if one[0] > now]
        book = reread(book, now, limits)
        taken = ask(book, now, key=f"{account}{lane}", account=account, lane=lane).lease
        if taken is None:
            continue
        late = limits.guard_seconds if fate != "answered" else 0.0
        arrivals.append((now + part * (seconds + late), account))
        if fate != "died":
            endings.append((now + seconds, taken, account, fate == "answered"))
    check_windows([instant for instant, _ in arrivals], limits.ip, limits.window_seconds)
    for account in ("1", "2"):
        check_windows([instant for instant, whose in arrivals if whose == account], limits.account, W)


def check_windows(arrivals: list[float], limit: int, window: float) -> None:
    """Windows [a, a + W) that begin at an arrival are the fullest."""
    arrivals = sorted(arrivals)
    for number, arrival in enumerate(arrivals):
        assert bisect_left(arrivals, arrival + window) - number <= limit
