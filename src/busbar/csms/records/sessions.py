"""What stations said of transactions: when they were asked (2.x E14), and how far one may go (2.1 E16)."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class StatusReport(Record, kw_only=True):
    """A station's last word on a transaction by its id on the wire.

    Attributes:
        ongoing: it runs; None where the station did not say.
        messages_in_queue: the station still has messages for us.
    """

    station_id: int
    transaction_id: str
    at: datetime
    ongoing: bool | None
    messages_in_queue: bool

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self.ongoing is False and not self.messages_in_queue


class StationLimit(Record, kw_only=True):
    """How far a station lets a session go, as it said last; the CSMS's own limit comes back in it (2.1 E16.FR.01).

    Under the name of a remote start (`services.remote_starts.limit_name`): how far its session is to go (F07.FR.02).

    Attributes:
        seq_no, at: of the event that said so.
        max_cost: in whole units of the currency.
    """

    station_id: int
    transaction_id: str
    seq_no: int
    at: datetime
    max_cost: float | None
    max_energy_wh: float | None
    max_time_s: int | None
    max_soc_pct: int | None


KINDS: Final[dict[type[Record], Kind]] = {
    StationLimit: Kind("station_limits", key=("station_id", "transaction_id")),
    StatusReport: Kind("status_reports", key=("station_id", "transaction_id")),
}
