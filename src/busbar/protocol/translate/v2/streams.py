"""2.1's periodic event streams ↔ neutral; `wire` is the version's module of types."""

import math
from datetime import UTC, timedelta
from typing import Any

from msgspec import UNSET

from busbar.model.facts import Acknowledged
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
from busbar.protocol.translate.errors import improper, unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.monitoring import read_rate, write_rate
from busbar.protocol.translate.v2.words import status_writer
from busbar.protocol.wire.shapes import Payload


def part_21(wire: Any) -> Part:
    """Return what 2.1 has."""
    streams = Streams(wire)
    closed = wire.ClosePeriodicEventStreamResponse()
    return Part(
        reports={
            "ClosePeriodicEventStream": Report(
                lambda sent: StreamClosed(id=sent.id), lambda _: closed, lambda _: Acknowledged()
            ),
            "NotifyPeriodicEventStream": Report(_read_values, _never_answered),
            "OpenPeriodicEventStream": Report(_read_opened, streams.write_answer, _read_answer),
        },
        facts={
            StreamClosed: lambda fact: (
                "ClosePeriodicEventStream",
                wire.ClosePeriodicEventStreamRequest(id=fact.id),
            ),
            StreamNotified: streams.write_values,
            StreamOpened: streams.write_opened,
        },
        calls={
            "AdjustPeriodicEventStream": Call(
                lambda sent: AdjustStream(id=sent.id, rate=read_rate(sent.params)),
                read_status,
                status_writer(wire, wire.AdjustPeriodicEventStreamResponse, wire.GenericStatusEnumType),
            ),
            "GetPeriodicEventStream": Call(lambda _: GetStreams(), _read_held, streams.write_held),
        },
        orders={
            AdjustStream: streams.write_adjust,
            GetStreams: lambda _: ("GetPeriodicEventStream", wire.GetPeriodicEventStreamRequest()),
        },
    )


class Streams:
    """Writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def write_answer(self, answer: StreamAnswer) -> Any:
        status = word(self._wire.GenericStatusEnumType, answer.status)
        return self._wire.OpenPeriodicEventStreamResponse(status=status)

    def write_adjust(self, order: AdjustStream) -> Written:
        params = write_rate(self._wire, order.rate)
        return "AdjustPeriodicEventStream", self._wire.AdjustPeriodicEventStreamRequest(id=order.id, params=params)

    def write_opened(self, fact: StreamOpened) -> Written:
        return "OpenPeriodicEventStream", self._wire.OpenPeriodicEventStreamRequest(
            constant_stream_data=self._stream(fact.id, fact.monitor_id, fact.rate)
        )

    def write_values(self, fact: StreamNotified) -> Written:
        """Write values with their times as seconds after the first (N15.FR.09). Raises Untranslatable for none."""
        if not fact.values:
            raise improper("a stream sends values")
        base = fact.values[0].at
        elements = [
            self._wire.StreamDataElementType(t=(value.at - base).total_seconds(), v=value.value)
            for value in fact.values
        ]
        return "NotifyPeriodicEventStream", self._wire.NotifyPeriodicEventStreamRequest(
            id=fact.id, pending=fact.pending, basetime=base, data=elements
        )

    def write_held(self, outcome: Any) -> Any:
        streams = [self._stream(one.id, one.monitor_id, one.rate) for one in outcome.streams]
        return self._wire.GetPeriodicEventStreamResponse(constant_stream_data=streams or UNSET)

    def _stream(self, number: int, monitor_id: int, rate: StreamRate) -> Any:
        params = write_rate(self._wire, rate)
        return self._wire.ConstantStreamDataType(id=number, params=params, variable_monitoring_id=monitor_id)


def _never_answered(_answer: Any) -> Payload:
    raise unsupported("this is never answered")


def _read_answer(sent: Any) -> StreamAnswer:
    return StreamAnswer(status=sent.status.value)


def _read_opened(sent: Any) -> StreamOpened:
    data = sent.constant_stream_data
    return StreamOpened(id=data.id, monitor_id=data.variable_monitoring_id, rate=read_rate(data.params))


def _read_values(sent: Any) -> StreamNotified:
    """Read values with their times, sent as seconds after one time. Raises Untranslatable off the calendar."""
    began = sent.basetime.astimezone(UTC)
    try:
        values = [StreamValue(began + timedelta(seconds=_finite(item.t)), item.v) for item in sent.data]
    except OverflowError:
        raise improper("a time beyond the calendar") from None
    return StreamNotified(id=sent.id, pending=sent.pending, values=values)


def _finite(seconds: float) -> float:
    if not math.isfinite(seconds):
        raise improper("a time beyond the calendar")
    return seconds


def _read_held(_request: Any, sent: Any) -> StreamsHeld:
    streams = [
        OpenStream(id=item.id, monitor_id=item.variable_monitoring_id, rate=read_rate(item.params))
        for item in sent.constant_stream_data or []
    ]
    return StreamsHeld(status="Accepted", streams=streams)
