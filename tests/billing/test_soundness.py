"""What is no tariff, though it has the shape of one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from busbar.billing.soundness import flaw, parts
from busbar.model.tariffs import Amount, Conditions, Part, Price, Tariff, Tax, Text

ONE = Price(amount=Decimal("0.25"))
GOOD = Tariff(id="t", currency="EUR", energy=Part(prices=(ONE,)), fixed_fee=Part(prices=(ONE,)))


def test_a_sound_tariff_has_no_flaw() -> None:
    assert flaw(GOOD) is None
    assert [name for name, _ in parts(GOOD)] == ["energy", "fixed_fee"]


def bad(name: str, **conditions: object) -> Tariff:
    return replace(GOOD, **{name: Part(prices=(Price(amount=Decimal(1), conditions=Conditions(**conditions)),))})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tariff", "where"),
    [
        (replace(GOOD, energy=Part(prices=())), "energy"),
        (replace(GOOD, energy=Part(prices=(ONE,) * 101)), "energy"),
        (replace(GOOD, energy=Part(prices=(Price(amount=Decimal("NaN")),))), "energy"),
        (replace(GOOD, energy=Part(prices=(ONE,), taxes=(Tax(type="vat", percent=Decimal(-1)),))), "energy"),
        (replace(GOOD, energy=Part(prices=(ONE,), taxes=(Tax(type="", percent=Decimal(1)),))), "energy"),
        (replace(GOOD, min_cost=Amount()), "min_cost"),
        (replace(GOOD, max_cost=Amount(incl_tax=Decimal(-1))), "max_cost"),
        (replace(GOOD, description=(Text(content=""),)), "description"),
        (replace(GOOD, description=(Text(content="a", language="much too long"),)), "description"),
        (bad("energy", start_time_of_day="24:00"), "energy"),
        (bad("energy", valid_from_date="20260101"), "energy"),
        (bad("energy", valid_to_date="2026-02-30"), "energy"),
        (bad("energy", payment_brand="x"), "energy"),
        (bad("energy", min_energy=Decimal(-1)), "energy"),
        (bad("fixed_fee", min_time=1), "fixed_fee"),
        (bad("fixed_fee", payment_brand="x" * 21), "fixed_fee"),
    ],
)
def test_a_flaw_is_named_with_its_part__I07_FR_05(tariff: Tariff, where: str) -> None:
    found = flaw(tariff)
    assert found is not None
    assert found[0] == where
