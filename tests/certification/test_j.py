"""Part 6, 2.11: what the meter says, and when."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import TWO, playing

REGISTER = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
BOTH = f"{REGISTER},{POWER}"


def check(values: list[Any], context: str, measurands: str = BOTH) -> list[datetime]:
    """Check readings of one context with all measurands; return when they were taken."""
    for value in values:
        assert {sample.get("context", "Sample.Periodic") for sample in value["sampledValue"]} == {context}
        assert {sample.get("measurand", REGISTER) for sample in value["sampledValue"]} == set(measurands.split(",")), (
            value
        )
    return [datetime.fromisoformat(value["timestamp"]) for value in values]


def apart(times: list[datetime], seconds: float) -> None:
    """Check the intervals, to a second: that is how exactly times are told, and less than laboratories allow."""
    for at, later in pairwise(times):
        assert abs((later - at).total_seconds() - seconds) <= 1, times


@TWO
async def test_tells_by_the_clock_while_nobody_charges__TC_J_01(version: Version) -> None:
    settings = {"ClockAlignedDataInterval": "2", "MeterValuesAlignedData": BOTH}
    async with playing(version, settings=settings) as case:
        told = [await case.expect("MeterValues") for _ in range(6)]
        for evse in (1, 2):
            times = [check(one["meterValue"], "Sample.Clock")[0] for one in told if one["evseId"] == evse]
            assert len(times) == 3
            apart(times, 2)
        case.silent.add("MeterValues")
        case.heard.clear()


@TWO
async def test_tells_by_the_clock_while_somebody_charges__TC_J_02(version: Version) -> None:
    async with playing(version, settings={"MeterValuesAlignedData": BOTH}) as case:
        await case.charging()
        await case.configure("AlignedDataCtrlr", "Interval", "2")
        told = [await case.expect("MeterValues") for _ in range(6)]
        times = [check(one["meterValue"], "Sample.Clock")[0] for one in told if one["evseId"] == 1]
        apart(times, 2)
        case.silent.add("MeterValues")
        case.heard.clear()


@TWO
@pytest.mark.parametrize(
    ("interval", "off", "context"),
    [
        pytest.param("AlignedTxEndedInterval", "TxEndedMeasurands", "Sample.Clock", id="J_03"),
        pytest.param("TxEndedInterval", "AlignedTxEndedMeasurands", "Sample.Periodic", id="J_10"),
    ],
)
async def test_tells_all_at_the_end__TC_J_03__TC_J_10(version: Version, interval: str, off: str, context: str) -> None:
    settings = {"TxEndedMeasurands": BOTH, "AlignedTxEndedMeasurands": BOTH, interval: "1", off: ""}
    async with playing(version, settings=settings) as case:
        await case.charging()
        await case.later(4)
        events = await case.stopped()
        values = events[-1]["meterValue"]
        if context == "Sample.Periodic":
            check([values.pop()], "Transaction.End")
        times = check([value for value in values if contexts(value) != {"Transaction.Begin"}], context)
        assert len(times) >= 3
        apart(times, 1)


def contexts(value: Any) -> set[str]:
    return {sample["context"] for sample in value["sampledValue"]}


@TWO
async def test_tells_by_the_clock_only_while_nobody_charges__TC_J_06(version: Version) -> None:
    settings = {"ClockAlignedDataInterval": "2", "AlignedDataSendDuringIdle": "true", "MeterValueSampleInterval": "0"}
    async with playing(version, evses=1, settings=settings) as case:
        await case.expect("MeterValues")
        await case.charging()
        case.heard.clear()
        await case.later(5)
        assert case.heard == []
        await case.stopped()
        await case.unplugged()
        await case.expect("MeterValues")
        case.silent.add("MeterValues")
        case.heard.clear()


@TWO
async def test_tells_what_the_meter_says_at_the_start__TC_J_07(version: Version) -> None:
    settings = {"TxStartPoint": "EVConnected", "TxStartedMeasurands": BOTH}
    async with playing(version, settings=settings) as case:
        await case.connected()
        started = await case.event("Started", "CablePluggedIn")
        check(started["meterValue"], "Transaction.Begin")


@TWO
async def test_tells_what_the_meter_says_once_the_evse_is_known__TC_J_08(version: Version) -> None:
    settings = {"TxStartPoint": "Authorized", "TxStartedMeasurands": BOTH}
    async with playing(version, settings=settings) as case:
        await case.authorized(None)
        await case.connected()
        events = await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
        first = next(event for event in events if "evse" in event)
        check(first["meterValue"], "Transaction.Begin")


@TWO
async def test_tells_what_the_meter_says_now_and_then__TC_J_09(version: Version) -> None:
    settings = {"MeterValueSampleInterval": "2", "MeterValuesSampledData": BOTH}
    async with playing(version, settings=settings) as case:
        await case.charging()
        times = []
        for _ in range(3):
            event = await case.event("Updated", "MeterValuePeriodic")
            times += check(event["meterValue"], "Sample.Periodic")
        apart(times, 2)
        case.silent.add("TransactionEvent")
        case.heard.clear()
