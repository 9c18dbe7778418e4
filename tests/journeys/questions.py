"""What property managers ask, the tool calls that answer it, and how to tell whether the answer is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.journeys import checks as say
from tests.journeys.checks import Check
from tests.journeys.facts import CONFIRMED

MOST_CALLS = 3

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Took:
    """A value that the answer before gave: no caller knows an id that nobody has told."""

    path: tuple[str | int, ...]

    def of(self, answer: Any) -> Any:
        """The value in this answer."""
        for step in self.path:
            answer = answer[step]
        return answer


@dataclass(frozen=True, eq=False)
class Asked:
    """A question in words, its calls in order, and whether the last answer is true."""

    words: str
    check: Check
    calls: tuple[Call, ...]
    replica_only: bool = False
    """Only the replica knows; without one the tool says so."""

    @property
    def tool(self) -> str:
        """The tool that gives the answer."""
        return self.calls[-1][0]


def took(*path: str | int) -> Took:
    """The value at this path of the answer before."""
    return Took(path)


def ask(words: str, check: Check, *calls: Call) -> Asked:
    return Asked(words, check, calls)


def call(tool: str, **arguments: Any) -> Call:
    """A call; `from_` is the parameter `from`."""
    return tool, {name.removesuffix("_"): value for name, value in arguments.items()}


ARRIVALS = call("find_reservations", by="arrival", from_="today", to="+7d")
FIRST_STAY = took("reservations", 0, "reservation_id")
FIRST_GUEST = took("reservations", 0, "guest")
UNREAD = call("find_reservations", unread=True)
CLEANING, MAINTENANCE = 1, 2
"""Categories of tasks. Source: Hostaway API reference, "Task categories"."""
LOFT, NEST, COURT = "Alfama Loft", "Ribeira Nest", "Palm Court"

README = (
    ask(
        "Who arrives in the next three days, and has anyone not paid yet?",
        say.stays("arrival", 0, 3),
        call("find_reservations", by="arrival", from_="today", to="+3d"),
    ),
    ask(
        "What is free next weekend for four, and for how much?",
        say.complete,
        call("check_availability", from_="next weekend", guests=4),
    ),
    ask("What did our next guest write?", say.thread,
        ARRIVALS, call("get_conversation", reservation=FIRST_STAY)),
    ask("What is still open on her stay?", say.stay_told,
        ARRIVALS, call("get_reservation", reservation=FIRST_STAY)),
    ask("What did July bring, by listing?", say.complete,
        call("get_financial_report", kind="listing_financials", from_="2026-07-01", to="2026-07-31")),
)  # fmt: skip

CORE = (
    ask("Is Hostaway connected?", say.connected, call("check_connection")),
    ask("Which home is the Alfama one?", say.found("listing", LOFT), call("find", query="Alfama Loft")),
    ask("Find Ribera Nest", say.found("listing", NEST), call("find", query="Ribera Nest")),
    ask("Which home is 40160?", say.found("listing", LOFT), call("find", query="40160")),
    ask("What did we call LIS-100?", say.found("listing", LOFT), call("find", query="LIS-100")),
    ask("Which guest is called Inès Moreau?", say.found("guest", "Inès Moreau"),
        call("find", query="Ines Moreau", kinds=["guest"])),
    ask("What does the home look like that I call Palm Court?", say.section(COURT, "facts"),
        call("find", query="Palm Court", kinds=["listing"]),
        call("get_listing", listing=took("matches", 0, "id"))),
    ask("How is today?", say.brief(), call("daily_brief")),
    ask("Give me the arrivals and departures of the day on one page", say.brief(),
        call("daily_brief", sections=["arrivals", "departures"])),
    ask("What waits today: money and guests?", say.complete, call("daily_brief", sections=["unpaid"])),
)  # fmt: skip

LISTINGS = (
    ask("Which homes do we have?", say.listings(lambda one: True), call("find_listings")),
    ask("Which are in Lisbon?", say.listings(lambda one: one["city"] == "Lisbon"),
        call("find_listings", city="Lisbon")),
    ask("Which are in Portugal?", say.listings(lambda one: one["countryCode"] == "PT"),
        call("find_listings", country_code="Portugal")),
    ask("Which take six guests?", say.listings(lambda one: one["personCapacity"] >= 6),
        call("find_listings", min_guests=6)),
    ask("Which have three bedrooms or more?", say.listings(lambda one: one["bedroomsNumber"] >= 3),
        call("find_listings", min_bedrooms=3)),
    ask("Which Lisbon homes take four?",
        say.listings(lambda one: one["city"] == "Lisbon" and one["personCapacity"] >= 4),
        call("find_listings", city="lisbon", min_guests=4)),
    ask("Our homes, the largest first", say.listings(lambda one: True), call("find_listings", sort="guests")),
    ask("How well is each rated?", say.listings(lambda one: True), call("find_listings", detail="standard")),
    ask("When can guests check in at Alfama Loft?",
        say.section(LOFT, "rules", check_in_from_hour="checkInTimeStart", check_out_hour="checkOutTime"),
        call("get_listing", listing=LOFT)),
    ask("May guests smoke at Ribeira Nest?", say.section(NEST, "rules", house_rules="houseRules"),
        call("get_listing", listing=NEST, sections=["rules"])),
    ask("What is the address of Palm Court?", say.section(COURT, "facts", address="address"),
        call("get_listing", listing=COURT, sections=["facts"])),
    ask("How many beds are at Alfama Loft?", say.section(LOFT, "facts", beds="bedsNumber"),
        call("get_listing", listing=LOFT, sections=["facts"])),
    ask("Is there Wi-Fi at Alfama Loft?", say.section(LOFT, "amenities"),
        call("get_listing", listing=LOFT, sections=["amenities"])),
    ask("How do guests get into Palm Court?", say.section(COURT, "access"),
        call("get_listing", listing=COURT, sections=["access"])),
    ask("On which channels is Ribeira Nest?", say.section(NEST, "channels"),
        call("get_listing", listing=NEST, sections=["channels"])),
    ask("What does cleaning cost at Palm Court?", say.section(COURT, "pricing"),
        call("get_listing", listing=COURT, sections=["pricing"])),
    ask("What is free the first weekend of September?", say.free(43, 45),
        call("check_availability", from_="2026-09-04", to="2026-09-06")),
    ask("What is free for four then?", say.free(43, 45, guests=4),
        call("check_availability", from_="2026-09-04", to="2026-09-06", guests=4)),
    ask("And in Lisbon?", say.free(43, 45, city="Lisbon"),
        call("check_availability", from_="2026-09-04", to="2026-09-06", city="Lisbon")),
    ask("A week in mid-October?", say.free(84, 91),
        call("check_availability", from_="2026-10-15", to="2026-10-22")),
    ask("Two weeks in November for two?", say.free(105, 119, guests=2),
        call("check_availability", from_="2026-11-05", to="2026-11-19", guests=2)),
    ask("Three nights in ten days, give or take two?", say.complete,
        call("check_availability", from_="+10d", to="+13d", flex_days=2)),
    ask("Something under 200 a night?", say.complete,
        call("check_availability", from_="+10d", to="+13d", max_price=200)),
    ask("What is wrong with our listings?", say.audited, call("audit_listings")),
    ask("Anything bad in Lisbon's listings?", say.audited, call("audit_listings", group="Lisbon")),
    ask("Do any listings lack texts or pictures?", say.audited, call("audit_listings", checks=["content"])),
    ask("What matters most in them?", say.audited, call("audit_listings", severity="high")),
)  # fmt: skip

RESERVATIONS = (
    ask("Who arrives today?", say.stays("arrival", 0, 0),
        call("find_reservations", by="arrival", from_="today", to="today")),
    ask("Who arrives this week?", say.stays("arrival", 0, 7), ARRIVALS),
    ask("Who leaves tomorrow?", say.stays("departure", 1, 1),
        call("find_reservations", by="departure", from_="tomorrow", to="tomorrow")),
    ask("Who stays with us in the next month?", say.stays("stay", 0, 30), call("find_reservations")),
    ask("Who came through Airbnb?", say.stays("stay", 0, 60, channel="airbnb"),
        call("find_reservations", from_="today", to="+60d", channel=["airbnb"])),
    ask("Who booked with us directly?", say.stays("stay", 0, 60, channel="direct"),
        call("find_reservations", from_="today", to="+60d", channel=["direct"])),
    ask("And through Booking.com?", say.stays("stay", 0, 60, channel="bookingcom"),
        call("find_reservations", from_="today", to="+60d", channel=["bookingcom"])),
    ask("Which stays does Alfama Loft have?", say.stays("stay", 0, 60, listing=LOFT),
        call("find_reservations", from_="today", to="+60d", listing=LOFT)),
    ask("And Lisbon?", say.stays("stay", 0, 60, city="Lisbon"),
        call("find_reservations", from_="today", to="+60d", group="Lisbon")),
    ask("Which owners stay in their homes?", say.stays("stay", 0, 60, statuses={"ownerStay"}),
        call("find_reservations", from_="today", to="+60d", status_class=["owner_stay"])),
    ask("What was cancelled for the next two months?", say.stays("stay", 0, 60, statuses={"cancelled"}),
        call("find_reservations", from_="today", to="+60d", status=["cancelled"])),
    ask("Only confirmed ones, please", say.stays("stay", 0, 60, statuses=CONFIRMED),
        call("find_reservations", from_="today", to="+60d", status_class=["confirmed"])),
    ask("Who was here a year ago?", say.stays("stay", -380, -350),
        call("find_reservations", from_="-380d", to="-350d")),
    ask("Who left last week?", say.stays("departure", -7, -1),
        call("find_reservations", by="departure", from_="-7d", to="yesterday")),
    ask("What was booked this week?", say.complete, call("find_reservations", by="booked", from_="-7d")),
    ask("What changed since yesterday?", say.complete,
        call("find_reservations", by="updated", from_="yesterday", to="today")),
    ask("Who wrote and was not read?", say.complete, UNREAD),
    ask("Which stay is the first to arrive, closely?", say.stay_told,
        ARRIVALS, call("get_reservation", reservation=FIRST_STAY, include=["guest", "money"])),
    ask("Show me Inès Moreau's stay", say.stay_told, call("get_reservation", reservation="Inès Moreau")),
    ask("Has the next guest's cleaning a task?", say.stay_told,
        ARRIVALS, call("get_reservation", reservation=FIRST_STAY, include=["tasks"])),
    ask("Where does the next guest stay?", say.stay_told,
        ARRIVALS, call("get_reservation", reservation=FIRST_STAY, include=["listing"])),
    ask("What was agreed on the latest booking from Airbnb?", say.stay_told,
        call("find_reservations", from_="today", to="+60d", channel=["airbnb"]),
        call("get_reservation", reservation=FIRST_STAY, include=["money"])),
    ask("Has the next guest been here before?", say.guest_told,
        ARRIVALS, call("get_guest", reservation=FIRST_STAY)),
    ask("Who is Inès Moreau?", say.guest_told, call("get_guest", guest="Inès Moreau")),
    ask("How often did whoever waits stay with us?", say.guest_told,
        UNREAD, call("get_guest", reservation=FIRST_STAY)),
    ask("Who comes and goes today?", say.board(), call("stay_board")),
    ask("And tomorrow?", say.board(1), call("stay_board", date="tomorrow")),
    ask("The next three days?", say.board(days=3), call("stay_board", days=3)),
    ask("This week in Lisbon?", say.board(days=7, city="Lisbon"), call("stay_board", days=7, group="Lisbon")),
    ask("Who came and went yesterday?", say.board(-1), call("stay_board", date="yesterday")),
    ask("Who comes in ten days?", say.board(10), call("stay_board", date="+10d")),
    ask("What would three nights at Alfama Loft cost?", say.quoted(LOFT, 84, 87),
        call("quote_stay", listing=LOFT, from_="2026-10-15", to="2026-10-18", guests=2)),
)  # fmt: skip

CALENDAR = (
    ask("How does Alfama Loft's August look?", say.calendar(),
        call("get_calendar", listing=LOFT, from_="2026-08-01", to="2026-08-31")),
    ask("All calendars for two weeks", say.calendar(), call("get_calendar", from_="today", to="+14d")),
    ask("What do nights at Palm Court cost?", say.calendar(),
        call("get_calendar", listing=COURT, show=["price"])),
    ask("Which minimum stays are set in Lisbon?", say.calendar(),
        call("get_calendar", group="Lisbon", show=["rules"])),
    ask("How many rooms are left at Old Town Close?", say.calendar(),
        call("get_calendar", listing="Old Town Close", show=["status", "units"])),
    ask("Was Ribeira Nest empty last month?", say.calendar(),
        call("get_calendar", listing=NEST, from_="-30d", to="yesterday")),
    ask("Half a year of Alfama Loft and Palm Court?", say.calendar(),
        call("get_calendar", listing=[LOFT, COURT], from_="today", to="+180d")),
    ask("Which nights can nobody book?", say.gaps, call("find_gaps")),
    ask("Which single nights in the next month?", say.gaps, call("find_gaps", to="+30d", max_nights=1)),
    ask("What do Lisbon's gaps bring if cleaning costs 60?", say.gaps,
        call("find_gaps", group="Lisbon", turnover_cost=60)),
    ask("Gaps from September on?", say.gaps, call("find_gaps", from_="2026-08-20", to="2026-10-31")),
    ask("Is anything double booked?", say.no_overlaps, call("check_conflicts")),
    ask("Are two guests in one home this month?", say.no_overlaps,
        call("check_conflicts", kinds=["overlap", "overbooked"])),
    ask("Is some turnover too short?", say.complete,
        call("check_conflicts", kinds=["short_turnover"], cleaning_hours=3)),
    ask("Are prices missing somewhere?", say.complete, call("check_prices", rules=["missing"])),
    ask("Which nights cost less than 100?", say.below(100), call("check_prices", rules=["floor=100"])),
    ask("Do any prices look like slips?", say.complete, call("check_prices")),
    ask("Which cost less than 60?", say.below(60), call("check_prices", rules=["floor=60"])),
)  # fmt: skip

INBOX = (
    ask("Who waits for an answer?", say.waiting, call("triage_inbox")),
    ask("Who waits in Lisbon?", say.some_waiting, call("triage_inbox", group="Lisbon")),
    ask("Does anyone stand before a closed door?", say.some_waiting,
        call("triage_inbox", intent=["access"])),
    ask("Who wants their money back?", say.some_waiting, call("triage_inbox", intent=["refund"])),
    ask("Who has waited for more than a day?", say.waiting, call("triage_inbox", sla_hours=24)),
    ask("What do I answer the first of them?", say.reply_facts,
        call("triage_inbox"),
        call("get_reply_context", conversation=took("waiting", 0, "conversation_id"))),
    ask("What did the most urgent one write?", say.thread,
        call("triage_inbox"),
        call("get_conversation", conversation=took("waiting", 0, "conversation_id"))),
    ask("What did the next guest last say?", say.thread,
        ARRIVALS, call("get_conversation", reservation=FIRST_STAY, last=5)),
    ask("What has not been read?", say.thread, UNREAD, call("get_conversation", reservation=FIRST_STAY)),
)  # fmt: skip

SEARCHES = tuple(
    Asked(words, check, calls, replica_only=True)
    for words, check, *calls_ in (
        ("Who wrote about parking?", say.messages("park"), call("search_messages", text="park")),
        ("What came in this week?", say.messages(incoming=True),
         call("search_messages", from_="-7d", incoming=True)),
        ("What did we write last?", say.messages(incoming=False), call("search_messages", incoming=False)),
        ("What did guests of Alfama Loft write?", say.messages(), call("search_messages", listing=LOFT)),
        ("What did guests from Airbnb write?", say.messages(), call("search_messages", channel=["airbnb"])),
        ("What happened since yesterday?", say.nothing_new, call("changes_since", since="-24h")),
        ("Which bookings are new?", say.nothing_new,
         call("changes_since", since="-24h", kinds=["reservation", "new"])),
        ("And since you last told me?", say.nothing_new,
         call("changes_since"), call("changes_since", cursor=took("next_cursor"))),
    )
    for calls in [tuple(calls_)]
)  # fmt: skip

REVIEWS = (
    ask("How are we rated?", say.ratings(-89, 0), call("review_insights")),
    ask("And in Lisbon?", say.ratings(-89, 0, city="Lisbon"), call("review_insights", group="Lisbon")),
    ask("How was the spring?", say.ratings(-144, -53),
        call("review_insights", from_="2026-03-01", to="2026-05-31")),
    ask("Month by month this year?", say.ratings(-203, 0),
        call("review_insights", from_="2026-01-01", by="month")),
    ask("Which channel's guests are happiest?", say.ratings(-89, 0), call("review_insights", by="channel")),
    ask("What is below eight?", say.ratings(-89, 0, low=7), call("review_insights", max_score=7)),
    ask("Which reviews still want a reply?", say.unanswered, call("review_queue")),
    ask("Which are due in a week?", say.unanswered, call("review_queue", due_within=7)),
)  # fmt: skip

OPS = (
    ask("Which homes are to be made ready today?", say.turnovers(), call("plan_turnovers")),
    ask("And tomorrow?", say.turnovers(1), call("plan_turnovers", date="tomorrow")),
    ask("All week?", say.turnovers(days=7), call("plan_turnovers", days=7)),
    ask("In Lisbon this week?", say.turnovers(days=7, city="Lisbon"),
        call("plan_turnovers", days=7, group="Lisbon")),
    ask("Who could come early or leave late?", say.offers, call("find_upsells")),
    ask("Whom can we sell more nights this week?", say.offers, call("find_upsells", days=7)),
    ask("What can we offer the next guest?", say.offers,
        ARRIVALS, call("find_upsells", reservation=FIRST_STAY)),
    ask("What is to be done?", say.tasks(), call("find_tasks")),
    ask("Which repairs are open?", say.tasks(lambda one: MAINTENANCE in one["categoriesMap"]),
        call("find_tasks", category=["maintenance"])),
    ask("Which cleanings are open?", say.tasks(lambda one: CLEANING in one["categoriesMap"]),
        call("find_tasks", category=["cleaning"])),
    ask("What has nobody taken?", say.tasks(lambda one: not one["assigneeUserId"]),
        call("find_tasks", assignee="nobody")),
    ask("What was finished?", say.tasks(lambda one: one["status"] == "completed", closed=True),
        call("find_tasks", status=["completed"])),
    ask("What is being done right now?", say.tasks(lambda one: one["status"] == "inProgress"),
        call("find_tasks", status=["inProgress"])),
)  # fmt: skip

FINANCE = (
    ask("What did July bring?", say.nights_sold(-22, 8), call("get_financial_summary")),
    ask("And June?", say.nights_sold(-52, -23),
        call("get_financial_summary", from_="2026-06-01", to="2026-07-01")),
    ask("June by listing?", say.nights_sold(-52, -23),
        call("get_financial_summary", from_="2026-06-01", to="2026-07-01", by="listing")),
    ask("By channel?", say.nights_sold(-52, -23),
        call("get_financial_summary", from_="2026-06-01", to="2026-07-01", by="channel")),
    ask("Against last year?", say.nights_sold(-52, -23),
        call("get_financial_summary", from_="2026-06-01", to="2026-07-01", compare="last_year")),
    ask("What did Lisbon bring in June?", say.nights_sold(-52, -23, city="Lisbon"),
        call("get_financial_summary", from_="2026-06-01", to="2026-07-01", group="Lisbon")),
    ask("The second quarter, month by month?", say.nights_sold(-113, -23),
        call("get_financial_summary", from_="2026-04-01", to="2026-07-01", by="month")),
    ask("How full is August?", say.nights_sold(9, 39),
        call("get_financial_summary", from_="2026-08-01", to="2026-09-01")),
    ask("What does Hostaway's own report say of July?", say.report_totals(-22, 8),
        call("get_financial_report", limit=1)),
    ask("How does the next guest's price become our payout?", say.explained,
        ARRIVALS, call("explain_money", reservation=FIRST_STAY)),
    ask("Who still owes us money?", say.balances(14), call("find_balances")),
    ask("Who owes and comes this month?", say.balances(30), call("find_balances", arriving_within=30)),
    ask("Who owes us in Porto?", say.balances(60, "Porto"),
        call("find_balances", arriving_within=60, group="Porto")),
    ask("What did we spend in July?", say.expenses(-22, 8), call("find_expenses")),
    ask("And since May?", say.expenses(-83, 0), call("find_expenses", from_="2026-05-01", to="today")),
    ask("On Alfama Loft?", say.expenses(-83, 0, lambda one: one["listingName"] == LOFT),
        call("find_expenses", from_="2026-05-01", to="today", listing=LOFT)),
    ask("On maintenance?", say.expenses(-83, 0, lambda one: "Maintenance" in one["categoriesNames"]),
        call("find_expenses", from_="2026-05-01", to="today", category="maintenance")),
)  # fmt: skip

ANALYTICS = (
    ask("How are we booked for the next three months?", say.pace(90), call("report_pacing")),
    ask("And for the next month, week by week?", say.pace(30), call("report_pacing", to="+30d", by="week")),
    ask("By channel?", say.pace(90), call("report_pacing", by="channel")),
    ask("In Lisbon?", say.pace(90, city="Lisbon"), call("report_pacing", group="Lisbon")),
    ask("Which weekdays fill?", say.pace(90), call("report_pacing", by="weekday")),
)  # fmt: skip

PORTO = (
    ask("How is Porto today?", say.brief("Porto"), call("daily_brief", group="Porto")),
    ask("Which homes are archived?", say.archived, call("find_listings", status="archived")),
    ask("Which Porto homes take two?",
        say.listings(lambda one: one["city"] == "Porto" and one["personCapacity"] >= 2),
        call("find_listings", city="Porto", min_guests=2)),
    ask("What is free there in October?", say.free(84, 87, city="Porto"),
        call("check_availability", from_="2026-10-15", to="2026-10-18", city="Porto")),
    ask("Who stays there in the next month?", say.stays("stay", 0, 30, city="Porto"),
        call("find_reservations", from_="today", to="+30d", group="Porto")),
    ask("Who leaves Palm Court this week?", say.stays("departure", 0, 7, listing=COURT),
        call("find_reservations", by="departure", from_="today", to="+7d", listing=COURT)),
    ask("Who comes and goes there this week?", say.board(days=7, city="Porto"),
        call("stay_board", days=7, group="Porto")),
    ask("What does its calendar look like?", say.calendar(), call("get_calendar", group="Porto")),
    ask("Which nights lie idle there?", say.gaps, call("find_gaps", group="Porto")),
    ask("Who waits for an answer there?", say.some_waiting, call("triage_inbox", group="Porto")),
    ask("How are we rated there?", say.ratings(-89, 0, city="Porto"), call("review_insights", group="Porto")),
    ask("Which homes there are to be made ready?", say.turnovers(days=7, city="Porto"),
        call("plan_turnovers", days=7, group="Porto")),
    ask("What is to be done at Palm Court?", say.tasks(lambda one: one["listingMapId"] == 40202),
        call("find_tasks", listing=COURT)),
    ask("What did Porto bring in June?", say.nights_sold(-52, -23, city="Porto"),
        call("get_financial_summary", from_="2026-06-01", to="2026-07-01", group="Porto")),
    ask("How is it booked?", say.pace(90, city="Porto"), call("report_pacing", group="Porto")),
    ask("And whom could we offer more there?", say.offers, call("find_upsells", days=7, group="Porto")),
)  # fmt: skip

QUESTIONS: tuple[Asked, ...] = (
    *README, *CORE, *LISTINGS, *RESERVATIONS, *CALENDAR, *INBOX, *SEARCHES, *REVIEWS, *OPS, *FINANCE,
    *ANALYTICS, *PORTO,
)  # fmt: skip
