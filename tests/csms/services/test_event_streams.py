"""A stream is taken unless its monitor is gone, and its values say what the variable is."""

import pytest

from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.monitoring import EventStream, Monitor, MonitoringChoice, StreamAdjustment, StreamedValue
from busbar.csms.services import commands, event_streams
from busbar.csms.services.conclusions import conclude
from busbar.model.monitoring import (
    AdjustStream,
    GetStreams,
    OpenStream,
    StreamAnswer,
    StreamClosed,
    StreamNotified,
    StreamOpened,
    StreamRate,
    StreamsHeld,
    StreamValue,
)
from busbar.model.orders import Outcome
from busbar.model.versions import Version

OPENED = StreamOpened(id=1, monitor_id=12, rate=StreamRate(interval_s=60))


@pytest.fixture
def world(make_world):
    return make_world(Version.V21)


def know_monitor(world, origin: str = "CustomMonitor") -> None:
    world.rows[Monitor] = [
        Monitor(
            station_id=7,
            id=12,
            path="p",
            component="EVSE",
            component_instance=None,
            variable="Power",
            variable_instance=None,
            evse=1,
            connector=None,
            kind="Periodic",
            value=1,
            severity=8,
            transaction=False,
            origin=origin,
            known_at=world.at(0),
        )
    ]


def concluded(world, order, outcome):
    command = commands.make("c", 7, "x", b"{}", at=world.T0, ttl_s=60)
    conclusion = conclude(order, command, outcome, world.view, world.at(5))
    world.store(conclusion.changes)


def notified(world, *minutes: float, pending: int = 0) -> StreamNotified:
    values = [StreamValue(world.at(minute), str(minute)) for minute in minutes]
    return StreamNotified(id=1, pending=pending, values=values)


def stream(world) -> EventStream:
    (row,) = world.all(EventStream)
    return row


def test_a_stream_of_a_known_monitor_is_taken__N11_FR_06(world) -> None:
    know_monitor(world)
    assert world.tell(OPENED).answer == StreamAnswer(status="Accepted")
    assert (stream(world).open, stream(world).path, stream(world).interval_s) == (True, "p", 60)


def test_values_of_a_monitor_that_is_not_reported_yet_find_it_when_it_is__N11_FR_03(world) -> None:
    assert world.tell(OPENED).answer == StreamAnswer(status="Accepted")
    world.tell(notified(world, 1))
    assert (stream(world).open, stream(world).path) == (True, None)
    assert not world.all(ModelValue)
    know_monitor(world, "HardWiredMonitor")
    world.tell(notified(world, 2))
    assert stream(world).path == "p"
    assert [(row.path, row.value) for row in world.all(ModelValue)] == [("p", "2")]
    assert {row.monitor_id for row in world.all(StreamedValue)} == {12}


def test_a_stream_of_a_monitor_that_a_new_base_took_away_is_refused__N11_FR_05(world) -> None:
    know_monitor(world)
    world.rows[MonitoringChoice] = [MonitoringChoice(station_id=7, name="base", value="HardWiredOnly", at=world.at(1))]
    assert world.tell(OPENED).answer == StreamAnswer(status="Rejected")


def test_the_newest_value_of_a_stream_is_what_the_variable_is__N15_FR_03(world) -> None:
    know_monitor(world)
    world.tell(OPENED)
    world.tell(notified(world, 3, 2))
    world.tell(notified(world, 1))
    assert [row.value for row in world.all(StreamedValue)] == ["3", "2", "1"]
    assert {row.monitor_id for row in world.all(StreamedValue)} == {12}
    assert [(row.value, row.at) for row in world.all(ModelValue)] == [("3", world.at(3))]


def test_values_of_an_unknown_stream_are_kept(world) -> None:
    world.tell(notified(world, 1))
    (row,) = world.all(StreamedValue)
    assert (row.stream_id, row.monitor_id) == (1, None)
    assert not world.all(ModelValue)


def test_a_station_that_falls_behind_is_seen__N15_FR_05(world) -> None:
    know_monitor(world)
    world.tell(OPENED)
    for pending in (3, 5, 9):
        world.tell(notified(world, pending, pending=pending))
    assert (stream(world).pending, stream(world).growing) == (9, 3)
    world.tell(notified(world, 10, pending=2))
    assert stream(world).growing == 0


def test_a_closed_stream_is_not_open__N13_FR_02(world) -> None:
    know_monitor(world)
    world.tell(OPENED)
    world.tell(StreamClosed(id=1))
    assert (stream(world).open, stream(world).closed_at) == (False, world.at(600))
    assert not world.tell(StreamClosed(id=2)).changes


def test_a_rate_that_was_taken_is_remembered_and_leaves_the_other_half__N14(world) -> None:
    know_monitor(world)
    world.tell(OPENED, world.at(1))
    concluded(world, AdjustStream(id=1, rate=StreamRate(values=9)), Outcome(status="Rejected"))
    concluded(world, AdjustStream(id=1, rate=StreamRate(values=9)), None)
    assert not world.all(StreamAdjustment)
    assert event_streams.rate(stream(world), None) == StreamRate(interval_s=60)
    concluded(world, AdjustStream(id=1, rate=StreamRate(values=9)), Outcome(status="Accepted"))
    (adjustment,) = world.all(StreamAdjustment)
    assert event_streams.rate(stream(world), adjustment) == StreamRate(interval_s=60, values=9)
    world.tell(OPENED, world.at(9))
    assert event_streams.rate(stream(world), adjustment) == StreamRate(interval_s=60)


def test_streams_that_a_station_says_are_open_are_known__N12(world) -> None:
    held = StreamsHeld(status="Accepted", streams=[OpenStream(id=4, monitor_id=12, rate=StreamRate(values=2))])
    concluded(world, GetStreams(), None)
    concluded(world, GetStreams(), held)
    assert (stream(world).id, stream(world).open, stream(world).values) == (4, True, 2)
