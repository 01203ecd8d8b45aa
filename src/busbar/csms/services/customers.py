"""What stations hold of customers: the parts of what they tell, joined, and kept for a while only (N09, N10)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from busbar.csms.changes import RowPut
from busbar.csms.happenings import AnyHappening, ReportCompleted
from busbar.csms.records.customers import CustomerText
from busbar.csms.records.local_list import ListExclusion
from busbar.csms.records.reports import Subject
from busbar.csms.rows import Command, CommandState
from busbar.csms.services import reports
from busbar.csms.services.view import Conclusion, Context, Decision, Need, StationView, Tokens
from busbar.model.customer import CustomerInformed, GetCustomerInformation
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome

KEPT: Final = timedelta(days=7)
"""How long what a station told of a customer is kept: it is personal."""


def informed_needs(fact: CustomerInformed, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the progress of the report that a part belongs to."""
    need = reports.progress_need(Subject.CUSTOMER, fact.part, view)
    return () if need in view.found else (need,)


def informed(fact: CustomerInformed, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a part of what a station holds of a customer (N09.FR.05)."""
    station, part = view.station, fact.part
    progress = reports.progressed(Subject.CUSTOMER, part, 1, view, at)
    text = CustomerText(
        station_id=station.id,
        request_id=part.request_id,
        seq_no=part.seq_no,
        data=fact.data,
        at=at,
        expires_at=at + KEPT,
    )
    told: list[AnyHappening] = []
    if progress.complete:
        told.append(
            ReportCompleted(station=station.identity, at=at, subject=Subject.CUSTOMER, request_id=part.request_id)
        )
    return Decision(Acknowledged(), [RowPut(text), RowPut(progress)], told)


def cleared(
    order: GetCustomerInformation, command: Command, _outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep a customer who was cleared off the station's local list from now on (N10.FR.02)."""
    if not order.clear or order.token is None or command.state is not CommandState.ACCEPTED:
        return Conclusion()
    return Conclusion([RowPut(ListExclusion(station_id=view.station.id, token=order.token.key, at=at))])


def joined(texts: Iterable[CustomerText]) -> str:
    """Return what parts say together, in the order of their numbers."""
    return "".join(text.data for text in sorted(texts, key=lambda text: text.seq_no))
