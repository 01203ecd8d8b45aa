"""Transaction events in any order, any number of times, from any clock, give one true row."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from busbar.csms.changes import EventStored, ReadingStored, TransactionPut
from busbar.csms.services.decisions import needs
from busbar.csms.services.view import TransactionNeed
from busbar.model.values import (
    AuthorizationStatus,
    ChargingState,
    IdToken,
    Place,
    StopReason,
)


def session(world):
    return [
        world.started(0, 0, wh=1000, charging_state=ChargingState.EV_CONNECTED),
        world.updated(1, 5, wh=1200, charging_state=ChargingState.CHARGING),
        world.updated(2, 10, wh=1500),
        world.ended(3, 15, wh=1700, reason=StopReason.LOCAL),
    ]


def final(row):
    return row.energy_wh, row.meter_start_wh, row.meter_stop_wh, row.started_at, row.ended_at, row.complete, row.flags


def test_a_whole_session_is_complete_and_its_energy_is_the_difference_of_its_registers(world) -> None:
    for fact in session(world):
        world.tell(fact)
    row = world.row
    assert (row.energy_wh, row.started_at, row.ended_at) == (700, world.at(0), world.at(15))
    assert (row.complete, row.flags, row.events) == (True, "", 4)
    assert (row.evse, row.connector, row.stop_reason) == (1, 1, "Local")
    assert [event.kind for event in world.events.values()] == ["Started", "Updated", "Updated", "Ended"]
    assert {reading.transaction for reading in world.readings} == {row.id}


def test_a_running_session_shows_power_charge_and_state(world) -> None:
    world.tell(world.started(0, 0, wh=1000))
    fact = world.updated(1, 5, charging_state=ChargingState.CHARGING)
    fact.readings.append(world.reading(1100, 5, power_w=7400.0, soc_pct=40.0))
    world.tell(fact)
    row = world.row
    assert (row.energy_wh, row.power_w, row.soc_pct, row.charging_state) == (100, 7400, 40, "Charging")
    assert world.happenings[-1].transaction == row
    world.tell(world.ended(2, 6))
    assert world.row.power_w is None


def test_a_late_update_does_not_turn_the_state_back(world) -> None:
    world.tell(world.started(0, 0))
    world.tell(world.updated(2, 10, charging_state=ChargingState.SUSPENDED_EV))
    world.tell(world.updated(1, 5, charging_state=ChargingState.CHARGING))
    assert world.row.charging_state == "SuspendedEV"


def test_a_repeated_event_with_other_content_keeps_the_first(world) -> None:
    world.tell(world.started(0, 0, wh=1000))
    world.tell(world.updated(1, 5, wh=1100))
    before = world.row
    decision = world.tell(world.updated(1, 6, wh=9999, offline=True))
    assert not decision.changes
    assert not decision.happenings
    assert world.row == before


def test_a_repeated_event_gets_the_same_verdict_again(world) -> None:
    world.know("CARD")
    fact = world.started(0, 0, token=IdToken("card", "ISO14443"))
    first, second = world.tell(fact), world.tell(fact)
    assert first.answer == second.answer
    assert second.answer.token.status is AuthorizationStatus.ACCEPTED


def test_an_update_before_the_start_makes_an_orphan_that_the_start_turns_into_a_session(world) -> None:
    world.tell(world.updated(1, 5, wh=1100))
    assert (world.row.flags, world.row.started_at, world.row.energy_wh) == ("orphan", None, None)
    world.tell(world.started(0, 0, wh=1000))
    assert (world.row.flags, world.row.started_at, world.row.energy_wh) == ("", world.at(0), 100)


def test_an_end_before_the_start_is_complete_once_the_start_is_there(world) -> None:
    world.tell(world.ended(1, 15, wh=1700))
    assert (world.row.flags, world.row.complete) == ("orphan", False)
    world.tell(world.started(0, 0, wh=1000))
    assert final(world.row) == (700, 1000, 1700, world.at(0), world.at(15), True, "")


def test_an_end_alone_is_billed_by_its_own_registers(world) -> None:
    fact = world.ended(9, 15)
    fact.readings += [
        world.reading(1700, 15, context="Transaction.End"),
        world.reading(1000, 0, context="Transaction.Begin"),
    ]
    world.tell(fact)
    row = world.row
    assert (row.energy_wh, row.started_at, row.ended_at, row.complete) == (700, None, world.at(15), False)
    assert row.flags == "orphan"


def test_an_end_alone_with_one_register_tells_no_energy(world) -> None:
    world.tell(world.ended(9, 15, wh=1700))
    assert world.row.energy_wh is None


def test_a_session_with_a_register_at_its_end_only_tells_no_energy(world) -> None:
    world.tell(world.started(0, 0))
    world.tell(world.ended(1, 15, wh=1700))
    assert world.row.energy_wh is None
    assert world.row.complete


def test_a_gap_is_flagged_until_it_is_filled(world) -> None:
    world.tell(world.started(0, 0, wh=1000))
    world.tell(world.updated(2, 10, wh=1500))
    world.tell(world.ended(3, 15, wh=1700))
    assert (world.row.flags, world.row.complete, world.row.energy_wh) == ("gap", False, 700)
    world.tell(world.updated(1, 5, wh=1200))
    assert (world.row.flags, world.row.complete, world.row.energy_wh) == ("", True, 700)


def test_the_first_end_counts(world) -> None:
    world.tell(world.started(0, 0, wh=1000))
    world.tell(world.ended(1, 15, wh=1700, reason=StopReason.LOCAL))
    world.tell(world.ended(2, 20, reason=StopReason.REMOTE))
    assert (world.row.ended_at, world.row.stop_reason) == (world.at(15), "Local")


def test_numbers_may_start_anywhere(world) -> None:
    world.tell(world.started(41, 0, wh=1000))
    world.tell(world.ended(42, 15, wh=1700))
    assert world.row.complete


def test_the_order_survives_a_reconnect(world) -> None:
    first, *rest = session(world)
    for fact in reversed(rest):
        world.tell(fact)
    world.reconnect()
    world.tell(first)
    assert final(world.row) == (700, 1000, 1700, world.at(0), world.at(15), True, "")


def test_a_duplicate_is_known_after_a_reconnect(world) -> None:
    facts = session(world)
    for fact in facts:
        world.tell(fact)
    world.reconnect()
    assert not any(world.tell(fact).changes for fact in facts)


def test_a_start_without_register_lets_a_late_update_give_the_first_one(world) -> None:
    world.tell(world.started(0, 0))
    world.tell(world.updated(2, 10, wh=1500))
    world.reconnect()
    world.tell(world.updated(1, 5, wh=1200))
    assert (world.row.meter_start_wh, world.row.energy_wh) == (1200, 300)


def test_a_meter_that_runs_backwards_is_flagged_and_never_negative(world) -> None:
    world.tell(world.started(0, 0, wh=1000))
    world.tell(world.ended(1, 15, wh=3))
    assert (world.row.energy_wh, world.row.flags) == (0, "meter-backwards")
    assert (world.row.meter_start_wh, world.row.meter_stop_wh) == (1000, 3)


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)])
def test_a_station_without_a_clock_is_flagged_and_its_time_kept_raw(world, at) -> None:
    world.tell(world.started(0, 0, wh=1000, at=at))
    assert (world.row.flags, world.row.started_at) == ("clock", at)
    (event,) = world.events.values()
    assert (event.at, event.received_at) == (at, world.at(600))


def test_a_time_far_ahead_is_flagged(world) -> None:
    world.tell(world.started(0, 0, at=world.at(600) + timedelta(days=2)))
    assert world.row.flags == "clock"


def test_an_id_used_again_after_its_end_is_a_new_session(world) -> None:
    for fact in session(world):
        world.tell(fact)
    old = world.row
    again = world.started(0, 60, wh=5000)
    later = [world.updated(1, 65, wh=5100), world.ended(2, 70, wh=5400)]
    for fact in (again, later[0], again, later[1], later[1]):
        world.tell(fact)
    assert world.transactions["tx"] == replace(old, flags="id-reused")
    new = world.transactions[f"tx~{int(world.at(60).timestamp())}"]
    assert (new.energy_wh, new.complete, new.flags) == (400, True, "")
    assert new.id != old.id


@pytest.mark.parametrize("seq_no", [0, 3])
def test_an_id_used_again_while_its_session_runs_is_a_new_session__E01_FR_08(world, seq_no: int) -> None:
    world.tell(world.started(0, 0, wh=1000))
    world.tell(world.updated(1, 10, wh=1500))
    again = world.started(seq_no, 60, wh=5000)
    told = world.tell(again).happenings
    assert [(each.transaction.transaction_id, each.transaction.flags) for each in told] == [
        (f"tx~{int(world.at(60).timestamp())}", ""),
        ("tx", "id-reused"),
    ]
    world.reconnect()
    assert world.tell(again).changes == []
    world.tell(world.updated(seq_no + 1, 65, wh=5100))
    world.tell(world.updated(2, 20, wh=1600))  # of the session before, from a queue
    world.tell(world.ended(seq_no + 2, 70, wh=5400))
    old, new = world.transactions.values()
    assert (old.energy_wh, old.events, old.ended_at) == (600, 3, None)
    assert (new.energy_wh, new.events, new.complete) == (400, 3, True)


def test_an_id_used_again_is_found_after_a_reconnect(world) -> None:
    for fact in session(world):
        world.tell(fact)
    world.tell(world.started(0, 60, wh=5000))
    world.reconnect()
    world.tell(world.started(0, 60, wh=5000))
    world.tell(world.ended(1, 70, wh=5400))
    assert len(world.transactions) == 2
    assert world.transactions["tx"].energy_wh == 700
    assert world.transactions[f"tx~{int(world.at(60).timestamp())}"].energy_wh == 400


def test_a_repeated_start_is_not_a_new_session_even_where_the_clock_went_back(world) -> None:
    world.tell(world.started(0, 30, wh=1000))
    world.tell(world.ended(1, 10, wh=1700))
    world.tell(world.started(0, 30, wh=1000))
    assert world.row.energy_wh == 700


def test_an_unknown_token_gets_its_verdict_and_the_event_is_stored_all_the_same(world) -> None:
    decision = world.tell(world.started(0, 0, token=IdToken("stranger", "ISO14443")))
    assert decision.answer.token.status is AuthorizationStatus.UNKNOWN
    assert world.row.token_status is AuthorizationStatus.UNKNOWN


def test_no_verdict_without_a_token(world) -> None:
    assert world.tell(world.started(0, 0)).answer.token is None


def test_a_token_that_comes_later_is_the_sessions(world) -> None:
    world.know("CARD")
    world.tell(world.started(0, 0))
    decision = world.tell(world.updated(1, 1, token=IdToken("CARD", "ISO14443"), trigger="Authorized"))
    assert decision.answer.token.status is AuthorizationStatus.ACCEPTED
    assert (world.row.token, world.row.token_kind, world.row.token_status) == ("CARD", "ISO14443", "Accepted")


def test_the_token_that_stops_is_not_the_one_that_started(world) -> None:
    world.tell(world.ended(1, 15, token=IdToken("OTHER")))
    world.tell(world.started(0, 0, token=IdToken("CARD")))
    assert world.row.token == "CARD"


def test_a_place_told_late_and_what_a_remote_start_said_are_kept(world) -> None:
    world.tell(world.started(0, 0, place=Place()))
    world.tell(world.updated(1, 1, place=Place(2), remote_start_id=99, reservation_id=5))
    world.tell(world.updated(2, 2, place=Place(2, 1), remote_start_id=98, reservation_id=4))
    row = world.row
    assert (row.evse, row.connector, row.remote_start_id, row.reservation_id) == (2, 1, 99, 5)


def test_an_open_session_needs_no_lookup(world) -> None:
    fact = world.started(0, 0)
    assert needs(fact, world.view, world.context.tokens) == (TransactionNeed("tx"),)
    world.tell(fact)
    assert needs(world.updated(1, 1), world.view, world.context.tokens) == ()


def test_changes_are_snapshots(world) -> None:
    first = world.tell(world.started(0, 0, wh=1000)).changes[0]
    assert isinstance(first, TransactionPut)
    world.tell(world.updated(1, 5, wh=1100))
    assert (first.row.energy_wh, first.row.events) == (0, 1)


def test_a_view_of_many_sessions_stays_small_and_forgets_nothing(world) -> None:
    for number in range(200):
        world.tell(world.started(0, number, wh=0, transaction_id=f"t{number}"))
        world.tell(world.ended(1, number + 1, wh=10, transaction_id=f"t{number}"))
    assert len(world.view.transactions) <= 65
    assert len(world.view.events) <= 65
    assert not world.tell(world.ended(1, 1, wh=10, transaction_id="t0")).changes
    assert all(row.energy_wh == 10 for row in world.transactions.values())


def test_a_view_of_many_open_sessions_stays_small(world) -> None:
    for number in range(400):
        world.tell(world.started(0, number, wh=0, transaction_id=f"t{number}"))
    assert len(world.view.transactions) <= 257
    world.tell(world.ended(1, 500, wh=10, transaction_id="t0"))
    assert world.transactions["t0"].energy_wh == 10


def test_every_order_of_a_session_gives_the_same_row(make_world) -> None:
    results = set()
    for order in permutations(range(4)):
        world = make_world()
        facts = session(world)
        for index in order:
            world.tell(facts[index])
        results.add(final(world.row))
    assert len(results) == 1


@st.composite
def sessions(draw):
    """A session's registers (None where an event carries none), and an order of its events with repeats."""
    steps = draw(st.lists(st.none() | st.integers(0, 500), min_size=2, max_size=7))
    count = len(steps)
    order = draw(st.permutations(range(count)))
    repeats = draw(st.lists(st.integers(0, count - 1), max_size=6))
    for repeat_of in repeats:
        order.insert(draw(st.integers(0, len(order))), repeat_of)
    return steps, order, draw(st.sets(st.integers(0, len(order)), max_size=2))


