"""The tariffs that a 2.1 station holds (I07 to I10): defaults by EVSE, kept, and those of drivers while they charge.

It must not know what anything costs.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.billing.soundness import flaw, parts
from busbar.model.orders import Outcome, VariableName
from busbar.model.tariffs import (
    AssignedTariff,
    ClearedTariff,
    ClearTariffs,
    GetTariffs,
    SetDefaultTariff,
    Tariff,
    TariffsCleared,
    TariffsHeld,
)
from busbar.model.values import IdToken
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Where
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.monitoring import Monitoring

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

LIMIT: Final = 10
_PREFIX: Final = "tariff/"
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


class Tariffs(Block):
    """Which tariff applies where.

    Defaults of an EVSE are in the order in which they came. `None` for a driver is one whose tariff cannot be reckoned
    with, so that the CSMS reckons.
    """

    __slots__ = ("_board", "_defaults", "_drivers", "_evses", "_problem", "_variables")

    SWITCH: ClassVar = "TariffEnabled"
    KEPT: ClassVar = _PREFIX

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        cabinet = fittings.cabinet
        self._board, self._variables, self._evses = cabinet.board, cabinet.variables, cabinet.evses
        kept = self._board.saved(_PREFIX)
        self._defaults = {
            int(key.removeprefix(_PREFIX)): msgspec.json.decode(raw, type=list[Tariff]) for key, raw in kept
        }
        self._drivers: dict[int, tuple[IdToken | None, Tariff | None]] = {}
        self._problem = False

    def set_default(self, order: SetDefaultTariff) -> Outcome:
        """Install a default tariff at an EVSE, or with 0 at each (I07)."""
        tariff = order.tariff
        if (refusal := self.judge(tariff)) is not None:
            return refusal
        if order.evse and order.evse not in self._evses:  # I07.FR.06
            return Outcome(status="Rejected", reason="UnknownEVSE")
        if tariff.id in self._ids():  # I07.FR.04
            return Outcome(status="DuplicateTariffId")
        targets = [order.evse] if order.evse else list(self._evses)  # I07.FR.11, .12
        lists = {number: [*self._waiting(number, tariff), tariff] for number in targets}
        if any(len(found) > LIMIT for found in lists.values()):
            return Outcome(status="Rejected", reason="OutOfMemory")
        for number, found in lists.items():
            self._put(number, found)
        return Outcome(status="Accepted")

    def get(self, order: GetTariffs) -> TariffsHeld:
        """Tell which tariffs there are at an EVSE, or with 0 at all (I09)."""
        found: dict[tuple[str, str], AssignedTariff] = {}
        for number in [order.evse] if order.evse else list(self._evses):
            for tariff in self._current(number):
                self._assigned(found, tariff, "DefaultTariff", number)
            token, driven = self._drivers.get(number, (None, None))
            if driven is not None:
                held = self._assigned(found, driven, "DriverTariff", number)
                if token is not None:
                    held.tokens.append(token.value)
        return TariffsHeld(status="Accepted" if found else "NoTariff", tariffs=list(found.values()))

    def clear(self, order: ClearTariffs) -> TariffsCleared:
        """Take default tariffs away; what is reckoned by one goes on so (I10)."""
        gone: list[str] = []
        for number in [order.evse] if order.evse else list(self._defaults):
            before = self._current(number)
            after = [tariff for tariff in before if order.tariff_ids and tariff.id not in order.tariff_ids]
            if len(after) < len(before):
                gone += [tariff.id for tariff in before if tariff not in after and tariff.id not in gone]
                self._put(number, after)
        if not gone:  # I10.FR.06
            return TariffsCleared(status="NoTariff", results=[ClearedTariff(tariff_id=None, status="NoTariff")])
        results = [ClearedTariff(tariff_id=name, status="Accepted") for name in gone]
        return TariffsCleared(status="Accepted", results=results)

    def judge(self, tariff: Tariff) -> Outcome | None:
        """Return why a tariff cannot be reckoned with, None where it can (I07.FR.02 to .05)."""
        most = self._variables.number("TariffMaxElements")
        if any(len(part.prices) > most for _, part in parts(tariff)):
            return Outcome(status="TooManyElements")
        conditional = any(price.conditions is not None for _, part in parts(tariff) for price in part.prices)
        if conditional and not self._variables.flag("TariffConditions"):
            return Outcome(status="ConditionNotSupported")
        found = flaw(tariff)
        return None if found is None else Outcome(status="Rejected", reason="InvalidValue", detail=": ".join(found))

    def admit(self, evse: Evse, token: IdToken, tariff: Tariff) -> bool:
        """Take the tariff of a driver who may charge; False where it forbids that (I08.FR.04, .30 to .36)."""
        refusal = self.judge(tariff)
        self._report(refusal)
        if refusal is None:
            self._drivers[evse.number] = (token, replace(tariff, valid_from=None))  # I08.FR.10
            return True
        handling = self._variables.text("HandleFailedTariff")
        if handling == "CentralCost":
            self._drivers[evse.number] = (token, None)
        return handling != "Deauthorize"

    def hold(self, evse: Evse, tariff: Tariff) -> None:
        """Take the tariff that the CSMS gave a transaction (I11)."""
        self._drivers[evse.number] = (evse.token, tariff)

    def choose(self, evse: Evse) -> Tariff | None:
        """Return by what a transaction is reckoned: the driver's tariff, else the default (I07.FR.14, I08.FR.04)."""
        if evse.number in self._drivers:
            return self._drivers[evse.number][1]
        now = self._board.now
        return next((one for one in self._current(evse.number) if _since(one) <= now), None)

    def refresh(self) -> None:
        """Let go of the tariffs of drivers who are gone (I08.FR.06, .07)."""
        for number in list(self._drivers):
            evse = self._evses[number]
            if evse.token is None and evse.transaction is None:
                del self._drivers[number]

    def _ids(self) -> set[str]:
        drivers = {tariff.id for _, tariff in self._drivers.values() if tariff is not None}
        return drivers.union(tariff.id for number in self._defaults for tariff in self._current(number))

    def _waiting(self, number: int, new: Tariff) -> list[Tariff]:
        """Return what stays beside a new default: all, or what becomes valid later (I07.FR.20 to .23)."""
        now, held = self._board.now, self._current(number)
        return held if _since(new) > now else [tariff for tariff in held if _since(tariff) > now]

    def _current(self, number: int) -> list[Tariff]:
        """Return the defaults of an EVSE, without those in whose place a newer one is valid now."""
        held, now = self._defaults.get(number, []), self._board.now
        valid = [tariff for tariff in held if _since(tariff) <= now]
        if len(valid) > 1:
            newest = max(reversed(valid), key=_since)
            held = [tariff for tariff in held if tariff is newest or tariff not in valid]
            self._put(number, held)
        return held

    def _put(self, number: int, held: list[Tariff]) -> None:
        if held:
            self._defaults[number] = held
            self._board.keep(f"{_PREFIX}{number}", held)
        elif self._defaults.pop(number, None) is not None:
            self._board.forget(f"{_PREFIX}{number}")

    def _assigned(
        self, found: dict[tuple[str, str], AssignedTariff], tariff: Tariff, kind: str, number: int
    ) -> AssignedTariff:
        made = AssignedTariff(tariff_id=tariff.id, kind=kind, valid_from=tariff.valid_from)
        held = found.setdefault((tariff.id, kind), made)
        held.evses.append(number)
        return held

    def _report(self, refusal: Outcome | None) -> None:
        """Tell when tariffs become a problem, and when they are none any more (I08.FR.31, .36)."""
        if self._problem is not (refusal is not None):
            self._problem = refusal is not None
            name = VariableName(component="TariffCostCtrlr", variable="Problem")
            code = None if refusal is None else refusal.reason or refusal.status
            self.fittings.get(Monitoring).alert(name, "true" if self._problem else "false", code)

    def _has_problem(self, _: Where) -> str:
        return "true" if self._problem else "false"

    ORDERS: ClassVar = {SetDefaultTariff: set_default, GetTariffs: get, ClearTariffs: clear}
    VALUES: ClassVar = {"TariffProblem": _has_problem}


def _since(tariff: Tariff) -> datetime:
    return tariff.valid_from or _ALWAYS
