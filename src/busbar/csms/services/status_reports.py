"""What a station says of a transaction that it was asked about is kept. Knows no version."""

from datetime import datetime

from busbar.csms.changes import RowPut
from busbar.csms.records.sessions import StatusReport
from busbar.csms.rows import Command
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.sessions import GetTransactionStatus, TransactionStatus


def concluded(
    order: GetTransactionStatus, _command: Command, outcome: TransactionStatus | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep a station's word on a transaction (E14.FR.02 and following)."""
    if outcome is None or order.transaction_id is None:
        return Conclusion()
    report = StatusReport(
        station_id=view.station.id,
        transaction_id=order.transaction_id,
        at=at,
        ongoing=outcome.ongoing,
        messages_in_queue=outcome.messages_in_queue,
    )
    return Conclusion([RowPut(report)])
