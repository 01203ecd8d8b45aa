"""Meter values are stored whole; those of a running session move it."""

import json

from busbar.csms.changes import ReadingStored
from busbar.csms.services.decisions import needs
from busbar.model.facts import Acknowledged, MeterRead, StatusChanged
from busbar.model.values import ConnectorStatus, Place, Reading, Sample


def test_meter_values_outside_a_session_are_readings_of_the_place(world) -> None:
    fact = MeterRead(place=Place(2), readings=[world.reading(500, 1, power_w=10.0, soc_pct=55.0)])
    decision = world.tell(fact)
    assert decision.answer == Acknowledged()
    (row,) = world.readings
    assert (row.transaction, row.evse, row.connector, row.at) == (None, 2, None, world.at(1))
    assert (row.energy_wh, row.power_w, row.soc_pct, row.received_at) == (500, 10, 55, world.at(600))
    assert not decision.happenings


def test_samples_keep_all_that_was_said(world) -> None:
    sample = Sample("Voltage", 231.5, "V", "L1-N", "Inlet", "Sample.Clock", '{"signed": true}')
    world.tell(MeterRead(place=Place(1), readings=[Reading(world.at(0), [sample])]))
    assert json.loads(world.readings[0].samples) == [
        {
            "measurand": "Voltage",
            "value": 231.5,
            "unit": "V",
            "phase": "L1-N",
            "location": "Inlet",
            "context": "Sample.Clock",
            "signed": '{"signed": true}',
        }
    ]


def test_meter_values_move_a_running_session(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    reading = world_16.reading(1250, 10, power_w=7000.0, soc_pct=60.0)
    decision = world_16.tell(MeterRead(place=Place(1, 1), readings=[reading], transaction_id="1"))
    row = world_16.row
    assert (row.energy_wh, row.power_w, row.soc_pct, row.meter_stop_wh) == (250, 7000, 60, 1250)
    assert decision.happenings[0].transaction == row
    assert world_16.readings[0].transaction == row.id


def test_late_meter_values_of_an_ended_session_are_stored_and_change_nothing(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    world_16.tell(world_16.stop_16("1", 30, wh=1800))
    before = world_16.row
    fact = MeterRead(place=Place(1, 1), readings=[world_16.reading(1250, 10)], transaction_id="1")
    decision = world_16.tell(fact)
    assert [type(change) for change in decision.changes] == [ReadingStored]
    assert (world_16.row, world_16.readings[0].transaction) == (before, 1)
    assert world_16.view.transactions["1"] == before


def test_meter_values_of_an_unknown_session_make_one_orphan(world_16) -> None:
    for minutes in (10, 20):
        reading = world_16.reading(1000 + minutes, minutes)
        world_16.tell(MeterRead(place=Place(1, 1), readings=[reading], transaction_id="99"))
        world_16.reconnect()
    assert (world_16.row.flags, world_16.row.energy_wh, world_16.row.events) == ("orphan", None, 2)


def test_transaction_zero_is_no_transaction(world_16) -> None:
    world_16.tell(MeterRead(place=Place(1, 1), readings=[world_16.reading(1, 0)], transaction_id="0"))
    assert not world_16.transactions
    assert world_16.readings[0].transaction is None


def test_a_place_left_out_is_the_sessions(world_16) -> None:
    world_16.tell(world_16.start_16(connector=2))
    world_16.tell(MeterRead(place=Place(), readings=[world_16.reading(1001, 1)], transaction_id="1"))
    assert (world_16.readings[0].evse, world_16.readings[0].connector) == (2, 1)


def test_the_hot_path_asks_for_nothing(world_16) -> None:
    world_16.tell(world_16.start_16())
    tokens = world_16.context.tokens
    assert needs(MeterRead(place=Place(1), readings=[], transaction_id="1"), world_16.view, tokens) == ()
    assert needs(MeterRead(place=Place(1), readings=[]), world_16.view, tokens) == ()


def _unnamed(world, minutes: float, *, evse: int = 1, wh: float = 1250.0) -> None:
    place = Place(evse, 1) if evse else Place(0, 0)
    world.tell(MeterRead(place=place, readings=[world.reading(wh, minutes)]))


def test_values_that_name_no_session_are_of_the_only_one_that_runs_there(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    world_16.tell(world_16.start_16(1, wh=5000, connector=2, token="OTHER"))
    _unnamed(world_16, 10)
    row = world_16.transactions["1"]
    assert (row.energy_wh, row.meter_stop_wh, world_16.readings[0].transaction) == (250, 1250, row.id)
    assert world_16.transactions["2"].energy_wh == 0


def test_values_of_the_main_meter_are_of_no_session(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    _unnamed(world_16, 10, evse=0)
    assert (world_16.readings[0].transaction, world_16.row.energy_wh) == (None, 0)


def test_values_of_a_free_connector_are_of_no_session_whose_stop_was_lost(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    world_16.tell(StatusChanged(place=Place(1, 1), status=ConnectorStatus.AVAILABLE, at=world_16.at(20)))
    _unnamed(world_16, 30)
    _unnamed(world_16, 10)  # queued since before
    assert [reading.transaction for reading in world_16.readings] == [None, 1]


def test_values_from_before_a_session_or_after_it_are_not_its(world_16) -> None:
    world_16.tell(world_16.start_16(5, wh=1000))
    _unnamed(world_16, 1)
    world_16.tell(world_16.stop_16("1", 30, wh=1800))
    _unnamed(world_16, 10)
    _unnamed(world_16, 40)
    assert [reading.transaction for reading in world_16.readings] == [None, 1, None]
    assert world_16.row.energy_wh == 800


def test_values_between_two_that_run_are_of_neither(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    world_16.tell(world_16.start_16(5, wh=1100, token="OTHER"))
    _unnamed(world_16, 10)
    assert world_16.readings[0].transaction is None


def test_a_session_with_unnamed_values_is_still_found_by_a_stop_without_its_number(world_16) -> None:
    world_16.tell(world_16.start_16(wh=1000))
    _unnamed(world_16, 10)
    world_16.tell(world_16.stop_16("-1", 30, wh=1800))
    assert (len(world_16.transactions), world_16.row.energy_wh) == (1, 800)


def test_values_outside_transaction_events_are_of_no_session_in_2_x__J01(world) -> None:
    world.tell(world.started(wh=1000))
    before = len(world.readings)
    _unnamed(world, 10)
    assert world.readings[before].transaction is None
