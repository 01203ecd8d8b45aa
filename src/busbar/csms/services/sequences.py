"""Sequence numbers of a transaction as ranges: a day of events is one pair of numbers. Knows no transaction."""

from bisect import bisect_right
from collections.abc import Iterable

RANGES_LIMIT = 256


class Sequences:
    """A set of numbers, small while it has few gaps.

    Beyond `limit` ranges the lowest is forgotten. Its numbers then count as new, and the store's unique key
    keeps their events once.
    """

    __slots__ = ("_limit", "_ranges")

    def __init__(self, numbers: Iterable[int] = (), *, limit: int = RANGES_LIMIT) -> None:
        self._limit = limit
        self._ranges: list[list[int]] = []
        for number in sorted(numbers):
            self.add(number)

    def __contains__(self, number: int) -> bool:
        index = bisect_right(self._ranges, number, key=lambda pair: pair[0])
        return index > 0 and number <= self._ranges[index - 1][1]

    @property
    def last(self) -> int | None:
        """The highest number, None where there is none."""
        return self._ranges[-1][1] if self._ranges else None

    @property
    def unbroken(self) -> bool:
        """Whether no number is missing between the lowest and the highest."""
        return len(self._ranges) <= 1

    def add(self, number: int) -> bool:
        """Add a number; return whether it is new."""
        ranges = self._ranges
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
            return True
        if number in self:
            return False
        index = bisect_right(ranges, number, key=lambda pair: pair[0])
        before = index > 0 and ranges[index - 1][1] == number - 1
        after = index < len(ranges) and ranges[index][0] == number + 1
        if before and after:
            ranges[index - 1][1] = ranges.pop(index)[1]
        elif before:
            ranges[index - 1][1] = number
        elif after:
            ranges[index][0] = number
        else:
            ranges.insert(index, [number, number])
            if len(ranges) > self._limit:
                del ranges[0]
        return True
