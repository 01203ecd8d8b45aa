"""How one variable is declared: its names in both worlds, its type and bounds, and what holds for its value.

It must not know which variables there are, nor who needs one.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final, NamedTuple

Place = tuple[str, str, str | None]

TEXT_LIMIT: Final = 1000
_INTEGER: Final = re.compile(r"-?[0-9]{1,10}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")
_LISTS: Final = ("MemberList", "SequenceList")


class Scope(Enum):
    """How often a component is there: once, or for each EVSE, connector, or slot for a network profile."""

    STATION = auto()
    EVSE = auto()
    CONNECTOR = auto()
    SLOT = auto()


class Where(NamedTuple):
    """Which of several components of one name is meant: its instance, and its EVSE and connector."""

    instance: str | None = None
    evse: int | None = None
    connector: int | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable.

    Attributes:
        name: the name in this package: the 1.6 key where there is one.
        key: the 1.6 configuration key, or None.
        place: component, variable, instance of 2.x, or None.
        default: the factory value.
        low, high: bounds of a number; `high` of a text is its greatest length.
        members: what a list may hold, or an option be.
        kind: 2.x's data type; where it is empty, the bounds, the members or the default's spelling tell.
        secret: it can be set, not read (WriteOnly).
        constant: it never changes; `volatile`: it does not outlast a restart.
        monitored: it can be watched (supportsMonitoring).
        newer: True where only 2.1 has it, False where only 2.0.1 has it.
        feature: what the station must be able to do for it to be there, a name of `registry.FEATURES`.
    """

    name: str
    key: str | None
    place: Place | None
    default: str
    low: float | None = None
    high: float | None = None
    members: tuple[str, ...] | frozenset[str] = ()
    writable: bool = True
    kind: str = ""
    unit: str | None = None
    scope: Scope = Scope.STATION
    secret: bool = False
    constant: bool = False
    volatile: bool = False
    monitored: bool = True
    newer: bool | None = None
    feature: str | None = None

    @property
    def data_type(self) -> str:
        """Return the data type in 2.x's words (DataEnumType)."""
        if self.kind:
            return self.kind
        if self.low is not None:
            return "integer"
        if self.members:
            return "MemberList"
        return "boolean" if self.default in ("true", "false") else "string"

    @property
    def mutability(self) -> str:
        """Return who may do what, in 2.x's words (MutabilityEnumType)."""
        if self.secret:
            return "WriteOnly"
        return "ReadWrite" if self.writable else "ReadOnly"

    def clean(self, value: str) -> str | None:
        """Return a value as it is kept, None where it is not of the type or out of the bounds."""
        kind = self.data_type
        if kind in _LISTS:
            found = split(value)
            good = all(member in self.members for member in found) and len(set(found)) == len(found)
            return ",".join(found) if good else None
        if kind == "boolean":
            lower = value.strip().lower()
            return lower if lower in ("true", "false") else None
        return value if self._fits(kind, value) else None

    def admits(self, value: str) -> bool:
        """Whether a value is of the type and within the bounds."""
        return self.clean(value) is not None

    def is_number(self, value: str) -> bool:
        """Whether the variable is a number, and a value is one, within the bounds or not."""
        patterns = {"integer": _INTEGER, "decimal": _DECIMAL}
        return self.data_type in patterns and patterns[self.data_type].fullmatch(value) is not None

    def _fits(self, kind: str, value: str) -> bool:
        match kind:
            case "integer":
                return _INTEGER.fullmatch(value) is not None and self._within(int(value))
            case "decimal":
                return _DECIMAL.fullmatch(value) is not None and self._within(float(value))
            case "OptionList":
                return value in self.members
            case "dateTime":
                return _is_time(value)
            case _:
                return (self.low or 0) <= len(value) <= (self.high or TEXT_LIMIT)

    def _within(self, value: float) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


def split(value: str) -> list[str]:
    """Return the members of a comma-separated list."""
    return [member for part in value.split(",") if (member := part.strip())]


def _is_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
