"""A receipt's lines add up to its total, whatever the lowest and the highest cost make of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from busbar.billing.accounts import Account, Payer, Point, advance, opened
from busbar.billing.costs import CostKind, cost_of, joined
from busbar.model.tariffs import Amount, Part, Price, Tariff, Tax

D = Decimal
START = datetime(2023, 4, 5, 14, 1, 2, tzinfo=UTC)
TAXES = (Tax(type="federal", percent=D(6)), Tax(type="state", percent=D(4)))


def tariff(**more: Amount) -> Tariff:
    energy = Part(prices=(Price(amount=D("0.25")),), taxes=TAXES)
    return Tariff(id="10", currency="USD", energy=energy, fixed_fee=Part(prices=(Price(amount=D("0.5")),)), **more)


def used(rules: Tariff, wh: int) -> Account:
    account = opened(rules, Point(at=START, energy_wh=D(0), charging=True), UTC, Payer())
    advance(account, rules, Point(at=START + timedelta(hours=1), energy_wh=D(wh)), UTC)
    return account


def test_the_total_is_the_sum_of_the_lines__I12_FR_17() -> None:
    rules = tariff()
    cost = cost_of(used(rules, 10_000), rules, final=True)
    assert cost.kind is CostKind.NORMAL
    assert (cost.lines["energy"].excl_tax, cost.lines["energy"].incl_tax) == (D("2.50"), D("2.75"))
    assert (cost.excl_tax, cost.incl_tax, cost.currency) == (D("3.00"), D("3.25"), "USD")
    assert (cost.energy_wh, cost.charging_s, cost.idle_s) == (10_000, 3600, 0)
    assert [share.net for share in cost.periods] == [{"energy": D("2.5")}]


def test_nothing_used_costs_nothing__I03_FR_04() -> None:
    rules = Tariff(id="0", currency="EUR")
    assert cost_of(used(rules, 5), rules, final=True).incl_tax == D("0.00")


def test_the_lowest_cost_replaces_all_lines_at_the_end__I12_FR_38() -> None:
    rules = tariff(min_cost=Amount(excl_tax=D(5), taxes=TAXES))
    account = used(rules, 10_000)
    assert cost_of(account, rules, final=False).excl_tax == D("3.00")
    cost = cost_of(account, rules, final=True)
    assert (cost.kind, cost.excl_tax, cost.incl_tax, list(cost.lines)) == (CostKind.MIN, 5, D("5.50"), ["fixed_fee"])


def test_the_highest_cost_is_what_the_lines_add_up_to__I12_FR_39() -> None:
    rules = tariff(max_cost=Amount(incl_tax=D("2.01")))
    cost = cost_of(used(rules, 10_000), rules, final=True)
    assert (cost.kind, cost.incl_tax) == (CostKind.MAX, D("2.01"))
    assert sum(line.incl_tax or D(0) for line in cost.lines.values()) == D("2.01")


def test_a_fee_above_the_highest_cost_is_cut_to_it() -> None:
    rules = tariff(max_cost=Amount(incl_tax=D("0.20")))
    assert cost_of(used(rules, 10_000), rules, final=True).incl_tax == D("0.20")


def test_one_tariff_after_another_cost_what_both_cost__I11_FR_08() -> None:
    first, second = tariff(), replace(tariff(), fixed_fee=None)
    costs = [cost_of(used(first, 10_000), first, final=True), cost_of(used(second, 4000), second, final=True)]
    whole = joined(costs, second, final=True)
    assert (whole.excl_tax, whole.incl_tax, whole.energy_wh) == (D("4.00"), D("4.35"), 14_000)
    assert (whole.lines["energy"].excl_tax, len(whole.periods)) == (D("3.50"), 2)
    assert joined(costs[:1], first, final=True) == costs[0]


def test_the_lowest_cost_is_that_of_the_whole__I12_FR_38() -> None:
    rules = tariff()
    costs = [cost_of(used(rules, 10_000), rules, final=True)] * 2
    low = replace(rules, min_cost=Amount(excl_tax=D("6.01")))
    assert joined(costs, low, final=False).kind is CostKind.NORMAL
    whole = joined(costs, low, final=True)
    assert (whole.kind, whole.excl_tax, list(whole.lines)) == (CostKind.MIN, D("6.01"), ["fixed_fee"])
    assert joined(costs, replace(rules, min_cost=Amount(excl_tax=D(6))), final=True).kind is CostKind.NORMAL
