from datetime import UTC, datetime

import pytest

from busbar.csms.records.sessions import StatusReport


@pytest.mark.parametrize(
    ("ongoing", "queued", "over"),
    [(True, False, False), (False, True, False), (False, False, True), (None, False, False)],
)
def test_a_transaction_is_over_where_it_does_not_run_and_nothing_is_queued(
    ongoing: bool | None, queued: bool, over: bool
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    report = StatusReport(station_id=1, transaction_id="t", at=at, ongoing=ongoing, messages_in_queue=queued)
    assert report.over is over
