"""Tasks: cleaning, maintenance and the rest."""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.custom_fields import CustomFieldValues
from hostaway_mcp.models.lenient import MANY, LocalMoment, Moment, OpenEnum, Wire, warn_unknown


class TaskStatus(OpenEnum):
    """How far a task has come."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "inProgress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskEvent(OpenEnum):
    """What a task's times are counted from."""

    UNKNOWN = "unknown"
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    PREVIOUS_ARRIVAL = "previousArrival"
    PREVIOUS_DEPARTURE = "previousDeparture"


class TaskCategory(IntEnum):
    """What a task is about. Source: Hostaway API reference, "Task object"."""

    UNKNOWN = 0
    CLEANING = 1
    MAINTENANCE = 2
    CHECK_IN = 3
    CHECK_OUT = 4
    BACK_OFFICE = 5
    OTHER = 6

    @classmethod
    def _missing_(cls, value: object) -> TaskCategory | None:
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.isdecimal() and int(value) in cls._value2member_map_:
            return cls(int(value))
        warn_unknown(cls, value)
        return cls.UNKNOWN


class Task(Wire):
    """
    One task. Moments are UTC; the two that end in `listing_time` are the listing's own, naive.

    Source: Hostaway API reference, "Task object".
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    channel: Channel | None = Field(default=None, alias="channelId")
    reservation_id: int | None = None
    reservation_unit_id: int | None = None
    auto_task_id: int | None = None
    assignee_user_id: int | None = None
    can_be_picked_by_group_id: int | None = None
    supervisor_user_id: int | None = None
    created_by_user_id: int | None = None
    title: str = ""
    description: str | None = None
    status: TaskStatus | None = None
    categories_map: Annotated[tuple[TaskCategory, ...], MANY] = ()
    priority: int | None = None
    can_start_from: Moment | None = None
    can_start_from_listing_time: LocalMoment | None = None
    can_start_from_event: TaskEvent | None = None
    can_start_from_event_delta: int | None = None
    should_end_by: Moment | None = None
    should_end_by_listing_time: LocalMoment | None = None
    should_end_by_event: TaskEvent | None = None
    should_end_by_event_delta: int | None = None
    started_at: Moment | None = None
    confirmed_at: Moment | None = None
    completed_at: Moment | None = None
    resolution_note: str | None = None
    feedback_score: int | None = None
    feedback_note: str | None = None
    cost: Decimal | None = None
    cost_currency: str | None = None
    cost_description: str | None = None
    checklist_items: Annotated[tuple[object, ...], MANY] = ()
    custom_field_value: CustomFieldValues = ()
    """Singular on the wire, as the task page has it."""
