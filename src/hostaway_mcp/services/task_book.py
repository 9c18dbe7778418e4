"""Tasks of the account, and who does them: from the replica, or read page by page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.errors import AmbiguousNameError, BrokenAnswerError, UnknownNameError, UpstreamError
from hostaway_mcp.models.tasks import Task, TaskStatus
from hostaway_mcp.models.users import User
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.copied_listings import UNITS
from hostaway_mcp.services.copied_tasks import CopiedTasks
from hostaway_mcp.services.copy import copied_or_live
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.names import fits, plain
from hostaway_mcp.services.untrusted import clean_name, word

TASKS_FRESH_SECONDS = 45.0
USERS_FRESH_SECONDS = 600.0
OPEN = (TaskStatus.PENDING, TaskStatus.CONFIRMED, TaskStatus.IN_PROGRESS)
"""What is still to be done."""


@dataclass(frozen=True, slots=True)
class Due:
    """Which tasks to read live: of one status or of all, due on these days of UTC, or whenever."""

    first: date | None = None
    last: date | None = None
    status: TaskStatus | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """The users of the account by id; none and a warning where they could not be read."""

    by_id: Mapping[int, User]
    warning: str | None = None

    def name(self, user_id: int | None) -> str | None:
        """What a user is called; their number where that is not known."""
        if user_id is None:
            return None
        user = self.by_id.get(user_id)
        return (user and name_of_user(user)) or f"user {user_id}"


class TaskBook:
    """
    Reads tasks and users.

    From the replica they cost nothing. Live tasks cost one call for each 100 between the bounds, none within
    45 seconds of the same question, and users one call in ten minutes.
    """

    def __init__(self, hostaway: Hostaway, *, facts: Facts, copy: CopiedTasks) -> None:
        self._hostaway = hostaway
        self._facts = facts
        self._copy = copy
        self.dates, self.whole, self.several = copy.dates, copy.whole, copy.several

    async def beside(
        self, stay_ids: Collection[int], listing_ids: Collection[int], *, first: date, last: date
    ) -> Known[Task]:
        """
        The tasks of these stays, and those of these listings that belong to no stay.

        Live only those that are due from `first` to `last`.

        Raises:
            HostawayMcpError: nothing could be had.
        """
        if kept := await self._copy.beside(stay_ids, listing_ids):
            return Known(kept.rows, kept.as_of)
        known = await self.due(Due(first, last))
        mine = [
            one
            for one in known.rows
            if one.reservation_id in stay_ids
            or (one.reservation_id is None and one.listing_id in listing_ids)
        ]
        return replace(known, rows=tuple(mine))

    async def due(self, due: Due) -> Known[Task]:
        """
        Tasks as Hostaway has them now; what was had comes back as incomplete if some pages cannot be had.

        Raises:
            HostawayMcpError: nothing at all could be had.
        """
        key = ("tasks", due)
        known = await self._facts.get(key, partial(self._load, due), fresh_seconds=TASKS_FRESH_SECONDS)
        return replace(known, rows=tuple({one.id: one for one in known.rows}.values()))

    async def _load(self, due: Due, gathering: Gathering[Task]) -> None:
        offset = 0
        while True:
            page = await self._hostaway.tasks.find(
                limit=PAGE_LIMIT,
                offset=offset,
                status=due.status,
                should_end_by_start=due.first - ONE_DAY if due.first else None,
                should_end_by_end=due.last + ONE_DAY if due.last else None,
            )
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)
            offset += page.received
            end = offset >= page.count if page.count is not None else page.received < PAGE_LIMIT
            if end:
                break
            if not page.received:
                raise BrokenAnswerError("The list of tasks ended before all of them had come.")

    async def team(self) -> Team:
        """The users as far as they can be had: a task is worth showing without its assignee's name."""
        try:
            known = await self._facts.get("users", self._load_users, fresh_seconds=USERS_FRESH_SECONDS)
        except UpstreamError as error:
            return Team({}, f"The users could not be read, so they are shown by number: {error.message}")
        return Team({one.id: one for one in known.rows})

    async def _load_users(self, gathering: Gathering[User]) -> None:
        async def live(gathering: Gathering[User]) -> None:
            page = await self._hostaway.users.find()
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)

        await copied_or_live(gathering, self._copy.users, live, ages=UNITS)


def user_meant(reference: int | str, team: Team) -> int:
    """
    The id of the user that an id or a name means.

    Raises:
        UnknownNameError: nobody, with those that there are. AmbiguousNameError: several, with the choices.
    """
    text = str(reference).strip()
    if text.isascii() and text.isdecimal() and (int(text) in team.by_id or not team.by_id):
        return int(text)
    called = {number: name_of_user(user) or "" for number, user in team.by_id.items()}
    fitting = [number for number, name in called.items() if name and fits(text, name)]
    exact = [number for number in fitting if plain(called[number]) == plain(text)]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    if fitting:
        choices = [f"{word(called[number])} ({number})" for number in fitting]
        raise AmbiguousNameError(
            f'"{quoted(text)}" fits {len(fitting)} users.',
            choices=choices,
            hint=f"Which one? {', '.join(choices[:8])}.",
        )
    there = ", ".join(f"{word(name)} ({number})" for number, name in list(called.items())[:12] if name)
    raise UnknownNameError(
        f'There is no user "{quoted(text)}" in this account.', hint=f"There are: {there}." if there else None
    )


def name_of_user(user: User) -> str | None:
    """First and last name."""
    return clean_name(" ".join(filter(None, (user.first_name, user.last_name))))
