"""Vendors' own messages (block P): who takes them in. A message of nobody known is answered so, and not kept.

A vendor that the CSMS itself understands has handlers in the table here; one that an operator registered is kept and
answered as the operator said; about any other a service outside is asked, where one is set.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from busbar.csms.changes import RowAdded
from busbar.csms.happenings import VendorMessageReceived
from busbar.csms.records.vendors import Vendor, VendorMessage
from busbar.csms.services.view import AskNeed, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import DataAnswer, DataTransferred

UNKNOWN_VENDOR: Final = "UnknownVendorId"
UNKNOWN_MESSAGE: Final = "UnknownMessageId"


@dataclass(frozen=True, slots=True)
class VendorQuestion:
    """How is this message answered? Asked of a service outside, where one is set."""

    station: str
    vendor_id: str
    message_id: str | None
    data: str | None


@dataclass(frozen=True, slots=True)
class VendorVerdict:
    """What the service said: a status of DataTransfer, and what the answer carries (JSON text for 2.x)."""

    status: str
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Handler:
    """Who takes in one message of a vendor; `needs` as of any fact."""

    decide: Callable[[DataTransferred, StationView, Context, datetime], Decision]
    needs: Callable[[DataTransferred, StationView, Tokens], Sequence[Need]] = lambda *_: ()


Handlers = Mapping[str, Mapping[str | None, Handler]]
HANDLERS: Final[Handlers] = MappingProxyType({})
"""By vendor id, then by message id; None is a message without one."""


def needs(fact: DataTransferred, view: StationView, tokens: Tokens, handlers: Handlers = HANDLERS) -> Sequence[Need]:
    """Return what a vendor's message lacks: what its handler needs, the registered vendor, or the service's word."""
    known = handlers.get(fact.vendor_id)
    if known is not None:
        handler = known.get(fact.message_id)
        return () if handler is None else handler.needs(fact, view, tokens)
    need = _vendor(fact)
    if need not in view.found:
        return (need,)
    ask = _question(fact, view)
    return () if view.found[need] or ask in view.found else (ask,)


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
    return _asked(view.found.get(_question(fact, view)), fact, view, at)


def _registered(vendor: Vendor, fact: DataTransferred, view: StationView, at: datetime) -> Decision:
    """Keep and answer a message of a vendor that an operator registered; one that is not its own is not kept."""
    if vendor.message_ids and fact.message_id not in vendor.message_ids:
        return Decision(DataAnswer(status=UNKNOWN_MESSAGE))
    data = fact.data if vendor.echo else vendor.data
    return _kept(DataAnswer(status=vendor.status, data=data), fact, view, at)


def _asked(verdict: VendorVerdict | None, fact: DataTransferred, view: StationView, at: datetime) -> Decision:
    """Answer what the service said, and keep what it took."""
    if verdict is None:
        return Decision(DataAnswer(status=UNKNOWN_VENDOR))
    answer = DataAnswer(status=verdict.status, data=verdict.data)
    unknown = verdict.status in (UNKNOWN_VENDOR, UNKNOWN_MESSAGE)
    return Decision(answer) if unknown else _kept(answer, fact, view, at)


def _kept(answer: DataAnswer, fact: DataTransferred, view: StationView, at: datetime) -> Decision:
    row = VendorMessage(
        organisation_id=view.station.organisation_id,
        station_id=view.station.id,
        vendor_id=fact.vendor_id,
        message_id=fact.message_id,
        data=fact.data,
        status=answer.status,
        received_at=at,
    )
    told = VendorMessageReceived(
        station=view.station.identity, at=at, vendor_id=fact.vendor_id, message_id=fact.message_id
    )
    return Decision(answer, [RowAdded(row)], [told])


def _vendor(fact: DataTransferred) -> RowNeed:
    return RowNeed(Vendor, (("vendor_id", fact.vendor_id),))


def _question(fact: DataTransferred, view: StationView) -> AskNeed:
    return AskNeed(VendorQuestion(view.station.identity, fact.vendor_id, fact.message_id, fact.data))
