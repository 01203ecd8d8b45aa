"""The station's configuration: a table of 1.6 keys and 2.x variables, their bounds, and what was set over them.

It must not know what a variable is good for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from busbar.model.orders import VariableName, VariableResult
from busbar.station.blocks.board import Board


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting.

    Attributes:
        name: the name in this package: the 1.6 key where there is one.
        key: the 1.6 configuration key, or None.
        place: component, variable, instance of 2.x, or None.
        default: the factory value; its spelling tells the type.
        low, high: bounds of a whole number; None for other types.
        members: what a list may hold; empty for other types.
    """

    name: str
    key: str | None
    place: tuple[str, str, str | None] | None
    default: str
    low: int | None = None
    high: int | None = None
    members: frozenset[str] = frozenset()
    writable: bool = True

    def admits(self, value: str) -> bool:
        """Whether a value is of the type and within the bounds."""
        if self.low is not None and self.high is not None:
            return value.isascii() and value.isdigit() and len(value) <= 10 and self.low <= int(value) <= self.high
        if self.members:
            return all(member in self.members for member in split(value))
        return value in ("true", "false") if self.default in ("true", "false") else len(value) <= 500


def split(value: str) -> list[str]:
    """Return the members of a comma-separated list."""
    return [member for part in value.split(",") if (member := part.strip())]


_MEASURANDS: Final = frozenset(
    {
        "Energy.Active.Import.Register",
        "Power.Active.Import",
        "Current.Import",
        "Current.Offered",
        "Voltage",
        "SoC",
        "Temperature",
        "Frequency",
    }
)
_POINTS: Final = frozenset({"EVConnected", "Authorized", "PowerPathClosed"})
_SAMPLED: Final = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC"
_REGISTER: Final = "Energy.Active.Import.Register"


def _number(name: str, place: tuple[str, str, str | None] | None, default: int, low: int, high: int) -> Variable:
    return Variable(name, name, place, str(default), low, high)


def _flag(name: str, component: str, variable: str, default: bool) -> Variable:
    return Variable(name, name, (component, variable, None), "true" if default else "false")


def _measurands(name: str, key: str | None, component: str, variable: str, default: str) -> Variable:
    return Variable(name, key, (component, variable, None), default, members=_MEASURANDS)


_COMM: Final = "OCPPCommCtrlr"
_SAMPLING: Final = "SampledDataCtrlr"

TABLE: Final[tuple[Variable, ...]] = (
    _number("HeartbeatInterval", (_COMM, "HeartbeatInterval", None), 300, 0, 604_800),
    _number("WebSocketPingInterval", (_COMM, "WebSocketPingInterval", None), 60, 0, 86_400),
    _number("TransactionMessageAttempts", (_COMM, "MessageAttempts", "TransactionEvent"), 10, 1, 1000),
    _number("TransactionMessageRetryInterval", (_COMM, "MessageAttemptInterval", "TransactionEvent"), 60, 0, 86_400),
    Variable("MessageTimeout", None, (_COMM, "MessageTimeout", "Default"), "30", 1, 3600),
    Variable("OfflineThreshold", None, (_COMM, "OfflineThreshold", None), "300", 0, 604_800),
    Variable("RetryBackOffWaitMinimum", None, (_COMM, "RetryBackOffWaitMinimum", None), "10", 1, 86_400),
    Variable("RetryBackOffRandomRange", None, (_COMM, "RetryBackOffRandomRange", None), "10", 0, 86_400),
    Variable("RetryBackOffRepeatTimes", None, (_COMM, "RetryBackOffRepeatTimes", None), "5", 0, 20),
    _number("ConnectionTimeOut", ("TxCtrlr", "EVConnectionTimeOut", None), 120, 1, 86_400),
    _flag("StopTransactionOnEVSideDisconnect", "TxCtrlr", "StopTxOnEVSideDisconnect", True),
    Variable(
        "UnlockConnectorOnEVSideDisconnect",
        "UnlockConnectorOnEVSideDisconnect",
        (_COMM, "UnlockOnEVSideDisconnect", None),
        "true",
        writable=False,
    ),
    _flag("StopTransactionOnInvalidId", "TxCtrlr", "StopTxOnInvalidId", True),
    Variable("TxBeforeAcceptedEnabled", None, ("TxCtrlr", "TxBeforeAcceptedEnabled", None), "true"),
    Variable("TxStartPoint", None, ("TxCtrlr", "TxStartPoint", None), "PowerPathClosed", members=_POINTS),
    Variable("TxStopPoint", None, ("TxCtrlr", "TxStopPoint", None), "PowerPathClosed", members=_POINTS),
    _flag("LocalAuthorizeOffline", "AuthCtrlr", "LocalAuthorizeOffline", True),
    _flag("LocalPreAuthorize", "AuthCtrlr", "LocalPreAuthorize", False),
    _flag("AllowOfflineTxForUnknownId", "AuthCtrlr", "OfflineTxForUnknownIdEnabled", False),
    _flag("AuthorizeRemoteTxRequests", "AuthCtrlr", "AuthorizeRemoteStart", False),
    _flag("AuthorizationCacheEnabled", "AuthCacheCtrlr", "Enabled", True),
    Variable("AuthCacheLifeTime", None, ("AuthCacheCtrlr", "LifeTime", None), "2592000", 0, 315_360_000),
    _number("MeterValueSampleInterval", (_SAMPLING, "TxUpdatedInterval", None), 60, 0, 86_400),
    _measurands("MeterValuesSampledData", "MeterValuesSampledData", _SAMPLING, "TxUpdatedMeasurands", _SAMPLED),
    _measurands("TxStartedMeasurands", None, _SAMPLING, "TxStartedMeasurands", _REGISTER),
    _measurands("TxEndedMeasurands", None, _SAMPLING, "TxEndedMeasurands", _REGISTER),
    _number("ClockAlignedDataInterval", ("AlignedDataCtrlr", "Interval", None), 0, 0, 86_400),
    _measurands("MeterValuesAlignedData", "MeterValuesAlignedData", "AlignedDataCtrlr", "Measurands", _SAMPLED),
    # 1.6 requires these (§9.1); what this station does about them cannot be changed
    Variable("ConnectorPhaseRotation", "ConnectorPhaseRotation", None, "Unknown", writable=False),
    Variable("GetConfigurationMaxKeys", "GetConfigurationMaxKeys", None, "1000", 1, 1000, writable=False),
    Variable("ResetRetries", "ResetRetries", None, "0", 0, 10, writable=False),
    Variable("StopTxnAlignedData", "StopTxnAlignedData", None, "", writable=False),
    Variable("StopTxnSampledData", "StopTxnSampledData", None, "", writable=False),
    Variable("NumberOfConnectors", "NumberOfConnectors", None, "1", 1, 1000, writable=False),
    Variable("SupportedFeatureProfiles", "SupportedFeatureProfiles", None, "Core,RemoteTrigger", writable=False),
)

