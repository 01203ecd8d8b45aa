"""Official test cases of OCPP 2.1 for a CSMS: Q (bidirectional power transfer), R (DER), S (battery swapping)."""

from typing import Any

from tests.cases.rig import Csms, Station, now
from tests.cases.steps_fk import Session, carries, id_token, order, tell_status

ACCEPTED = {"status": "Accepted"}


def _bpt(**more: Any) -> dict[str, Any]:
    """Return the needs of a mock EV that can discharge, by ISO 15118-20."""
    v2x = {"maxChargePower": 11_000, "maxDischargePower": -11_000, "evTargetEnergyRequest": 20_000}
    needs = {"requestedEnergyTransfer": "DC_BPT", "controlMode": "ScheduledControl", "v2xChargingParameters": v2x}
    return {"evseId": 1, "maxScheduleTuples": 3, "timestamp": now(), "chargingNeeds": needs | more}


async def _policy(csms: Csms, station: Station, **fields: Any) -> None:
    path = f"/stations/{station.identity}/charging-policy"
    await csms.ask("PUT", path, {"needs": "profile", "limit": 11_000, "unit": "W"} | fields)


async def _ready(csms: Csms, station: Station, token: str = "") -> Session:
    """Reach Authorized and EVConnectedPreSession."""
    session = Session(station, token or await csms.add_token())
    await session.authorized()
    await session.plugged_in()
    return session


async def _sent(station: Station, session: Session) -> Any:
    """Take the profile that the CSMS sends by itself; return its schedule."""
    asked = await station.expect("SetChargingProfile", ACCEPTED)
    profile = {"chargingProfilePurpose": "TxProfile", "transactionId": session.id}
    carries(asked, {"evseId": 1, "chargingProfile": profile})
    return asked["chargingProfile"]["chargingSchedule"][0]


async def _set(csms: Csms, station: Station, session: Session, kind: str, *periods: dict[str, Any]) -> Any:
    """Have a profile of a transaction set; return it as it was sent."""
    schedule: dict[str, Any] = {"unit": "W", "periods": list(periods)}
    if kind == "Absolute":
        schedule["start_schedule"] = now()
    profile = {
        "stack_level": 0,
        "purpose": "TxProfile",
        "kind": kind,
        "transaction_id": session.id,
        "schedules": [schedule],
    }
    body = {"evse": 1, "profile": profile}
    asked, command = await order(csms, station, "set-charging-profile", body, "SetChargingProfile", ACCEPTED)
    assert command["state"] == "accepted"
    carries(asked, {"evseId": 1, "chargingProfile": {"chargingProfileKind": kind, "transactionId": session.id}})
    return asked["chargingProfile"]


def _periods(profile: Any) -> Any:
    return profile["chargingSchedule"][0]["chargingSchedulePeriod"]


