"""Smart charging: each route becomes the right order, and a broken rule is named and sends nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.csms.records.charging import ChargingNeeds, HeldProfile
from busbar.model import charging as model
from busbar.model.orders import StartTransaction
from busbar.model.versions import Version

COMMANDS = "/api/v1/stations/CS1/commands"
AT = datetime(2026, 3, 1, tzinfo=UTC)
SCHEDULE = {
    "unit": "W",
    "start_schedule": "2026-03-01T12:00:00Z",
    "periods": [{"start_period": 0, "limit": 7000}],
}
PROFILE = {"stack_level": 0, "purpose": "TxDefaultProfile", "kind": "Absolute", "schedules": [SCHEDULE]}
RELATIVE = {"unit": "W", "periods": [{"start_period": 0, "limit": 7000}]}
TX = {"stack_level": 0, "purpose": "TxProfile", "kind": "Relative", "schedules": [RELATIVE]}
ORDERS = [
    ("clear-charging-profile", {"profile_id": 3}, model.ClearChargingProfile(profile_id=3)),
    (
        "clear-charging-profile",
        {"evse": 1, "purpose": "TxDefaultProfile", "stack_level": 0},
        model.ClearChargingProfile(evse=1, purpose=model.ProfilePurpose.TX_DEFAULT, stack_level=0),
    ),
    (
        "report-charging-profiles",
        {"evse": 0, "sources": ["EMS"]},
        model.GetChargingProfiles(request_id=1, evse=0, sources=["EMS"]),
    ),
    (
        "report-charging-profiles",
        {"evse": 1},
        model.GetChargingProfiles(request_id=1, evse=1, sources=["EMS", "Other", "SO", "CSO"]),
    ),
    (
        "report-charging-profiles",
        {"profile_ids": [4]},
        model.GetChargingProfiles(request_id=1, profile_ids=[4]),
    ),
    (
        "composite-schedule",
        {"evse": 0, "duration": 600, "unit": "A"},
        model.GetCompositeSchedule(evse=0, duration=600, unit=model.RateUnit.A),
    ),
    (
        "priority-charging",
        {"transaction_id": "t", "activate": True},
        model.UsePriorityCharging(transaction_id="t", activate=True),
    ),
    (
        "update-dynamic-schedule",
        {"profile_id": 3, "values": {"limit": 5}},
        model.UpdateDynamicSchedule(profile_id=3, update=model.ScheduleUpdate(limit=5.0)),
    ),
    (
        "allow-energy-transfer",
        {"transaction_id": "t", "modes": ["DC"]},
        model.AllowEnergyTransfer(transaction_id="t", modes=["DC"]),
    ),
]


@pytest.mark.parametrize(("name", "body", "order"), ORDERS)
async def test_a_command_becomes_an_order__K08_K09_K10_K21_K28(api, world, name, body, order) -> None:
    await world.add_station()
    answer = await api.post(f"{COMMANDS}/{name}", json=body)
    assert answer.status_code == 200, answer.text
    ((_, request, _),) = world.dispatcher.asked
    assert request == order


@pytest.mark.parametrize(
    ("name", "body", "rule"),
    [
        ("clear-charging-profile", {"profile_id": 3, "evse": 1}, "K10.FR.02"),
        ("clear-charging-profile", {}, "K10.FR.02"),
        ("clear-charging-profile", {"purpose": "LocalGeneration"}, "K10.FR.06"),
        ("clear-charging-profile", {"purpose": "ChargingStationExternalConstraints"}, "K10.FR.06"),
        ("report-charging-profiles", {"profile_ids": [3], "stack_level": 1}, "K09.FR.03"),
        ("set-charging-profile", {"evse": 0, "profile": TX}, "K01.FR.16"),
        ("set-charging-profile", {"evse": 1, "profile": TX}, "K01.FR.03"),
        ("set-charging-profile", {"evse": 1, "profile": PROFILE | {"id": 12, "stack_level": 7}}, "K01.FR.06"),
        ("remote-start", {"token": "A", "profile": PROFILE}, "F01.FR.09"),
        ("remote-start", {"token": "A", "profile": TX | {"transaction_id": "t"}}, "F01.FR.11"),
    ],
)
async def test_a_broken_rule_is_named_and_nothing_sent(api, world, name, body, rule) -> None:
    station = await world.add_station()
    await world.store.put(held(station.id, 9, stack_level=7))
    answer = await api.post(f"{COMMANDS}/{name}", json=body)
    assert answer.status_code == 400, answer.text
    assert rule in answer.json()["errors"][0]["reason"]
    assert not world.dispatcher.asked


def held(station_id: int, number: int, **fields: Any) -> HeldProfile:
    profile = PROFILE | {"id": number, "stack_level": 0} | fields
    return HeldProfile(
        **{
            "station_id": station_id,
            "profile_id": number,
            "evse": 1,
            "purpose": model.ProfilePurpose.TX_DEFAULT,
            "stack_level": 0,
            "changed_at": AT,
            "profile": profile,
        }
        | fields
    )


async def test_a_profile_without_an_id_gets_one_that_is_not_in_use__TC_K_01(api, world) -> None:
    station = await world.add_station()
    await world.store.put(held(station.id, 1))
    answer = await api.post(
        f"{COMMANDS}/set-charging-profile", json={"evse": 1, "profile": PROFILE | {"stack_level": 3}}
    )
    assert answer.status_code == 200, answer.text
    ((_, order, _),) = world.dispatcher.asked
    assert (order.evse, order.profile.id, order.profile.stack_level) == (1, 2, 3)


async def test_a_profile_replaces_the_one_with_its_id__TC_K_04(api, world) -> None:
    station = await world.add_station()
    await world.store.put(held(station.id, 1))
    answer = await api.post(f"{COMMANDS}/set-charging-profile", json={"evse": 1, "profile": PROFILE | {"id": 1}})
    assert answer.status_code == 200, answer.text


async def test_schedules_to_choose_from_are_sent_to_an_ev_that_told_its_needs__K01_FR_34(api, world) -> None:
    station = await world.add_station()
    body = {"evse": 1, "profile": TX | {"transaction_id": "t", "schedules": [RELATIVE, RELATIVE]}}
    answer = await api.post(f"{COMMANDS}/set-charging-profile", json=body)
    assert "K01.FR.34" in answer.text
    needs = ChargingNeeds(
        station_id=station.id, evse=1, at=AT, transaction_id="t", energy_transfer="DC", answer="Processing", needs={}
    )
    await world.store.put(needs)
    answer = await api.post(f"{COMMANDS}/set-charging-profile", json=body)
    assert answer.status_code == 200, answer.text
    ((_, order, _),) = world.dispatcher.asked
    assert [schedule.id for schedule in order.profile.schedules] == [1, 2]
    discharging = RELATIVE | {"periods": [{"start_period": 0, "setpoint": -1.0, "operation_mode": "CentralSetpoint"}]}
    wrong = {"evse": 1, "profile": body["profile"] | {"schedules": [discharging]}}
    assert "Q02.FR.02" in (await api.post(f"{COMMANDS}/set-charging-profile", json=wrong)).text
    needs.max_schedule_tuples = 1  # K15.FR.07
    await world.store.put(needs)
    many = RELATIVE | {"periods": [{"start_period": start, "limit": 16.0} for start in (0, 60)]}
    body["profile"]["schedules"] = [many]
    assert "1 periods" in (await api.post(f"{COMMANDS}/set-charging-profile", json=body)).text


async def test_1_6_takes_a_profile_without_transaction_and_start(api, world) -> None:
    await world.add_station(version=Version.V16)
    answer = await api.post(f"{COMMANDS}/set-charging-profile", json={"evse": 1, "profile": TX})
    assert answer.status_code == 200, answer.text


async def test_1_6_clears_all_profiles_at_once(api, world) -> None:
    await world.add_station(version=Version.V16)
    assert (await api.post(f"{COMMANDS}/clear-charging-profile", json={})).status_code == 200
    ((_, order, _),) = world.dispatcher.asked
    assert order == model.ClearChargingProfile()


async def test_a_remote_start_carries_a_profile__F01_FR_08_TC_K_37_TC_059(api, world) -> None:
    await world.add_station()
    answer = await api.post(f"{COMMANDS}/remote-start", json={"token": "A", "evse": 1, "profile": TX})
    assert answer.status_code == 200, answer.text
    ((_, order, _),) = world.dispatcher.asked
    assert isinstance(order, StartTransaction)
    assert order.profile is not None
    assert (order.profile.id, order.profile.transaction_id) == (1, None)


async def test_a_profile_without_an_id_takes_the_place_of_another__K01_FR_05(api, world) -> None:
    station = await world.add_station()
    await world.store.put(held(station.id, 9, stack_level=7))
    body = {"evse": 1, "profile": PROFILE | {"stack_level": 7}}
    assert (await api.post(f"{COMMANDS}/set-charging-profile", json=body)).status_code == 200
    assert world.dispatcher.asked[0][1].profile.id == 9


async def test_the_station_judges_alone_where_it_is_forced(api, world) -> None:
    station = await world.add_station()
    await world.store.put(held(station.id, 9, stack_level=7))
    body = {"evse": 1, "profile": PROFILE | {"id": 12, "stack_level": 7}}
    reason = (await api.post(f"{COMMANDS}/set-charging-profile", json=body)).json()["errors"][0]["reason"]
    assert reason.startswith("K01.FR.06")
    assert "`force`" in reason
    body = {"evse": 1, "profile": PROFILE | {"id": 12, "stack_level": 7}, "force": True}
    assert (await api.post(f"{COMMANDS}/set-charging-profile", json=body)).status_code == 200
    assert world.dispatcher.asked[0][1].profile.id == 12
