"""What a reading holds, and when clock-aligned ones are due."""

from datetime import UTC, datetime

import pytest

from busbar.model.values import Sample
from busbar.station.blocks import metering
from busbar.station.blocks.evse import Evse

AT = datetime(2026, 1, 1, 10, 7, 30, tzinfo=UTC)


def test_a_reading_holds_the_wanted_measurands_in_the_asked_context() -> None:
    power = Sample("Power.Active.Import", 7.2, "kW", "L1")
    evse = Evse(1, register_wh=1234, samples=(power, Sample("SoC", 40.0, "Percent")))
    (reading,) = metering.read(evse, AT, metering.END, [metering.REGISTER, "Power.Active.Import"])
    assert reading.at == AT
    assert reading.samples == [
        Sample(metering.REGISTER, 1234.0, "Wh", context="Transaction.End"),
        Sample("Power.Active.Import", 7.2, "kW", "L1", context="Transaction.End"),
    ]


def test_nothing_flows_through_an_open_contactor_and_an_ev_that_left_says_nothing() -> None:
    read = Sample("Power.Active.Import", 7.2, "kW"), Sample("Voltage", 230.0, "V"), Sample("SoC", 40.0, location="EV")
    assert [sample.value for sample in metering.at_rest(read, connected=True)] == [0.0, 230.0, 40.0]
    assert [sample.measurand for sample in metering.at_rest(read, connected=False)] == [
        "Power.Active.Import",
        "Voltage",
    ]


def test_no_wanted_measurand_is_no_reading() -> None:
    assert metering.read(Evse(1), AT, metering.CLOCK, ["SoC"]) == []


@pytest.mark.parametrize(
    ("interval_s", "mark"), [(900, (1, 10, 15)), (3600, (1, 11, 0)), (450, (1, 10, 15)), (50_000, (1, 13, 53))]
)
def test_marks_are_whole_intervals_after_midnight(interval_s: int, mark: tuple[int, int, int]) -> None:
    at = metering.next_mark(AT, interval_s)
    assert (at.day, at.hour, at.minute) == mark


def test_a_mark_never_lies_beyond_midnight() -> None:
    assert metering.next_mark(AT.replace(hour=23), 50_000) == datetime(2026, 1, 2, tzinfo=UTC)
