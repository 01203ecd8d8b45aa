"""Periodic event streams (2.1 N11 to N15): the values of a monitor that are sent many at a time, and never answered.

It must not know what is watched, nor what a value means.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from busbar.model.facts import Answer
from busbar.model.monitoring import (
    OpenStream,
    StreamAnswer,
    StreamClosed,
    StreamNotified,
    StreamOpened,
    StreamRate,
    StreamValue,
)
from busbar.protocol.errors import ErrorCode
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.monitor import Monitor
from busbar.station.blocks.outbox import Call
from busbar.station.effects import StopTimer

BUFFER: Final = 1000
AT_ONCE: Final = 100


@dataclass(slots=True, kw_only=True)
class Stream:
    """A stream, whose id is its monitor's. `taken`: the CSMS said that it takes it (None: it was not asked yet)."""

    rate: StreamRate
    taken: bool | None = None
    asked: bool = False
    values: deque[StreamValue] = field(default_factory=lambda: deque(maxlen=BUFFER))


class Streams:
    """The streams of one station."""

    __slots__ = ("_board", "_outbox", "_streams")

    def __init__(self, cabinet: Cabinet) -> None:
        self._board, self._outbox = cabinet.board, cabinet.outbox
        self._streams: dict[int, Stream] = {}

    def follow(self, monitor: Monitor) -> None:
        """Let a monitor that was set have the stream it asks for, and none where it asks for none (N13.FR.06)."""
        self.close(monitor.id)
        self.open(monitor)

    def open(self, monitor: Monitor) -> None:
        """Ask the CSMS to take a stream (N11.FR.02); until it does, events are told one by one (N11.FR.07)."""
        if monitor.stream is None or monitor.kind != "Periodic" or not self._board.rules.sends:
            return
        number = monitor.id
        stream = self._streams.setdefault(number, Stream(rate=monitor.stream))
        if stream.taken is not None or stream.asked:
            return

        def answered(answer: Answer) -> None:
            stream.asked = False
            stream.taken = isinstance(answer, StreamAnswer) and answer.status == "Accepted"
            self._time(number, stream)

        def failed(code: ErrorCode | None) -> None:
            stream.asked = False
            stream.taken = None if code is None else False

        stream.asked = True
        fact = StreamOpened(id=number, monitor_id=number, rate=stream.rate)
        self._outbox.say(Call(fact, answered, failed))

    def close(self, number: int) -> None:
        """Send what waits and say that it was all (N13.FR.01, .03)."""
        stream = self._streams.pop(number, None)
        if stream is not None:
            self._board.do(StopTimer(f"monitors/{number}"))
            if stream.taken:
                while stream.values and self._outbox.online:
                    self._send(number, stream, AT_ONCE)
                self._outbox.say(Call(StreamClosed(id=number)))

    def take(self, number: int, value: str) -> bool:
        """Take a value into its stream; False where there is none that is open."""
        stream = self._streams.get(number)
        if stream is None or not stream.taken:
            return False
        stream.values.append(StreamValue(self._board.now, value[:2500]))
        if stream.rate.values and len(stream.values) >= stream.rate.values:  # N15.FR.08
            self._send(number, stream, stream.rate.values)
        return True

    def due(self, number: int) -> None:
        """Send what came in an interval (N15.FR.06, .07)."""
        stream = self._streams.get(number)
        if stream is not None and stream.taken:
            self._send(number, stream, stream.rate.values or AT_ONCE)
            self._time(number, stream)

    def adjust(self, number: int, rate: StreamRate) -> bool:
        """Let other rates hold from now; False where there is no such open stream or no such rate."""
        stream = self._streams.get(number)
        bad = any(one is not None and not 0 <= one <= 1_000_000 for one in (rate.interval_s, rate.values))
        if stream is None or not stream.taken or bad or not (rate.interval_s or rate.values):
            return False
        stream.rate = rate
        self._time(number, stream)
        return True

    def held(self) -> list[OpenStream]:
        """Return the open streams."""
        streams = self._streams.items()
        return [OpenStream(id=number, monitor_id=number, rate=one.rate) for number, one in streams if one.taken]

    def _send(self, number: int, stream: Stream, most: int) -> None:
        if not self._outbox.online:
            return
        values = [stream.values.popleft() for _ in range(min(most, AT_ONCE, len(stream.values)))]
        if values:
            self._outbox.say(Call(StreamNotified(id=number, pending=len(stream.values), values=values)))

    def _time(self, number: int, stream: Stream) -> None:
        if stream.taken and stream.rate.interval_s:
            self._board.set_timer(f"monitors/{number}", stream.rate.interval_s)
        else:
            self._board.do(StopTimer(f"monitors/{number}"))
