"""The PyPI `ocpp` library as a station with smart charging, against our CSMS: profiles, reports, needs, limits."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import ocpp.exceptions
import ocpp.v16
import pytest
from ocpp.routing import on

from busbar.csms.jobs.charging import settle
from busbar.csms.records.charging import (
    ChargingNeeds,
    ChargingPolicy,
    EVSchedule,
    ExternalLimit,
    HeldProfile,
    HeldState,
    NeedsPolicy,
    SentProfile,
    SentState,
    Uncontrolled,
)
from busbar.csms.rows import CommandState
from busbar.model import charging as model
from busbar.model import orders
from busbar.model.orders import Order
from busbar.model.values import IdToken
from tests.foreign.test_stations import TWO, Csms, boot_2x, boot_16, both_2x, connected
from tests.foreign.test_stations import csms as csms  # noqa: PLC0414

AT = datetime.now(UTC).replace(microsecond=0)
NOW = AT.isoformat().replace("+00:00", "Z")
WIRE_SCHEDULE = {
    "id": 1,
    "charging_rate_unit": "W",
    "charging_schedule_period": [{"start_period": 0, "limit": 7000.0}],
}


def profile(number: int, **changed: Any) -> model.ChargingProfile:
    schedule = model.ChargingSchedule(
        id=1,
        unit=model.RateUnit.W,
        start_schedule=AT,
        periods=[model.SchedulePeriod(start_period=0, limit=7000.0)],
    )
    fields: dict[str, Any] = {
        "id": number,
        "stack_level": 0,
        "purpose": model.ProfilePurpose.TX_DEFAULT,
        "kind": model.ProfileKind.ABSOLUTE,
        "schedules": [schedule],
    }
    return model.ChargingProfile(**fields | changed)


def smart(library: Any) -> type[Any]:
    """Make a 2.x station that knows profiles by id, and refuses odd ones."""

    class Smart(library.ChargePoint):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.profiles: dict[int, Any] = {}
            self.told: asyncio.Queue[Any] = asyncio.Queue()

        @on("SetChargingProfile")
        def on_set(self, evse_id: int, charging_profile: Any, **_: Any) -> Any:
            number = charging_profile["id"]
            if number == 13:
                raise ocpp.exceptions.NotSupportedError
            self.told.put_nowait((evse_id, charging_profile))
            if number % 2 == 0:
                info = {"reason_code": "InvalidProfile"}
                return library.call_result.SetChargingProfile(status="Rejected", status_info=info)
            self.profiles[number] = charging_profile
            return library.call_result.SetChargingProfile(status="Accepted")

        @on("ClearChargingProfile")
        def on_clear(self, charging_profile_id: int | None = None, **_: Any) -> Any:
            known = self.profiles.pop(charging_profile_id, None)
            return library.call_result.ClearChargingProfile(status="Accepted" if known else "Unknown")

        @on("GetChargingProfiles")
        def on_get(self, request_id: int, **_: Any) -> Any:
            self.told.put_nowait(request_id)
            return library.call_result.GetChargingProfiles(status="Accepted")

        @on("RequestStartTransaction")
        def on_start(self, **payload: Any) -> Any:
            self.told.put_nowait(payload["charging_profile"])
            return library.call_result.RequestStartTransaction(status="Accepted")

    return Smart


async def order(csms: Csms, wanted: Order) -> Any:
    station = await csms.store.station("CS-1")
    assert station is not None
    return await csms.node.dispatch(station, wanted, wait_s=5, requested_by="test")


async def set_profile(csms: Csms, number: int, **changed: Any) -> CommandState:
    command = await order(csms, model.SetChargingProfile(evse=1, profile=profile(number, **changed)))
    state: CommandState = command.state
    return state


async def held(csms: Csms) -> dict[int, tuple[str, str]]:
    await settle(csms.store, 1, datetime.now(UTC))
    return {row.profile_id: (row.state.value, row.source) for row in await csms.store.find(HeldProfile, station_id=1)}


@both_2x
async def test_profiles_are_sent_refused_cleared_and_reported__TC_K_04_TC_K_05_TC_K_15_TC_K_31(
    csms: Csms, subprotocol: str
) -> None:
    library = TWO[subprotocol]
    async with connected(csms, smart(library), subprotocol) as station:
        await boot_2x(station, library)
        assert await set_profile(csms, 1) is CommandState.ACCEPTED
        assert await set_profile(csms, 2) is CommandState.REJECTED
        assert await set_profile(csms, 13) is CommandState.ERROR
        (flag,) = await csms.store.find(Uncontrolled)
        assert flag.reason == "Rejected: InvalidProfile"
        assert await set_profile(csms, 3) is CommandState.ACCEPTED
        assert await csms.store.find(Uncontrolled) == []
        tried = await csms.store.find(SentProfile, station_id=1)
        assert [row.state for row in tried] == [
            SentState.ACCEPTED,
            SentState.REJECTED,
            SentState.REJECTED,
            SentState.ACCEPTED,
        ]
        await order(csms, model.ClearChargingProfile(profile_id=3))
        assert await held(csms) == {1: ("held", "CSO"), 3: ("cleared", "CSO")}
        await order(csms, model.GetChargingProfiles(request_id=77, profile_ids=[1, 9]))
        for more in (True, False):
            report = library.call.ReportChargingProfiles(
                request_id=77,
                charging_limit_source="EMS" if more else "CSO",
                evse_id=0,
                tbc=more,
                charging_profile=[
                    {
                        "id": 101 if more else 103,
                        "stack_level": 0,
                        "charging_profile_purpose": "ChargingStationExternalConstraints"
                        if more
                        else "TxDefaultProfile",
                        "charging_profile_kind": "Relative",
                        "charging_schedule": [WIRE_SCHEDULE],
                    }
                ],
            )
            await station.call(report)
        found = await held(csms)
        assert found == {1: ("missing", "CSO"), 3: ("cleared", "CSO"), 101: ("held", "EMS"), 103: ("held", "CSO")}


@both_2x
async def test_a_profile_follows_an_evs_needs__TC_K_53(csms: Csms, subprotocol: str) -> None:
    library = TWO[subprotocol]
    await csms.store.put(ChargingPolicy(station_id=0, needs=NeedsPolicy.PROFILE, limit=7000.0))
    async with connected(csms, smart(library), subprotocol) as station:
        await boot_2x(station, library)
        event = library.call.TransactionEvent(
            event_type="Started",
            timestamp=NOW,
            trigger_reason="CablePluggedIn",
            seq_no=0,
            transaction_info={"transaction_id": "tx-1"},
            evse={"id": 1, "connector_id": 1},
        )
        await station.call(event)
        needs = {
            "requested_energy_transfer": "DC",
            "dc_charging_parameters": {"ev_max_current": 200, "ev_max_voltage": 500},
        }
        answer = await station.call(library.call.NotifyEVChargingNeeds(evse_id=1, charging_needs=needs))
        assert answer.status == "Accepted"
        evse, sent = await asyncio.wait_for(station.told.get(), 5)
        assert (evse, sent["transaction_id"], sent["charging_profile_purpose"]) == (1, "tx-1", "TxProfile")
        for _ in range(100):
            if await csms.store.find(HeldProfile, station_id=1):
                break
            await asyncio.sleep(0.02)
        for limit, status in ((9000.0, "Rejected"), (7000.0, "Accepted")):
            schedule = WIRE_SCHEDULE | {"charging_schedule_period": [{"start_period": 0, "limit": limit}]}
            plan = library.call.NotifyEVChargingSchedule(time_base=NOW, evse_id=1, charging_schedule=schedule)
            assert (await station.call(plan)).status == status
        (row,) = await csms.store.find(ChargingNeeds, station_id=1)
        assert (row.transaction_id, row.answer) == ("tx-1", "Accepted")
        (planned,) = await csms.store.find(EVSchedule, station_id=1)
        assert planned.accepted


@both_2x
async def test_limits_of_others_come_and_go__TC_K_48_TC_K_50(csms: Csms, subprotocol: str) -> None:
    library = TWO[subprotocol]
    async with connected(csms, smart(library), subprotocol) as station:
        await boot_2x(station, library)
        limit = {"charging_limit_source": "EMS", "is_grid_critical": False}
        await station.call(library.call.NotifyChargingLimit(charging_limit=limit, charging_schedule=[WIRE_SCHEDULE]))
        (row,) = await csms.store.find(ExternalLimit, station_id=1)
        assert (row.source, row.evse, row.cleared_at) == ("EMS", 0, None)
        await station.call(library.call.ClearedChargingLimit(charging_limit_source="EMS"))
        (row,) = await csms.store.find(ExternalLimit, station_id=1)
        assert row.cleared_at is not None


@both_2x
async def test_a_remote_start_carries_a_profile__TC_K_37(csms: Csms, subprotocol: str) -> None:
    library = TWO[subprotocol]
    async with connected(csms, smart(library), subprotocol) as station:
        await boot_2x(station, library)
        made = profile(5, purpose=model.ProfilePurpose.TX)
        wanted = orders.StartTransaction(token=IdToken("A", "Central"), remote_start_id=1, evse=1, profile=made)
        assert (await order(csms, wanted)).state is CommandState.ACCEPTED
        assert station.told.get_nowait()["id"] == 5
        (row,) = await csms.store.find(HeldProfile, station_id=1)
        assert (row.profile_id, row.state) == (5, HeldState.HELD)


async def test_priority_and_dynamic_schedules_of_2_1__TC_K_118_TC_K_121(csms: Csms) -> None:
    library = TWO["ocpp2.1"]
    async with connected(csms, smart(library), "ocpp2.1") as station:
        await boot_2x(station, library)
        assert await set_profile(csms, 7, kind=model.ProfileKind.DYNAMIC) is CommandState.ACCEPTED
        pulled = await station.call(library.call.PullDynamicScheduleUpdate(charging_profile_id=7))
        assert (pulled.status, pulled.schedule_update) == ("Accepted", {"limit": 7000.0})
        unknown = await station.call(library.call.PullDynamicScheduleUpdate(charging_profile_id=8))
        assert unknown.status == "Rejected"
        await station.call(library.call.NotifyPriorityCharging(transaction_id="t", activated=True))


class Smart16(ocpp.v16.ChargePoint):
    """A 1.6 charge point with smart charging."""

    @on("SetChargingProfile")
    def on_set(self, connector_id: int, cs_charging_profiles: Any) -> Any:
        self.sent = cs_charging_profiles
        status = "Accepted" if connector_id == 1 else "NotSupported"
        return ocpp.v16.call_result.SetChargingProfile(status=status)

    @on("ClearChargingProfile")
    def on_clear(self, **_: Any) -> Any:
        return ocpp.v16.call_result.ClearChargingProfile(status="Accepted")

    @on("GetCompositeSchedule")
    def on_composite(self, **_: Any) -> Any:
        schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 7000.0}]}
        return ocpp.v16.call_result.GetCompositeSchedule(
            status="Accepted", connector_id=1, schedule_start=NOW, charging_schedule=schedule
        )


async def test_a_1_6_station_is_under_the_same_control__TC_056_TC_066_TC_067(csms: Csms) -> None:
    async with connected(csms, Smart16, "ocpp1.6") as station:
        await boot_16(station)
        assert await set_profile(csms, 1) is CommandState.ACCEPTED
        assert station.sent["charging_profile_id"] == 1
        refused = await order(csms, model.SetChargingProfile(evse=2, profile=profile(2)))
        assert (refused.state, refused.status) == (CommandState.REJECTED, "NotSupported")
        assert len(await csms.store.find(Uncontrolled)) == 1
        composed = await order(csms, model.GetCompositeSchedule(evse=1, duration=60))
        assert b"7000" in composed.answer
        await order(csms, model.ClearChargingProfile())
        assert await held(csms) == {1: ("cleared", "CSO")}
        with pytest.raises(Exception, match="no such call"):
            await order(csms, model.GetChargingProfiles(request_id=1))
