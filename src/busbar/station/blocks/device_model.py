"""Reads and sets variables for the CSMS (B05, B06; 1.6 §5.3 and §5.8).

It must not know what a variable is good for; whoever does hears that it was set.
"""

from typing import ClassVar, Final

from busbar.model.orders import GetVariables, Outcome, SetVariables, VariableName, VariableResult
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Variable, Where
from busbar.station.blocks.inventory import ACTUAL, Inventory

_ACCEPTED: Final = "Accepted"
_REJECTED: Final = "Rejected"
_NO_ATTRIBUTE: Final = "NotSupportedAttributeType"


class DeviceModel(Block):
    """The variables of one station."""

    __slots__ = ()

    def get(self, order: GetVariables) -> Outcome:
        """Answer GetVariables or GetConfiguration; no name stands for every 1.6 key."""
        self.check_size("GetVariables", len(order.names))
        inventory = Inventory(self.fittings)
        names = order.names or [inventory.name(row, Where()) for row in inventory.rows]
        return Outcome(status=_ACCEPTED, variables=[_read(inventory, name) for name in names])

    def set_all(self, order: SetVariables) -> Outcome:
        """Answer SetVariables or ChangeConfiguration, and tell who is concerned of what was set."""
        self.check_size("SetVariables", len(order.values))
        inventory = Inventory(self.fittings)
        results, changed = [], set()
        for name, value in order.values:
            found = inventory.find(name)
            if isinstance(found, str):  # B05.FR.04, .05
                results.append(VariableResult(name=name, status=found))
                continue
            row, where = found
            status, reason = self._set(row, where, name.attribute, value)
            if status == _ACCEPTED:
                changed.add(row.name)
            results.append(VariableResult(name=name, status=status, reason=reason))
        self._tell(changed)
        return Outcome(status=_ACCEPTED, variables=results)

    def check_size(self, message: str, items: int) -> None:
        """See that a message is no larger than the station said (B05.FR.11, B06.FR.16, .17, B08.FR.17, .18).

        Raises ProtocolViolation.
        """
        cabinet = self.fittings.cabinet
        if not cabinet.board.rules.device_model:
            if items > cabinet.variables.number("GetConfigurationMaxKeys"):
                raise ProtocolViolation(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "more than GetConfigurationMaxKeys")
            return
        if items > cabinet.variables.number(f"ItemsPerMessage{message}"):
            raise ProtocolViolation(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "more than ItemsPerMessage")
        if cabinet.board.size > cabinet.variables.number(f"BytesPerMessage{message}"):
            raise ProtocolViolation(ErrorCode.FORMAT_VIOLATION, "larger than BytesPerMessage")

    def _set(self, row: Variable, where: Where, attribute: str, value: str) -> tuple[str, str | None]:
        """Set one variable; return the status, and the reason code where it was not taken."""
        from busbar.station.blocks import registry  # it knows all blocks, this one, too

        if attribute != ACTUAL:  # B05.FR.06
            return _NO_ATTRIBUTE, None
        if not row.writable:  # B05.FR.09
            return _REJECTED, "ReadOnly"
        clean = row.clean(value)
        if clean is None:  # B05.FR.07, .08
            return _REJECTED, "ValueOutOfRange" if row.is_number(value) else "InvalidValue"
        if (judge := registry.CHECKS.get(row.name)) is not None:
            block, fits = judge
            if not fits(self.fittings.get(block), where, clean):
                return _REJECTED, "InvalidValue"
        if (writer := registry.WRITES.get(row.name)) is not None:
            block, write = writer
            return str(write(self.fittings.get(block), where, clean)), None
        self.fittings.cabinet.variables.put(row.name, clean)
        return _ACCEPTED, None

    def _tell(self, changed: set[str]) -> None:
        fittings = self.fittings
        if "HeartbeatInterval" in changed:
            fittings.provisioning.schedule_heartbeat()
        if "MeterValueSampleInterval" in changed:
            fittings.transactions.reschedule()
        if "ClockAlignedDataInterval" in changed:
            fittings.readings.schedule()
        for made in fittings.made():
            made.set(changed)

    ORDERS: ClassVar = {GetVariables: get, SetVariables: set_all}


def _read(inventory: Inventory, name: VariableName) -> VariableResult:
    found = inventory.find(name)
    if isinstance(found, str):  # B06.FR.06, .07
        return VariableResult(name=name, status=found)
    row, where = found
    if name.attribute != ACTUAL:  # B06.FR.08
        return VariableResult(name=name, status=_NO_ATTRIBUTE)
    if row.secret:  # B06.FR.09
        return VariableResult(name=name, status=_REJECTED, mutable=True, reason="WriteOnly")
    return VariableResult(name=name, status=_ACCEPTED, value=inventory.value(row, where), mutable=row.writable)
