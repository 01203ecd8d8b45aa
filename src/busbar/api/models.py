"""What the interface shows: response types, and how rows become them. No rules, no storage, no secrets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import msgspec

from busbar.csms import rows
from busbar.csms.grants import Grant
from busbar.csms.services import commands
from busbar.model.values import AuthorizationStatus, ConnectorStatus, RegistrationStatus, Sample
from busbar.model.versions import Version

T = TypeVar("T")
_SAMPLES: Final = msgspec.json.Decoder(list[Sample])


class View(msgspec.Struct, kw_only=True):
    """A thing as the interface shows it. Times are UTC, energies Wh, powers W."""


class Page(View, Generic[T], kw_only=True):
    """A page of a list; `next` is the cursor of the following page, null on the last one."""

    items: list[T]
    next: str | None = None


class Site(View, kw_only=True):
    """A place with stations."""

    id: int
    name: str
    timezone: str
    address: str


class Connector(View, kw_only=True):
    """The last known status of a connector; evse 0 is the station as a whole (1.6)."""

    evse: int
    connector: int
    status: ConnectorStatus
    changed_at: datetime
    error: str | None = None
    info: str | None = None
    vendor_error: str | None = None


class Station(View, kw_only=True):
    """A charging station. `has_password` tells whether it may connect with HTTP Basic."""

    identity: str
    site_id: int | None
    registration: RegistrationStatus
    has_password: bool
    online: bool
    version: Version | None
    vendor: str | None
    model: str | None
    serial: str | None
    firmware: str | None
    booted_at: datetime | None
    connected_at: datetime | None
    last_seen_at: datetime | None
    connectors: list[Connector]


class StationPassword(View, kw_only=True):
    """A station and its new password, which is shown this once and kept only as a hash."""

    identity: str
    password: str


class Session(View, kw_only=True):
    """A charging session (an OCPP transaction)."""

    id: int
    station: str
    site_id: int | None
    transaction_id: str
    evse: int | None
    connector: int | None
    active: bool
    token: str | None
    token_kind: str | None
    token_status: AuthorizationStatus | None
    started_at: datetime | None
    updated_at: datetime
    ended_at: datetime | None
    charging_state: str | None
    stop_reason: str | None
    meter_start_wh: float | None
    meter_stop_wh: float | None
    energy_wh: float | None
    power_w: float | None
    soc_pct: float | None
    complete: bool
    flags: list[str]


class MeterValue(View, kw_only=True):
    """What a meter said at one instant. `session` is null for readings outside a session."""

    station: str
    session: int | None
    evse: int | None
    connector: int | None
    at: datetime
    received_at: datetime
    energy_wh: float | None
    power_w: float | None
    soc_pct: float | None
    samples: list[Sample]


class Token(View, kw_only=True):
    """A token that may, or may not, charge."""

    value: str
    kind: str | None
    status: AuthorizationStatus
    expires_at: datetime | None
    group: str | None
    label: str
    site_id: int | None


class Variable(View, kw_only=True):
    """A device-model variable (2.x) or a configuration key (1.6, without a component), as the station answered."""

    variable: str
    component: str | None = None
    variable_instance: str | None = None
    component_instance: str | None = None
    evse: int | None = None
    connector: int | None = None
    attribute: str = "Actual"
    status: str
    value: str | None = None
    mutable: bool | None = None


class Command(View, kw_only=True):
    """A call to a station and what came of it.

    `status` is the station's own word; `error` is the code of a CALLERROR, or `offline`. `variables` are the results of
    reading or writing variables, in one form for all versions.
    """

    id: str
    station: str
    action: str
    payload: dict[str, Any]
    state: rows.CommandState
    status: str | None
    error: str | None
    error_description: str | None
    answer: dict[str, Any] | None
    variables: list[Variable]
    requested_by: str
    survives_reconnect: bool
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None


class Message(View, kw_only=True):
    """A call and its answer as they went over the wire. `outcome`: `ok`, an error code, `timeout`, `parked`, …"""

    id: int | None
    station: str
    at: datetime
    origin: str
    message_id: str
    action: str
    request: str
    answer: str | None
    outcome: str
    took_ms: float | None


class ApiKey(View, kw_only=True):
    """A key for this interface, without its secret."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    grants: list[Grant]


class NewApiKey(ApiKey, kw_only=True):
    """A key as it was just made; `key` is shown this once."""

    key: str


class Totals(View, kw_only=True):
    """Counts and sums over everything that is stored."""

    stations: int
    online: int
    sessions: int
    active_sessions: int
    energy_wh: float
    messages: int
    errors: int


class Name(msgspec.Struct, frozen=True):
    """What a row's station id stands for."""

    identity: str
    site_id: int | None
    organisation_id: int = 1


def site(row: rows.Site) -> Site:
    """Show a site."""
    return Site(id=row.id, name=row.name, timezone=row.timezone, address=row.address)


def connector(row: rows.Connector) -> Connector:
    """Show a connector."""
    return _shown(Connector, row)


def station(row: rows.Station, connectors: Sequence[rows.Connector]) -> Station:
    """Show a station with its connectors."""
    shown = [connector(item) for item in connectors]
    return _shown(Station, row, has_password=row.secret is not None, connectors=shown)


def session(row: rows.Transaction, name: Name) -> Session:
    """Show a transaction as a session of the named station."""
    flags = row.flags.split(",") if row.flags else []
    active = row.ended_at is None
    return _shown(Session, row, station=name.identity, site_id=name.site_id, active=active, flags=flags)


def meter_value(row: rows.Reading, name: Name) -> MeterValue:
    """Show a reading of the named station."""
    samples = _SAMPLES.decode(row.samples)
    return _shown(MeterValue, row, station=name.identity, session=row.transaction, samples=samples)


def token(row: rows.Token) -> Token:
    """Show a token."""
    return _shown(Token, row)


def command(row: rows.Command, station_identity: str, variables: Sequence[Variable] = ()) -> Command:
    """Show a command to the named station, without the secrets that one has that is kept to be sent later."""
    row = commands.shown(row)
    answer = msgspec.json.decode(row.answer) if row.answer is not None else None
    payload = msgspec.json.decode(row.payload)
    return _shown(Command, row, station=station_identity, payload=payload, answer=answer, variables=list(variables))


def message(row: rows.Exchange, name: Name) -> Message:
    """Show an exchange; bytes that are no text are shown as replacement characters."""
    request = row.request.decode(errors="replace")
    answer = row.answer.decode(errors="replace") if row.answer is not None else None
    return _shown(Message, row, station=name.identity, request=request, answer=answer)


def api_key(row: rows.ApiKey) -> ApiKey:
    """Show an API key."""
    return _shown(ApiKey, row, grants=list(row.grants))


def new_api_key(row: rows.ApiKey, text: str) -> NewApiKey:
    """Show an API key with its text."""
    return _shown(NewApiKey, row, grants=list(row.grants), key=text)


V = TypeVar("V", bound=View)


def _shown(view: type[V], row: rows.Row, **given: Any) -> V:
    """Make a view of a row: fields of the same name are the row's, all others are given."""
    same = {name: getattr(row, name) for name in view.__struct_fields__ if name not in given and hasattr(row, name)}
    return view(**same, **given)


def record(view: type[V], row: rows.Row, **given: Any) -> V:
    """Show a record: fields of the same name are its own, all others are given."""
    return _shown(view, row, **given)