_BY_NAME: Final = {row.name: row for row in TABLE}
# names are case-insensitive: 1.6 CiString (§7), 2.x ComponentType and VariableType
_BY_KEY: Final = {row.key.casefold(): row for row in TABLE if row.key is not None}
_BY_PLACE: Final = {
    (component.casefold(), variable.casefold(), instance and instance.casefold()): row
    for row in TABLE
    if row.place is not None
    for component, variable, instance in (row.place,)
}
_COMPONENTS: Final = frozenset(component for component, _, _ in _BY_PLACE)


class Variables:
    """What the station is set to: the factory values, over them what the CSMS set.

    Raises:
        ValueError: from the constructor, where a factory value is of a name or a type that the table does not know.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._own: dict[str, str] = dict(board.config.settings)
        self._own.setdefault("NumberOfConnectors", str(board.config.evses))
        for name, value in self._own.items():
            if name not in _BY_NAME or not _BY_NAME[name].admits(value):
                raise ValueError(f"no such setting, or no such value of it: {name}={value!r}")
        self._set: dict[str, str] = board.load("variables", dict[str, str], {})

    def text(self, name: str) -> str:
        """Return a value as it is written."""
        return self._set.get(name, self._own.get(name, _BY_NAME[name].default))

    def number(self, name: str) -> int:
        """Return a whole number."""
        return int(self.text(name))

    def flag(self, name: str) -> bool:
        """Return a boolean."""
        return self.text(name) == "true"

    def members(self, name: str) -> list[str]:
        """Return a list's members."""
        return split(self.text(name))

    def put(self, name: str, value: str) -> None:
        """Set a value of the station's own accord, such as the heartbeat interval of a boot answer."""
        if self._set.get(name) != value:
            self._set[name] = value
            self._board.keep("variables", self._set)

    def read(self, names: Sequence[VariableName]) -> list[VariableResult]:
        """Answer GetVariables (B06) or GetConfiguration; no name stands for every 1.6 key."""
        asked = names or [VariableName(variable=row.key) for row in _BY_KEY.values() if row.key]
        return [self._read(name) for name in asked]

    def _read(self, name: VariableName) -> VariableResult:
        row = _find(name)
        if row is None:
            return VariableResult(name=name, status=_missing(name))
        if name.attribute != "Actual":
            return VariableResult(name=name, status="NotSupportedAttributeType")
        return VariableResult(name=name, status="Accepted", value=self.text(row.name), mutable=row.writable)

    def write(self, values: Sequence[tuple[VariableName, str]]) -> tuple[list[VariableResult], set[str]]:
        """Answer SetVariables (B05) or ChangeConfiguration; also return the names of what was set."""
        results, changed = [], set()
        for name, value in values:
            row = _find(name)
            status = _verdict(row, name, value)
            if row is not None and status == "Accepted":
                self.put(row.name, value)
                changed.add(row.name)
            results.append(VariableResult(name=name, status=status))
        return results, changed


def _find(name: VariableName) -> Variable | None:
    variable, instance = name.variable.casefold(), name.variable_instance
    if name.component is None:
        return _BY_KEY.get(variable)
    if not _has_component(name):
        return None
    return _BY_PLACE.get((name.component.casefold(), variable, instance and instance.casefold()))


def _has_component(name: VariableName) -> bool:
    # B05.FR.04, B06.FR.06, .14: all components here are the station's own, without an instance
    parts = (name.component_instance, name.evse, name.connector)
    return name.component is not None and name.component.casefold() in _COMPONENTS and parts == (None, None, None)


def _missing(name: VariableName) -> str:
    return "UnknownVariable" if name.component is None or _has_component(name) else "UnknownComponent"


def _verdict(row: Variable | None, name: VariableName, value: str) -> str:
    if row is None:
        return _missing(name)
    if name.attribute != "Actual":
        return "NotSupportedAttributeType"
    return "Accepted" if row.writable and row.admits(value) else "Rejected"
