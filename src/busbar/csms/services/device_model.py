"""The device model as it is known: taken in from reports, from reading and writing variables, and kept at a reboot.

1.6 configuration keys are variables without a component. Knows no version and no loop.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut
from busbar.csms.happenings import ReportCompleted
from busbar.csms.records.device_model import AttributeForm, ModelValue, ModelVariable, PendingValue
from busbar.csms.records.reports import Subject
from busbar.csms.rows import Command
from busbar.csms.services import plugs, reports
from busbar.csms.services.view import Conclusion, Context, Decision, Need, StationView, Tokens
from busbar.model.device import Characteristics, ModelReported, ReportedVariable
from busbar.model.facts import Acknowledged
from busbar.model.orders import GetVariables, Outcome, SetVariables, VariableName

ACTUAL: Final = "Actual"
_GONE: Final = frozenset({"UnknownComponent", "UnknownVariable"})
_SECRETS: Final = ("password", "authorizationkey", "simpin", "vpnkey", "privatekey")


def path(name: VariableName) -> str:
    """Return where a variable is in the model: equal for names that differ in case only, sorted by component."""
    parts = [name.component or "", name.component_instance or "", name.evse or 0, name.connector or 0]
    return msgspec.json.encode([*parts, name.variable, name.variable_instance or ""]).decode().casefold()


def secret(variable: str) -> bool:
    """Tell whether a variable's value is one that nobody shall read here (A01.FR.12)."""
    folded = variable.casefold()
    return any(word in folded for word in _SECRETS)


def variable_row(
    station_id: int,
    name: VariableName,
    attributes: Sequence[AttributeForm] = (),
    characteristics: Characteristics | None = None,
    reported_at: datetime | None = None,
) -> ModelVariable:
    """Make the row of a variable."""
    return ModelVariable(
        station_id=station_id,
        path=path(name),
        component=name.component,
        component_instance=name.component_instance,
        component_key=(name.component or "").casefold(),
        variable=name.variable,
        variable_instance=name.variable_instance,
        variable_key=name.variable.casefold(),
        evse=name.evse,
        connector=name.connector,
        attributes=list(attributes),
        characteristics=characteristics,
        reported_at=reported_at,
    )


def value_row(
    station_id: int, name: VariableName, value: str | None, at: datetime, source: str, attribute: str | None = None
) -> ModelValue:
    """Make the row of a value; a secret's is left out."""
    return ModelValue(
        station_id=station_id,
        path=path(name),
        attribute=attribute or name.attribute,
        value=None if secret(name.variable) else value,
        at=at,
        source=source,
    )


def reported_needs(fact: ModelReported, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the progress of the report that a part belongs to."""
    need = reports.progress_need(Subject.MODEL, fact.part, view)
    return () if need in view.found else (need,)


def reported(fact: ModelReported, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a part of a report, whichever it is and whoever asked for it (B07, B08)."""
    station = view.station
    changes: list[Change] = []
    for variable in fact.variables:
        changes += _reported(station.id, variable, min(at, fact.part.generated_at), at)
        for item in variable.attributes:
            plugs.note(view.plugs, replace(variable.name, attribute=item.kind), item.value)
    progress = reports.progressed(Subject.MODEL, fact.part, len(fact.variables), view, at)
    changes.append(RowPut(progress))
    told = (
        [ReportCompleted(station=station.identity, at=at, subject=Subject.MODEL, request_id=progress.request_id)]
        if progress.complete
        else []
    )
    return Decision(Acknowledged(), changes, [*told])


def _reported(station_id: int, variable: ReportedVariable, had_at: datetime, at: datetime) -> Iterable[Change]:
    forms = [AttributeForm(item.kind, item.mutability, item.persistent, item.constant) for item in variable.attributes]
    yield RowPut(variable_row(station_id, variable.name, forms, variable.characteristics, at))
    for item in variable.attributes:
        if item.value is not None:  # write-only, or not told: what is known of it stays
            yield RowPut(value_row(station_id, variable.name, item.value, had_at, "report", item.kind))


def read(
    _order: GetVariables, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Take in what a station said of the variables that were read (B06; 1.6 GetConfiguration)."""
    station_id, changes = view.station.id, list[Change]()
    for result in outcome.variables if outcome else ():
        name = result.name
        if result.status in _GONE:
            changes += [RowGone(kind, key) for kind, key in _everything(station_id, name)]
        elif result.status == "Accepted":
            if result.mutable is None:
                changes.append(RowAdded(variable_row(station_id, name)))
            else:
                form = AttributeForm(ACTUAL, "ReadWrite" if result.mutable else "ReadOnly")
                changes.append(RowPut(variable_row(station_id, name, [form], reported_at=at)))
            changes.append(RowPut(value_row(station_id, name, result.value, at, "read")))
            plugs.note(view.plugs, name, result.value)
    return Conclusion(changes)


def _everything(
    station_id: int, name: VariableName
) -> Iterable[tuple[type[ModelValue | ModelVariable], tuple[object, ...]]]:
    where = path(name)
    yield ModelVariable, (station_id, where)
    yield ModelValue, (station_id, where, name.attribute)


def written(
    order: SetVariables, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Take in what became of the variables that were written; what needs a reboot waits for it (B05)."""
    station_id, changes = view.station.id, list[Change]()
    values = {(path(name), name.attribute): value for name, value in order.values}
    for result in outcome.variables if outcome else ():
        name = result.name
        wanted = values.get((path(name), name.attribute))
        if wanted is None:
            continue
        key = (station_id, path(name), name.attribute)
        if result.status == "Accepted":
            changes.append(RowAdded(variable_row(station_id, name)))
            changes.append(RowPut(value_row(station_id, name, wanted, at, "written")))
            changes.append(RowGone(PendingValue, key))
        elif result.status == "RebootRequired":
            value = None if secret(name.variable) else wanted
            changes.append(RowAdded(variable_row(station_id, name)))
            changes.append(
                RowPut(
                    PendingValue(
                        station_id=station_id,
                        path=key[1],
                        attribute=name.attribute,
                        value=value,
                        since=at,
                        command_id=command.id,
                    )
                )
            )
    return Conclusion(changes)


def rebooted(pending: Iterable[PendingValue], at: datetime) -> list[Change]:
    """Let the values that waited for a reboot be those the station uses."""
    changes: list[Change] = []
    for row in pending:
        changes.append(RowGone(PendingValue, (row.station_id, row.path, row.attribute)))
        changes.append(
            RowPut(
                ModelValue(
                    station_id=row.station_id,
                    path=row.path,
                    attribute=row.attribute,
                    value=row.value,
                    at=at,
                    source="reboot",
                )
            )
        )
    return changes