def _facts(world, steps):
    wh, facts = 1000.0, []
    for seq_no, step in enumerate(steps):
        wh += step or 0
        register = None if step is None else wh
        if seq_no == 0:
            facts.append(world.started(seq_no, seq_no, wh=register))
        elif seq_no == len(steps) - 1:
            facts.append(world.ended(seq_no, seq_no, wh=register))
        else:
            facts.append(world.updated(seq_no, seq_no, wh=register))
    return facts


@settings(deadline=None, max_examples=300)
@given(sessions())
def test_any_order_and_repetition_of_events_gives_the_same_row_and_each_event_once(make_world, drawn) -> None:
    steps, order, reconnects = drawn
    straight, mixed = make_world(), make_world()
    for fact in _facts(straight, steps):
        straight.tell(fact)
    facts = _facts(mixed, steps)
    for position, index in enumerate(order):
        if position in reconnects:
            mixed.reconnect()
        mixed.tell(facts[index])
    assert final(mixed.row) == final(straight.row)
    assert sorted(seq for _, seq in mixed.events) == list(range(len(steps)))
    assert len(mixed.readings) == len(straight.readings)
    assert mixed.row.events == len(steps)


def test_an_update_costs_a_few_function_calls_not_a_copy_of_the_world(world) -> None:
    """The hot path makes one snapshot, one event, one reading and one happening, whatever the session's length."""
    world.tell(world.started(0, 0, wh=1000))
    for seq_no in range(1, 500):
        decision = world.tell(world.updated(seq_no, seq_no, wh=1000 + seq_no))
    assert [type(change) for change in decision.changes] == [TransactionPut, EventStored, ReadingStored]
    assert world.lookups == 1
