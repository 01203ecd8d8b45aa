"""Values that facts and orders are made of: tokens, places, meter samples, states."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class IdToken:
    """What a driver presents.

    Attributes:
        value: the token as presented, up to 255 characters (20 in 1.6); compared without case.
        kind: an OCPP 2.x token type such as `ISO14443`; None where the version has no types (1.6).
        more: what else was told with it (2.x additionalInfo), as type and text; it makes it no other token.
    """

    value: str
    kind: str | None = None
    more: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """The value as compared: identifierString is case-insensitive (2.0.1 part 2 §2.1)."""
        return self.value.casefold()

    def told(self, kind: str) -> str | None:
        """Return a text that was told with it, by its type."""
        return next((text for name, text in self.more if name == kind), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a station: `evse` and `connector` count from 1; None means not said, (None, None) the station.

    1.6 knows connectors only: its connector n is EVSE n, connector 1 (connector 0 is the station).
    """

    evse: int | None = None
    connector: int | None = None


STATION: Final = Place()


class ConnectorStatus(StrEnum):
    """All that either version says of a connector; 2.x says OCCUPIED where 1.6 tells the phase."""

    AVAILABLE = "Available"
    OCCUPIED = "Occupied"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EVSE = "SuspendedEVSE"
    SUSPENDED_EV = "SuspendedEV"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


class ChargingState(StrEnum):
    """The state of the energy flow inside a transaction (2.x ChargingStateEnumType)."""

    CHARGING = "Charging"
    EV_CONNECTED = "EVConnected"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    IDLE = "Idle"


class AuthorizationStatus(StrEnum):
    """The verdict on a token (2.x AuthorizationStatusEnumType; 1.6 has the first five)."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"
    NO_CREDIT = "NoCredit"
    NOT_ALLOWED_TYPE_EVSE = "NotAllowedTypeEVSE"
    NOT_AT_THIS_LOCATION = "NotAtThisLocation"
    NOT_AT_THIS_TIME = "NotAtThisTime"
    UNKNOWN = "Unknown"


class RegistrationStatus(StrEnum):
    """Whether the CSMS takes a station in."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


class StopReason(StrEnum):
    """Why a transaction ended: the reasons of 2.1 and those only 1.6 has (the last three)."""

    DE_AUTHORIZED = "DeAuthorized"
    EMERGENCY_STOP = "EmergencyStop"
    ENERGY_LIMIT_REACHED = "EnergyLimitReached"
    EV_DISCONNECTED = "EVDisconnected"
    GROUND_FAULT = "GroundFault"
    IMMEDIATE_RESET = "ImmediateReset"
    MASTER_PASS = "MasterPass"
    LOCAL = "Local"
    LOCAL_OUT_OF_CREDIT = "LocalOutOfCredit"
    OTHER = "Other"
    OVERCURRENT_FAULT = "OvercurrentFault"
    POWER_LOSS = "PowerLoss"
    POWER_QUALITY = "PowerQuality"
    REBOOT = "Reboot"
    REMOTE = "Remote"
    SOC_LIMIT_REACHED = "SOCLimitReached"
    STOPPED_BY_EV = "StoppedByEV"
    TIME_LIMIT_REACHED = "TimeLimitReached"
    TIMEOUT = "Timeout"
    REQ_ENERGY_TRANSFER_REJECTED = "ReqEnergyTransferRejected"
    HARD_RESET = "HardReset"
    SOFT_RESET = "SoftReset"
    UNLOCK_COMMAND = "UnlockCommand"


@dataclass(slots=True)
class Sample:
    """One sampled value, in the unit it was sent with (multiplier applied).

    Attributes:
        measurand: OCPP name, such as `Energy.Active.Import.Register`.
        value: the number; None for signed data that carries none (1.6 `SignedData`).
        unit: OCPP unit such as `Wh`, `kW`, `A`, `Percent`; None where none was sent.
        phase: OCPP phase such as `L1` or `L1-N`, None for all together.
        location: `Outlet`, `Inlet`, `Body`, `Cable`, `EV`, `Upstream`; None for the default, Outlet.
        context: OCPP reading context such as `Sample.Periodic`.
        signed: the signed meter value byte for byte as received (JSON text in 2.x), else None.
    """

    measurand: str
    value: float | None
    unit: str | None = None
    phase: str | None = None
    location: str | None = None
    context: str = "Sample.Periodic"
    signed: str | None = None


@dataclass(slots=True)
class Reading:
    """What a meter said at one instant. `at` is aware (UTC)."""

    at: datetime
    samples: list[Sample] = field(default_factory=list)

    def measured(self) -> tuple[float | None, float | None, float | None]:
        """Return the energy import register in Wh, the active import power in W and the state of charge in percent.

        The register is not one of a phase; neither it nor the power is the EV's or the inlet's. The power is the sum of
        the phases where only phases were sent. What was not sent is None.
        """
        energy = power = phases = soc = None
        for sample in self.samples:
            measurand, value = sample.measurand, sample.value
            if value is None:
                continue
            if measurand == "Energy.Active.Import.Register":
                if energy is None and sample.phase is None and sample.location in (None, "Outlet"):
                    energy = value * 1000 if sample.unit == "kWh" else value
            elif measurand == "Power.Active.Import" and sample.location in (None, "Outlet"):
                watts = value * 1000 if sample.unit == "kW" else value
                if sample.phase is not None:
                    phases = watts if phases is None else phases + watts
                elif power is None:
                    power = watts
            elif measurand == "SoC" and soc is None:
                soc = value
        return energy, phases if power is None else power, soc

    def energy_wh(self) -> float | None:
        """Return the energy import register in Wh, or None."""
        return self.measured()[0]
