"""What all blocks are plugged into: the configuration, the hour, the effects and the values to keep of one event.

It must not know what any block does.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from busbar.protocol.versions import RULES
from busbar.station.config import StationConfig
from busbar.station.effects import Do, Drop, Effect, Keep, SetTimer
from busbar.station.work import Work

T = TypeVar("T")


class Board:
    """Collects what one event leads to.

    Attributes:
        now: the event's time, aware UTC.
        size: of the message that the event came with, in bytes; 0 where it came otherwise.
    """

    def __init__(self, config: StationConfig, saved: Mapping[str, bytes]) -> None:
        self.config = config
        self.rules = RULES[config.version]
        self.now = datetime.fromtimestamp(0, UTC)
        self.size = 0
        self._saved = saved
        self._effects: list[Effect] = []
        self._values: dict[str, bytes | None] = {}
        self._works: dict[int, Callable[[Any], None]] = {}
        self._work = 0

    def saved(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Give what was kept under keys that begin with `prefix`, in the order of the keys."""
        return ((key, self._saved[key]) for key in sorted(self._saved) if key.startswith(prefix))

    def load(self, key: str, kind: type[T], otherwise: T) -> T:
        """Read a kept value; `otherwise` where there is none."""
        raw = self._saved.get(key)
        return otherwise if raw is None else msgspec.json.decode(raw, type=kind)

    def keep(self, key: str, value: object) -> None:
        """Let a value survive the loss of power, in one step with all else that this event keeps."""
        self._values[key] = msgspec.json.encode(value)

    def forget(self, key: str) -> None:
        """Let a kept value go."""
        self._values[key] = None

    def do(self, effect: Effect) -> None:
        """Add an effect."""
        self._effects.append(effect)

    def set_timer(self, name: str, after_s: float) -> None:
        """Set a timer that runs out so many seconds from now."""
        self.do(SetTimer(name, self.now + timedelta(seconds=after_s)))

    def begin(self, work: Work, done: Callable[[Any], None]) -> int:
        """Have work done outside; `done` hears the result or a Failed. Returns the number by which it is dropped."""
        self._work += 1
        self._works[self._work] = done
        self.do(Do(self._work, work))
        return self._work

    def drop(self, number: int) -> None:
        """Let work go that is not wanted any more."""
        if self._works.pop(number, None) is not None:
            self.do(Drop(number))

    def done(self, number: int, result: object) -> None:
        """Tell who waited for work; of what was begun before a restart nobody hears."""
        waiting = self._works.pop(number, None)
        if waiting is not None:
            waiting(result)

    def progressed(self, number: int, result: object) -> None:
        """Tell who waits for work what came of it so far."""
        waiting = self._works.get(number)
        if waiting is not None:
            waiting(result)

    def take(self) -> list[Effect]:
        """Give the event's effects, what is to be kept first, and begin anew."""
        effects, values = self._effects, self._values
        self._effects, self._values = [], {}
        return [Keep(values), *effects] if values else effects
