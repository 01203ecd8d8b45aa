"""Sessions that the CSMS numbers: retries, lost answers, lost starts, odd stops."""

from datetime import UTC, datetime

import pytest

from busbar.model.facts import MeterRead
from busbar.model.values import AuthorizationStatus, Place, StopReason


def meter_values(world, transaction_id: str, wh: float, minutes: float, connector: int = 1) -> MeterRead:
    return MeterRead(place=Place(connector, 1), readings=[world.reading(wh, minutes)], transaction_id=transaction_id)


def test_a_session_is_numbered_and_its_energy_is_stop_minus_start(world_16) -> None:
    world = world_16
    answer = world.tell(world.start_16(0, wh=1000)).answer
    assert (answer.transaction_id, answer.token.status) == ("1", AuthorizationStatus.ACCEPTED)
    world.tell(world.stop_16("1", 30, wh=1800, reason=StopReason.LOCAL))
    row = world.row
    assert (row.energy_wh, row.started_at, row.ended_at) == (800, world.at(0), world.at(30))
    assert (row.complete, row.flags, row.stop_reason, row.events) == (True, "", "Local", 2)
    assert sorted(world.events) == [("1", 0), ("1", 1)]


def test_a_repeated_start_gets_the_same_number_and_is_accepted_again(world_16) -> None:
    first = world_16.tell(world_16.start_16())
    again = world_16.tell(world_16.start_16())
    assert again.answer == first.answer
    assert again.answer.token.status is AuthorizationStatus.ACCEPTED
    assert not again.changes
    assert not again.happenings


def test_a_repeated_start_after_a_reconnect_gets_the_same_number(world_16) -> None:
    first = world_16.tell(world_16.start_16())
    world_16.reconnect()
    assert world_16.tell(world_16.start_16()).answer == first.answer
    assert len(world_16.transactions) == 1


def test_a_repeated_start_keeps_its_verdict_though_the_token_was_blocked_meanwhile(world_16) -> None:
    world_16.tell(world_16.start_16())
    world_16.know("CARD", status=AuthorizationStatus.BLOCKED)
    world_16.context.tokens.known.clear()
    assert world_16.tell(world_16.start_16()).answer.token.status is AuthorizationStatus.ACCEPTED


@pytest.mark.parametrize("other", [{"wh": 1001}, {"minutes": 0.02}, {"connector": 2}, {"token": "OTHER"}])
def test_two_real_starts_are_not_merged(world_16, other) -> None:
    world_16.tell(world_16.start_16())
    assert world_16.tell(world_16.start_16(**other)).answer.transaction_id == "2"


def test_an_unknown_token_starts_with_its_verdict(world_16) -> None:
    decision = world_16.tell(world_16.start_16(token="STRANGER"))
    assert decision.answer.token.status is AuthorizationStatus.UNKNOWN
    assert world_16.row.token_status is AuthorizationStatus.UNKNOWN


def test_a_repeated_stop_changes_nothing_and_is_answered_the_same(world_16) -> None:
    world_16.tell(world_16.start_16())
    stop = world_16.stop_16("1", 30, wh=1800, token="card")
    first, again = world_16.tell(stop), world_16.tell(stop)
    assert again.answer == first.answer
    assert first.answer.token.status is AuthorizationStatus.ACCEPTED
    assert not again.changes


def test_a_second_stop_that_says_something_else_is_flagged_and_the_first_counts(world_16) -> None:
    world_16.tell(world_16.start_16())
    world_16.tell(world_16.stop_16("1", 30, wh=1800))
    for _ in range(2):
        world_16.tell(world_16.stop_16("1", 31, wh=9000))
    row = world_16.row
    assert (row.energy_wh, row.ended_at, row.flags) == (800, world_16.at(30), "stop-differs")


def test_a_stop_of_an_unknown_number_is_an_orphan_with_a_positive_answer(world_16) -> None:
    decision = world_16.tell(world_16.stop_16("4711", 30, wh=1800))
    assert decision.answer.transaction_id == "4711"
    row = world_16.row
    assert (row.flags, row.started_at, row.ended_at, row.energy_wh) == ("orphan", None, world_16.at(30), None)
    assert row.complete is False
    assert row.transaction_id == "4711~0"


