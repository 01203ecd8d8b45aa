"""Vendors' own messages (block P): who takes them in. A message of nobody known is answered so, and not kept.

A vendor that the CSMS itself understands has handlers in the table here; one that an operator registered is kept and
answered as the operator said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from busbar.csms.changes import RowAdded
from busbar.csms.happenings import VendorMessageReceived
from busbar.csms.records.vendors import Vendor, VendorMessage
from busbar.csms.services.view import Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import DataAnswer, DataTransferred

UNKNOWN_VENDOR: Final = "UnknownVendorId"
UNKNOWN_MESSAGE: Final = "UnknownMessageId"


@dataclass(frozen=True, slots=True)
class Handler:
    """Who takes in one message of a vendor; `needs` as of any fact."""

    decide: Callable[[DataTransferred, StationView, Context, datetime], Decision]
    needs: Callable[[DataTransferred, StationView, Tokens], Sequence[Need]] = lambda *_: ()


Handlers = Mapping[str, Mapping[str | None, Handler]]
HANDLERS: Final[Handlers] = MappingProxyType({})
"""By vendor id, then by message id; None is a message without one."""


def needs(fact: DataTransferred, view: StationView, tokens: Tokens, handlers: Handlers = HANDLERS) -> Sequence[Need]:
    """Return what a vendor's message lacks: what its handler needs, or the vendor that an operator registered."""
    known = handlers.get(fact.vendor_id)
    if known is not None:
        handler = known.get(fact.message_id)
        return () if handler is None else handler.needs(fact, view, tokens)
    need = _vendor(fact)
    return () if need in view.found else (need,)


def transferred(
    fact: DataTransferred, view: StationView, context: Context, at: datetime, handlers: Handlers = HANDLERS
) -> Decision:
    """Answer a vendor's message (P02.FR.06, P02.FR.07)."""
    known = handlers.get(fact.vendor_id)
    if known is not None:
        handler = known.get(fact.message_id)
        if handler is None:
            return Decision(DataAnswer(status=UNKNOWN_MESSAGE))
        return handler.decide(fact, view, context, at)
    vendors: tuple[Vendor, ...] = view.found.get(_vendor(fact), ())
    for vendor in vendors:
        return _registered(vendor, fact, view, at)
    return Decision(DataAnswer(status=UNKNOWN_VENDOR))


def _registered(vendor: Vendor, fact: DataTransferred, view: StationView, at: datetime) -> Decision:
    """Keep and answer a message of a vendor that an operator registered; one that is not its own is not kept."""
    if vendor.message_ids and fact.message_id not in vendor.message_ids:
        return Decision(DataAnswer(status=UNKNOWN_MESSAGE))
    row = VendorMessage(
        organisation_id=vendor.organisation_id,
        station_id=view.station.id,
        vendor_id=fact.vendor_id,
        message_id=fact.message_id,
        data=fact.data,
        status=vendor.status,
        received_at=at,
    )
    told = VendorMessageReceived(
        station=view.station.identity, at=at, vendor_id=fact.vendor_id, message_id=fact.message_id
    )
    data = fact.data if vendor.echo else vendor.data
    return Decision(DataAnswer(status=vendor.status, data=data), [RowAdded(row)], [told])


def _vendor(fact: DataTransferred) -> RowNeed:
    return RowNeed(Vendor, (("vendor_id", fact.vendor_id),))
