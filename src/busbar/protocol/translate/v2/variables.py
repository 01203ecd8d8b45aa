"""2.x variables of the device model, by component, variable and attribute ↔ neutral names, and their results."""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import UNSET

from busbar.model.device import Selection
from busbar.model.orders import Outcome, VariableName, VariableResult
from busbar.model.values import Place
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.v2.words import evse, read_place

_ACTUAL: Final = "Actual"  # what a missing attributeType means (B05.FR.12, B06.FR.11)
_DONE: Final = ("Accepted", "RebootRequired")


def read_name(item: Any) -> VariableName:
    """Read the name in a variable's data or result."""
    return read_located(item, item.attribute_type.value if item.attribute_type else _ACTUAL)


def read_located(item: Any, attribute: str = _ACTUAL) -> VariableName:
    """Read the component and the variable that something is about."""
    component, variable = item.component, item.variable
    where = read_place(component.evse)
    return VariableName(
        variable=variable.name,
        component=component.name,
        variable_instance=variable.instance or None,
        component_instance=component.instance or None,
        evse=where.evse,
        connector=where.connector,
        attribute=attribute,
    )


def located(wire: Any, name: VariableName) -> dict[str, Any]:
    """Write a name without its attribute. Raises Untranslatable."""
    return {
        "component": _component(wire, name),
        "variable": wire.VariableType(name=name.variable, instance=name.variable_instance or UNSET),
    }


def selected(wire: Any, selection: Selection) -> Any:
    """Write what a report is limited to (ComponentVariableType)."""
    variable: Any = UNSET
    if selection.variable is not None:
        variable = wire.VariableType(name=selection.variable, instance=selection.variable_instance or UNSET)
    return wire.ComponentVariableType(component=_component(wire, selection), variable=variable)


def read_selected(item: Any) -> Selection:
    """Read what a report is limited to."""
    component, variable, where = item.component, item.variable, read_place(item.component.evse)
    return Selection(
        component=component.name,
        variable=variable.name if variable else None,
        variable_instance=(variable.instance or None) if variable else None,
        component_instance=component.instance or None,
        evse=where.evse,
        connector=where.connector,
    )


def _component(wire: Any, name: VariableName | Selection) -> Any:
    return wire.ComponentType(
        evse=evse(wire, Place(name.evse, name.connector)),
        name=required(name.component, "component"),
        instance=name.component_instance or UNSET,
    )


def address(wire: Any, name: VariableName) -> dict[str, Any]:
    """Write a name as the fields that the data and results of variables share. Raises Untranslatable.

    The attribute is always told: a result has to, even where its request did not (B05.FR.12, B06.FR.11).
    """
    return {**located(wire, name), "attribute_type": word(wire.AttributeEnumType, name.attribute)}


def read_results(asked: Iterable[Any], said: Iterable[Any]) -> Outcome:
    """Read one result per variable, by the names that we asked with where a station changed their case."""
    names = {_folded(name): name for name in map(read_name, asked)}
    results = []
    for item in said:
        name, value = read_name(item), getattr(item, "attribute_value", UNSET)
        info = item.attribute_status_info
        results.append(
            VariableResult(
                name=names.get(_folded(name), name),
                status=item.attribute_status.value,
                value=None if value is UNSET else value,
                reason=info.reason_code if info else None,
            )
        )
    return Outcome(status=overall(results), variables=results)


def overall(results: Iterable[VariableResult]) -> str:
    """Sum up: the first refusal, else whether a reboot is needed."""
    statuses = [result.status for result in results]
    refused = next((status for status in statuses if status not in _DONE), None)
    return refused or ("RebootRequired" if "RebootRequired" in statuses else "Accepted")


def _folded(name: VariableName) -> tuple[object, ...]:
    """Return a name as compared: identifiers are case-insensitive (part 2, identifierString)."""
    texts = (name.component, name.component_instance, name.variable, name.variable_instance)
    return (*(text and text.casefold() for text in texts), name.evse, name.connector, name.attribute)
