"""Tariffs that stations hold (2.1 I07 to I11), by what they accepted, cleared and told. Sends nothing.

EVSE 0 stands for all EVSEs of a station. Setting a default tariff replaces the one before it, unless the new one is to
become valid later (I07.FR.20 to FR.22).
"""

from collections.abc import Iterable
from datetime import datetime

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut
from busbar.csms.records.tariffs import HeldTariff, TariffInventory
from busbar.csms.rows import Command
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.orders import Outcome
from busbar.model.tariffs import ClearTariffs, GetTariffs, SetDefaultTariff, TariffsCleared, TariffsHeld

DEFAULT = "DefaultTariff"


def wire_id(tariff_id: int, version: int) -> str:
    """Return the name that a version has on the wire: other content, other name (I08.FR.08)."""
    return f"{tariff_id}.{version}"


def was_set(
    order: SetDefaultTariff, _: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep a default tariff that a station took, or that it refused it (I07.FR.02 to FR.12)."""
    if outcome is None:
        return Conclusion()
    row = HeldTariff(
        station_id=view.station.id,
        evse=order.evse,
        tariff_id=order.tariff.id,
        kind=DEFAULT,
        held=outcome.accepted,
        status=outcome.status,
        valid_from=order.tariff.valid_from,
        tokens=[],
        at=at,
    )
    return Conclusion([RowPut(row) if outcome.accepted else RowAdded(row)])


def cleared(order: ClearTariffs, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Forget what a station cleared, or does not have (I10.FR.01 to FR.06)."""
    if not isinstance(outcome, TariffsCleared):
        return Conclusion()
    station_id = view.station.id
    gone = [result.tariff_id for result in outcome.results if result.status in ("Accepted", "NoTariff")]
    if not order.tariff_ids and len(gone) == len(outcome.results):
        return Conclusion([RowPut(TariffInventory(station_id=station_id, evse=order.evse or 0, since=at))])
    places = {0, *(evse for evse, _ in view.connectors)} if order.evse is None else {order.evse}
    names = {name for name in gone if name is not None} or set(order.tariff_ids if None in gone else ())
    changes: list[Change] = [
        RowGone(HeldTariff, (station_id, evse, name)) for name in sorted(names) for evse in sorted(places)
    ]
    return Conclusion(changes)


def told(order: GetTariffs, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Keep all that a station told of an EVSE, or of all; what it did not name is gone (I09.FR.01 to FR.03)."""
    if not isinstance(outcome, TariffsHeld) or outcome.status not in ("Accepted", "NoTariff"):
        return Conclusion()
    station_id = view.station.id
    changes: list[Change] = [RowPut(TariffInventory(station_id=station_id, evse=order.evse, since=at))]
    for held in outcome.tariffs:
        for evse in held.evses or [order.evse]:
            row = HeldTariff(
                station_id=station_id,
                evse=evse,
                tariff_id=held.tariff_id,
                kind=held.kind,
                held=True,
                status="Accepted",
                valid_from=held.valid_from,
                tokens=held.tokens,
                at=at,
            )
            changes.append(RowPut(row))
    return Conclusion(changes)


def standing(rows: Iterable[HeldTariff], inventories: Iterable[TariffInventory], now: datetime) -> list[HeldTariff]:
    """Return the tariffs that a station holds, and those it refused, as far as is known."""
    since = {row.evse: row.since for row in inventories}
    found = [row for row in rows if all(row.at >= since[evse] for evse in {0, row.evse} if evse in since)]
    return [row for row in found if not any(_replaces(other, row, now) for other in found)]


def _replaces(newer: HeldTariff, older: HeldTariff, now: datetime) -> bool:
    """Tell whether a default tariff took the place of another one at its EVSE."""
    if newer is older or not (newer.held and older.held) or newer.evse not in (0, older.evse):
        return False
    if newer.kind != DEFAULT or older.kind != DEFAULT:
        return False
    since = _since(newer)
    return older.at < since <= now and _since(older) <= since


def _since(row: HeldTariff) -> datetime:
    """Return from when on a default tariff holds at its station, as far as is known."""
    return row.at if row.valid_from is None else max(row.at, row.valid_from)
