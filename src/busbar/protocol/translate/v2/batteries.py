"""2.1's battery swaps (block S); `wire` is the version's module of types."""

from datetime import UTC
from typing import Any

from msgspec import UNSET

from busbar.model import batteries
from busbar.model.batteries import Battery, SwapEvent
from busbar.model.facts import Acknowledged
from busbar.protocol.translate.errors import required
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.words import read_token, status_writer, token


def part_21(wire: Any) -> Part:
    """Return what only 2.1 has."""

    def write_swapped(fact: batteries.BatteriesSwapped) -> Written:
        data = [_write_battery(wire, battery) for battery in fact.batteries]
        return "BatterySwap", wire.BatterySwapRequest(
            battery_data=data,
            event_type=wire.BatterySwapEventEnumType(fact.event.value),
            id_token=token(wire, fact.token),
            request_id=fact.request_id,
        )

    def write_request(order: batteries.RequestSwap) -> Written:
        request = wire.RequestBatterySwapRequest(id_token=token(wire, order.token), request_id=order.request_id)
        return "RequestBatterySwap", request

    return Part(
        reports={"BatterySwap": Report(_read_swapped, lambda _: wire.BatterySwapResponse(), lambda _: Acknowledged())},
        facts={batteries.BatteriesSwapped: write_swapped},
        calls={
            "RequestBatterySwap": Call(
                _read_request,
                read_status,
                status_writer(wire, wire.RequestBatterySwapResponse, wire.GenericStatusEnumType),
            )
        },
        orders={batteries.RequestSwap: write_request},
    )


def _read_request(sent: Any) -> batteries.RequestSwap:
    return batteries.RequestSwap(token=required(read_token(sent.id_token), "idToken"), request_id=sent.request_id)


def _read_swapped(sent: Any) -> batteries.BatteriesSwapped:
    return batteries.BatteriesSwapped(
        event=SwapEvent(sent.event_type.value),
        request_id=sent.request_id,
        token=required(read_token(sent.id_token), "idToken"),
        batteries=[
            Battery(
                evse=item.evse_id,
                serial=item.serial_number,
                soc_pct=item.so_c,
                soh_pct=item.so_h,
                produced_at=item.production_date.astimezone(UTC) if item.production_date else None,
                vendor_info=item.vendor_info or None,
            )
            for item in sent.battery_data
        ],
    )


def _write_battery(wire: Any, battery: Battery) -> Any:
    return wire.BatteryDataType(
        evse_id=battery.evse,
        serial_number=battery.serial,
        so_c=battery.soc_pct,
        so_h=battery.soh_pct,
        production_date=seconds(battery.produced_at) if battery.produced_at else UNSET,
        vendor_info=battery.vendor_info or UNSET,
    )
