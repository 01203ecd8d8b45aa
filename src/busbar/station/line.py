"""A bad line between station and CSMS: messages that get lost, come late, come twice, or pass each other.

It must not know what the messages say, nor who speaks.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_COPY_AFTER_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How bad the line is, in both directions.

    Attributes:
        silent: nothing arrives, though the connection stands.
        slow_s: how long each message takes; their order stays.
        late: how likely a message is held back, for `late_s` more, and passed by others (0 to 1).
        twice: how likely a message arrives twice (0 to 1).
    """

    silent: bool = False
    slow_s: float = 0.0
    late: float = 0.0
    late_s: float = 0.0
    twice: float = 0.0


class Line:
    """The line of one station.

    Args:
        chance: gives random numbers from 0 to 1.
    """

    __slots__ = ("_chance", "_due", "_loop", "weather")

    def __init__(self, weather: Weather, chance: Callable[[], float]) -> None:
        self.weather = weather
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._due = {True: 0.0, False: 0.0}

    def carry(self, text: bytes, deliver: Callable[[bytes], None], *, outwards: bool) -> None:
        """Bring one message to the other end, as the weather is now. What is under way arrives after the line heals."""
        weather = self.weather
        if weather.silent:
            return
        if weather.late and self._chance() < weather.late:
            self._loop.call_later(weather.slow_s + weather.late_s, deliver, text)
        else:
            self._in_order(text, deliver, weather.slow_s, outwards=outwards)
        if weather.twice and self._chance() < weather.twice:
            self._loop.call_later(weather.slow_s + _COPY_AFTER_S, deliver, text)

    def _in_order(self, text: bytes, deliver: Callable[[bytes], None], slow_s: float, *, outwards: bool) -> None:
        """Let it arrive after all that set out before, also where those had a slower line."""
        now = self._loop.time()
        if not slow_s and self._due[outwards] <= now:
            deliver(text)
            return
        # call_at keeps no order among equal times
        due = self._due[outwards] = max(now + slow_s, self._due[outwards] + 1e-6)
        self._loop.call_at(due, deliver, text)
