"""Limits that others than the CSMS set: an energy management system, a grid operator (K11 to K13, K27).

It must not know how they arrive.
"""

from dataclasses import replace
from typing import ClassVar

from busbar.energy.rates import convert
from busbar.model import charging as model
from busbar.model.charging import ChargingProfile, ProfileKind, ProfilePurpose
from busbar.station import events as ev
from busbar.station.blocks.block import Block
from busbar.station.blocks.charging import Charging
from busbar.station.blocks.charging_profiles import CSMS, OF_OTHERS, Held
from busbar.station.blocks.transactions import RATE


class ExternalLimits(Block):
    """Takes such limits as profiles of the station's own, and tells the CSMS."""

    __slots__ = ()

    def limit(self, event: ev.LimitGiven) -> None:
        """Take a limit of somebody else: as a profile with a negative id (K11, K12, K27).

        Where the CSMS set a dynamic profile for limits of others, it is the limit of that profile (K29.FR.03).
        """
        for held in self._charging.profiles.find(lambda held: _waits(held, event.evse)):
            period = event.schedule.periods[0]
            limit = convert(period, event.schedule.unit, held.profile.schedules[0].unit, self._charging.limits.line)
            self._charging.change(held, model.ScheduleUpdate(limit=limit))
            return
        if self.fittings.cabinet.variables.flag("ExternalConstraintsProfileDisallowed"):  # K11.FR.07
            return
        before = self._external(event.evse, event.source)
        now = self.fittings.cabinet.board.now
        schedule = replace(event.schedule, id=1, start_schedule=event.schedule.start_schedule or now)
        purpose = ProfilePurpose.LOCAL_GENERATION if event.local_generation else ProfilePurpose.EXTERNAL
        profile = ChargingProfile(
            id=before.profile.id if before is not None else self._own_id(),
            stack_level=0,
            purpose=purpose,
            kind=ProfileKind.ABSOLUTE,
            schedules=[schedule],
        )
        significant = before is None or self._significant(_first(before.profile), _first(profile))
        self._charging.profiles.put(Held(event.evse, profile, event.source))
        self._follow_rate()
        if significant:  # K11.FR.02
            told = self.fittings.cabinet.variables.flag("NotifyChargingLimitWithSchedules")  # K11.FR.03
            self._charging.tell(
                model.ChargingLimitNotified(
                    evse=event.evse,
                    source=event.source,
                    grid_critical=event.grid_critical,
                    local_generation=True if event.local_generation else None,
                    schedules=[schedule] if told else [],
                )
            )

    def release(self, event: ev.LimitTaken) -> None:
        """Let such a limit go (K13)."""
        held = self._external(event.evse, event.source)
        if held is not None:
            self._charging.profiles.remove(held)
            self._follow_rate()
            self._charging.tell(model.ChargingLimitCleared(evse=event.evse, source=event.source))

    EVENTS: ClassVar = {ev.LimitGiven: limit, ev.LimitTaken: release}

    @property
    def _charging(self) -> Charging:
        return self.fittings.get(Charging)

    def _external(self, evse: int, source: str) -> Held | None:
        found = self._charging.profiles.find(
            lambda held: held.profile.purpose in OF_OTHERS and (held.evse, held.source) == (evse, source)
        )
        return found[0] if found else None

    def _own_id(self) -> int:
        """Return an id that no CSMS chooses (K11.FR.06)."""
        return min((0, *(held.profile.id for held in self._charging.profiles.find(lambda _: True)))) - 1

    def _significant(self, before: float | None, after: float | None) -> bool:
        if before is None or after is None:
            return before is not after
        percent = float(self.fittings.cabinet.variables.text("LimitChangeSignificance"))
        return abs(after - before) * 100 > percent * abs(before)

    def _follow_rate(self) -> None:
        """Let the limits follow, and report transactions whose rate changes by it (K11.FR.04, K13.FR.03)."""
        ongoing = self.fittings.transactions.ongoing
        before = {evse.number: self._charging.limits.current(evse.number) for evse in ongoing}
        self._charging.limits.apply()
        for evse in ongoing:
            if self._significant(before[evse.number], self._charging.limits.current(evse.number)):
                self.fittings.transactions.settle(evse, RATE)


def _first(profile: ChargingProfile) -> float | None:
    return profile.schedules[0].periods[0].limit


def _waits(held: Held, evse: int) -> bool:
    """Tell whether a profile is for limits of others at an EVSE, or (0) at all."""
    profile = held.profile
    named = profile.schedules[0].periods[0].operation_mode == "ExternalLimits"
    return profile.kind is ProfileKind.DYNAMIC and named and held.source == CSMS and evse in (0, held.evse)
