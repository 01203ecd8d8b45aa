"""Smart charging of the station (block K; 1.6 §3.13): profiles as the CSMS orders them, and what is told of them.

It must not know what profiles come to (`energy`), nor how a limit reaches the EV.
"""

from collections.abc import Set
from dataclasses import fields, replace
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.energy.composites import compose
from busbar.model import charging as model
from busbar.model.charging import ChargingProfile, ProfileKind, ProfilePurpose, RateUnit
from busbar.model.facts import Answer, Fact
from busbar.model.orders import Outcome, StartTransaction
from busbar.station.blocks import charging_limits
from busbar.station.blocks.block import Block
from busbar.station.blocks.charging_limits import Limits
from busbar.station.blocks.charging_profiles import CSMS, OF_OTHERS, PREFIX, Held, Profiles, pages
from busbar.station.blocks.charging_verdicts import Abilities, Refusal, check
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.outbox import Call

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_PULL: Final = "pull"
_LONGEST_S: Final = 30 * 86_400
_MOST_MISSED: Final = 20


def _rejected(reason: str, detail: str | None = None) -> Outcome:
    return Outcome(status="Rejected", reason=reason, detail=detail)


class Charging(Block):
    """Profiles and composite schedules.

    Attributes:
        profiles: all that are held; `limits`: what is in force.
    """

    __slots__ = ("_missed", "limits", "profiles")

    SWITCH: ClassVar = "SmartChargingEnabled"  # K01.FR.29
    KEPT: ClassVar = PREFIX

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self.profiles = Profiles(fittings.cabinet.board)
        self.limits = Limits(fittings, self.profiles)
        self._missed: list[Fact] = []

    def power_on(self) -> None:
        """Go on to ask for what dynamic profiles allow."""
        for held in self.profiles.find(lambda _: True):
            self._pull_later(held.profile)

    def online(self) -> None:
        """Tell what could not be told."""
        missed, self._missed = self._missed, []
        for fact in missed:
            self.tell(fact)

    def refresh(self) -> None:
        """Follow transactions, and let the hardware follow the limits."""
        for evse in self.fittings.cabinet.evses.values():
            self.profiles.follow(evse)
            if evse.transaction is None:
                self.limits.priority.discard(evse.number)
        self.limits.refresh()

    def set(self, names: Set[str]) -> None:
        """Let profiles hold, or not, as smart charging was turned on or off."""
        if self.SWITCH in names:
            self.limits.apply()

    def start(self, order: StartTransaction) -> Outcome:
        """Start from afar with a profile for the transaction that begins (K05; 1.6 §5.11)."""
        profile, evse = order.profile, self.fittings.remote.choose(order)
        if profile is None or evse is None:
            return self.fittings.remote.start(order)
        refusal = check(profile, evse.number, self._abilities())
        if profile.purpose is not ProfilePurpose.TX or profile.transaction_id is not None:  # F01.FR.09, .11
            refusal = Refusal("InvalidProfile", "a TxProfile without a transactionId goes with a start")
        refusal = refusal or self._clash(Held(evse.number, profile))
        if refusal is not None:  # K05.FR.05
            return _rejected(*refusal)
        outcome = self.fittings.remote.start(replace(order, evse=evse.number))
        if outcome.status == "Accepted":
            transaction = evse.transaction.id if evse.transaction is not None else None
            self._install(Held(evse.number, profile, transaction=transaction))
        return outcome

    def set_profile(self, order: model.SetChargingProfile) -> Outcome:
        """Install a profile (K01; 1.6 §5.16)."""
        evse = self.fittings.cabinet.evses.get(order.evse)
        if order.evse != 0 and evse is None:  # K01.FR.28
            return _rejected("UnknownEVSE")
        held = Held(order.evse, order.profile)
        refusal = check(order.profile, order.evse, self._abilities())
        if refusal is None and order.profile.purpose is ProfilePurpose.TX:
            refusal = self._bind(held, evse)
        refusal = refusal or self._clash(held)
        if refusal is not None:
            return _rejected(*refusal)
        self._install(held)
        return Outcome(status="Accepted")

    def clear(self, order: model.ClearChargingProfile) -> Outcome:
        """Remove what fits, but not what others than the CSMS set (K10; 1.6 §5.5)."""
        if order.profile_id is not None:
            found = self.profiles.find(lambda held: held.profile.id == order.profile_id)
        else:
            found = self.profiles.find(
                lambda held: (
                    _fits(held.evse, order.evse)
                    and _fits(held.profile.purpose, order.purpose)
                    and _fits(held.profile.stack_level, order.stack_level)
                )
            )
        cleared = [held for held in found if held.profile.purpose not in OF_OTHERS]  # K10.FR.08, .09
        for held in cleared:
            self.profiles.remove(held)
        return Outcome(status="Accepted" if cleared else "Unknown")

    def report(self, order: model.GetChargingProfiles) -> Outcome:
        """Report what fits, page by page (K09)."""
        found = self.profiles.find(
            lambda held: (
                _fits(held.evse, order.evse)
                and (not order.profile_ids or held.profile.id in order.profile_ids)
                and (not order.sources or held.source in order.sources)
                and _fits(held.profile.purpose, order.purpose)
                and _fits(held.profile.stack_level, order.stack_level)
            )
        )
        facts = list(pages(found, order.request_id))
        for number, fact in enumerate(facts, start=1):
            fact.more = number < len(facts)  # K09.FR.02
            self.fittings.cabinet.outbox.say(Call(fact, solicited=True))
        return Outcome(status="Accepted" if facts else "NoProfiles")

    def composite(self, order: model.GetCompositeSchedule) -> Outcome:
        """Say what will hold (K08; 1.6 §5.7)."""
        if order.evse != 0 and order.evse not in self.fittings.cabinet.evses:  # K08.FR.05
            return model.CompositeSchedule(status="Rejected", reason="UnknownEVSE")
        if order.unit is not None and order.unit not in self._abilities().units:  # K08.FR.07
            return model.CompositeSchedule(status="Rejected", reason="UnsupportedRateUnit")
        if order.duration < 1:
            return model.CompositeSchedule(status="Rejected", reason="InvalidValue")
        line = self.limits.line if order.evse else self.limits.station_line
        unit = order.unit or (RateUnit.W if line.dc else RateUnit.A)
        schedule = compose(self.limits.of(order.evse), self.fittings.cabinet.board.now, order.duration, unit, line)
        return model.CompositeSchedule(status="Accepted", evse=order.evse, schedule=schedule)

    def update(self, order: model.UpdateDynamicSchedule) -> Outcome:
        """Change what a dynamic profile allows (K28.FR.06)."""
        held = self.profiles.get(order.profile_id)
        if held is None or held.profile.kind is not ProfileKind.DYNAMIC:  # K28.FR.11
            return _rejected("InvalidProfile")
        self.change(held, order.update)
        return Outcome(status="Accepted")

    def allow(self, order: model.AllowEnergyTransfer) -> Outcome:
        """Hear which ways of energy transfer a transaction may use: those that this station has must be among them."""
        if self.fittings.transactions.find(order.transaction_id) is None:
            return _rejected("TxNotFound")
        line = self.limits.line
        own = "DC" if line.dc else "AC_single_phase" if line.phases == 1 else "AC_three_phase"
        both_ways = "DC_BPT" if line.dc else "AC_BPT"
        return Outcome(status="Accepted") if {own, both_ways} & {*order.modes} else _rejected("UnsupportedParam")

    def due(self, name: str) -> None:
        """Act in time: the next period, or the next question about a dynamic profile."""
        if name == charging_limits.TIMER:
            self.limits.apply()
            return
        held = self.profiles.get(int(name.removeprefix(f"{_PULL}/")))
        if held is not None and held.profile.dyn_update_interval:
            self._pull(held.profile)

    def change(self, held: Held, update: model.ScheduleUpdate) -> None:
        """Let a dynamic profile allow something else from now on."""
        period = held.profile.schedules[0].periods[0]
        for field in fields(update):
            value = getattr(update, field.name)
            if value is not None:
                setattr(period, field.name, value)
        held.profile.dyn_update_time = self.fittings.cabinet.board.now  # K28.FR.09
        self.profiles.put(held)

    VALUES: ClassVar = {"ChargingProfileEntries": lambda block, _: str(len(block.profiles))}
    ORDERS: ClassVar = {
        model.SetChargingProfile: set_profile,
        model.ClearChargingProfile: clear,
        model.GetChargingProfiles: report,
        model.GetCompositeSchedule: composite,
        model.UpdateDynamicSchedule: update,
        model.AllowEnergyTransfer: allow,
    }
    TIMERS: ClassVar = {"charging": due}

    def _abilities(self) -> Abilities:
        variables = self.fittings.cabinet.variables
        return Abilities(
            line=self.limits.line,
            explicit=self.fittings.cabinet.board.rules.explicit_profiles,
            most_level=variables.number("ChargeProfileMaxStackLevel"),
            most_periods=variables.number("ChargingScheduleMaxPeriods"),
            units=tuple(variables.members("ChargingRateUnit")),
            purposes=tuple(variables.members("SupportedAdditionalPurposes")),
            own_ids=int(variables.text("MaxExternalConstraintsId")),
            phase_switching=variables.flag("ACPhaseSwitchingSupported"),
            by_charge=variables.flag("SupportsLimitAtSoC"),
        )

    def _bind(self, held: Held, evse: Evse | None) -> Refusal | None:
        """Find the transaction of a TxProfile (K01.FR.03, .04; in 1.6 the connector's where none is named)."""
        if evse is None or evse.transaction is None:  # K01.FR.09
            return Refusal("TxNotFound", "no transaction here")
        named = held.profile.transaction_id
        if named is None and self.fittings.cabinet.board.rules.explicit_profiles:
            return Refusal("InvalidProfile", "a TxProfile names its transaction")
        if named is not None and self.fittings.transactions.find(named) is not evse:  # K01.FR.33
            return Refusal("TxNotFound", "not this transaction")
        held.transaction = evse.transaction.id
        return None

    def _clash(self, held: Held) -> Refusal | None:
        """Return why a profile cannot stand beside the others; in 1.6 it takes the other's place (§3.13.2)."""
        profile, most = held.profile, self.fittings.cabinet.variables.number("MaxChargingProfilesInstalled")
        same = self.profiles.get(profile.id)
        if same is not None and same.source != CSMS:  # K01.FR.05
            return Refusal("InvalidProfileId", "this id stands for an external limit")
        replaced = self._replaced(held)
        if same is None and not replaced and len(self.profiles) >= most:
            return Refusal("TooManyElements", f"no more than {most} profiles")
        if not self.fittings.cabinet.board.rules.explicit_profiles:
            return None
        if self.profiles.same_place(profile, held.evse):  # K01.FR.06, .39
            return Refusal("DuplicateProfile", "the same purpose and stack level")
        if profile.purpose is ProfilePurpose.TX_DEFAULT and self.profiles.find(  # K01.FR.52, .53
            lambda other: (
                other.profile.id != profile.id
                and other.profile.purpose is ProfilePurpose.TX_DEFAULT
                and other.profile.stack_level == profile.stack_level
                and other.evse != held.evse
                and 0 in (other.evse, held.evse)
            )
        ):
            return Refusal("DuplicateProfile", "the same stack level for the station and an EVSE")
        return None

    def _replaced(self, held: Held) -> list[Held]:
        """Return what a profile of 1.6 takes the place of, whatever the validity of both."""
        if self.fittings.cabinet.board.rules.explicit_profiles:
            return []
        timeless = replace(held.profile, valid_from=None, valid_to=None)
        return self.profiles.same_place(timeless, held.evse)

    def _install(self, held: Held) -> None:
        if held.profile.kind is ProfileKind.DYNAMIC and held.profile.dyn_update_time is None:  # K28.FR.05
            held.profile.dyn_update_time = self.fittings.cabinet.board.now
        for other in self._replaced(held):
            self.profiles.remove(other)
        self.profiles.put(held)
        self.limits.renewed(held.profile.id)
        self._pull_later(held.profile)

    def _pull(self, profile: ChargingProfile) -> None:
        def answered(answer: Answer) -> None:
            held = self.profiles.get(profile.id)
            if held is None or held.profile.kind is not ProfileKind.DYNAMIC:
                return
            if isinstance(answer, model.DynamicUpdateAnswer) and answer.update is not None:
                self.change(held, answer.update)  # K28.FR.08

        self.fittings.cabinet.outbox.say(Call(model.DynamicUpdatePulled(profile_id=profile.id), answered))
        self._pull_later(profile)

    def _pull_later(self, profile: ChargingProfile) -> None:
        interval_s = profile.dyn_update_interval or 0
        if profile.kind is ProfileKind.DYNAMIC and interval_s > 0:  # K28.FR.10
            self.fittings.cabinet.board.set_timer(f"charging/{_PULL}/{profile.id}", min(interval_s, _LONGEST_S))

    def tell(self, fact: Fact) -> None:
        """Tell a change, later where the CSMS cannot be reached now; 1.6 has no such messages."""
        if not self.fittings.cabinet.board.rules.transaction_events:
            return

        def failed(_: object) -> None:
            if not self.fittings.cabinet.outbox.online and len(self._missed) < _MOST_MISSED:
                self._missed.append(fact)

        self.fittings.cabinet.outbox.say(Call(fact, failed=failed))


def _fits(value: object, wanted: object) -> bool:
    return wanted is None or value == wanted
