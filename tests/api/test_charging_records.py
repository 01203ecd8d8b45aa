from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from busbar.csms.grants import Role
from busbar.csms.records import charging as records
from busbar.model.charging import ProfilePurpose

AT = datetime(2026, 3, 1, tzinfo=UTC)
STATION = "/api/v1/stations/CS1"
SCHEDULE = {"id": 1, "unit": "W", "periods": [{"start_period": 0, "limit": 7000.0}]}
PROFILE = {
    "id": 3,
    "stack_level": 0,
    "purpose": "TxDefaultProfile",
    "kind": "Relative",
    "schedules": [SCHEDULE],
}


def held(**fields: Any) -> records.HeldProfile:
    known = {
        "station_id": 1,
        "profile_id": 3,
        "evse": 1,
        "purpose": ProfilePurpose.TX_DEFAULT,
        "stack_level": 0,
        "changed_at": AT,
        "profile": PROFILE,
    }
    return records.HeldProfile(**known | fields)


async def test_held_profiles_are_listed_as_they_stand_now(api, world) -> None:
    await world.add_station()
    await world.store.put(held())
    await world.store.put(held(profile_id=4, source="EMS", valid_to=AT + timedelta(days=1)))
    items = (await api.get(f"{STATION}/charging-profiles")).json()["items"]
    assert [(item["source"], item["state"]) for item in items] == [("CSO", "held"), ("EMS", "expired")]
    assert items[0]["profile"] == PROFILE
    found = (await api.get(f"{STATION}/charging-profiles", params={"state": "held"})).json()["items"]
    assert len(found) == 1


async def test_a_refusal_stays_in_the_list_and_flags_the_station(api, world) -> None:
    await world.add_station()
    tries = [("a", records.SentState.REJECTED), ("b", records.SentState.ACCEPTED)]
    for command, state in tries:
        await world.store.insert(
            records.SentProfile(
                command_id=command,
                station_id=1,
                at=AT,
                evse=1,
                profile_id=3,
                purpose=ProfilePurpose.TX_DEFAULT,
                state=state,
                reason="Rejected" if state is records.SentState.REJECTED else None,
                profile=PROFILE,
            )
        )
    await world.store.put(records.Uncontrolled(station_id=1, since=AT, reason="Rejected"))
    items = (await api.get(f"{STATION}/sent-charging-profiles")).json()["items"]
    assert [(item["command"], item["state"]) for item in items] == [("b", "accepted"), ("a", "rejected")]
    flagged = (await api.get("/api/v1/uncontrolled-stations")).json()["items"]
    assert flagged == [{"station": "CS1", "since": "2026-03-01T00:00:00Z", "reason": "Rejected"}]


async def test_limits_needs_schedules_and_priority_are_listed(api, world) -> None:
    await world.add_station()
    rows: list[records.Record] = [
        records.ExternalLimit(station_id=1, evse=0, source="EMS", at=AT, schedules=[SCHEDULE]),
        records.ChargingNeeds(
            station_id=1,
            evse=1,
            at=AT,
            energy_transfer="DC",
            answer="Accepted",
            needs={"requestedEnergyTransfer": "DC"},
        ),
        records.EVSchedule(station_id=1, evse=1, at=AT, time_base=AT, accepted=True, schedule=SCHEDULE),
        records.PriorityCharging(station_id=1, transaction_id="t", at=AT, activated=True),
        records.FetchedSchedule(station_id=1, evse=1, at=AT, duration=300, schedule=SCHEDULE),
    ]
    for row in rows:
        await world.store.put(row)
    (limit,) = (await api.get(f"{STATION}/charging-limits")).json()["items"]
    assert (limit["source"], limit["cleared_at"], limit["schedules"]) == ("EMS", None, [SCHEDULE])
    (needs,) = (await api.get(f"{STATION}/charging-needs")).json()["items"]
    assert needs["needs"] == {"requestedEnergyTransfer": "DC"}
    (schedule,) = (await api.get(f"{STATION}/ev-schedules")).json()["items"]
    assert (schedule["accepted"], schedule["schedule"]) == (True, SCHEDULE)
    (composite,) = (await api.get(f"{STATION}/composite-schedules")).json()["items"]
    assert (composite["evse"], composite["duration"], composite["schedule"]) == (1, 300, SCHEDULE)
    (priority,) = (await api.get(f"{STATION}/priority-charging")).json()["items"]
    assert (priority["transaction_id"], priority["activated"]) == ("t", True)


async def test_values_are_laid_for_a_dynamic_profile_only__K28_FR_12(api, world) -> None:
    await world.add_station()
    path = f"{STATION}/charging-profiles/3/values"
    assert (await api.put(path, json={"limit": 5})).status_code == 404
    await world.store.put(held())
    assert "K28.FR.12" in (await api.put(path, json={"limit": 5})).text
    await world.store.put(held(profile=PROFILE | {"kind": "Dynamic"}))
    assert (await api.put(path, json={"limit": 5})).json() == {"limit": 5.0}
    row = await world.store.get(records.DynamicValues, 1, 3)
    assert row is not None
    assert row.values == {"limit": 5.0}


async def test_the_policy_is_that_of_all_unless_a_station_has_its_own(api, world) -> None:
    await world.add_station()
    assert (await api.get("/api/v1/charging-policy")).json()["needs"] == "refuse"
    fixed = {"needs": "profile", "limit": 7000.0, "unit": "W", "bidirectional": None}
    assert (await api.put("/api/v1/charging-policy", json=fixed)).json() == fixed
    assert (await api.get("/api/v1/charging-policy")).json() == fixed
    own = f"{STATION}/charging-policy"
    assert (await api.get(own)).status_code == 404
    assert (await api.put(own, json={"needs": "later"})).status_code == 200
    assert (await api.get(own)).json()["needs"] == "later"
    await api.put(own, content="null", headers={"Content-Type": "application/json"})
    assert (await api.get(own)).status_code == 404


@pytest.mark.parametrize("body", [{"needs": "profile"}, {"needs": "later", "limit": 5}])
async def test_a_limit_goes_with_the_policy_that_sends_one(api, body) -> None:
    assert (await api.put("/api/v1/charging-policy", json=body)).status_code == 400


async def test_evs_that_may_discharge_have_a_schedule_of_their_own__Q02_FR_01(api) -> None:
    period = {"start_period": 0, "operation_mode": "CentralSetpoint", "setpoint": -3000.0}
    body = {"needs": "profile", "limit": 7000, "bidirectional": {"unit": "W", "periods": [period]}}
    assert (await api.put("/api/v1/charging-policy", json=body)).status_code == 200
    shown = (await api.get("/api/v1/charging-policy")).json()["bidirectional"]
    assert (shown["unit"], shown["periods"]) == ("W", [period])
    wrong = body["bidirectional"] | {"periods": [period | {"start_period": 5}]}
    answer = await api.put("/api/v1/charging-policy", json=body | {"bidirectional": wrong})
    assert "K01.FR.31" in answer.json()["errors"][0]["reason"]
    body = {"needs": "later", "bidirectional": body["bidirectional"]}
    assert (await api.put("/api/v1/charging-policy", json=body)).status_code == 400


async def test_the_policy_of_all_is_shown_to_somebody_of_a_site(api, world) -> None:
    site = await world.store.add_site("North")
    await api.put("/api/v1/charging-policy", json={"needs": "later"})
    shown = await api.get("/api/v1/charging-policy", headers=await world.proof(Role.READ_ONLY, site.id))
    assert shown.json()["needs"] == "later"