@pytest.mark.parametrize("reconnect", [False, True])
def test_a_repeated_stop_of_an_unknown_number_makes_no_second_orphan(world_16, reconnect) -> None:
    stop = world_16.stop_16("4711", 30, wh=1800)
    world_16.tell(stop)
    if reconnect:
        world_16.reconnect()
    world_16.tell(stop)
    assert len(world_16.transactions) == 1


def test_an_orphan_never_takes_the_place_of_a_number_given_later(world_16) -> None:
    world_16.tell(world_16.stop_16("2", 30, wh=1800))
    world_16.tell(world_16.start_16(60))
    assert set(world_16.transactions) == {"2~0", "2"}
    world_16.tell(world_16.stop_16("2", 90, wh=1300))
    assert world_16.transactions["2"].energy_wh == 300
    assert world_16.transactions["2~0"].meter_stop_wh == 1800


def test_another_stations_transaction_is_never_touched(make_world, world_16) -> None:
    world_16.tell(world_16.start_16())
    theirs = world_16.row
    other = make_world(world_16.version)
    other.number = 1
    other.tell(other.stop_16(theirs.transaction_id, 30, wh=9000))
    assert other.row.id != theirs.id
    assert other.row.flags == "orphan"
    assert theirs.ended_at is None


def test_a_stop_below_the_start_is_flagged_and_never_negative(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    world_16.tell(world_16.stop_16("1", 30, wh=10))
    assert (world_16.row.energy_wh, world_16.row.flags) == (0, "meter-backwards")


def test_a_stop_before_its_start_is_flagged(world_16) -> None:
    world_16.tell(world_16.start_16(30))
    world_16.tell(world_16.stop_16("1", 0, wh=1800))
    assert world_16.row.flags == "clock"


def test_readings_in_a_stop_are_stored(world_16) -> None:
    world_16.tell(world_16.start_16())
    world_16.tell(world_16.stop_16("1", 30, wh=1800, readings=[world_16.reading(1400, 15)]))
    assert [(r.transaction, r.energy_wh) for r in world_16.readings] == [(1, 1400)]
    assert world_16.row.energy_wh == 800


def test_minus_one_is_the_session_whose_number_was_never_learnt(world_16) -> None:
    world = world_16
    world.tell(world.start_16(connector=2))
    decision = world.tell(meter_values(world, "-1", 1200, 10, connector=2))
    assert decision.answer
    assert (world.row.energy_wh, world.row.flags) == (200, "no-id")
    assert world.tell(world.stop_16("-1", 30, wh=1800)).answer.transaction_id == "-1"
    assert (world.row.energy_wh, world.row.complete) == (800, True)


def test_minus_one_finds_its_session_by_the_token(world_16) -> None:
    world = world_16
    world.know("OTHER")
    world.tell(world.start_16(connector=1))
    world.tell(world.start_16(connector=2, token="OTHER"))
    world.tell(world.stop_16("-1", 30, wh=1800, token="other"))
    assert world.transactions["2"].ended_at == world.at(30)
    assert world.transactions["1"].ended_at is None


def test_minus_one_never_ends_a_session_whose_number_the_station_uses(world_16) -> None:
    world = world_16
    world.tell(world.start_16())
    world.tell(meter_values(world, "1", 1200, 10))
    world.tell(world.stop_16("-1", 30, wh=1800, token="CARD"))
    assert world.transactions["1"].ended_at is None
    (orphan,) = (row for key, row in world.transactions.items() if key != "1")
    assert (orphan.flags, orphan.transaction_id.partition("~")[0]) == ("no-id,orphan", "-1")


def test_minus_one_does_not_fit_a_later_start_or_a_higher_meter(world_16) -> None:
    world = world_16
    world.tell(world.start_16(60, wh=1000))
    world.tell(world.stop_16("-1", 30, wh=1800, token="CARD"))
    world.tell(world.stop_16("-1", 90, wh=500, token="CARD"))
    assert world.transactions["1"].ended_at is None


def test_minus_one_without_a_token_is_the_only_session_that_fits(world_16) -> None:
    world = world_16
    world.tell(world.start_16(connector=1))
    world.tell(world.start_16(connector=2, wh=5000))
    world.tell(world.stop_16("-1", 30, wh=1800))
    assert [row.ended_at for row in world.transactions.values()] == [world.at(30), None]


def test_minus_one_of_two_running_sessions_without_a_token_is_an_orphan(world_16) -> None:
    world = world_16
    world.tell(world.start_16(connector=1))
    world.tell(world.start_16(connector=2))
    world.tell(world.stop_16("-1", 30, wh=1800))
    assert [row.ended_at for row in world.transactions.values()] == [None, None, world.at(30)]


@pytest.mark.parametrize("reconnect", [False, True])
def test_a_repeated_stop_with_minus_one_ends_one_session_once(world_16, reconnect) -> None:
    world = world_16
    stop = world.stop_16("-1", 30, wh=1800, token="STRANGER")
    world.tell(stop)
    if reconnect:  # so long after the stop that the view does not bring it along
        world.reconnect()
        world.view.transactions.clear()
    assert not world.tell(stop).changes
    assert world.row.flags == "no-id,orphan"


def test_two_stops_with_minus_one_in_one_second_are_two(world_16) -> None:
    for wh in (1800, 1900):
        world_16.tell(world_16.stop_16("-1", 30, wh=wh, token="STRANGER"))
    assert len(world_16.transactions) == 2


def test_meter_values_with_minus_one_gather_in_one_orphan_and_the_stop_joins_them(world_16) -> None:
    world = world_16
    for minutes in (10, 20):
        world.tell(meter_values(world, "-1", 1000 + minutes, minutes))
    world.tell(world.stop_16("-1", 30, wh=1800))
    assert world.row.ended_at == world.at(30)
    assert (world.row.started_at, world.row.energy_wh, world.row.events) == (None, None, 3)


def test_a_token_seen_before_needs_no_lookup(world_16) -> None:
    world_16.tell(world_16.start_16())
    world_16.tell(world_16.stop_16("1", 1, wh=1000, token="CARD"))
    assert world_16.lookups == 3  # the token, the start and, once per connection, the remote starts


def test_minus_one_after_many_sessions_keeps_the_view_small(world_16) -> None:
    for number in range(300):
        world_16.tell(world_16.start_16(number, wh=number))
        world_16.tell(world_16.stop_16(str(number + 1), number + 0.5, wh=number + 1))
    assert len(world_16.view.transactions) <= 65
    assert len(world_16.view.starts) <= 257
    assert world_16.tell(world_16.start_16(0, wh=0)).answer.transaction_id == "1"


def test_a_start_without_a_token_has_no_verdict(world_16) -> None:
    fact = world_16.start_16()
    fact.token = None
    assert world_16.tell(fact).answer.token is None
    assert world_16.tell(world_16.stop_16("-1", 5, wh=1001)).answer.token is None
    assert world_16.row.flags == "no-id"


@pytest.mark.parametrize("reconnect", [False, True])
def test_without_a_clock_a_start_like_an_ended_one_is_another_session(world_16, reconnect) -> None:
    world = world_16
    boot_time = datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)

    def start():
        fact = world.start_16(wh=1000)
        fact.at = boot_time
        return world.tell(fact).answer.transaction_id

    assert [start(), start()] == ["1", "1"]
    world.tell(world.stop_16("1", 1, wh=1000))
    assert start() == "2"
    if reconnect:
        world.reconnect()
    assert start() == "2"
    world.tell(world.stop_16("2", 2, wh=1000))
    assert start() == "3"
    assert {row.flags for row in world.transactions.values()} == {"clock"}


def test_with_a_clock_a_late_retry_of_an_ended_start_is_no_other_session(world_16) -> None:
    world_16.tell(world_16.start_16())
    world_16.tell(world_16.stop_16("1", 30, wh=1800))
    assert world_16.tell(world_16.start_16()).answer.transaction_id == "1"
