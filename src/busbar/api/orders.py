"""Routes that tell a station what to do. Knows no version: an order is the same for all."""

from typing import Annotated, Any

import msgspec
from litestar import Router
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import batches
from busbar.api.backend import Here
from busbar.api.charging import start_profile
from busbar.api.charging_models import ChargingProfile
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.queries import INT32, Identity, Number
from busbar.api.remote_starts import check_token, keep_limit
from busbar.api.sessions import transaction_row
from busbar.api.tokens import TokenKind, Value, with_kind
from busbar.csms.services import batches as splitting
from busbar.csms.services.references import id_on_wire
from busbar.model import orders
from busbar.model.facts import TransactionLimit
from busbar.model.orders import ResetKind, VariableName
from busbar.model.sessions import GetTransactionStatus
from busbar.model.values import IdToken, Place

Index = Annotated[int, Meta(ge=0, le=INT32)]
Word = Annotated[str, Meta(min_length=1, max_length=50)]
Text = Annotated[str, Meta(max_length=2500)]


class StartLimit(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How far a session is to go (2.1); `max_cost` in whole units of the currency that the station reckons in."""

    max_cost: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    max_energy_wh: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    max_time_s: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    max_soc_pct: Annotated[int, Meta(ge=1, le=100)] | None = None


class RemoteStart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Begin a session for a token, at an EVSE or at one that the station chooses; `profile` is a TxProfile for it.

    `limit` is how far it is to go (2.1): the station is told when the session begins (F07).
    `force` sends it although the token would be refused, and the station is known to ask nobody.
    """

    token: Value
    token_kind: TokenKind | None = None
    evse: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    group: Value | None = None
    group_kind: TokenKind | None = None
    profile: ChargingProfile | None = None
    limit: StartLimit | None = None
    force: bool = False


class RemoteStop(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """End the transaction with this id on the wire."""

    transaction_id: Annotated[str, Meta(min_length=1, max_length=36)]


class AskTransaction(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask about the transaction with this id on the wire; without it, whether any messages wait at the station."""

    transaction_id: Annotated[str, Meta(min_length=1, max_length=36)] | None = None


class Reset(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Restart the station, or one EVSE (2.x)."""

    kind: ResetKind = ResetKind.ON_IDLE
    evse: Index | None = None


class Trigger(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for a message by its OCPP name."""

    message: Word
    evse: Index | None = None
    connector: Index | None = None


class Availability(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Take the station, an EVSE or a connector in or out of service."""

    operative: bool
    evse: Index | None = None
    connector: Index | None = None


class Unlock(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Release the cable at a connector."""

    evse: Annotated[int, Meta(ge=1, le=INT32)]
    connector: Annotated[int, Meta(ge=1, le=INT32)] = 1


class VariableKey(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A variable of the device model; a 1.6 configuration key is `variable` alone."""

    variable: Word
    component: Word | None = None
    variable_instance: Word | None = None
    component_instance: Word | None = None
    evse: Index | None = None
    connector: Index | None = None
    attribute: Annotated[str, Meta(min_length=1, max_length=20)] = "Actual"

    def name(self) -> VariableName:
        """Return the name without a value."""
        return VariableName(**{field: getattr(self, field) for field in VariableKey.__struct_fields__})


class VariableValue(VariableKey, forbid_unknown_fields=True, kw_only=True):
    """A variable and what to set it to."""

    value: Text


class GetVariables(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Read variables; an empty list means all configuration keys (1.6)."""

    variables: Annotated[list[VariableKey], Meta(max_length=100)] = []


class SetVariables(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Write variables."""

    variables: Annotated[list[VariableValue], Meta(min_length=1, max_length=100)]


class TransferData(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Send a vendor's own message; `data` is text, JSON text where the version takes any type."""

    vendor_id: Annotated[str, Meta(min_length=1, max_length=255)]
    message_id: Word | None = None
    data: Annotated[str, Meta(max_length=65_536)] | None = None


@order_route("/stations/{identity:str}/commands/remote-start", "Start a session")
async def remote_start(
    backend: Here, identity: Identity, data: JSONBody[RemoteStart], options: NamedDependency[Options]
) -> Answered:
    """Ask a station to begin a session for a token."""
    start_id = next(iter(await backend.store.take_ids("remote-start", 1)))
    token = await with_kind(backend, data.token, data.token_kind)
    group = None if data.group is None else IdToken(data.group, data.group_kind)
    profile = None if data.profile is None else await start_profile(backend, identity, data.profile)
    if not data.force:
        await check_token(backend, await backend.directory.station(identity), token, data.evse)
    if data.limit is not None:
        given = TransactionLimit(**msgspec.structs.asdict(data.limit))
        await keep_limit(backend, await backend.directory.station(identity), start_id, given)
    order = orders.StartTransaction(token=token, remote_start_id=start_id, evse=data.evse, group=group, profile=profile)
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/remote-stop", "Stop a transaction")
async def remote_stop(
    backend: Here, identity: Identity, data: JSONBody[RemoteStop], options: NamedDependency[Options]
) -> Answered:
    """Ask a station to end a transaction by its id on the wire."""
    return await send(backend, identity, orders.StopTransaction(transaction_id=data.transaction_id), options)


@order_route("/sessions/{session_id:int}/stop", "Stop a session")
async def stop_session(backend: Here, session_id: Number, options: NamedDependency[Options]) -> Answered:
    """Ask the session's station to end it."""
    row = await transaction_row(backend, session_id)
    name = await backend.directory.name(row.station_id)
    return await send(
        backend, name.identity, orders.StopTransaction(transaction_id=id_on_wire(row.transaction_id)), options
    )


@order_route("/stations/{identity:str}/commands/get-transaction-status", "Ask for a transaction's status")
async def get_transaction_status(
    backend: Here, identity: Identity, data: JSONBody[AskTransaction], options: NamedDependency[Options]
) -> Answered:
    """Ask whether a transaction runs and whether messages wait at the station (2.x; E14.FR.01)."""
    return await send(backend, identity, GetTransactionStatus(transaction_id=data.transaction_id), options)


@order_route("/stations/{identity:str}/commands/reset", "Reset a station")
async def reset(
    backend: Here, identity: Identity, data: JSONBody[Reset], options: NamedDependency[Options]
) -> Answered:
    """Restart a station at once or when it is idle."""
    return await send(backend, identity, orders.Reset(kind=data.kind, evse=data.evse), options)


@order_route("/stations/{identity:str}/commands/trigger", "Trigger a message")
async def trigger(
    backend: Here, identity: Identity, data: JSONBody[Trigger], options: NamedDependency[Options]
) -> Answered:
    """Ask a station for a message."""
    order = orders.Trigger(message=data.message, place=Place(data.evse, data.connector))
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/availability", "Change availability")
async def availability(
    backend: Here, identity: Identity, data: JSONBody[Availability], options: NamedDependency[Options]
) -> Answered:
    """Take a station, EVSE or connector in or out of service."""
    order = orders.ChangeAvailability(operative=data.operative, place=Place(data.evse, data.connector))
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/unlock", "Unlock a connector")
async def unlock(
    backend: Here, identity: Identity, data: JSONBody[Unlock], options: NamedDependency[Options]
) -> Answered:
    """Release the cable at a connector."""
    return await send(backend, identity, orders.Unlock(place=Place(data.evse, data.connector)), options)


@order_route("/stations/{identity:str}/commands/clear-cache", "Clear the authorisation cache")
async def clear_cache(backend: Here, identity: Identity, options: NamedDependency[Options]) -> Answered:
    """Empty a station's authorisation cache."""
    return await send(backend, identity, orders.ClearCache(), options)


@order_route("/stations/{identity:str}/commands/get-variables", "Read variables")
async def get_variables(
    backend: Here, identity: Identity, data: JSONBody[GetVariables], options: NamedDependency[Options]
) -> Answered:
    """Read variables (2.x) or configuration keys (1.6), in more messages than one where the station takes no more.

    The answer is then that of the last message, with what was said of all variables.
    """
    station = await backend.directory.station(identity)
    most, version = await batches.limits(backend, station, orders.GetVariables)
    parts = splitting.reads([item.name() for item in data.variables], most, version)
    return await batches.send_merged(backend, station, parts, options)


@order_route("/stations/{identity:str}/commands/set-variables", "Write variables")
async def set_variables(
    backend: Here, identity: Identity, data: JSONBody[SetVariables], options: NamedDependency[Options]
) -> Answered:
    """Write variables (2.x) or configuration keys (1.6), in more messages than one where the station takes no more.

    The answer is then that of the last message, with what was said of all variables.
    """
    station = await backend.directory.station(identity)
    await batches.check_slots(backend, station, [item.name() for item in data.variables])
    most, version = await batches.limits(backend, station, orders.SetVariables)
    parts = splitting.writes([(item.name(), item.value) for item in data.variables], most, version)
    return await batches.send_merged(backend, station, parts, options)


@order_route("/stations/{identity:str}/commands/data-transfer", "Send a vendor's message")
async def data_transfer(
    backend: Here, identity: Identity, data: JSONBody[TransferData], options: NamedDependency[Options]
) -> Answered:
    """Send a vendor's own message."""
    order = orders.TransferData(vendor_id=data.vendor_id, message_id=data.message_id, data=data.data)
    return await send(backend, identity, order, options)


routes: list[Any] = [
    remote_start,
    remote_stop,
    stop_session,
    get_transaction_status,
    reset,
    trigger,
    availability,
    unlock,
    clear_cache,
    get_variables,
    set_variables,
    data_transfer,
]
router = Router("/", route_handlers=routes, tags=["Commands"])
