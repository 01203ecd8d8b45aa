"""Sums are rounded once a line, half up; taxes stack."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from busbar.billing.money import both, factor, line, rounded
from busbar.model.tariffs import Amount, Tax

D = Decimal


def test_a_sum_is_rounded_half_up_to_the_smallest_unit_of_its_currency() -> None:
    assert rounded(D("0.125"), "EUR") == D("0.13")
    assert rounded(D("0.1249999"), "EUR") == D("0.12")
    assert rounded(D("12.5"), "JPY") == D("13")
    assert rounded(D("0.0005"), "KWD") == D("0.001")


def test_taxes_of_one_stack_stand_side_by_side_and_the_next_stack_is_on_top__I12_FR_13() -> None:
    federal, state = Tax(type="federal", percent=D(6)), Tax(type="state", percent=D(4))
    assert factor([federal, state]) == D("1.10")
    energy, vat = Tax(type="energy", percent=D(10)), Tax(type="vat", percent=D(20), stack=1)
    assert factor([vat, energy]) == D("1.32")
    assert factor([]) == 1


def test_a_line_is_rounded_once_without_tax_and_once_with_it() -> None:
    made = line(D("0.125"), (Tax(type="vat", percent=D(20)),), "EUR")
    assert (made.excl_tax, made.incl_tax) == (D("0.13"), D("0.15"))  # 0.15 of 0.125, not of 0.13


def test_an_amount_is_completed_by_its_taxes() -> None:
    vat = (Tax(type="vat", percent=D(25)),)
    assert both(Amount(excl_tax=D(4), taxes=vat), "EUR").incl_tax == D("5.00")
    assert both(Amount(incl_tax=D(5), taxes=vat), "EUR").excl_tax == D("4.00")
    assert both(Amount(incl_tax=D(5), excl_tax=D(3)), "EUR").excl_tax == D("3.00")


@given(st.decimals(min_value=0, max_value=10**6, places=9))
def test_a_rounded_line_is_within_half_a_unit_of_the_exact_sum(net: Decimal) -> None:
    made = line(net, (), "EUR")
    assert made.excl_tax is not None
    assert abs(made.excl_tax - net) <= D("0.005")
