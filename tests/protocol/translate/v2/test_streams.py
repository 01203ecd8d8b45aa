"""A stream of events is read with its times, answered with a status, and never where it only sends."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.model.facts import Acknowledged, Fact
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
from busbar.model.orders import Order
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

SPEAKER = translator(Version.V21)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def fact_of(action: str, raw: bytes) -> object:
    return SPEAKER.to_fact(action, codec.decode_request(Version.V21, action, raw))


def test_a_stream_is_opened_and_closed() -> None:
    opened = b'{"constantStreamData":{"id":1,"variableMonitoringId":9,"params":{"interval":0,"values":3}}}'
    rate = StreamRate(interval_s=0, values=3)
    assert fact_of("OpenPeriodicEventStream", opened) == StreamOpened(id=1, monitor_id=9, rate=rate)
    assert fact_of("ClosePeriodicEventStream", b'{"id":1}') == StreamClosed(id=1)


def test_the_times_of_values_are_seconds_after_the_base() -> None:
    raw = b'{"id":1,"pending":4,"basetime":"2026-01-02T03:04:05Z","data":[{"t":0,"v":"a"},{"t":-1.5,"v":"b"}]}'
    values = [StreamValue(AT, "a"), StreamValue(AT - timedelta(seconds=1.5), "b")]
    assert fact_of("NotifyPeriodicEventStream", raw) == StreamNotified(id=1, pending=4, values=values)


@pytest.mark.parametrize("seconds", [b"1e300", b"-1e12"])
def test_a_time_beyond_the_calendar_is_refused(seconds: bytes) -> None:
    raw = b'{"id":1,"pending":4,"basetime":"2026-01-02T03:04:05Z","data":[{"t":%s,"v":"a"}]}' % seconds
    with pytest.raises(Untranslatable):
        fact_of("NotifyPeriodicEventStream", raw)


def test_values_are_never_answered__N15_FR_02() -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_answer("NotifyPeriodicEventStream", Acknowledged())


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
def test_an_opening_is_answered_with_a_status(status: str) -> None:
    payload = SPEAKER.from_answer("OpenPeriodicEventStream", StreamAnswer(status=status))
    assert codec.encode(payload) == b'{"status":"%s"}' % status.encode()


@pytest.mark.parametrize("order", [AdjustStream(id=1, rate=StreamRate(values=5)), GetStreams()])
def test_an_order_comes_out_as_it_was_written(order: Order) -> None:
    action, payload = SPEAKER.from_order(order)
    assert SPEAKER.to_order(action, codec.decode_request(Version.V21, action, codec.encode(payload))) == order
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_order(order)


def test_a_stream_cannot_be_adjusted_to_nothing() -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(AdjustStream(id=1, rate=StreamRate()))


@pytest.mark.parametrize(
    ("raw", "streams"),
    [
        (b"{}", []),
        (
            b'{"constantStreamData":[{"id":1,"variableMonitoringId":9,"params":{"interval":60}}]}',
            [OpenStream(id=1, monitor_id=9, rate=StreamRate(interval_s=60))],
        ),
    ],
)
def test_the_streams_that_are_open_are_read(raw: bytes, streams: list[OpenStream]) -> None:
    action, request = SPEAKER.from_order(GetStreams())
    outcome = SPEAKER.to_outcome(action, request, codec.decode_response(Version.V21, action, raw))
    assert outcome == StreamsHeld(status="Accepted", streams=streams)


@pytest.mark.parametrize(
    "fact",
    [
        StreamOpened(id=1, monitor_id=7, rate=StreamRate(interval_s=5, values=10)),
        StreamClosed(id=1),
        StreamNotified(id=1, pending=2, values=[StreamValue(AT, "1"), StreamValue(AT + timedelta(seconds=2.5), "2")]),
    ],
)
def test_a_fact_of_a_station_comes_out_as_it_was_written__N15_FR_09(fact: Fact) -> None:
    action, payload = translator(Version.V21).from_fact(fact)
    assert fact_of(action, codec.encode(payload)) == fact


def test_a_station_cannot_send_no_values() -> None:
    with pytest.raises(Untranslatable):
        translator(Version.V21).from_fact(StreamNotified(id=1, pending=0, values=[]))


@pytest.mark.parametrize("streams", [[], [OpenStream(id=1, monitor_id=7, rate=StreamRate(values=10))]])
def test_a_station_says_which_streams_are_open__N12_FR_01(streams: list[OpenStream]) -> None:
    said = StreamsHeld(status="Accepted", streams=streams)
    payload = translator(Version.V21).from_outcome("GetPeriodicEventStream", said)
    read = codec.decode_response(Version.V21, "GetPeriodicEventStream", codec.encode(payload))
    assert translator(Version.V21).to_outcome("GetPeriodicEventStream", None, read) == said
