"""One station's device model as the CSMS sees it: which variables there are, where, and what they are now.

It must not know any message.
"""

from typing import TYPE_CHECKING, Final

from busbar.model.device import Attribute, Characteristics, ReportedVariable
from busbar.model.orders import VariableName
from busbar.station.blocks.device.controllers import SLOTS
from busbar.station.blocks.device.table import folded
from busbar.station.blocks.device.variable import Scope, Variable, Where
from busbar.station.blocks.live import LIMITS, LIVE

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

UNKNOWN_COMPONENT: Final = "UnknownComponent"
UNKNOWN_VARIABLE: Final = "UnknownVariable"
ACTUAL: Final = "Actual"
_STATION: Final = (Where(),)
_SLOTS: Final = tuple(Where(instance=slot) for slot in SLOTS)


class Inventory:
    """A view of one station, made for one question."""

    def __init__(self, fittings: "Fittings") -> None:
        self._fittings = fittings
        self._variables = fittings.cabinet.variables

    @property
    def rows(self) -> tuple[Variable, ...]:
        """Return all variables there are."""
        return self._variables.catalogue.rows

    def wheres(self, row: Variable) -> tuple[Where, ...]:
        """Return where there is a component with this variable."""
        match row.scope:
            case Scope.STATION:
                return _STATION
            case Scope.SLOT:
                return _SLOTS
            case Scope.EVSE:
                return tuple(Where(evse=number) for number in self._fittings.cabinet.evses)
            case Scope.CONNECTOR:
                return tuple(Where(evse=number, connector=1) for number in self._fittings.cabinet.evses)

    def find(self, name: VariableName) -> tuple[Variable, Where] | str:
        """Find a variable by its address, whatever the attribute; UnknownComponent or UnknownVariable where not."""
        catalogue = self._variables.catalogue
        if name.component is None:
            key = catalogue.keys.get(name.variable.casefold())
            return UNKNOWN_VARIABLE if key is None else (key, Where())
        where = Where(name.component_instance or None, name.evse, name.connector)
        there = catalogue.components.get(name.component.casefold(), ())
        if not any(where in self.wheres(row) for row in there):  # B05.FR.04, B06.FR.06, .14, .15
            return UNKNOWN_COMPONENT
        row = catalogue.places.get(folded((name.component, name.variable, name.variable_instance)))
        return UNKNOWN_VARIABLE if row is None or where not in self.wheres(row) else (row, where)

    def value(self, row: Variable, where: Where) -> str:
        """Return the present value, also of one that the CSMS must not read."""
        from busbar.station.blocks import registry  # it knows all blocks, also those that ask here

        if (told := registry.VALUES.get(row.name)) is not None:
            block, read = told
            known = self._fittings.known(block)
            return row.default if known is None else str(read(known, where))
        live = LIVE.get(row.name)
        return self._variables.shown(row.name) if live is None else live(self._fittings, where)

    def name(self, row: Variable, where: Where) -> VariableName:
        """Return the address of a variable."""
        if row.place is None or not self._fittings.cabinet.board.rules.device_model:
            return VariableName(variable=row.key or row.name)
        component, variable, instance = row.place
        return VariableName(
            component=component,
            variable=variable,
            variable_instance=instance,
            component_instance=where.instance,
            evse=where.evse,
            connector=where.connector,
        )

    def high(self, row: Variable) -> float | None:
        """Return the greatest value that a variable has, None where there is none."""
        limit = LIMITS.get(row.name)
        return row.high if limit is None else limit(self._fittings)

    def reported(self, row: Variable, where: Where) -> ReportedVariable:
        """Describe a variable as reports do."""
        attribute = Attribute(
            kind=ACTUAL,
            value=None if row.secret else self.value(row, where),  # B07.FR.03, B08.FR.03
            mutability=row.mutability,
            persistent=not row.volatile,
            constant=row.constant,
        )
        characteristics = Characteristics(
            data_type=row.data_type,
            supports_monitoring=row.monitored,
            unit=row.unit,
            min_limit=row.low,
            max_limit=self.high(row),
            values_list=",".join(row.members) or None,
        )
        return ReportedVariable(name=self.name(row, where), attributes=[attribute], characteristics=characteristics)