async def test_tells_which_transfers_a_driver_may_use__TC_Q_102(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        path = f"/stations/{station.identity}/commands/get-base-report"
        asked, _ = await station.during(csms.post(path, {"base": "FullInventory"}), "GetBaseReport", ACCEPTED)
        told = {
            "component": {"name": "V2XChargingCtrlr", "evse": {"id": 1}},
            "variable": {"name": "Enabled"},
            "variableAttribute": [{"value": "true"}],
        }
        report = {"requestId": asked["requestId"], "generatedAt": now(), "seqNo": 0, "reportData": [told]}
        assert await station.call("NotifyReport", report) == {}
        token = await csms.add_token()
        await csms.ask("PUT", f"/tokens/{token}/profile", {"energy_transfers": ["AC_BPT", "DC_BPT", "DC"]})
        verdict = await station.call("Authorize", {"idToken": id_token(token)})
        carries(verdict, {"idTokenInfo": ACCEPTED, "allowedEnergyTransfer": ["AC_BPT", "DC_BPT", "DC"]})


async def test_rejects_a_transfer_that_is_not_allowed__TC_Q_103(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        await _policy(csms, station)
        token = await csms.add_token()
        await csms.ask("PUT", f"/tokens/{token}/profile", {"energy_transfers": ["DC"]})
        await _ready(csms, station, token)
        answer = await station.call("NotifyEVChargingNeeds", _bpt())
        assert answer["status"] == "Rejected"


async def test_lets_an_EV_charge_before_it_may_discharge__TC_Q_107(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        central = {"start_period": 0, "operation_mode": "CentralSetpoint", "setpoint": -3000}
        await _policy(csms, station, bidirectional={"unit": "W", "periods": [central]})
        token = await csms.add_token()
        await csms.ask("PUT", f"/tokens/{token}/profile", {"energy_transfers": ["DC"]})
        session = await _ready(csms, station, token)
        answer = await station.call("NotifyEVChargingNeeds", _bpt(requestedEnergyTransfer="DC"))
        assert answer["status"] == "Accepted"
        schedule = await _sent(station, session)
        assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 11_000}]  # Q02.FR.01, Q02.FR.02
        await session.charging()
        body = {"transaction_id": session.id, "modes": ["DC", "DC_BPT"]}
        asked, _ = await order(csms, station, "allow-energy-transfer", body, "NotifyAllowedEnergyTransfer", ACCEPTED)
        assert asked == {"transactionId": session.id, "allowedEnergyTransfer": ["DC", "DC_BPT"]}
        answer = await station.call("NotifyEVChargingNeeds", _bpt())
        assert answer["status"] == "Accepted"
        schedule = await _sent(station, session)
        told = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": -3000}
        assert schedule["chargingSchedulePeriod"] == [told]


async def test_controls_by_a_schedule_of_setpoints__TC_Q_108(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        sent = await _set(
            csms,
            station,
            session,
            "Absolute",
            {"start_period": 0, "operation_mode": "CentralSetpoint", "setpoint": 5000},
            {"start_period": 600, "operation_mode": "CentralSetpoint", "setpoint": -5000},
        )
        assert _periods(sent) == [
            {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": 5000},
            {"startPeriod": 600, "operationMode": "CentralSetpoint", "setpoint": -5000},
        ]


async def _push(csms: Csms, station: Station, profile: Any, **values: float) -> Any:
    body = {"profile_id": profile["id"], "values": values}
    asked, _ = await order(csms, station, "update-dynamic-schedule", body, "UpdateDynamicSchedule", ACCEPTED)
    assert asked["chargingProfileId"] == profile["id"]
    return asked["scheduleUpdate"]


async def test_pushes_setpoints__TC_Q_109(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        period = {"start_period": 0, "operation_mode": "CentralSetpoint", "setpoint": 5000}
        sent = await _set(csms, station, session, "Dynamic", period)
        assert await _push(csms, station, sent, setpoint=-5000) == {"setpoint": -5000}
        body = {"profile_id": sent["id"]}
        asked, _ = await order(csms, station, "clear-charging-profile", body, "ClearChargingProfile", ACCEPTED)
        assert asked == {"chargingProfileId": sent["id"]}


async def test_lets_setpoints_be_pulled__TC_Q_110(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        period = {"start_period": 0, "operation_mode": "CentralSetpoint", "setpoint": 5000}
        sent = await _set(csms, station, session, "Dynamic", period)
        answer = await station.call("PullDynamicScheduleUpdate", {"chargingProfileId": sent["id"] + 1})
        assert answer["status"] == "Rejected"
        answer = await station.call("PullDynamicScheduleUpdate", {"chargingProfileId": sent["id"]})
        assert answer == {"status": "Accepted", "scheduleUpdate": {"setpoint": 5000}}
        path = f"/stations/{station.identity}/charging-profiles/{sent['id']}/values"
        await csms.ask("PUT", path, {"setpoint": -4000})
        answer = await station.call("PullDynamicScheduleUpdate", {"chargingProfileId": sent["id"]})
        assert answer == {"status": "Accepted", "scheduleUpdate": {"setpoint": -4000}}


async def _external(csms: Csms, mode: str, values: dict[str, float]) -> None:
    """Have the CSMS let an EMS control, and hear what the EMS set."""
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        sent = await _set(csms, station, session, "Absolute", {"start_period": 0, "operation_mode": mode})
        assert _periods(sent) == [{"startPeriod": 0, "operationMode": mode}]
        period = {"startPeriod": 0, "operationMode": mode} | values
        schedule = {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
        told = {"evseId": 1, "chargingLimit": {"chargingLimitSource": "EMS"}, "chargingSchedule": [schedule]}
        assert await station.call("NotifyChargingLimit", told) == {}
        shown = await csms.get(f"/stations/{station.identity}/charging-limits")
        carries(shown["items"][0]["schedules"][0]["periods"][0], {"operation_mode": mode})


async def test_lets_an_EMS_set_setpoints__TC_Q_111(csms: Csms) -> None:
    await _external(csms, "ExternalSetpoint", {"setpoint": -2000})


async def test_lets_an_EMS_set_limits__TC_Q_112(csms: Csms) -> None:
    await _external(csms, "ExternalLimits", {"limit": 4000, "dischargeLimit": -2000})


async def test_supports_the_frequency_by_pushes__TC_Q_117(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        period = {"start_period": 0, "operation_mode": "CentralFrequency", "setpoint": 1000}
        sent = await _set(csms, station, session, "Dynamic", period)
        assert _periods(sent) == [{"startPeriod": 0, "operationMode": "CentralFrequency", "setpoint": 1000}]
        assert await _push(csms, station, sent, setpoint=-2000) == {"setpoint": -2000}


CURVE = [{"frequency": 49.8, "power": 5000}, {"frequency": 50.2, "power": -5000}]


async def test_sends_a_signal_of_the_reserve__TC_Q_120(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        signals = [{"signal": -100, "power": -5000}, {"signal": 100, "power": 5000}]
        period = {"start_period": 0, "operation_mode": "LocalFrequency", "v2x_signal_watt_curve": signals}
        period |= {"v2x_baseline": 0, "v2x_freq_watt_curve": CURVE}
        sent = await _set(csms, station, session, "Absolute", period)
        told = {"operationMode": "LocalFrequency", "v2xSignalWattCurve": signals, "v2xBaseline": 0}
        carries(_periods(sent), [told | {"v2xFreqWattCurve": CURVE}])
        body = {"at": now(), "signal": 50}
        asked, _ = await order(csms, station, "reserve-signal", body, "AFRRSignal", ACCEPTED)
        carries(asked, {"timestamp": str, "signal": 50})


async def test_answers_needs_with_local_frequency_support__TC_Q_121(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        period = {"start_period": 0, "operation_mode": "LocalFrequency", "v2x_freq_watt_curve": CURVE}
        await _policy(csms, station, bidirectional={"unit": "W", "periods": [period | {"v2x_baseline": 0}]})
        session = await _ready(csms, station)
        answer = await station.call("NotifyEVChargingNeeds", _bpt())
        assert answer["status"] == "Accepted"
        schedule = await _sent(station, session)
        told = {"startPeriod": 0, "operationMode": "LocalFrequency", "v2xBaseline": 0, "v2xFreqWattCurve": CURVE}
        assert schedule["chargingSchedulePeriod"] == [told]


async def test_balances_loads_locally__TC_Q_124(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        threshold = {"component": "V2XChargingCtrlr", "variable": "UpperThreshold", "evse": 1, "value": "4000"}
        where = {"component": {"name": "V2XChargingCtrlr", "evse": {"id": 1}}, "variable": {"name": "UpperThreshold"}}
        result = {"setVariableResult": [{"attributeStatus": "Accepted"} | where]}
        body = {"variables": [threshold]}
        asked, _ = await order(csms, station, "set-variables", body, "SetVariables", result)
        carries(asked, {"setVariableData": [{"attributeValue": "4000"} | where]})
        sent = await _set(
            csms, station, session, "Absolute", {"start_period": 0, "operation_mode": "LocalLoadBalancing"}
        )
        assert _periods(sent) == [{"startPeriod": 0, "operationMode": "LocalLoadBalancing"}]


async def test_controls_a_station_of_the_grid__TC_R_107(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        body = {"default": True}
        asked, _ = await order(csms, station, "clear-grid-controls", body, "ClearDERControl", {"status": "NotFound"})
        assert asked == {"isDefault": True}
        curve = {"priority": 0, "yUnit": "PctMaxW", "curveData": [{"x": 49.5, "y": 100}, {"x": 50.5, "y": 0}]}
        body = {"type": "HFMustTrip", "default": True, "settings": curve}
        asked, _ = await order(csms, station, "set-grid-control", body, "SetDERControl", ACCEPTED)
        carries(asked, {"controlType": "HFMustTrip", "isDefault": True, "controlId": str, "curve": curve})
        number = asked["controlId"]
        asked, _ = await order(csms, station, "ask-grid-controls", {}, "GetDERControl", ACCEPTED)
        held = {"id": number, "curveType": "HFMustTrip", "isDefault": True, "isSuperseded": False, "curve": curve}
        report = {"requestId": asked["requestId"], "curve": [held]}
        assert await station.call("ReportDERControl", report) == {}
        told = {"controlId": number, "started": True, "timestamp": now()}
        assert await station.call("NotifyDERStartStop", told) == {}
        shown = await csms.get(f"/stations/{station.identity}/grid-controls")
        assert [(item["id"], item["held"], item["running"]) for item in shown["items"]] == [(number, True, True)]


async def test_hears_of_a_grid_event__TC_R_108(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        alarm = {"controlType": "HFMustTrip", "timestamp": now(), "gridEventFault": "OverFrequency"}
        assert await station.call("NotifyDERAlarm", alarm) == {}
        assert await station.call("NotifyDERAlarm", alarm | {"alarmEnded": True}) == {}
        shown = await csms.get("/grid-alarms", station=station.identity)
        assert [item["ended"] for item in shown["items"]] == [True, False]


async def _swap(csms: Csms, station: Station, token: str, answer: dict[str, Any]) -> tuple[int, Any]:
    body = {"token": token}
    asked, command = await order(csms, station, "battery-swap", body, "RequestBatterySwap", answer)
    carries(asked, {"idToken": id_token(token), "requestId": int})
    return asked["requestId"], command


async def test_hears_that_there_are_not_enough_batteries__TC_S_102(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        answer = {"status": "Rejected", "statusInfo": {"reasonCode": "NoBatteryAvailable"}}
        _, command = await _swap(csms, station, await csms.add_token(), answer)
        assert (command["state"], command["status"]) == ("rejected", "Rejected")


async def test_lets_somebody_swap_batteries__TC_S_103(csms: Csms) -> None:
    async with csms.booted("2.1", evses=2) as station:
        token = await csms.add_token()
        number, _ = await _swap(csms, station, token, ACCEPTED)
        await tell_status(station, "Occupied", 1)
        old = Session(station, token, 1)
        await old.tell("CablePluggedIn", "EVConnected")
        battery = {"evseId": 1, "serialNumber": "B1", "soC": 10, "soH": 95}
        event = {"eventType": "BatteryIn", "requestId": number, "idToken": id_token(token), "batteryData": [battery]}
        assert await station.call("BatterySwap", event) == {}
        await old.tell("ChargingStateChanged", "Charging")
        full = Session(station, token, 2)
        await full.tell("RemoteStart", token=True)
        await tell_status(station, "Available", 2)
        await full.unplugged()
        battery = {"evseId": 2, "serialNumber": "B2", "soC": 90, "soH": 97}
        event |= {"eventType": "BatteryOut", "batteryData": [battery]}
        assert await station.call("BatterySwap", event) == {}
        shown = await csms.get("/battery-swaps", station=station.identity)
        assert len(shown["items"]) == 2
