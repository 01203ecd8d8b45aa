"""Shorthand for declarations: each makes a variable of a common kind.

It must not know which variables there are.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from busbar.station.blocks.device.variable import Place, Scope, Variable

MEASURANDS: Final = (
    "Energy.Active.Import.Register",
    "Energy.Active.Export.Register",
    "Power.Active.Import",
    "Power.Active.Export",
    "Current.Import",
    "Current.Offered",
    "Power.Offered",
    "Voltage",
    "SoC",
    "Temperature",
    "Frequency",
)


def number(name: str, place: Place | None, default: int, low: int, high: int, unit: str | None = None) -> Variable:
    """Declare a whole number that is a 1.6 key, too."""
    return Variable(name, name, place, str(default), low, high, unit=unit)


def flag(name: str, component: str, variable: str, default: bool) -> Variable:
    """Declare a boolean that is a 1.6 key, too."""
    return Variable(name, name, (component, variable, None), "true" if default else "false")


def newest(name: str, place: Place, default: int, low: int, high: int, unit: str) -> Variable:
    """Declare a whole number that only 2.x has."""
    return Variable(name, None, place, str(default), low, high, unit=unit)


def fact(name: str, place: Place, default: str, kind: str = "", **more: Any) -> Variable:
    """Declare what 2.x can only read."""
    return Variable(name, None, place, default, writable=False, kind=kind, **more)


def measurands(name: str, key: str | None, component: str, variable: str, default: str) -> Variable:
    """Declare a list of measurands."""
    return Variable(name, key, (component, variable, None), default, members=MEASURANDS)


def limit(variable: str, message: str, value: int) -> Variable:
    """Declare how large a message may be."""
    place = ("DeviceDataCtrlr", variable, message)
    return fact(f"{variable}{message}", place, str(value), "integer", constant=True, monitored=False)


def there(component: str, feature: str, *, switch: str | None = None, key: str | None = None) -> Iterator[Variable]:
    """Declare Available and Enabled of a controller; `switch` is the name of a setting that turns it off."""
    yield fact(f"{component}.Available", (component, "Available", None), "true", constant=True, feature=feature)
    if switch is None:
        yield fact(f"{component}.Enabled", (component, "Enabled", None), "true", feature=feature)
    else:
        yield Variable(switch, key, (component, "Enabled", None), "true", feature=feature)


def bound(
    name: str, place: Place | None, value: int, feature: str, key: str | None = None, *, newer: bool | None = None
) -> Variable:
    """Declare a limit of a feature that never changes."""
    found = Variable(name, key, place, str(value), 0, 1_000_000, feature=feature, newer=newer)
    return replace(found, writable=False, constant=True)


def options(name: str, place: Place, default: str, feature: str, *members: str, newer: bool | None = None) -> Variable:
    """Declare a list of what a feature can do."""
    found = members or tuple(default.split(","))
    return fact(name, place, default, "MemberList", members=found, newer=newer, feature=feature)


def message(name: str, variable: str, *, newer: bool, instance: str | None) -> Variable:
    """Declare a text for drivers about costs."""
    place = ("TariffCostCtrlr", variable, instance)
    return Variable(name, None, place, "", 0, 255, kind="string", newer=newer, feature="Cost")


def live(scope: Scope, component: str, variable: str, default: str, kind: str = "", **more: Any) -> Variable:
    """Declare what is read of one component or of each of its kind."""
    return fact(f"{component}.{variable}", (component, variable, None), default, kind, scope=scope, **more)


def rating(variable: str, unit: str | None, default: str = "0") -> Variable:
    """Declare a rating of a DC station's inverter (2.1 R01)."""
    more = {"unit": unit, "constant": True, "newer": True, "feature": "DcDer"}
    return live(Scope.EVSE, "DCDERCtrlr", variable, default, "decimal", **more)


def inverter(variable: str) -> Variable:
    """Declare what a DC station's inverter is (2.1 R01)."""
    return live(Scope.EVSE, "DCDERCtrlr", f"Inverter{variable}", "", constant=True, newer=True, feature="DcDer")


def slot(variable: str, default: str = "", **more: Any) -> Variable:
    """Declare a part of a network profile, for every slot (2.1)."""
    place = ("NetworkConfiguration", variable, None)
    return Variable(
        f"Network.{variable}",
        None,
        place,
        default,
        scope=Scope.SLOT,
        newer=True,
        monitored=False,
        **more,
    )
