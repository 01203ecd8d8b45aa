"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block K, smart charging."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cases.rig import Csms, Station, now
from tests.cases.steps_fk import BOTH, Session, carries, id_token, order

both = pytest.mark.parametrize("version", BOTH)
ACCEPTED = {"status": "Accepted"}
PERIODS = [{"startPeriod": 0, "limit": 6.0, "numberPhases": 3}]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _profile(limit: float = 6.0, **fields: Any) -> dict[str, Any]:
    """Return a TxDefaultProfile as the interface takes it: absolute, for five minutes from now on."""
    start = _now()
    schedule = {
        "unit": "A",
        "start_schedule": start.isoformat(),
        "duration": 300,
        "periods": [{"start_period": 0, "limit": limit, "number_phases": 3}],
    }
    profile = {
        "stack_level": 0,
        "purpose": "TxDefaultProfile",
        "kind": "Absolute",
        "valid_from": start.isoformat(),
        "valid_to": (start + timedelta(seconds=300)).isoformat(),
        "schedules": [schedule | fields.pop("schedule", {})],
    }
    return {name: value for name, value in (profile | fields).items() if value is not None}


def _relative(**fields: Any) -> dict[str, Any]:
    """Return a TxProfile that begins with its transaction."""
    schedule = {"unit": "A", "periods": [{"start_period": 0, "limit": 7.0, "number_phases": 3}]}
    return {"stack_level": 0, "purpose": "TxProfile", "kind": "Relative", "schedules": [schedule]} | fields


async def _set(
    csms: Csms, station: Station, evse: int, profile: dict[str, Any], status: str = "Accepted", **more: Any
) -> Any:
    """Have a profile set; return what the station was sent."""
    body = {"evse": evse, "profile": profile} | more
    asked, command = await order(csms, station, "set-charging-profile", body, "SetChargingProfile", {"status": status})
    assert asked["evseId"] == evse
    assert (command["state"], command["status"]) == ("accepted" if status == "Accepted" else "rejected", status)
    sent = asked["chargingProfile"]
    named = {"stackLevel": "stack_level", "chargingProfilePurpose": "purpose", "chargingProfileKind": "kind"}
    carries(sent, {wire: profile[name] for wire, name in named.items()} | {"id": profile.get("id", int)})
    return sent


async def _clear(csms: Csms, station: Station, body: dict[str, Any], status: str = "Accepted") -> Any:
    asked, command = await order(
        csms, station, "clear-charging-profile", body, "ClearChargingProfile", {"status": status}
    )
    assert command["status"] == status
    return asked


def _held(number: int = 7, purpose: str = "TxDefaultProfile", **fields: Any) -> dict[str, Any]:
    """Return a profile as a station reports it."""
    schedule = {"id": 1, "chargingRateUnit": "A", "startSchedule": now(), "chargingSchedulePeriod": PERIODS}
    profile = {"id": number, "stackLevel": 0, "chargingProfilePurpose": purpose, "chargingProfileKind": "Absolute"}
    return profile | {"chargingSchedule": [schedule]} | fields


async def _report(
    csms: Csms, station: Station, body: dict[str, Any], *profiles: dict[str, Any], source: str = "CSO"
) -> Any:
    """Have the profiles reported, EVSE by EVSE; return the request."""
    asked, command = await order(csms, station, "report-charging-profiles", body, "GetChargingProfiles", ACCEPTED)
    assert command["state"] == "accepted"
    for evse, profile in enumerate(profiles, body.get("evse", 1)):
        told = {
            "requestId": asked["requestId"],
            "evseId": evse,
            "chargingLimitSource": source,
            "chargingProfile": [profile],
            "tbc": evse < len(profiles),
        }
        assert await station.call("ReportChargingProfiles", told) == {}
    return asked


@both
async def test_sets_a_default_profile_of_an_EVSE__TC_K_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        profile = _profile(id=11)
        sent = await _set(csms, station, 1, profile)
        expected = {
            "validFrom": str,
            "validTo": str,
            "chargingSchedule": [
                {"startSchedule": str, "chargingRateUnit": "A", "duration": 300, "chargingSchedulePeriod": PERIODS}
            ],
        }
        carries(sent, expected)
        for told, meant in (("validFrom", "valid_from"), ("validTo", "valid_to")):
            assert datetime.fromisoformat(sent[told]) == datetime.fromisoformat(profile[meant])


