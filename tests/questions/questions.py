"""The whole set, in the order of the catalogue."""

from __future__ import annotations

from tests.questions.of_calendar import CALENDAR
from tests.questions.of_homes import HOMES
from tests.questions.of_inbox import INBOX
from tests.questions.of_money import MONEY
from tests.questions.of_pace import PACING
from tests.questions.of_stays import STAYS
from tests.questions.of_today import TODAY
from tests.questions.of_work import WORK
from tests.questions.record import Question

QUESTIONS: tuple[Question, ...] = (*TODAY, *HOMES, *STAYS, *CALENDAR, *INBOX, *WORK, *MONEY, *PACING)
