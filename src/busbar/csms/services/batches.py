"""Long orders as several that a station takes: by its limits of items and of bytes in a message. Knows no loop."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from busbar.csms.records.device_model import ModelValue
from busbar.csms.services.device_model import path
from busbar.model.device import GetReport
from busbar.model.monitoring import ClearMonitors, SetMonitors
from busbar.model.orders import GetVariables, Order, SetVariables, VariableName
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.frames import call_frame
from busbar.protocol.translate import TRANSLATORS
from busbar.protocol.versions import RULES

MOST_ITEMS: Final = 100
"""Items in a message where the station has told no limit."""

T = TypeVar("T")
_ANY_ID: Final = "0" * 36
_ITEMS: Final = "ItemsPerMessage"
_BYTES: Final = "BytesPerMessage"
_OWNERS: Final[dict[type[Order], tuple[str, str]]] = {
    GetVariables: ("DeviceDataCtrl", "GetVariables"),
    SetVariables: ("DeviceDataCtrl", "SetVariables"),
    GetReport: ("DeviceDataCtrl", "GetReport"),
    SetMonitors: ("MonitoringCtrl", "SetVariableMonitoring"),
    ClearMonitors: ("MonitoringCtrl", "ClearVariableMonitoring"),
}
_MOST_KEYS: Final = path(VariableName(variable="GetConfigurationMaxKeys"))  # 1.6 §9.1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a station takes in one message; None where it has told none."""

    items: int | None = None
    bytes: int | None = None


def limit_paths(kind: type[Order]) -> tuple[str, ...]:
    """Return where in the device model the limits of an order are."""
    return (*_paths(kind, _ITEMS), *_paths(kind, _BYTES), *((_MOST_KEYS,) if kind is GetVariables else ()))


def _paths(kind: type[Order], variable: str) -> tuple[str, ...]:
    component, instance = _OWNERS[kind]
    names = (component, f"{component}r")  # the specification has both spellings
    return tuple(path(VariableName(variable=variable, component=name, variable_instance=instance)) for name in names)


def limits(kind: type[Order], values: Iterable[ModelValue], version: Version) -> Limits:
    """Return what a station takes of an order at a time (B05.FR.11, B06.FR.05, B08.FR.06, N06.FR.04)."""
    if kind is SetVariables and not RULES[version].device_model:
        return Limits(items=1)
    known = {row.path: row.value for row in values if row.attribute == "Actual"}
    items = [known.get(where) for where in (*_paths(kind, _ITEMS), *((_MOST_KEYS,) if kind is GetVariables else ()))]
    sizes = [known.get(where) for where in _paths(kind, _BYTES)]
    return Limits(items=_least(items), bytes=_least(sizes))


def _least(values: Iterable[str | None]) -> int | None:
    found = [int(value) for value in values if value is not None and value.isdecimal() and len(value) < 10]
    return min((number for number in found if number > 0), default=None)


def split(
    items: Sequence[T],
    limits: Limits,
    *,
    order: Callable[[list[T]], Order],
    version: Version,
    alike: Callable[[T], Hashable] | None = None,
) -> list[list[T]]:
    """Return items in batches that fit, in their order; items that are `alike` never share one (B05.FR.13).

    An item that alone is too large goes alone: the station has the last word.
    """
    most = min(limits.items or MOST_ITEMS, MOST_ITEMS)

    def fits(batch: list[T]) -> bool:
        if alike is not None and any(alike(other) == alike(batch[-1]) for other in batch[:-1]):
            return False
        return len(batch) <= most and (limits.bytes is None or size(order(batch), version) <= limits.bytes)

    batches: list[list[T]] = []
    for item in items:
        if batches and fits([*batches[-1], item]):
            batches[-1].append(item)
        else:
            batches.append([item])
    return batches


def size(order: Order, version: Version) -> int:
    """Return how many bytes an order's message has. Raises Untranslatable."""
    action, payload = TRANSLATORS[version].from_order(order)
    return len(call_frame(_ANY_ID, action, codec.encode(payload)))


def writes(values: Sequence[tuple[VariableName, str]], limits: Limits, version: Version) -> list[SetVariables]:
    """Return the orders that write variables."""

    def order(batch: list[tuple[VariableName, str]]) -> SetVariables:
        return SetVariables(values=batch)

    batches = split(values, limits, order=order, version=version, alike=_named)
    return [order(batch) for batch in batches]


def reads(names: Sequence[VariableName], limits: Limits, version: Version) -> list[GetVariables]:
    """Return the orders that read variables; one that names none is asked for all (1.6)."""

    def order(batch: list[VariableName]) -> GetVariables:
        return GetVariables(names=batch)

    return [order(batch) for batch in split(names, limits, order=order, version=version)] or [order([])]


def _named(value: tuple[VariableName, Any]) -> Hashable:
    return path(value[0]), value[0].attribute
