"""All variables of a station and the ways to find one: by our name, by 1.6 key, by place in the device model."""

from collections.abc import Iterable, Mapping
from typing import Final

from busbar.protocol.versions import Rules
from busbar.station.blocks.device.controllers import CONTROLLERS
from busbar.station.blocks.device.features import FEATURES
from busbar.station.blocks.device.hardware import HARDWARE
from busbar.station.blocks.device.variable import Place, Variable

TABLE: Final[tuple[Variable, ...]] = (*CONTROLLERS, *HARDWARE, *FEATURES)
BY_NAME: Final[Mapping[str, Variable]] = {row.name: row for row in TABLE}


def folded(place: Place) -> Place:
    """Return a place as compared: names are case-insensitive (2.x ComponentType, VariableType)."""
    component, variable, instance = place
    return component.casefold(), variable.casefold(), instance.casefold() if instance else None


class Catalogue:
    """What stations of one version and with the same features have. Shared by all of them.

    Attributes:
        rows: the variables, in the order of reports.
        keys: by 1.6 key (case-insensitive, CiString §7), empty in 2.x.
        places: by component, variable and instance, all folded; empty in 1.6.
        components: the components, folded.
    """

    __slots__ = ("components", "keys", "places", "rows")

    def __init__(self, rules: Rules, features: frozenset[str]) -> None:
        rows = [row for row in TABLE if row.feature is None or row.feature in features]
        if rules.device_model:
            self.rows = tuple(row for row in rows if row.place and row.newer in (None, rules.newer_model))
        else:
            self.rows = tuple(row for row in rows if row.key)
        self.keys = {row.key.casefold(): row for row in self.rows if row.key and not rules.device_model}
        self.places = {folded(row.place): row for row in self.rows if row.place and rules.device_model}
        self.components = _grouped(self.rows) if rules.device_model else {}


def _grouped(rows: Iterable[Variable]) -> dict[str, tuple[Variable, ...]]:
    found: dict[str, list[Variable]] = {}
    for row in rows:
        if row.place:
            found.setdefault(row.place[0].casefold(), []).append(row)
    return {component: tuple(group) for component, group in found.items()}


_CATALOGUES: Final[dict[tuple[str, frozenset[str]], Catalogue]] = {}


def catalogue(rules: Rules, features: frozenset[str]) -> Catalogue:
    """Return the catalogue of a version and of features; made once."""
    key = (rules.subprotocol, features)
    found = _CATALOGUES.get(key)
    if found is None:
        found = _CATALOGUES[key] = Catalogue(rules, features)
    return found
