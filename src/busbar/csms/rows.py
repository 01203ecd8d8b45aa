"""The rows that the CSMS keeps, as typed values: what storage returns and what views are made of.

Times are aware datetimes in UTC. Ids are integers that the database or an id block gave.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from busbar.csms.grants import Grant
from busbar.model.values import AuthorizationStatus, ConnectorStatus, RegistrationStatus
from busbar.model.versions import Version


class Row(msgspec.Struct, kw_only=True, gc=False):
    """A row read from, or written to, one table."""


class Site(Row, kw_only=True):
    """A place with stations. `timezone` is an IANA name, used for display and tariffs."""

    id: int
    name: str
    timezone: str = "UTC"
    address: str = ""
    organisation_id: int = 1


class Station(Row, kw_only=True):
    """A charging station as the operator knows it.

    `identity` keeps its spelling; `identity_key` (casefolded) is unique. `secret` is the keyed hash of its
    Basic password, never the password. `epoch` is the last fencing epoch given to a connection.
    """

    id: int
    identity: str
    site_id: int | None = None
    secret: bytes | None = None
    registration: RegistrationStatus = RegistrationStatus.ACCEPTED
    version: Version | None = None
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    boot_reason: str | None = None
    booted_at: datetime | None = None
    epoch: int = 0
    online: bool = False
    connected_at: datetime | None = None
    last_seen_at: datetime | None = None
    organisation_id: int = 1


class Connector(Row, kw_only=True):
    """The last known status of one connector; evse 0 / connector 0 is the station as a whole (1.6)."""

    station_id: int
    evse: int
    connector: int
    status: ConnectorStatus
    changed_at: datetime
    error: str | None = None
    info: str | None = None
    vendor_error: str | None = None


class Token(Row, kw_only=True):
    """A token that may, or may not, charge. `key` is the casefolded value and unique in its organisation.

    `site_id` is the site whose people manage it, None where those of the whole organisation do; it charges at all.
    """

    key: str
    value: str
    kind: str | None = None
    status: AuthorizationStatus = AuthorizationStatus.ACCEPTED
    expires_at: datetime | None = None
    group: str | None = None
    label: str = ""
    site_id: int | None = None
    organisation_id: int = 1


class Transaction(Row, kw_only=True):
    """A charging session.

    Attributes:
        id: Busbar's number, unique over all stations; int32, since 1.6 puts it on the wire.
        transaction_id: the id on the wire: the station's (2.x) or `str(id)` (1.6).
        start_key: content key of a 1.6 start (connector, token, time, meter); None in 2.x.
        meter_start_wh, meter_stop_wh: absolute registers; None while unknown.
        energy_wh: latest register minus first register, never negative; None while unknown.
        token_status: the verdict on the starting token; None where none was presented.
        started_at: None for an orphan whose start never came.
        first_seq_no, last_seq_no: the events that gave meter_start_wh and meter_stop_wh (2.x), so that events out of
            order find their place; a first of -1 is a sample of context Transaction.Begin, whichever event brought it.
        complete: every sequence number between start and end is stored (2.x); 1.6: start and stop are stored.
        flags: reasons why an operator should look, sorted, with commas: `clock` (a time that no set clock shows),
            `closed` (ended in the records, not by the station), `gap`, `id-reused` (another one began under its id),
            `meter-backwards`, `no-id` (the station never learnt the number), `orphan`, `stale` (nothing was heard of it
            for long), `stop-differs` (a second stop said something else).
    """

    id: int
    station_id: int
    transaction_id: str
    evse: int | None = None
    connector: int | None = None
    token: str | None = None
    token_kind: str | None = None
    token_status: AuthorizationStatus | None = None
    start_key: str | None = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    started_at: datetime | None = None
    updated_at: datetime
    ended_at: datetime | None = None
    charging_state: str | None = None
    stop_reason: str | None = None
    meter_start_wh: float | None = None
    meter_stop_wh: float | None = None
    energy_wh: float | None = None
    power_w: float | None = None
    soc_pct: float | None = None
    first_seq_no: int | None = None
    last_seq_no: int | None = None
    events: int = 0
    complete: bool = False
    flags: str = ""


class Use(Row, kw_only=True):
    """What limits count: a session that runs, or all together that are over and began on one day (UTC).

    Attributes:
        transaction: Busbar's number; 0 for those that are over, which have no id and station either.
        token: the casefolded key that was asked for, where it is that token's; empty for others of its group.
        accepted: its token was taken; a refused one charges nothing and holds nobody up.
        started_at: of those that are over, the day.
        cost: with tax, so far or at the end; None where none was reckoned.
        sessions: how many.
        time_s: how long those that are over lasted; None for one that runs.
    """

    transaction: int
    station_id: int
    transaction_id: str
    token: str
    accepted: bool
    started_at: datetime | None
    ended_at: datetime | None
    energy_wh: float | None
    cost: Decimal | None
    currency: str | None
    sessions: int = 1
    time_s: float | None = None


class Reading(Row, kw_only=True):
    """A meter reading of a station. `samples` is JSON: a list of model.values.Sample objects."""

    station_id: int
    transaction: int | None
    evse: int | None
    connector: int | None
    at: datetime
    received_at: datetime
    energy_wh: float | None
    power_w: float | None
    soc_pct: float | None
    samples: bytes


class Exchange(Row, kw_only=True):
    """One call and its answer, byte for byte.

    Attributes:
        origin: `station` or `csms`, who sent the call.
        request, answer: the frames as received or sent; answer None while there is none.
        outcome: `ok`, an OCPP error code, `timeout`, `parked` (stored, not understood; can be replayed), or `replayed`.
        took_ms: from call to answer as we saw it; None while unanswered.
    """

    id: int | None = None
    station_id: int
    epoch: int
    at: datetime
    origin: str
    message_id: str
    action: str
    request: bytes
    answer: bytes | None = None
    outcome: str = "ok"
    took_ms: float | None = None


class CommandState(StrEnum):
    """How far a command came; the last six are final."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ERROR = "error"
    TIMED_OUT = "timed-out"
    UNKNOWN = "unknown"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        """Whether nothing will change any more."""
        return self not in (CommandState.QUEUED, CommandState.SENT)


class Command(Row, kw_only=True):
    """A call that the CSMS makes to a station.

    Attributes:
        id: text, random.
        idempotency_key: unique per station where given.
        action, payload: OCPP action and payload (JSON) in the station's version.
        epoch: the connection it was sent on; None before.
        status: the station's own status text (`Accepted`, `Rejected`, `NotSupported` …); None where it has none.
        error: OCPP error code of a CALLERROR, or `offline`.
        answer: the station's payload (JSON), None while there is none.
        survives_reconnect: may be delivered to a later connection; without it a command dies with the connection.
    """

    id: str
    station_id: int
    action: str
    payload: bytes
    created_at: datetime
    expires_at: datetime
    idempotency_key: str | None = None
    survives_reconnect: bool = False
    requested_by: str = ""
    state: CommandState = CommandState.QUEUED
    epoch: int | None = None
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    status: str | None = None
    error: str | None = None
    error_description: str | None = None
    answer: bytes | None = None


class ApiKey(Row, kw_only=True):
    """A key for the REST API: its hash, never the key. `label` says whose it is.

    `last_used_at` is coarse. Organisation 0 is the platform's: such a key works in whichever organisation it names.
    """

    id: str
    secret: bytes
    label: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    grants: tuple[Grant, ...] = ()
    organisation_id: int = 1
