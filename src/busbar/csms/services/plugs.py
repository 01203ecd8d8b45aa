"""What is known of a station's EVSEs and connectors as hardware: their types and phases, as the device model has them.

SupplyPhases is 0 at direct current; where it is not known, the type of a connector mostly tells. Knows no version.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Final

from busbar.model.orders import VariableName
from busbar.model.tariffs import EvseKind

PHASES: Final = "supplyphases"
TYPE: Final = "connectortype"
_COMPONENTS: Final = frozenset({"chargingstation", "evse", "connector"})
_DIRECT: Final = frozenset(
    {"cccs1", "cccs2", "cchaoji", "cg105", "cgbt-dc", "cmcs", "cnacs-ccs1", "cccs1-nacs", "cultrachaoji", "pan"}
)
_ALTERNATING: Final = frozenset(
    {
        *("ctype1", "ctype2", "stype1", "stype2", "stype3", "sbs1361", "scee-7-7"),
        *("s309-1p-16a", "s309-1p-32a", "s309-3p-16a", "s309-3p-32a", "other1phmax16a", "other1phover16a", "other3ph"),
    }
)


@dataclass(frozen=True, slots=True)
class Plug:
    """One connector, EVSE (connector 0) or station (EVSE 0); what is None is not known. `type` is casefolded."""

    type: str | None = None
    phases: int | None = None


Plugs = Mapping[tuple[int, int], Plug]
"""By EVSE and connector."""


def note(plugs: MutableMapping[tuple[int, int], Plug], name: VariableName, value: str | None) -> None:
    """Remember a variable's value, if it tells of hardware."""
    key = name.variable.casefold()
    if key not in (PHASES, TYPE) or (name.component or "").casefold() not in _COMPONENTS or name.attribute != "Actual":
        return
    place = (name.evse or 0, name.connector or 0)
    known = plugs.get(place, Plug())
    if key == TYPE:
        plugs[place] = replace(known, type=value.casefold() if value else None)
    else:
        plugs[place] = replace(known, phases=int(value) if value and value.isdecimal() else None)


def kind(plugs: Plugs, evse: int | None) -> EvseKind | None:
    """Return how an EVSE gives its energy; None where that is not known, or its connectors differ."""
    if evse is None:
        return None
    for places in ([(evse, 0)], [key for key in plugs if key[0] == evse and key[1]], [(0, 0)]):
        found = {_kind(plugs.get(place, Plug())) for place in places}
        known = found - {None}
        if len(known) == 1:
            return known.pop()
        if known:
            return None
    return None


def types(plugs: Plugs, evse: int | None, connector: int | None = None) -> frozenset[str]:
    """Return the types of an EVSE's connectors, or of one, as far as they are known, casefolded."""
    return frozenset(
        plug.type
        for (of, number), plug in plugs.items()
        if of == evse and plug.type is not None and (connector is None or number in (0, connector))
    )


def _kind(plug: Plug) -> EvseKind | None:
    if plug.phases is not None:
        return EvseKind.AC if plug.phases else EvseKind.DC
    if plug.type in _DIRECT:
        return EvseKind.DC
    return EvseKind.AC if plug.type in _ALTERNATING else None
