"""An account says the same however a session is cut into readings, and its pieces add up to the whole."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from busbar.billing.accounts import Account, Payer, Point, advance, closed, opened, totals
from busbar.billing.costs import cost_of
from busbar.model.tariffs import Amount, Conditions, Part, Price, Tariff, Tax

D = Decimal
START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VAT = (Tax(type="vat", percent=D(20)),)


def part(*prices: tuple[str, Conditions | None]) -> Part:
    return Part(prices=tuple(Price(amount=D(amount), conditions=c) for amount, c in prices), taxes=VAT)


def tariff(**parts: Part | Amount) -> Tariff:
    return Tariff(id="t", currency="EUR", **parts)  # type: ignore[arg-type]


def point(minutes: float, wh: str | None = None, *, charging: bool | None = None, power: str | None = None) -> Point:
    energy = None if wh is None else D(wh)
    watts = None if power is None else D(power)
    return Point(at=START + MINUTE * minutes, energy_wh=energy, charging=charging, power_w=watts)


def run(rules: Tariff, *points: Point, payer: Payer = Payer(), reservation_s: int | None = None) -> Account:  # noqa: B008
    account = opened(rules, points[0], UTC, payer, reservation_s)
    for each in points[1:]:
        advance(account, rules, each, UTC)
    return account


def test_energy_is_counted_from_the_first_register__I12_FR_09() -> None:
    account = run(tariff(energy=part(("0.25", None))), point(0, "1000", charging=True), point(60, "11000"))
    assert account.energy_wh == 10_000
    assert totals(account.sums, tariff(energy=part(("0.25", None)))) == (D("2.50"), D("3.00"))
    assert len(account.periods) == 1


def test_a_first_register_may_come_later() -> None:
    account = run(tariff(energy=part(("1", None))), point(0), point(1, "5000"), point(2, "6000"))
    assert account.energy_wh == 1000


def test_charging_and_idle_time_go_by_the_charging_state__I12_FR_10_FR_11() -> None:
    rules = tariff(charging_time=part(("0.60", None)), idle_time=part(("0.06", None)))
    account = run(
        rules,
        point(0, "0", charging=False),
        point(5, charging=True),
        point(15, "900", charging=False),
        point(45, "900"),
    )
    assert (account.charging_s, account.idle_s) == (600, 2100)
    assert totals(account.sums, rules)[0] == D("6.0") + D("2.1")


def test_without_a_charging_state_the_flow_of_energy_tells() -> None:
    account = run(tariff(), point(0, "0"), point(10, "500"), point(20, "500"))
    assert (account.charging_s, account.idle_s) == (600, 600)


def test_a_price_that_ends_at_a_time_of_day_ends_there__I12_FR_35() -> None:
    day = Conditions(start_time_of_day="08:00", end_time_of_day="18:00")
    rules = tariff(energy=part(("0.40", day), ("0.25", None)))
    account = run(rules, point(0, "0", charging=True), point(120, "10000"))
    assert [(p.start, p.energy_wh) for p in account.periods] == [(START, 5000), (START + 60 * MINUTE, 5000)]
    assert totals(account.sums, rules)[0] == D("3.25")


def test_a_price_from_an_energy_on_begins_there() -> None:
    rules = tariff(energy=part(("0.50", Conditions(min_energy=D(3000))), ("0.10", None)))
    account = run(rules, point(0, "0", charging=True), point(60, "7000"))
    assert abs(totals(account.sums, rules)[0] - (D("0.3") + D("2.0"))) < D("0.00001")


def test_idle_time_is_free_for_the_first_minutes_of_each_idle_period() -> None:
    rules = tariff(idle_time=part(("1", Conditions(min_idle_time=300))))
    account = run(
        rules,
        point(0, "0", charging=True),
        point(10, "10", charging=False),
        point(20, "10", charging=True),
        point(30, "20", charging=False),
        point(34, "20"),
    )
    assert totals(account.sums, rules)[0] == 5


def test_the_duration_of_the_session_is_a_condition() -> None:
    rules = tariff(charging_time=part(("1", Conditions(max_time=600)), ("2", None)))
    account = run(rules, point(0, "0", charging=True), point(30, "10"))
    assert totals(account.sums, rules)[0] == 10 + 40


def test_power_is_as_measured_else_the_mean() -> None:
    rules = tariff(charging_time=part(("2", Conditions(min_power=D(11000))), ("1", None)))
    measured = run(rules, point(0, "0", charging=True, power="11000"), point(10, "100"))
    assert totals(measured.sums, rules)[0] == 20
    mean = run(rules, point(0, "0", charging=True), point(6, "1100"))
    assert totals(mean.sums, rules)[0] == 12


def test_a_fixed_fee_is_due_once_at_the_start__I12_FR_30() -> None:
    rules = tariff(fixed_fee=part(("3.00", Conditions(payment_recognition="CC")), ("2.50", None)))
    assert totals(run(rules, point(0), point(9)).sums, rules)[0] == D("2.50")
    card = Payer(payment_recognition="CC")
    assert totals(run(rules, point(0), point(9), payer=card).sums, rules)[0] == D("3.00")


def test_a_reservation_is_due_where_there_was_one__I12_FR_06_FR_07_FR_08() -> None:
    rules = tariff(reservation_time=part(("0.10", None)), reservation_fixed=part(("1", None)))
    assert not run(rules, point(0)).sums
    assert totals(run(rules, point(0), reservation_s=600).sums, rules)[0] == 2


def test_at_the_highest_cost_usage_goes_on_and_cost_does_not__I12_FR_39_FR_40() -> None:
    rules = tariff(energy=part(("1", None)), max_cost=Amount(excl_tax=D(3)))
    account = run(rules, point(0, "0", charging=True), point(10, "2500"), point(20, "5000"), point(30, "9000"))
    assert account.capped
    assert abs(totals(account.sums, rules)[0] - 3) < D("1e-9")
    assert account.energy_wh == 9000


def test_a_register_that_goes_backwards_adds_nothing() -> None:
    account = run(tariff(), point(0, "100"), point(1, "200"), point(2, "50"), point(3, "220"))
    assert account.energy_wh == 120


def test_a_point_that_comes_late_changes_nothing_before() -> None:
    account = run(tariff(), point(0, "0", charging=True), point(10, "100"), point(5, "50", charging=False), point(20))
    assert (account.energy_wh, closed(account, tariff(), START + 20 * MINUTE, UTC).charging_s) == (100, 600)


def test_closing_leaves_the_account_as_it_was() -> None:
    rules = tariff(charging_time=part(("1", None)))
    account = run(rules, point(0, "0", charging=True))
    assert closed(account, rules, START + 5 * MINUTE, UTC).charging_s == 300
    assert (account.charging_s, account.periods, account.pending) == (0, [], [])


def test_what_waits_for_a_register_is_bounded() -> None:
    account = run(tariff(), point(0, "0"), *(point(n) for n in range(1, 1000)))
    assert len(account.pending) < 64


# Properties

CONDITIONS = st.sampled_from(
    [
        None,
        Conditions(start_time_of_day="17:30", end_time_of_day="19:00"),
        Conditions(max_energy=D(4000)),
        Conditions(min_time=1800),
        Conditions(min_idle_time=300),
        Conditions(max_charging_time=1200),
    ]
)
PRICES = st.lists(st.tuples(st.decimals(0, 5, places=3).map(str), CONDITIONS), min_size=1, max_size=3)
TARIFFS = st.builds(
    lambda energy, charging, idle: tariff(energy=part(*energy), charging_time=part(*charging), idle_time=part(*idle)),
    PRICES,
    PRICES,
    PRICES,
)
STEPS = st.lists(
    st.tuples(st.integers(1, 3000), st.integers(0, 3000), st.booleans(), st.booleans()), min_size=1, max_size=12
)


def points(steps: list[tuple[int, int, bool, bool]]) -> list[Point]:
    made, at, wh = [Point(at=START, energy_wh=D(0), charging=True)], START, 0
    for seconds, energy, charging, register in steps:
        at, wh = at + timedelta(seconds=seconds), wh + energy
        made.append(Point(at=at, energy_wh=D(wh) if register else None, charging=charging))
    return made


@given(TARIFFS, STEPS)
def test_the_periods_add_up_to_the_whole(rules: Tariff, steps: list[tuple[int, int, bool, bool]]) -> None:
    account = closed(run(rules, *points(steps)), rules, START + timedelta(days=1), UTC)
    for name, value in account.sums.items():
        assert sum(p.sums.get(name, D(0)) for p in account.periods) == value
    assert sum(p.energy_wh for p in account.periods) == account.energy_wh
    assert sum(p.charging_s + p.idle_s for p in account.periods) == account.charging_s + account.idle_s == 86400


@given(TARIFFS, STEPS, st.integers(0, 10), st.integers(1, 99))
def test_a_reading_more_on_the_way_changes_nothing_but_rounding(
    rules: Tariff, steps: list[tuple[int, int, bool, bool]], where: int, percent: int
) -> None:
    whole = points([(s, e, c, True) for s, e, c, _ in steps])
    pairs = list(pairwise(whole))
    a, b = pairs[where % len(pairs)]
    assert a.energy_wh is not None
    assert b.energy_wh is not None
    # Energy flows evenly only while the state holds, so the reading between is on that line.
    at = a.at + (b.at - a.at) * percent / 100
    at = at.replace(microsecond=0)
    if not a.at < at < b.at:
        return
    share = (b.energy_wh - a.energy_wh) * int((at - a.at).total_seconds()) / int((b.at - a.at).total_seconds())
    between = Point(at=at, energy_wh=(a.energy_wh + share).quantize(D("0.000001")), charging=a.charging)
    split = run(rules, *sorted([*whole, between], key=lambda p: p.at))
    one = run(rules, *whole)
    assert split.energy_wh == one.energy_wh
    assert abs(totals(split.sums, rules)[0] - totals(one.sums, rules)[0]) < D("0.001")


@given(TARIFFS, STEPS)
def test_a_cost_never_falls_while_the_session_goes_on(rules: Tariff, steps: list[tuple[int, int, bool, bool]]) -> None:
    made = points(steps)
    account, last = opened(rules, made[0], UTC, Payer()), D(0)
    for each in made[1:]:
        advance(account, rules, each, UTC)
        now = cost_of(account, rules, final=False).incl_tax
        assert now >= last
        last = now


@given(TARIFFS, STEPS, st.decimals(0, 20, places=2))
def test_a_cost_is_never_above_the_highest_one(
    rules: Tariff, steps: list[tuple[int, int, bool, bool]], limit: Decimal
) -> None:
    capped = tariff(energy=rules.energy, idle_time=rules.idle_time, max_cost=Amount(incl_tax=limit))  # type: ignore[arg-type]
    cost = cost_of(run(capped, *points(steps)), capped, final=True)
    assert cost.incl_tax <= limit or not cost.incl_tax
