"""What a token and its group used is counted, and what is left is said."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from busbar.csms.records.authorization import Limit, Period, TokenGroup, TokenProfile
from busbar.csms.rows import Use
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.limits import begun, credit, still_needed, transaction_limit
from busbar.model.facts import TransactionLimit
from busbar.model.values import AuthorizationStatus as Status

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def session(number: int, *, days: float = 0.0, running: bool = False, cost: str | None = None, **more) -> Use:
    began = NOW - timedelta(days=days, hours=1)
    fields = {
        "transaction": number,
        "station_id": 1,
        "transaction_id": str(number),
        "token": "card",
        "accepted": True,
        "started_at": began,
        "ended_at": None if running else began + timedelta(minutes=30),
        "energy_wh": 1000.0,
        "cost": None if cost is None else Decimal(cost),
        "currency": "EUR",
        "time_s": None if running else 1800.0,
    }
    return Use(**(fields | more))


def limit(period: Period = Period.DAY, **more) -> Limit:
    return Limit(**({"id": 4, "token": "card", "period": period} | more))


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"energy_wh": 2000.0}, Status.NO_CREDIT),
        ({"energy_wh": 2001.0}, Status.ACCEPTED),
        ({"sessions": 2}, Status.NO_CREDIT),
        ({"sessions": 3}, Status.ACCEPTED),
        ({"time_s": 3600}, Status.NO_CREDIT),
        ({"time_s": 3601}, Status.ACCEPTED),
        ({"token": None, "group": "fleet", "energy_wh": 2500.0}, Status.NO_CREDIT),
    ],
)
def test_what_is_used_up_gives_no_credit(more, status: Status) -> None:
    rows = [session(1), session(2), session(3, token="OTHER"), session(4, days=2)]
    found, limits = credit(Policy(limits=(limit(**more),)), "card", "fleet", rows, NOW)
    assert (found, limits) == (status, (4,) if status is Status.NO_CREDIT else ())


def test_sessions_that_are_over_count_together() -> None:
    rows = [session(0, sessions=3, energy_wh=900.0, time_s=100.0)]
    for more, status in (
        ({"sessions": 3}, Status.NO_CREDIT),
        ({"sessions": 4}, Status.ACCEPTED),
        ({"time_s": 100}, Status.NO_CREDIT),
        ({"time_s": 101}, Status.ACCEPTED),
    ):
        assert credit(Policy(limits=(limit(**more),)), "card", None, rows, NOW)[0] is status


def test_a_month_counts_its_days_and_no_others() -> None:
    rows = [session(1, days=3), session(2, days=30)]
    policy = Policy(limits=(limit(Period.MONTH, energy_wh=1500.0),))
    assert credit(policy, "card", None, rows, NOW)[0] is Status.ACCEPTED
    assert begun(Period.MONTH, NOW) == datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("allowed", "currency", "status"),
    [
        (1250, "EUR", Status.NO_CREDIT),
        (1251, "EUR", Status.ACCEPTED),
        (1, "SEK", Status.ACCEPTED),
    ],
)
def test_money_counts_what_sessions_cost_so_far_in_the_limits_currency(allowed: int, currency: str, status) -> None:
    rows = [session(1, cost="10.00"), session(2, cost="2.50", running=True), session(3), session(4, days=2, cost="9")]
    policy = Policy(limits=(limit(cost_minor=allowed, currency=currency),))
    assert credit(policy, "card", None, rows, NOW)[0] is status


def test_what_is_left_of_money_is_told_in_whole_units_of_its_currency__C17_FR_03() -> None:
    euros, yen = limit(cost_minor=1250, currency="EUR"), limit(cost_minor=900, currency="JPY")
    rows = [session(1, cost="2.25")]
    assert transaction_limit(Policy(limits=(euros,)), "card", None, rows, NOW) == TransactionLimit(max_cost=10.25)
    found = transaction_limit(Policy(limits=(euros, yen)), "card", None, rows, NOW, "JPY")
    assert found == TransactionLimit(max_cost=900.0), "a limit in another currency says nothing of this session"


def test_only_limits_that_a_station_knows_and_does_not_keep_itself_are_told__E16_FR_08_12() -> None:
    ours = TransactionLimit(max_cost=10.0, max_energy_wh=5000.0, max_time_s=600)
    assert still_needed(ours, None, None) == ours
    assert still_needed(ours, TransactionLimit(max_cost=10.0, max_energy_wh=6000.0), None) == TransactionLimit(
        max_energy_wh=5000.0, max_time_s=600
    )
    assert still_needed(ours, None, frozenset({"maxcost"})) == TransactionLimit(max_cost=10.0)
    assert still_needed(ours, None, frozenset()) is None


def test_a_refused_session_holds_up_no_other() -> None:
    profiles = {"card": TokenProfile(key="card", concurrent=1)}
    rows = [session(1, running=True, accepted=False)]
    assert credit(Policy(profiles=profiles), "card", None, rows, NOW)[0] is Status.ACCEPTED


def test_sessions_at_a_time_are_the_tokens_own_number_else_its_groups() -> None:
    rows = [session(1, running=True), session(2, running=True, token="OTHER"), session(3)]
    group = {"fleet": TokenGroup(key="fleet", value="FLEET", concurrent=1)}
    assert credit(Policy(), "card", "fleet", rows, NOW)[0] is Status.ACCEPTED
    assert credit(Policy(groups=group), "card", "fleet", rows, NOW)[0] is Status.CONCURRENT_TX
    profiles = {"card": TokenProfile(key="card", concurrent=2)}
    assert credit(Policy(groups=group, profiles=profiles), "card", "fleet", rows, NOW)[0] is Status.ACCEPTED


def test_a_session_may_go_as_far_as_the_tightest_limit__E16() -> None:
    limits = (
        limit(energy_wh=5000.0, cost_minor=1250, currency="EUR"),
        limit(Period.SESSION, energy_wh=4500.0, time_s=600),
    )
    found = transaction_limit(Policy(limits=limits), "card", None, [session(1)], NOW)
    assert found == TransactionLimit(max_energy_wh=4000.0, max_time_s=600, max_cost=12.5)
    assert transaction_limit(Policy(), "card", None, [], NOW) is None
