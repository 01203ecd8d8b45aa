"""What the CSMS tells a station to do (imperative) and what came of it: the same for every OCPP version."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from busbar.model.values import IdToken, Place

if TYPE_CHECKING:
    from busbar.model.charging import ChargingProfile


class ResetKind(StrEnum):
    """How soon a station resets: 2.x names (1.6 Hard is IMMEDIATE, Soft is ON_IDLE; the last is 2.1's)."""

    IMMEDIATE = "Immediate"
    ON_IDLE = "OnIdle"
    IMMEDIATE_AND_RESUME = "ImmediateAndResume"


class Order:
    """What the CSMS tells a station: a dataclass per order, here or in the module of its functional block."""

    __slots__ = ()


@dataclass(slots=True, kw_only=True)
class StartTransaction(Order):
    """Begin charging for a token (RemoteStartTransaction, RequestStartTransaction).

    `remote_start_id` comes back in the transaction's event (2.x, required there); None as read from 1.6. `group` is a
    token whose holders may stop it too (2.x); 1.6 stations learn it from the answer to their start.
    `profile` is a TxProfile for the transaction that begins.
    """

    token: IdToken
    remote_start_id: int | None = None
    evse: int | None = None
    group: IdToken | None = None
    profile: "ChargingProfile | None" = None


@dataclass(slots=True, kw_only=True)
class StopTransaction(Order):
    """End a running transaction by the id the protocol uses for it."""

    transaction_id: str


@dataclass(slots=True, kw_only=True)
class Reset(Order):
    """Restart the station, or one EVSE (2.x only)."""

    kind: ResetKind
    evse: int | None = None


@dataclass(slots=True, kw_only=True)
class Trigger(Order):
    """Ask for a message by its OCPP name (BootNotification, StatusNotification, MeterValues …)."""

    message: str
    place: Place = field(default_factory=Place)


@dataclass(slots=True, kw_only=True)
class ChangeAvailability(Order):
    """Take a station, EVSE or connector in or out of service."""

    operative: bool
    place: Place = field(default_factory=Place)


@dataclass(slots=True, kw_only=True)
class Unlock(Order):
    """Release the cable at a connector."""

    place: Place


@dataclass(slots=True, kw_only=True)
class ClearCache(Order):
    """Empty the station's authorisation cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableName:
    """A device-model variable. A 1.6 configuration key is `component=None`, `variable=key`."""

    variable: str
    component: str | None = None
    variable_instance: str | None = None
    component_instance: str | None = None
    evse: int | None = None
    connector: int | None = None
    attribute: str = "Actual"


@dataclass(slots=True, kw_only=True)
class GetVariables(Order):
    """Read variables; an empty list means all configuration keys (1.6 only)."""

    names: list[VariableName]


@dataclass(slots=True, kw_only=True)
class SetVariables(Order):
    """Write variables. 1.6 sets one key at a time (ChangeConfiguration)."""

    values: list[tuple[VariableName, str]]


@dataclass(slots=True, kw_only=True)
class TransferData(Order):
    """Send a vendor's own message; `data` is text (JSON text where the version takes any type)."""

    vendor_id: str
    message_id: str | None = None
    data: str | None = None


@dataclass(slots=True, kw_only=True)
class VariableResult:
    """What a station said of one variable.

    `status` is 2.x's (Accepted, Rejected, UnknownVariable …), `reason` its reason code where one was given (2.x).
    """

    name: VariableName
    status: str
    value: str | None = None
    mutable: bool | None = None
    reason: str | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """A station's answer to an order.

    Attributes:
        status: the status as the protocol spells it (Accepted, Rejected, Scheduled, RebootRequired …).
        reason: 2.x reasonCode, None where none was given.
        detail: 2.x additionalInfo, None where none was given.
        transaction_id: the transaction that a start met, where the station said so (2.x).
        variables: one result per variable for GetVariables and SetVariables.
        data: a DataTransfer's data.
    """

    status: str
    reason: str | None = None
    detail: str | None = None
    transaction_id: str | None = None
    variables: list[VariableResult] = field(default_factory=list)
    data: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the station will do, or has done, what it was told."""
        return self.status in ("Accepted", "AcceptedCanceled", "Scheduled", "RebootRequired", "Unlocked", "Unpublished")
