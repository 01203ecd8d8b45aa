"""Orders too long for one message: sent one after the other, their results together. Knows no order's meaning."""

from collections.abc import Sequence
from dataclasses import replace

from busbar.api import models
from busbar.api.backend import Backend
from busbar.api.commands import Answered, Options, call, check_registration, failure, outcome
from busbar.api.problems import invalid
from busbar.api.variables import variables_of
from busbar.csms.ports import NeverConnected
from busbar.csms.records.device_model import ModelValue
from busbar.csms.rows import Command, CommandState, Station
from busbar.csms.services import batches, network_profiles
from busbar.csms.services.batches import Limits
from busbar.model.orders import Order, VariableName
from busbar.model.versions import Version

ANSWERED = (CommandState.ACCEPTED, CommandState.REJECTED)


class Batch(models.View, kw_only=True):
    """What came of an order in several messages, in their order.

    `complete` is false where the station's word on one is missing: those after it were not sent.
    """

    complete: bool
    commands: list[models.Command]


class VariableBatch(Batch, kw_only=True):
    """What a station said of each variable."""

    variables: list[models.Variable]


async def limits(backend: Backend, station: Station, kind: type[Order]) -> tuple[Limits, Version]:
    """Return what a station takes of an order at a time, and its version. Raises NeverConnected."""
    if station.version is None:
        raise NeverConnected(station.identity)
    paths = batches.limit_paths(kind)
    values = await backend.store.find(ModelValue, station_id=station.id, path=paths, attribute="Actual")
    return batches.limits(kind, values, station.version), station.version


async def check_slots(backend: Backend, station: Station, names: Sequence[VariableName]) -> None:
    """Raise Problem for a variable of a network slot that the station connects by (B09.FR.21)."""
    if any((name.component or "").casefold() == "networkconfiguration" for name in names):
        values = await backend.store.find(ModelValue, station_id=station.id, path=network_profiles.PRIORITY)
        if network_profiles.in_use(names, values):
            raise invalid("variables", "a network configuration that is in use is not set variable by variable")


async def send_all(backend: Backend, station: Station, orders: Sequence[Order], options: Options) -> list[Command]:
    """Send orders, each after the answer to the one before; stop where one is missing.

    Raises Problem where the very first has no answer: then the request as a whole has none.
    """
    check_registration(station)
    key = options.idempotency_key
    if key is not None:
        backend.replays.check(station.id, key, options.fingerprint)
    rows: list[Command] = []
    for number, order in enumerate(orders):
        one_key = key if key is None or number == 0 else f"{key}#{number}"
        row = await call(backend, station, order, replace(options, idempotency_key=one_key))
        rows.append(row)
        if row.state not in ANSWERED:
            break
    if len(rows) == 1 and rows[0].state.final and rows[0].state not in ANSWERED:
        raise failure(models.command(rows[0], station.identity))
    return rows


async def send_merged(backend: Backend, station: Station, orders: Sequence[Order], options: Options) -> Answered:
    """Send orders about variables as if they were one: the last one's answer, with the results of all.

    Raises Problem for a failure.
    """
    sent = commands(station, await send_all(backend, station, orders, options))
    last = sent[-1]
    last.variables = [variable for command in sent for variable in command.variables]
    return outcome(last)


def shown(station: Station, orders: Sequence[Order], rows: Sequence[Command]) -> VariableBatch:
    """Show what came of reading or writing variables."""
    return VariableBatch(
        complete=complete(orders, rows),
        commands=commands(station, rows),
        variables=[variable for row in rows for variable in variables_of(row, station.version)],
    )


def complete(orders: Sequence[Order], rows: Sequence[Command]) -> bool:
    """Tell whether the station answered all of it."""
    return len(rows) == len(orders) and all(row.state in ANSWERED for row in rows)


def commands(station: Station, rows: Sequence[Command]) -> list[models.Command]:
    """Show the commands of a batch."""
    return [models.command(row, station.identity, variables_of(row, station.version)) for row in rows]
