"""Reports of the device model (B07, B08): which variables, in pages, one at a time.

It must not know what a variable is or who tells its value.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.model.device import GetBaseReport, GetReport, ModelReported, ReportPart, Selection
from busbar.model.facts import Answer
from busbar.model.orders import Outcome
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Variable, Where
from busbar.station.blocks.device_model import DeviceModel
from busbar.station.blocks.inventory import Inventory
from busbar.station.blocks.outbox import Call

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

PAGE: Final = 40
AT_ONCE: Final = 4
_TROUBLE: Final = ("Problem", "Tripped", "Overload", "Fallback")
Item = tuple[Variable, Where]


class Reports(Block):
    """Makes reports; a page is made when it is its turn, so that a long report takes no memory while it waits."""

    __slots__ = ("_going",)

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._going = 0

    def base(self, order: GetBaseReport) -> Outcome:
        """Begin a whole report (B07)."""
        inventory = Inventory(self.fittings)
        match order.base:
            case "FullInventory":
                items = list(_all(inventory))
            case "ConfigurationInventory":  # B07.FR.07
                items = [item for item in _all(inventory) if item[0].writable]
            case "SummaryInventory":  # B07.FR.09
                items = [item for item in _all(inventory) if _condition(inventory, *item)]
            case _:
                return Outcome(status="NotSupported")
        return self._begin(order.request_id, items)

    def custom(self, order: GetReport) -> Outcome:
        """Begin a report of some components (B08)."""
        self.fittings.get(DeviceModel).check_size("GetReport", len(order.selections))
        inventory = Inventory(self.fittings)
        items = _all(inventory)
        if order.selections:  # B08.FR.11
            items = (item for item in items if any(selects(one, *item) for one in order.selections))
        if order.criteria:
            criteria = _Criteria(inventory, order.criteria)
            items = (item for item in items if criteria.meets(*item, alone=not order.selections))
        return self._begin(order.request_id, list(items))

    def _begin(self, request_id: int, items: list[Item]) -> Outcome:
        if not items:  # B08.FR.15
            return Outcome(status="EmptyResultSet")
        if self._going >= AT_ONCE:  # B07.FR.13, B08.FR.16
            return Outcome(status="Rejected")
        self._going += 1
        self._send(request_id, 0, items)
        return Outcome(status="Accepted")

    def _send(self, request_id: int, seq_no: int, items: list[Item]) -> None:
        inventory = Inventory(self.fittings)
        start = seq_no * PAGE
        page = [inventory.reported(*item) for item in islice(items, start, start + PAGE)]
        more = len(items) > start + PAGE
        now = self.fittings.cabinet.board.now
        part = ReportPart(request_id=request_id, seq_no=seq_no, more=more, generated_at=now)

        def over(_: object = None) -> None:
            self._going -= 1

        def answered(_: Answer) -> None:
            if more:
                self._send(request_id, seq_no + 1, items)
            else:
                over()

        fact = ModelReported(part=part, variables=page)
        # the CSMS asked for it, so it may go while Pending (B02.FR.02)
        self.fittings.cabinet.outbox.say(Call(fact, answered, over, solicited=True))

    ORDERS: ClassVar = {GetBaseReport: base, GetReport: custom}


def _all(inventory: Inventory) -> Iterator[Item]:
    return ((row, where) for row in inventory.rows for where in inventory.wheres(row))


def _condition(inventory: Inventory, row: Variable, where: Where) -> bool:
    """Whether a variable tells how available a component is, or that something is wrong with it."""
    variable = row.place[1] if row.place else ""
    return variable == "AvailabilityState" or (variable in _TROUBLE and inventory.value(row, where) == "true")


def selects(selection: Selection, row: Variable, where: Where) -> bool:
    """Whether a selection names a variable; what it leaves out stands for all (B08.FR.20 to .25)."""
    if row.place is None:
        return False
    component, variable, instance = row.place
    return (
        component.casefold() == selection.component.casefold()
        and _named(selection.variable, variable)
        and _named(selection.variable_instance, instance)
        and _named(selection.component_instance, where.instance)
        and selection.evse in (None, where.evse)
        and selection.connector in (None, where.connector)
    )


def _named(asked: str | None, found: str | None) -> bool:
    return not asked or (found is not None and asked.casefold() == found.casefold())


class _Criteria:
    """Which components meet at least one of the criteria (B08.FR.07 to .10, .13)."""

    def __init__(self, inventory: Inventory, criteria: Iterable[str]) -> None:
        self._criteria = tuple(criteria)
        self._told = {
            (*row.place, where): inventory.value(row, where)
            for row, where in _all(inventory)
            if row.place and row.place[1] in self._criteria
        }

    def meets(self, row: Variable, where: Where, *, alone: bool) -> bool:
        """Whether an item is reported; `alone`: nothing else was selected, so only the criterion itself is told."""
        if row.place is None:
            return False
        if alone:
            return self._told.get((*row.place, where)) == "true"
        component = row.place[0]
        return any(
            self._told.get((component, criterion, None, where), "false" if criterion == "Problem" else "true") == "true"
            for criterion in self._criteria
        )
