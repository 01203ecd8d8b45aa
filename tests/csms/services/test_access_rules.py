"""Rules say who may charge where and when; the one that says most decides."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.authorization import AccessRule, Effect, Window
from busbar.csms.services.access_rules import Place, Policy, allowed_evses, ruling, within, zone
from busbar.csms.services.plugs import Plug
from busbar.model.tariffs import EvseKind
from busbar.model.values import AuthorizationStatus as Status

FRIDAY_NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
HERE = Place(1, 10, 2)
WORK = Window(days=(0, 1, 2, 3, 4), begin=8 * 60, end=18 * 60)


def rule(number: int, effect: Effect = Effect.ALLOW, **more) -> AccessRule:
    return AccessRule(id=number, effect=effect, **more)


def rules(*made: AccessRule, closed: bool = False) -> Policy:
    return Policy(rules=made, defaults={0: Effect.DENY} if closed else {}, zones={10: zone("Europe/Berlin")})


def status(policy: Policy, at: datetime = FRIDAY_NOON, place: Place = HERE) -> Status:
    return ruling(policy, "card", "fleet", place, at).status


def test_without_rules_everybody_may() -> None:
    assert status(Policy()) is Status.ACCEPTED


def test_a_site_that_denies_by_default_is_open_to_those_it_names() -> None:
    assert status(rules(closed=True)) is Status.NOT_AT_THIS_LOCATION
    assert status(rules(rule(1, group="fleet"), closed=True)) is Status.ACCEPTED
    assert status(rules(rule(1, group="others"), closed=True)) is Status.NOT_AT_THIS_LOCATION


def test_a_sites_own_default_comes_before_the_one_of_all() -> None:
    assert status(Policy(defaults={0: Effect.DENY, 10: Effect.ALLOW})) is Status.ACCEPTED


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, Status.BLOCKED),
        ({"site_id": 10}, Status.NOT_AT_THIS_LOCATION),
        ({"evses": (2,)}, Status.NOT_ALLOWED_TYPE_EVSE),
        ({"windows": (WORK,)}, Status.NOT_AT_THIS_TIME),
    ],
)
def test_a_denial_says_why(more, why: Status) -> None:
    found = ruling(rules(rule(7, Effect.DENY, token="card", **more)), "card", None, HERE, FRIDAY_NOON)
    assert (found.status, found.rules) == (why, (7,))


def test_what_is_said_of_the_token_counts_more_than_of_its_group_and_of_all() -> None:
    policy = rules(rule(1, Effect.DENY), rule(2, Effect.DENY, group="fleet", station_id=1), rule(3, token="card"))
    assert status(policy) is Status.ACCEPTED


def test_of_two_alike_the_denial_counts() -> None:
    assert status(rules(rule(1, token="card"), rule(2, Effect.DENY, token="card"))) is Status.BLOCKED


def test_outside_its_hours_a_token_is_told_so() -> None:
    policy = rules(rule(1, token="card", windows=(WORK,)), closed=True)
    assert status(policy) is Status.ACCEPTED
    assert status(policy, datetime(2026, 5, 2, 12, tzinfo=UTC)) is Status.NOT_AT_THIS_TIME


def test_hours_are_the_sites() -> None:
    policy = rules(rule(1, token="card", windows=(WORK,)), closed=True)
    assert status(policy, datetime(2026, 5, 1, 6, 30, tzinfo=UTC)) is Status.ACCEPTED  # 8:30 in Berlin
    assert status(policy, datetime(2026, 1, 2, 6, 30, tzinfo=UTC)) is Status.NOT_AT_THIS_TIME  # 7:30 in winter


def test_a_window_may_end_on_the_next_day() -> None:
    night = (Window(days=(4,), begin=22 * 60, end=6 * 60),)
    inside = [(1, 23, True), (2, 5, True), (2, 7, False), (1, 5, False), (2, 23, False)]
    for day, hour, good in inside:
        assert within(night, datetime(2026, 5, day, hour, tzinfo=UTC), UTC) is good


def test_other_evses_of_the_station_are_told_apart() -> None:
    policy = rules(rule(1, group="fleet", evses=(1,)), closed=True)
    assert status(policy) is Status.NOT_ALLOWED_TYPE_EVSE
    each = allowed_evses(policy, "card", "fleet", Place(1, 10), FRIDAY_NOON, [1, 2])
    assert [each[evse].status for evse in (1, 2)] == [Status.ACCEPTED, Status.NOT_ALLOWED_TYPE_EVSE]


def test_an_unknown_zone_is_utc() -> None:
    assert str(zone("Nowhere/At/All")) == "UTC"


PLUGS = {(1, 1): Plug("stype2"), (1, 2): Plug("stype3"), (2, 1): Plug("cccs2", 0), (3, 0): Plug()}


def hardware(policy: Policy, evse: int, connector: int | None = None) -> Status:
    return status(policy, place=Place(1, 10, evse, connector, PLUGS))


@pytest.mark.parametrize(
    ("more", "evses"),
    [
        ({"connector_types": ("stype2", "ctype2")}, [1]),
        ({"connector_types": ("cccs2",)}, [2]),
        ({"kinds": (EvseKind.AC,)}, [1]),
        ({"kinds": (EvseKind.DC,)}, [2]),
        ({"kinds": (EvseKind.AC, EvseKind.DC)}, [1, 2]),
        ({"kinds": (EvseKind.DC,), "connector_types": ("stype2",)}, []),
    ],
)
def test_a_token_may_be_for_some_hardware_only__C01(more, evses) -> None:
    for policy in (
        rules(rule(1, token="card", **more), closed=True),
        rules(rule(1, token="card", **more), rule(2, Effect.DENY, token="card")),
    ):
        assert [evse for evse in (1, 2, 3) if hardware(policy, evse) is Status.ACCEPTED] == evses
        others = {hardware(policy, evse) for evse in (1, 2, 3)} - {Status.ACCEPTED}
        assert others == {Status.NOT_ALLOWED_TYPE_EVSE}


def test_some_hardware_may_be_denied_where_it_is_known() -> None:
    policy = rules(rule(1, Effect.DENY, group="fleet", kinds=(EvseKind.DC,)))
    assert [hardware(policy, evse) for evse in (1, 2, 3)] == [
        Status.ACCEPTED,
        Status.NOT_ALLOWED_TYPE_EVSE,
        Status.ACCEPTED,
    ]


def test_the_connector_counts_where_it_is_said() -> None:
    policy = rules(rule(1, connector_types=("stype3",)), closed=True)
    assert hardware(policy, 1) is Status.ACCEPTED
    assert [hardware(policy, 1, connector) for connector in (1, 2)] == [Status.NOT_ALLOWED_TYPE_EVSE, Status.ACCEPTED]


def test_the_evses_with_the_hardware_are_named() -> None:
    policy = rules(rule(1, connector_types=("cccs2",)), closed=True)
    found = allowed_evses(policy, "card", None, Place(1, 10, plugs=PLUGS), FRIDAY_NOON, (1, 2, 3))
    assert [evse for evse, ruling in found.items() if ruling.status is Status.ACCEPTED] == [2]
