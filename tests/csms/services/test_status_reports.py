from datetime import UTC, datetime

import pytest

from busbar.csms.changes import RowPut
from busbar.csms.records.sessions import StatusReport
from busbar.csms.rows import Station
from busbar.csms.services import commands
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.sessions import GetTransactionStatus, TransactionStatus
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, tzinfo=UTC)
VIEW = StationView(Station(id=3, identity="CS1"), Version.V201, 1)
COMMAND = commands.make("c", 3, "GetTransactionStatus", b"{}", at=AT, ttl_s=60)


@pytest.mark.parametrize(
    ("ongoing", "queued", "over"),
    [(True, False, False), (False, True, False), (False, False, True), (None, False, False)],
)
def test_the_stations_word_on_a_transaction_is_kept__E14_FR_02(ongoing: bool | None, queued: bool, over: bool) -> None:
    outcome = TransactionStatus(ongoing=ongoing, messages_in_queue=queued)
    concluded = conclude(GetTransactionStatus(transaction_id="t"), COMMAND, outcome, VIEW, AT)
    report = StatusReport(station_id=3, transaction_id="t", at=AT, ongoing=ongoing, messages_in_queue=queued)
    assert concluded.changes == [RowPut(report)]
    assert report.over is over


def test_a_question_without_an_answer_or_a_transaction_leaves_nothing() -> None:
    outcome = TransactionStatus(ongoing=None, messages_in_queue=False)
    assert conclude(GetTransactionStatus(transaction_id="t"), COMMAND, None, VIEW, AT) == Conclusion()
    assert conclude(GetTransactionStatus(), COMMAND, outcome, VIEW, AT) == Conclusion()
