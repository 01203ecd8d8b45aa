"""Priority charging of a transaction, for the CSMS (K21) or the driver (K22). Knows no limit."""

from typing import ClassVar

from busbar.model import charging as model
from busbar.model.charging import ProfilePurpose
from busbar.model.orders import Outcome
from busbar.station import events as ev
from busbar.station.blocks.block import Block
from busbar.station.blocks.charging import Charging
from busbar.station.blocks.evse import Evse


class Priority(Block):
    """Lets a PriorityCharging profile overrule those of a transaction, and takes it back."""

    __slots__ = ()

    SWITCH: ClassVar = Charging.SWITCH

    def prioritise(self, order: model.UsePriorityCharging) -> Outcome:
        """Begin or end priority charging for the CSMS (K21)."""
        evse = self.fittings.transactions.find(order.transaction_id)
        if evse is None:
            return Outcome(status="Rejected", reason="TxNotFound")
        if order.activate and not self._has_priority(evse):
            return Outcome(status="NoProfile", reason="NotFound")
        self._set_priority(evse, order.activate)
        return Outcome(status="Accepted")

    def ask(self, event: ev.PriorityAsked) -> None:
        """Begin or end priority charging for the driver, where there is a profile for it (K22)."""
        evse = self.fittings.cabinet.evses[event.evse]
        if evse.transaction is not None and (not event.activate or self._has_priority(evse)):
            self._set_priority(evse, event.activate)

    ORDERS: ClassVar = {model.UsePriorityCharging: prioritise}
    EVENTS: ClassVar = {ev.PriorityAsked: ask}

    @property
    def _charging(self) -> Charging:
        return self.fittings.get(Charging)

    def _has_priority(self, evse: Evse) -> bool:
        bearing = self._charging.profiles.bearing(evse.number)
        return any(item.purpose is ProfilePurpose.PRIORITY for item in bearing)

    def _set_priority(self, evse: Evse, activate: bool) -> None:
        prioritised = self._charging.limits.priority
        if evse.transaction is None or (evse.number in prioritised) is activate:
            return
        if activate:
            prioritised.add(evse.number)
        else:
            prioritised.discard(evse.number)
        self._charging.tell(model.PriorityChargingNotified(transaction_id=evse.transaction.id, activated=activate))
