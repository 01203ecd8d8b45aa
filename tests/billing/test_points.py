"""A reading as a point of an account, and the zone that prices look at."""

from datetime import UTC, datetime
from decimal import Decimal

from busbar.billing.points import number, point, zone
from busbar.model.values import Reading, Sample

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)


def test_a_reading_tells_register_power_and_the_current_of_all_phases() -> None:
    samples = [
        Sample("Energy.Active.Import.Register", 1.5, "kWh"),
        Sample("Power.Active.Import", 11, "kW"),
        *(Sample("Current.Import", 16, "A", phase=phase) for phase in ("L1", "L2", "L3")),
    ]
    made = point(Reading(AT, samples), AT)
    assert (made.energy_wh, made.power_w, made.current_a, made.charging) == (1500, 11000, 48, None)


def test_what_no_meter_shows_is_not_known() -> None:
    assert (number(-1.0), number(float("nan")), number(2.5)) == (None, None, Decimal("2.5"))


def test_a_name_that_is_no_zone_is_utc() -> None:
    assert AT.astimezone(zone("Europe/Paris")).hour == 10
    assert AT.astimezone(zone("Nowhere/../x")).hour == 8
