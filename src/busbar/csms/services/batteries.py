"""Battery swaps (2.1 block S): what happened is kept, and which battery is where follows from it."""

from datetime import datetime

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut
from busbar.csms.happenings import BatteriesMoved
from busbar.csms.records.batteries import Slot, Swap, SwapRequest
from busbar.csms.rows import Command
from busbar.csms.services.view import Conclusion, Context, Decision, StationView
from busbar.model.batteries import BatteriesSwapped, RequestSwap, SwapEvent
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome


def swapped(fact: BatteriesSwapped, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep what was put in, taken out or left (S03.FR.01, S03.FR.03, S03.FR.06); what was left stays in its slot."""
    station_id = view.station.id
    row = Swap(
        station_id=station_id,
        request_id=fact.request_id,
        event=fact.event,
        token=fact.token.value,
        token_kind=fact.token.kind,
        batteries=fact.batteries,
        received_at=at,
    )
    changes: list[Change] = [RowAdded(row)]
    for battery in fact.batteries:
        if fact.event is SwapEvent.OUT:
            changes.append(RowGone(Slot, (station_id, battery.evse)))
            continue
        slot = Slot(
            station_id=station_id,
            evse=battery.evse,
            serial=battery.serial,
            soc_pct=battery.soc_pct,
            soh_pct=battery.soh_pct,
            produced_at=battery.produced_at,
            vendor_info=battery.vendor_info,
            since=at,
        )
        changes.append(RowPut(slot))
    told = BatteriesMoved(
        station=view.station.identity,
        at=at,
        event=fact.event,
        request_id=fact.request_id,
        serials=[battery.serial for battery in fact.batteries],
    )
    return Decision(Acknowledged(), changes, [told])


def requested(order: RequestSwap, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Keep a station's answer to a request for a swap (S02.FR.01, S02.FR.04)."""
    status = None if outcome is None else outcome.reason if not outcome.accepted else None
    row = SwapRequest(
        request_id=order.request_id,
        station_id=view.station.id,
        token=order.token.value,
        token_kind=order.token.kind,
        status=None if outcome is None else status or outcome.status,
        at=at,
    )
    return Conclusion([RowPut(row)])
