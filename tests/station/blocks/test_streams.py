"""A monitor's values go as a stream where the CSMS takes it, many at a time, and all of them before its end."""

from typing import Any

import pytest

from busbar.model.facts import Acknowledged, Answer, Fact
from busbar.model.monitoring import (
    AdjustStream,
    ClearMonitors,
    EventsNotified,
    GetStreams,
    MonitorSetting,
    OpenStream,
    SetMonitors,
    StreamAnswer,
    StreamClosed,
    StreamNotified,
    StreamOpened,
    StreamRate,
)
from busbar.model.orders import VariableName
from busbar.model.versions import Version
from busbar.station import events as ev

POWER = VariableName(component="EVSE", variable="Power", evse=1)


def watch(rate: StreamRate | None, **more: Any) -> SetMonitors:
    monitor = MonitorSetting(name=POWER, kind="Periodic", value=1, severity=5, stream=rate, **more)
    return SetMonitors(monitors=[monitor])


def began(play: Any, status: str = "Accepted", version: Version = Version.V21) -> Any:
    p = play(version)
    answer = p.csms.answer

    def answered(fact: Fact, now: Any) -> Answer | None:
        told = answer(fact, now)
        return StreamAnswer(status=status) if isinstance(fact, StreamOpened) else told or Acknowledged()

    p.csms.answer = answered
    p.go_online()
    return p


def sent(p: Any) -> list[tuple[int, int]]:
    return [(len(fact.values), fact.pending) for fact in p.csms.heard if isinstance(fact, StreamNotified)]


def of(p: Any, kind: type[Fact]) -> list[Any]:
    return [fact for fact in p.csms.heard if isinstance(fact, kind)]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (StreamRate(interval_s=10), [(10, 0), (10, 0)]),
        (StreamRate(values=8), [(8, 0), (8, 0)]),
        (StreamRate(interval_s=10, values=8), [(8, 0), (2, 0), (8, 0), (2, 0)]),
    ],
)
def test_values_are_sent_by_time_and_by_number__N11_FR_02_N15_FR_06_FR_07_FR_08(
    play: Any, rate: StreamRate, expected: list[tuple[int, int]]
) -> None:
    p = began(play)
    p.order(watch(rate))
    assert of(p, StreamOpened) == [StreamOpened(id=1, monitor_id=1, rate=rate)]
    assert p.order(GetStreams()).streams == [OpenStream(id=1, monitor_id=1, rate=rate)]
    p.wait(20.5)
    assert sent(p) == expected
    assert of(p, EventsNotified) == []


def test_events_are_told_one_by_one_where_no_stream_is_taken__N11_FR_07(play: Any) -> None:
    for p in (began(play, "Rejected"), began(play, version=Version.V201)):
        p.order(watch(StreamRate(values=5)))
        p.wait(3)
        assert len(of(p, EventsNotified)) == 3
        assert sent(p) == []


@pytest.mark.parametrize("order", [ClearMonitors(ids=[1]), watch(None, id=1)])
def test_all_values_go_before_the_end__N13_FR_03_FR_05_FR_06(play: Any, order: Any) -> None:
    p = began(play)
    p.order(watch(StreamRate(values=100)))
    p.wait(7)
    p.order(order)
    assert sent(p) == [(7, 0)]
    assert isinstance(p.csms.heard[-1], StreamClosed)
    assert p.order(GetStreams()).streams == []


def test_a_stream_is_adjusted__N14_FR_02_FR_03(play: Any) -> None:
    p = began(play)
    p.order(watch(StreamRate(values=100)))
    for number, rate in ((2, StreamRate(values=5)), (1, StreamRate(interval_s=0)), (1, StreamRate(values=-1))):
        assert p.order(AdjustStream(id=number, rate=rate)).status == "Rejected"
    assert p.order(AdjustStream(id=1, rate=StreamRate(values=3))).status == "Accepted"
    p.wait(6)
    assert [count for count, _ in sent(p)] == [3, 3]


def test_values_wait_for_the_connection_and_say_how_many__N15_FR_04(play: Any) -> None:
    p = began(play)
    p.order(watch(StreamRate(values=3)))
    p.run(ev.Disconnected())
    p.wait(10)
    p.run(ev.Connected())
    p.wait(1)
    assert sent(p)[0] == (3, 8)


def test_a_stream_opens_again_after_a_restart(play: Any) -> None:
    p = began(play)
    p.order(watch(StreamRate(values=3)))
    p.power_cut()
    assert len(of(p, StreamOpened)) == 2
    assert len(p.order(GetStreams()).streams) == 1
