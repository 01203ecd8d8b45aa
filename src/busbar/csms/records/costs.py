"""What sessions cost: as the CSMS reckons, and as their stations told."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from busbar.billing.accounts import Account
from busbar.billing.costs import Cost
from busbar.csms.records.kind import Kind, Record
from busbar.model.tariffs import Tariff


class SessionCost(Record, kw_only=True):
    """The cost of a session by the version of a tariff that it began with.

    Attributes:
        transaction: the number of the session.
        account: how far it is reckoned, from which it goes on.
        tariff: the version's content.
        told_at: when the station was last told the cost so far by a call.
        show_running, show_tariff, update_every_s: as the assignment said when the session began.
        final: the session has ended.
    """

    transaction: int
    station_id: int
    tariff_id: int
    version: int
    currency: str
    excl_tax: Decimal
    incl_tax: Decimal
    final: bool
    updated_at: datetime
    zone: str
    show_running: bool
    show_tariff: bool
    update_every_s: int | None
    told_at: datetime | None
    tariff: Tariff
    cost: Cost
    account: Account


class ReportedCost(Record, kw_only=True):
    """What a station reckoned that a session costs (2.1 CostDetailsType, by the specification's names, I12)."""

    transaction: int
    station_id: int
    details: dict[str, Any]
    at: datetime


class ReportedTariff(Record, kw_only=True):
    """The tariff that a station reckons with in a session, by its id on the wire (I07.FR.32, I11.FR.07)."""

    transaction: int
    station_id: int
    tariff_id: str
    at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    SessionCost: Kind("session_costs", key=("transaction",), indexes=(("station_id",), ("tariff_id", "version"))),
    ReportedCost: Kind("reported_costs", key=("transaction",)),
    ReportedTariff: Kind("reported_tariffs", key=("transaction",)),
}
