"""What a station tells of usage becomes points in time; what no meter shows is left out."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from busbar.billing.points import number
from busbar.csms.services.usage import points
from busbar.model.facts import MeterRead, TransactionEnded, TransactionUpdated
from busbar.model.values import ChargingState, Place, Reading, Sample

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
D = Decimal


def updated(*readings: Reading, state: ChargingState | None = None, at: datetime = AT) -> TransactionUpdated:
    return TransactionUpdated(
        transaction_id="t", at=at, seq_no=1, trigger="x", readings=list(readings), charging_state=state
    )


def test_readings_are_in_order_and_the_state_comes_last() -> None:
    later, early = Reading(AT, [Sample("SoC", 5)]), Reading(AT - timedelta(minutes=1), [Sample("SoC", 4)])
    made = points(updated(later, early, state=ChargingState.SUSPENDED_EV), AT)
    assert [(p.at, p.charging) for p in made] == [(early.at, None), (AT, None), (AT, False)]


def test_a_reading_tells_register_power_and_the_current_of_all_phases() -> None:
    samples = [
        Sample("Energy.Active.Import.Register", 1.5, "kWh"),
        Sample("Power.Active.Import", 11, "kW"),
        *(Sample("Current.Import", 16, "A", phase=phase) for phase in ("L1", "L2", "L3")),
    ]
    (point,) = points(MeterRead(place=Place(1), readings=[Reading(AT, samples)]), AT)
    assert (point.energy_wh, point.power_w, point.current_a, point.charging) == (1500, 11000, 48, None)


def test_a_stop_has_its_register() -> None:
    (point,) = points(TransactionEnded(transaction_id="1", at=AT, meter_wh=7), AT)
    assert point.energy_wh == 7


def test_a_time_that_no_set_clock_shows_is_that_of_receipt() -> None:
    odd = datetime(1970, 1, 1, tzinfo=UTC)
    assert [p.at for p in points(updated(Reading(odd), state=ChargingState.CHARGING, at=odd), AT)] == [AT, AT]


@pytest.mark.parametrize("value", [-1, 1e12, 1e300, float("inf"), float("nan"), None])
def test_what_no_meter_shows_is_left_out(value: float | None) -> None:
    assert number(value) is None


def test_a_number_is_exact() -> None:
    assert number(0.1) == D("0.1")
