"""How far a piece is survives being written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.sync.pieces import Progress

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(
    began=MOMENTS,
    offset=st.integers(0, 10**9),
    after_id=st.none() | st.integers(0, 2**62),
    since=st.none() | MOMENTS,
    rows=st.integers(0, 10**9),
)
def test_progress_comes_back_as_it_was(
    began: datetime, offset: int, after_id: int | None, since: datetime | None, rows: int
) -> None:
    progress = Progress(began, offset, after_id, since, rows)
    assert Progress.read(progress.document()) == progress


def test_progress_of_an_earlier_version_is_read() -> None:
    began = datetime(2026, 7, 23, tzinfo=UTC)
    assert Progress.read({"began": began.isoformat()}) == Progress(began)
    assert Progress.read(Progress(began + timedelta(1)).document()).began == began + timedelta(1)