@both
async def test_sends_a_profile_of_a_transaction_that_is_not_there__TC_K_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        sent = await _set(csms, station, 1, _relative(transaction_id="no-such-transaction"), "Rejected")
        period = {"startPeriod": 0, "limit": 7.0, "numberPhases": 3}
        carries(sent["chargingSchedule"], [{"chargingRateUnit": "A", "chargingSchedulePeriod": [period]}])


@both
async def test_sets_a_limit_of_the_station__TC_K_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        sent = await _set(csms, station, 0, _profile(8.0, purpose="ChargingStationMaxProfile"))
        period = {"startPeriod": 0, "limit": 8.0, "numberPhases": 3}
        carries(sent["chargingSchedule"], [{"duration": 300, "chargingSchedulePeriod": [period]}])


@both
async def test_replaces_a_profile_by_its_id__TC_K_04(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        first = await _set(csms, station, 1, _profile(8.0, id=21))
        second = await _set(csms, station, 1, _profile(6.0, id=21))
        assert first["id"] == second["id"] == 21
        assert second["chargingSchedule"][0]["chargingSchedulePeriod"] == PERIODS


@both
async def test_replaces_a_profile_that_has_its_place__TC_K_04(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        first = await _set(csms, station, 1, _profile(8.0))
        second = await _set(csms, station, 1, _profile(6.0))
        assert first["id"] == second["id"]


@both
async def test_clears_a_profile_by_its_id__TC_K_05(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _report(csms, station, {"evse": 1}, _held(31))
        assert await _clear(csms, station, {"profile_id": 31}) == {"chargingProfileId": 31}


@both
@pytest.mark.parametrize("status", [pytest.param("Accepted", id="TC_K_06"), pytest.param("Unknown", id="TC_K_08")])
async def test_clears_profiles_by_criteria__TC_K_06__TC_K_08(csms: Csms, version: str, status: str) -> None:
    async with csms.booted(version) as station:
        body = {"purpose": "TxDefaultProfile", "evse": 1, "stack_level": 0}
        asked = await _clear(csms, station, body, status)
        criteria = {"chargingProfilePurpose": "TxDefaultProfile", "evseId": 1, "stackLevel": 0}
        assert asked == {"chargingProfileCriteria": criteria}


@both
async def test_sets_a_default_profile_of_all_EVSEs__TC_K_10(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        sent = await _set(csms, station, 0, _profile())
        schedule = {"startSchedule": str, "duration": 300, "chargingSchedulePeriod": PERIODS}
        carries(sent, {"validFrom": str, "validTo": str, "chargingSchedule": [schedule]})


@both
async def test_sets_a_profile_though_another_is_believed_to_have_its_place__TC_K_10(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _set(csms, station, 1, _profile())
        body = {"evse": 0, "profile": _profile()}
        path = f"/stations/{station.identity}/commands/set-charging-profile"
        assert "K01.FR.52" in (await csms.post(path, body, status=400))["errors"][0]["reason"]
        await _set(csms, station, 0, _profile(), force=True)


@both
async def test_hears_that_profiles_are_not_supported__TC_K_15(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        path = f"/stations/{station.identity}/commands/set-charging-profile"
        asking = csms.post(path, {"evse": 1, "profile": _profile()}, status=502)
        _, problem = await station.during(asking, "SetChargingProfile", error="NotSupported")
        assert problem["command"]["error"] == "NotSupported"


@both
async def test_sets_a_recurring_profile__TC_K_19(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        profile = _profile(kind="Recurring", recurrency_kind="Daily", valid_from=None, valid_to=None)
        carries(await _set(csms, station, 1, profile), {"recurrencyKind": "Daily"})


@both
async def test_asks_for_the_profiles_of_the_station__TC_K_29(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await Session(station, await csms.add_token()).started()
        purpose = "ChargingStationMaxProfile"
        asked = await _report(csms, station, {"evse": 0, "purpose": purpose}, _held(purpose=purpose))
        carries(asked, {"evseId": 0, "requestId": int, "chargingProfile": {"chargingProfilePurpose": purpose}})


@both
async def test_asks_for_the_profiles_of_an_EVSE__TC_K_30(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asked = await _report(csms, station, {"evse": 1}, _held())
        carries(asked, {"evseId": 1, "chargingProfile": dict})
        shown = await csms.get(f"/stations/{station.identity}/charging-profiles")
        assert [item["profile"]["id"] for item in shown["items"]] == [7]


@both
async def test_asks_for_all_profiles__TC_K_31(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        asked = await _report(csms, station, {}, _held(7), _held(8))
        carries(asked, {"evseId": None, "chargingProfile": dict})
        shown = await csms.get(f"/stations/{station.identity}/charging-profiles")
        assert [(item["evse"], item["profile"]["id"]) for item in shown["items"]] == [(1, 7), (2, 8)]


@both
async def test_asks_for_a_profile_by_its_id__TC_K_32(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asked = await _report(csms, station, {"profile_ids": [41]}, _held(41))
        carries(asked, {"chargingProfile": {"chargingProfileId": [41]}, "requestId": int})


ASKED = {
    "TC_K_33": ({"stack_level": 0}, {"stackLevel": 0}),
    "TC_K_34": ({"sources": ["EMS"]}, {"chargingLimitSource": ["EMS"]}),
    "TC_K_35": ({"purpose": "TxDefaultProfile"}, {"chargingProfilePurpose": "TxDefaultProfile"}),
    "TC_K_36": (
        {"purpose": "TxDefaultProfile", "stack_level": 0},
        {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0},
    ),
}


@both
@pytest.mark.parametrize("case", ASKED)
async def test_asks_for_profiles_by_criteria__TC_K_33__TC_K_34__TC_K_35__TC_K_36(
    csms: Csms, version: str, case: str
) -> None:
    async with csms.booted(version) as station:
        given, expected = ASKED[case]
        asked = await _report(csms, station, {"evse": 1} | given, _held())
        assert (asked["evseId"], asked["chargingProfile"]) == (1, expected)


@both
async def test_starts_a_session_with_a_profile__TC_K_37(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = Session(station, await csms.add_token())
        body = {"token": session.token, "token_kind": "ISO14443", "evse": 1, "profile": _relative()}
        asked, _ = await order(csms, station, "remote-start", body, "RequestStartTransaction", ACCEPTED)
        profile = {"chargingProfilePurpose": "TxProfile", "chargingProfileKind": "Relative", "transactionId": None}
        carries(asked, {"idToken": id_token(session.token), "evseId": 1, "chargingProfile": profile})
        await session.tell("RemoteStart", token=True, info={"remoteStartId": asked["remoteStartId"]})


@both
@pytest.mark.parametrize("evse", [pytest.param(1, id="TC_K_43"), pytest.param(0, id="TC_K_44")])
async def test_asks_for_a_composite_schedule__TC_K_43__TC_K_44(csms: Csms, version: str, evse: int) -> None:
    async with csms.booted(version) as station:
        schedule = {
            "evseId": evse,
            "duration": 300,
            "scheduleStart": now(),
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
        }
        body = {"evse": evse, "duration": 300, "unit": "A"}
        answer = ACCEPTED | {"schedule": schedule}
        asked, command = await order(csms, station, "composite-schedule", body, "GetCompositeSchedule", answer)
        assert asked == {"evseId": evse, "duration": 300, "chargingRateUnit": "A"}
        assert command["state"] == "accepted"
        shown = await csms.get(f"/stations/{station.identity}/composite-schedules")
        assert [(item["evse"], item["schedule"]["periods"][0]["limit"]) for item in shown["items"]] == [(evse, 10.0)]


def _limit(**more: Any) -> dict[str, Any]:
    return {"chargingLimit": {"chargingLimitSource": "EMS"} | more}


@both
async def test_hears_of_an_external_limit__TC_K_48(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        assert await station.call("NotifyChargingLimit", _limit()) == {}
        shown = await csms.get(f"/stations/{station.identity}/charging-limits")
        assert [item["source"] for item in shown["items"]] == ["EMS"]


@both
async def test_hears_that_an_external_limit_is_gone__TC_K_50(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        assert await station.call("ClearedChargingLimit", {"chargingLimitSource": "EMS"}) == {}


@both
async def test_hears_that_an_external_limit_of_a_transaction_is_gone__TC_K_51(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await Session(station, await csms.add_token()).started()
        assert await station.call("ClearedChargingLimit", {"chargingLimitSource": "EMS"}) == {}
        await session.tell("ChargingRateChanged")


@both
async def test_has_external_constraints_reported__TC_K_52(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        held = _held(purpose="ChargingStationExternalConstraints")
        await _report(csms, station, {"evse": 1}, held, source="EMS")
        shown = await csms.get(f"/stations/{station.identity}/charging-profiles")
        assert [item["source"] for item in shown["items"]] == ["EMS"]


def _needs(version: str, **more: Any) -> dict[str, Any]:
    """Return what a mock EV needs: 20 kWh by AC on three phases, by ISO 15118-2."""
    mode = "AC_three_phase"
    ac = {"energyAmount": 20_000, "evMinCurrent": 6, "evMaxCurrent": 32, "evMaxVoltage": 400}
    needs = {"requestedEnergyTransfer": mode, "acChargingParameters": ac} | more
    return {"evseId": 1, "maxScheduleTuples": 3, "chargingNeeds": needs} | (
        {"timestamp": now()} if version == "2.1" else {}
    )


async def _policy(csms: Csms, station: Station, **fields: Any) -> None:
    await csms.ask("PUT", f"/stations/{station.identity}/charging-policy", {"needs": "profile"} | fields)


async def _ready(csms: Csms, station: Station) -> Session:
    """Reach Authorized and EVConnectedPreSession at a station whose EVs are sent profiles."""
    await _policy(csms, station, limit=16, unit="A")
    session = Session(station, await csms.add_token())
    await session.authorized()
    await session.plugged_in()
    return session


async def _sent(station: Station, session: Session) -> Any:
    """Take the profile that the CSMS sends by itself; return its schedule."""
    asked = await station.expect("SetChargingProfile", ACCEPTED)
    carries(asked, {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": "TxProfile"}})
    assert asked["chargingProfile"]["transactionId"] == session.id
    return asked["chargingProfile"]["chargingSchedule"][0]


async def _will_charge(station: Station, schedule: Any, status: str = "Accepted", limit: float | None = None) -> None:
    """Tell how the EV will charge; by default as the schedule says."""
    if limit is not None:
        schedule = schedule | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    told = {"evseId": 1, "timeBase": now(), "chargingSchedule": schedule}
    answer = await station.call("NotifyEVChargingSchedule", told)
    assert answer["status"] == status


async def _negotiated(station: Station, session: Session) -> None:
    """Reach ISO15118SmartCharging."""
    answer = await station.call("NotifyEVChargingNeeds", _needs(station.version))
    assert answer["status"] == "Accepted"
    await _will_charge(station, await _sent(station, session))
    await session.tell("ChargingStateChanged", "Charging")


@both
async def test_gives_an_EV_its_profile__TC_K_53(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await _ready(csms, station)
        await _negotiated(station, session)


@both
async def test_negotiates_again_where_an_EV_wants_too_much__TC_K_55(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await _ready(csms, station)
        answer = await station.call("NotifyEVChargingNeeds", _needs(version))
        assert answer["status"] == "Accepted"
        await _will_charge(station, await _sent(station, session), "Rejected", limit=32)
        await session.tell("ChargingStateChanged", "Charging")
        await _will_charge(station, await _sent(station, session))
        await session.tell("ChargingRateChanged")


@both
async def test_negotiates_again_when_an_EV_asks__TC_K_57(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await _ready(csms, station)
        await _negotiated(station, session)
        answer = await station.call("NotifyEVChargingNeeds", _needs(version))
        assert answer["status"] == "Accepted"
        await session.tell("ChargingRateChanged")
        await _will_charge(station, await _sent(station, session))
        await session.tell("ChargingRateChanged")


def _of(session: Session) -> dict[str, Any]:
    return _profile(8.0, purpose="TxProfile", transaction_id=session.id, valid_from=None, valid_to=None)


@both
async def test_negotiates_again_by_itself__TC_K_58(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await _ready(csms, station)
        await _negotiated(station, session)
        sent = await _set(csms, station, 1, _of(session))
        assert sent["transactionId"] == session.id
        await _will_charge(station, sent["chargingSchedule"][0])
        await session.tell("ChargingRateChanged")


@both
async def test_negotiates_again_by_itself_and_hears_needs__TC_K_59(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await _ready(csms, station)
        await _negotiated(station, session)
        await _set(csms, station, 1, _of(session))
        answer = await station.call("NotifyEVChargingNeeds", _needs(version))
        assert answer["status"] == "Accepted"
        await _will_charge(station, await _sent(station, session))
        await session.tell("ChargingRateChanged")


@both
async def test_sets_a_profile_of_a_transaction__TC_K_60(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await Session(station, await csms.add_token()).started()
        sent = await _set(csms, station, 1, _of(session))
        assert sent["transactionId"] == session.id


@both
async def test_sets_profiles_of_two_stack_levels__TC_K_70(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        first = await _set(csms, station, 1, _profile(stack_level=0))
        second = await _set(csms, station, 1, _profile(stack_level=1))
        assert first["id"] != second["id"]


async def test_sets_a_profile_that_outlives_being_offline_for_a_time__TC_K_100(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        sent = await _set(csms, station, 1, _profile(max_offline_duration=600, invalid_after_offline_duration=True))
        carries(sent, {"maxOfflineDuration": 600, "invalidAfterOfflineDuration": True})


def _modes(session: Session) -> dict[str, Any]:
    """Return a TxProfile that changes from charging to idling."""
    periods = [
        {"start_period": 0, "limit": 6.0, "operation_mode": "ChargingOnly"},
        {"start_period": 60, "operation_mode": "Idle"},
    ]
    return _of(session) | {"schedules": [{"unit": "A", "start_schedule": now(), "periods": periods}]}


async def test_changes_the_operation_mode__TC_K_101(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        sent = await _set(csms, station, 1, _modes(session))
        modes = [item["operationMode"] for item in sent["chargingSchedule"][0]["chargingSchedulePeriod"]]
        assert modes == ["ChargingOnly", "Idle"]
        for mode in modes:
            await session.tell("OperationModeChanged", info={"operationMode": mode})


async def test_limits_from_a_state_of_charge_on__TC_K_102(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        sent = await _set(csms, station, 1, _profile(schedule={"limit_at_soc": {"soc": 80, "limit": 6.0}}))
        carries(sent["chargingSchedule"], [{"limitAtSoC": {"soc": 80, "limit": 6.0}}])


async def test_sets_a_profile_of_priority_charging__TC_K_104(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        await _set(csms, station, 1, _profile(purpose="PriorityCharging", schedule={"duration": None}))


async def test_delays_at_random_in_local_time__TC_K_106(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        more = {"randomized_delay": 60, "use_local_time": True}
        sent = await _set(csms, station, 1, _profile(schedule=more))
        carries(sent["chargingSchedule"], [{"randomizedDelay": 60, "useLocalTime": True}])


async def test_leaves_the_stations_own_ids_alone__TC_K_109(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        path = f"/stations/{station.identity}/commands/get-base-report"
        asked, _ = await station.during(csms.post(path, {"base": "FullInventory"}), "GetBaseReport", ACCEPTED)
        told = {
            "component": {"name": "SmartChargingCtrlr"},
            "variable": {"name": "MaxExternalConstraintsId"},
            "variableAttribute": [{"value": "100000"}],
        }
        report = {"requestId": asked["requestId"], "generatedAt": now(), "seqNo": 0, "reportData": [told]}
        assert await station.call("NotifyReport", report) == {}
        assert (await _set(csms, station, 1, _profile()))["id"] > 100_000


def _wants(mode: str = "DC", control: str = "ScheduledControl", **more: Any) -> dict[str, Any]:
    """Return what a mock EV needs by ISO 15118-20."""
    v2x = {"maxChargePower": 11_000, "evTargetEnergyRequest": 20_000} | more
    return _needs("2.1", requestedEnergyTransfer=mode, controlMode=control, v2xChargingParameters=v2x)


async def _by_15118_20(station: Station, session: Session, needs: dict[str, Any]) -> None:
    """Tell an EV's needs, take the profile and tell that it is followed."""
    assert (await station.call("NotifyEVChargingNeeds", needs))["status"] == "Accepted"
    schedule = await _sent(station, session)
    told = {"evseId": 1, "timeBase": now(), "chargingSchedule": schedule, "selectedChargingScheduleId": schedule["id"]}
    assert (await station.call("NotifyEVChargingSchedule", told))["status"] == "Accepted"
    await session.tell("ChargingStateChanged", "Charging")


async def test_negotiates_again_by_itself_by_ISO_15118_20__TC_K_113(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await _ready(csms, station)
        await _by_15118_20(station, session, _wants())
        sent = await _set(csms, station, 1, _of(session))
        await _will_charge(station, sent["chargingSchedule"][0])
        await session.tell("ChargingRateChanged")


async def test_negotiates_again_when_an_EV_wants_to_discharge__TC_K_114(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await _ready(csms, station)
        period = {"start_period": 0, "operation_mode": "CentralSetpoint", "setpoint": -6.0}
        await _policy(csms, station, limit=16, unit="A", bidirectional={"unit": "A", "periods": [period]})
        await _by_15118_20(station, session, _wants())
        needs = _wants("DC_BPT", maxDischargePower=-11_000)
        assert (await station.call("NotifyEVChargingNeeds", needs))["status"] == "Accepted"
        schedule = await _sent(station, session)
        assert schedule["chargingSchedulePeriod"][0]["setpoint"] == -6.0


async def test_gives_an_EV_in_dynamic_control_its_profile__TC_K_115(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await _ready(csms, station)
        await _by_15118_20(station, session, _wants(control="DynamicControl"))


async def test_adjusts_the_schedule_of_an_EV_in_dynamic_control__TC_K_117(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await _ready(csms, station)
        needs = _wants(control="DynamicControl")
        await _by_15118_20(station, session, needs)
        needs["chargingNeeds"]["departureTime"] = (_now() + timedelta(hours=2)).isoformat()
        await _by_15118_20(station, session, needs)  # K20.FR.03


async def test_asks_for_priority_charging__TC_K_118(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        for active in (True, False):
            body = {"transaction_id": session.id, "activate": active}
            asked, _ = await order(csms, station, "priority-charging", body, "UsePriorityCharging", ACCEPTED)
            assert asked == {"transactionId": session.id, "activate": active}
            told = {"transactionId": session.id, "activated": active}
            assert await station.call("NotifyPriorityCharging", told) == {}
            shown = await csms.get(f"/stations/{station.identity}/priority-charging")
            assert [item["activated"] for item in shown["items"]] == [active]


async def test_lets_a_dynamic_profile_be_pulled__TC_K_121(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        schedule = {"unit": "A", "periods": [{"start_period": 0, "limit": 6.0}]}
        profile = _profile(kind="Dynamic", dyn_update_interval=5, valid_from=None, valid_to=None)
        sent = await _set(csms, station, 1, profile | {"schedules": [schedule]})
        carries(sent, {"dynUpdateInterval": 5})
        answer = await station.call("PullDynamicScheduleUpdate", {"chargingProfileId": sent["id"]})
        assert answer == {"status": "Accepted", "scheduleUpdate": {"limit": 6.0}}


async def test_gives_an_EV_no_profile__TC_K_126(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = Session(station, await csms.add_token())
        await session.authorized()
        await session.plugged_in()
        answer = await station.call("NotifyEVChargingNeeds", _wants(control="DynamicControl"))
        assert answer["status"] == "NoChargingProfile"
