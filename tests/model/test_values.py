"""Readings give energy, power and state of charge in one unit, whatever the station sent."""

from datetime import UTC, datetime

import pytest

from busbar.model.values import IdToken, Reading, Sample

AT = datetime(2026, 1, 1, tzinfo=UTC)
ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"


def reading(*samples: Sample) -> Reading:
    return Reading(AT, list(samples))


def test_tokens_are_compared_without_case() -> None:
    assert IdToken("AbC").key == IdToken("aBc").key


@pytest.mark.parametrize(("value", "unit", "wh"), [(1500.0, "Wh", 1500.0), (1.5, "kWh", 1500.0), (7.0, None, 7.0)])
def test_energy_is_in_wh(value: float, unit: str | None, wh: float) -> None:
    assert reading(Sample(ENERGY, value, unit)).energy_wh() == wh


def test_a_register_of_one_phase_or_of_the_vehicle_is_not_the_session_register() -> None:
    assert reading(Sample(ENERGY, 1.0, "Wh", phase="L1"), Sample(ENERGY, 2.0, "Wh", location="EV")).energy_wh() is None


def test_signed_data_without_a_number_gives_no_energy() -> None:
    assert reading(Sample(ENERGY, None, signed="x")).energy_wh() is None


def test_power_of_phases_is_summed_unless_a_total_was_sent() -> None:
    phases = [Sample(POWER, 1.0, "kW", phase=p) for p in ("L1", "L2", "L3")]
    assert reading(*phases).measured() == (None, 3000.0, None)
    assert reading(*phases, Sample(POWER, 2900.0, "W")).measured() == (None, 2900.0, None)


def test_power_at_the_inlet_is_not_what_the_vehicle_gets() -> None:
    ends = [Sample(POWER, watts, "W", phase="L1", location=at) for watts, at in ((3100.0, "Inlet"), (3000.0, "Outlet"))]
    assert reading(*ends).measured() == (None, 3000.0, None)


def test_state_of_charge_is_found_and_nothing_is_made_up() -> None:
    assert reading(Sample("SoC", 42.0, "Percent")).measured() == (None, None, 42.0)
    assert reading(Sample("Voltage", 230.0, "V")).measured() == (None, None, None)


def test_the_first_of_several_alike_counts() -> None:
    twice = [Sample(name, value) for value in (1.0, 2.0) for name in (ENERGY, POWER, "SoC")]
    assert reading(*twice).measured() == (1.0, 1.0, 1.0)
