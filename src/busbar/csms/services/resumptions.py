"""What a resumed transaction lost (B13, E17): its charging profile, which the station is sent again. Knows no message.

Asked of every update, so another reason than this one is seen by a look at it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from busbar.csms.records.charging import HeldProfile, HeldState
from busbar.csms.records.device_model import ModelValue
from busbar.csms.services.charging_shapes import profile_of
from busbar.csms.services.device_model import path
from busbar.csms.services.view import Errand, Need, RowNeed, StationView
from busbar.model.charging import ProfilePurpose, SetChargingProfile
from busbar.model.facts import TransactionUpdated
from busbar.model.orders import VariableName

_RESUMED: Final = "TxResumed"
_PERSISTENCE: Final = path(
    VariableName(
        component="SmartChargingCtrlr", variable="ChargingProfilePersistence", variable_instance=ProfilePurpose.TX.value
    )
)


def resumed(fact: TransactionUpdated) -> bool:
    """Tell whether an update says that its transaction goes on after an interruption."""
    return fact.trigger == _RESUMED


def needs(fact: TransactionUpdated, view: StationView) -> Sequence[Need]:
    """Return the profiles of a resumed transaction, and whether the station kept them."""
    return [need for need in (_held(fact, view), _kept(view)) if need not in view.found]


def errands(fact: TransactionUpdated, view: StationView, at: datetime) -> list[Errand]:
    """Return the profiles that a station is sent again, since it did not keep them over its reset (B13.FR.31)."""
    kept: tuple[ModelValue, ...] = view.found[_kept(view)]
    if any((row.value or "").strip().lower() == "true" for row in kept):
        return []
    rows: tuple[HeldProfile, ...] = view.found[_held(fact, view)]
    orders = (
        SetChargingProfile(evse=row.evse, profile=profile_of(row.profile))
        for row in rows
        if row.source == "CSO" and (row.valid_to is None or row.valid_to > at)
    )
    return [Errand(order, key=f"resumed:{fact.transaction_id}:{fact.seq_no}:{order.profile.id}") for order in orders]


def _held(fact: TransactionUpdated, view: StationView) -> RowNeed:
    equal = (
        ("station_id", view.station.id),
        ("transaction_id", fact.transaction_id),
        ("purpose", ProfilePurpose.TX),
        ("state", HeldState.HELD),
    )
    return RowNeed(HeldProfile, equal)


def _kept(view: StationView) -> RowNeed:
    return RowNeed(ModelValue, (("station_id", view.station.id), ("path", _PERSISTENCE), ("attribute", "Actual")))
