"""Our station under our CSMS: charging profiles over the wire, and what they do to the energy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model.charging import ChargingSchedule, RateUnit, SchedulePeriod
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.events import LimitGiven, LimitTaken
from busbar.station.runtime import Runner
from busbar.station.scenario import StationSpec
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Supply, Vehicle
from busbar.station.virtual.visits import Visit
from tests.cases.ours import connected, until
from tests.cases.rig import PASSWORD, Csms

ALL = pytest.mark.parametrize("version", list(Version))
AC = Supply()
V2 = pytest.mark.parametrize("version", [Version.V201, Version.V21])


@asynccontextmanager
async def charging(
    csms: Csms, version: Version, supply: Supply = AC, policy: dict[str, Any] | None = None, **vehicle: Any
) -> AsyncIterator[tuple[Runner, VirtualHardware]]:
    """Run a station at which an EV charges."""
    identity, token = await csms.add_station(), await csms.add_token()
    if policy is not None:
        await csms.ask("PUT", f"/stations/{identity}/charging-policy", policy)
    spec = StationSpec(
        identity=identity,
        version=version,
        password=PASSWORD,
        supply=supply,
        settings={"MeterValueSampleInterval": "1"},
    )
    coming = Visit(
        token=IdToken(token, "ISO14443"),
        vehicle=Vehicle(**({"capacity_wh": 1e6, "max_current_a": 32.0} | vehicle)),
        charge_s=None,
        pause_s=0.05,
    )
    hardware = VirtualHardware(spec.supply, [iter(())], {})
    async with connected(csms, spec, hardware) as runner:
        hardware.drivers[0].invite(coming, asyncio.get_running_loop().time())
        runner.arm()
        await until(lambda: hardware.charging and not runner.station.waiting)
        yield runner, hardware


def flow_a(hardware: VirtualHardware) -> float:
    """What flows once the EV has started up."""
    return hardware._evses[0].flow(asyncio.get_running_loop().time() + 60).current_a


async def order(csms: Csms, runner: Runner, verb: str, body: dict[str, Any]) -> Any:
    return await csms.post(f"/stations/{runner.identity}/commands/{verb}", body)


def default(limit: float, **fields: Any) -> dict[str, Any]:
    start = datetime.now(UTC).replace(microsecond=0).isoformat()
    periods = [{"start_period": 0, "limit": limit}]
    schedule = {"unit": "A", "start_schedule": start, "duration": 86_400, "periods": periods}
    return {
        "id": 5, "stack_level": 0, "purpose": "TxDefaultProfile", "kind": "Absolute", "schedules": [schedule]
    } | fields  # fmt: skip


@ALL
async def test_the_ev_follows_what_the_operator_sets__TC_K_01__TC_K_05(csms: Csms, version: Version) -> None:
    async with charging(csms, version) as (runner, hardware):
        assert flow_a(hardware) == 32.0
        told = await order(csms, runner, "set-charging-profile", {"evse": 1, "profile": default(10.0)})
        assert told["status"] == "Accepted"
        await until(lambda: flow_a(hardware) == 10.0)
        told = await order(csms, runner, "composite-schedule", {"evse": 1, "duration": 60, "unit": "A"})
        assert told["status"] == "Accepted"
        composed = told["answer"]["chargingSchedule" if version is Version.V16 else "schedule"]
        assert composed["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0, "numberPhases": 3}]
        told = await order(csms, runner, "clear-charging-profile", {"profile_id": 5})
        assert told["status"] == "Accepted"
        await until(lambda: flow_a(hardware) == 32.0)
        assert runner.tally.call_errors == 0


@V2
async def test_profiles_and_limits_of_others_are_told__TC_K_29__TC_K_37(csms: Csms, version: Version) -> None:
    async with charging(csms, version) as (runner, hardware):
        periods = [SchedulePeriod(start_period=0, limit=8.0)]
        runner.feed(LimitGiven(0, "EMS", ChargingSchedule(unit=RateUnit.A, periods=periods), grid_critical=True))
        assert flow_a(hardware) == 8.0
        told = await order(csms, runner, "set-charging-profile", {"evse": 1, "profile": default(10.0)})
        assert told["status"] == "Accepted"
        told = await order(csms, runner, "report-charging-profiles", {})
        assert told["status"] == "Accepted"
        runner.feed(LimitTaken(0, "EMS"))
        assert flow_a(hardware) == 10.0
        await asyncio.sleep(0.5)
        assert (runner.tally.call_errors, runner.tally.dropped) == (0, 0)
        held = await csms.get(f"/stations/{runner.identity}/charging-profiles")
        assert 5 in [item["profile"]["id"] for item in held["items"]]


@ALL
async def test_nothing_flows_where_nothing_is_allowed(csms: Csms, version: Version) -> None:
    async with charging(csms, version) as (runner, hardware):
        await order(csms, runner, "set-charging-profile", {"evse": 1, "profile": default(0.0)})
        await until(lambda: flow_a(hardware) == 0.0)
        before = hardware.readings(asyncio.get_running_loop().time())[0].register_wh
        await asyncio.sleep(1.2)
        assert hardware.readings(asyncio.get_running_loop().time())[0].register_wh == before
        await order(csms, runner, "clear-charging-profile", {"profile_id": 5})
        await until(lambda: flow_a(hardware) == 32.0)


async def planned(csms: Csms, runner: Runner) -> dict[str, Any]:
    """Wait for how the EV will charge."""
    for _ in range(200):
        if items := (await csms.get(f"/stations/{runner.identity}/ev-schedules"))["items"]:
            found: dict[str, Any] = items[0]
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("nobody planned")


@V2
async def test_an_ev_by_iso_15118_gets_what_it_needs_and_plans_within_it__K15(csms: Csms, version: Version) -> None:
    policy = {"needs": "profile", "limit": 12.0, "unit": "A"}
    async with charging(csms, version, policy=policy, iso15118=True) as (runner, hardware):
        plan = await planned(csms, runner)
        assert plan["accepted"]
        assert next(iter(plan["schedule"]["periods"]))["limit"] == 12.0
        await until(lambda: flow_a(hardware) == 12.0)
        (needs,) = (await csms.get(f"/stations/{runner.identity}/charging-needs"))["items"]
        assert (needs["answer"], needs["energy_transfer"]) == ("Accepted", "AC_three_phase")
        assert (runner.tally.call_errors, runner.tally.dropped) == (0, 0)


async def test_an_ev_both_ways_gives_energy_back__Q02__Q03(csms: Csms) -> None:
    giving = {"start_period": 0, "setpoint": -8000.0, "operation_mode": "CentralSetpoint"}
    both_ways = {"unit": "W", "periods": [giving]}
    policy = {"needs": "profile", "limit": 12.0, "bidirectional": both_ways}
    vehicle = {"capacity_wh": 1e6, "stored_wh": 8e5, "bidirectional": True, "iso15118": True}
    async with charging(csms, Version.V21, Supply(dc=True), policy, **vehicle) as (runner, hardware):
        await until(
            lambda: hardware.evse(1).flow(asyncio.get_running_loop().time() + 60).power_w == pytest.approx(-8e3)
        )
        await until(lambda: hardware.evse(1).exported is not None)
        await until(lambda: (told := runner.station.evses[1].told) is not None and told.value == "Charging")
        assert (runner.tally.call_errors, runner.tally.dropped) == (0, 0)
