"""The limit in force at every EVSE: to the hardware whenever it changes, shared where it is not enough (K04).

It must not know how profiles arrive.
"""

import math
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from busbar.energy.charges import by_charge, capped
from busbar.energy.composites import At, Mix, mix, total
from busbar.energy.rates import Line, Rate
from busbar.energy.sharing import Claim, share
from busbar.energy.timetables import second
from busbar.model.charging import ChargingProfile, ProfilePurpose
from busbar.model.der import ControlType
from busbar.model.values import Sample
from busbar.station.blocks.charging_profiles import Held, Profiles
from busbar.station.blocks.der import Der
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.transactions import MODE, STATE
from busbar.station.effects import SetLimit

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

TIMER: Final = "limit"
_CHARGING: Final = "ChargingOnly"
_LOOK_AGAIN_S: Final = 30 * 86_400
_CHARGE_S: Final = 10.0
_OF_STATION: Final = (ProfilePurpose.STATION_MAX, ProfilePurpose.LOCAL_GENERATION)


class Limits:
    """What each EVSE may draw now.

    Attributes:
        priority: the EVSEs with priority charging.
    """

    __slots__ = ("_fittings", "_lost", "_mark", "_offline_at", "_profiles", "_since", "_told", "priority")

    def __init__(self, fittings: "Fittings", profiles: Profiles) -> None:
        self._fittings = fittings
        self._profiles = profiles
        self._mark: object = None
        self._told: dict[int, SetLimit] = {}
        self._since: dict[int, datetime] = {}
        self._offline_at: datetime | None = None
        self._lost: set[int] = set()
        self.priority: set[int] = set()

    @property
    def line(self) -> Line:
        """What each EVSE is connected to."""
        return self._fittings.cabinet.board.config.line

    @property
    def station_line(self) -> Line:
        """What all of them are connected to."""
        return replace(self.line, max_current_a=self.line.max_current_a * len(self._fittings.cabinet.evses))

    def of(self, number: int) -> At:
        """Return what holds at an EVSE, or all together draw from the grid (0)."""
        evses = self._fittings.cabinet.evses
        if number:
            return self._mix(evses[number]).at
        return total([self._mix(evse).at for evse in evses.values()], self._cap().at)

    def current(self, number: int) -> float | None:
        """Return the amperes per phase that were last told to an EVSE's hardware."""
        told = self._told.get(number)
        return None if told is None else told.current_a

    def refresh(self) -> None:
        """Tell the hardware what changed, where anything bears on it that is not as it was."""
        board, evses = self._fittings.cabinet.board, self._fittings.cabinet.evses.values()
        self._watch_connection()
        for evse in evses:
            if not evse.offered:
                self._since.pop(evse.number, None)
            elif evse.number not in self._since:
                fresh = self._mark is None and evse.transaction is not None
                self._since[evse.number] = evse.transaction.started_at if fresh and evse.transaction else board.now
        uses = tuple((evse.plugged, evse.token is None, evse.offered, evse.transaction is None) for evse in evses)
        mark = (
            self._profiles.revision,
            frozenset(self.priority),
            frozenset(self._lost_profiles()),
            self._offline_at,
            uses,
            self._discharge_w(),
        )
        if mark != self._mark:
            self._mark = mark
            self.apply()

    def apply(self) -> None:
        """Reckon anew, tell the hardware, and set the timer for the next change."""
        board = self._fittings.cabinet.board
        now = second(board.now)
        used = [evse for evse in self._fittings.cabinet.evses.values() if evse.plugged or evse.token is not None]
        used.sort(key=lambda evse: (evse.transaction is None, evse.transaction and evse.transaction.started_at))
        cap, following = self._cap().at(now)
        rates: list[Rate] = []
        claims: list[Claim] = []
        for evse in used:
            made = self._mix(evse)
            rate, until = made.at(now)
            following = min(following, until)
            rates.append(rate)
            most = rate.current_a
            claims.append(Claim(most, max(self.line.least_a, min(made.least(), most))))
        for evse, rate, current_a in zip(used, rates, share(cap.current_a, claims), strict=True):
            self._tell(evse, rate, current_a)
        after_s = min(following, now + _LOOK_AGAIN_S, *self._offline_ends()) - board.now.timestamp()
        if any(by_charge(held.profile) for held in self._profiles.find(lambda _: bool(used))):
            after_s = min(after_s, _CHARGE_S)
        board.set_timer(f"charging/{TIMER}", after_s)

    def _tell(self, evse: Evse, rate: Rate, current_a: float) -> None:
        line, phases = self.line, max(1, rate.phases)
        discharge = -min(0.0, sum((rate.setpoint or (0.0,) * 3)[:phases])) * line.voltage_v
        discharge = min(discharge, self._discharge_w())
        limit = SetLimit(
            evse.number,
            round(current_a, 3),
            round(current_a * line.voltage_v * phases, 1),
            phases,
            rate.phase_to_use if phases == 1 else None,
            round(discharge, 1),
        )
        if self._told.get(evse.number) != limit:
            self._told[evse.number] = limit
            self._fittings.cabinet.board.do(limit)
        if evse.offered:
            evse.offer = (
                Sample("Current.Offered", limit.current_a, "A"),
                Sample("Power.Offered", limit.power_w, "W"),
            )
        limited = evse.offered and current_a == 0 and limit.discharge_w == 0
        if limited is not evse.limited:
            evse.limited = limited
            self._fittings.transactions.settle(evse, STATE)
        mode = rate.mode or _CHARGING
        if evse.offered and mode != (evse.mode or _CHARGING):  # K01.FR.110
            evse.mode = mode
            self._fittings.transactions.settle(evse, MODE)

    def _discharge_w(self) -> float:
        """Return what an EV may give at most, as a grid control has it (2.1 LimitMaxDischarge, R04)."""
        der = self._fittings.known(Der)
        control = None if der is None else der.in_force(ControlType.LIMIT_MAX_DISCHARGE)
        share = None if control is None else control.settings.get("pctMaxDischargePower")
        return math.inf if share is None else self._fittings.cabinet.board.config.power_w * share / 100

    def _charge(self, evse: Evse) -> float | None:
        """Return the EV's state of charge in percent, as it was measured last."""
        found = (sample.value for sample in evse.samples if sample.measurand == "SoC")
        return next((value for value in found if value is not None), None)

    def _mix(self, evse: Evse) -> Mix:
        board, transaction = self._fittings.cabinet.board, evse.transaction
        started = self._since.get(evse.number)
        if started is None:  # K08.FR.06: as if it began now
            started = board.now if transaction is None else transaction.started_at
        charge = self._charge(evse)
        return mix(
            [capped(profile, charge) for profile in self._valid(self._profiles.bearing(evse.number))],
            self.line,
            started,
            priority=evse.number in self.priority,
            seed=f"{board.config.identity}/{transaction.id}" if transaction is not None else "",
            externals=self._external(evse.number),
        )

    def _cap(self) -> Mix:
        bearing = [item for item in self._profiles.bearing(0) if item.purpose in _OF_STATION]
        now = self._fittings.cabinet.board.now
        return mix(self._valid(bearing), self.station_line, now, externals=self._external(0))

    # profiles that do not hold while the CSMS cannot be reached (K01.FR.101, .102)

    def _watch_connection(self) -> None:
        if not self._fittings.cabinet.outbox.online:
            self._offline_at = self._offline_at or self._fittings.cabinet.board.now
        elif self._offline_at is not None:
            expired = self._lost_profiles()
            self._lost |= {item for item in expired if self._invalid_for_good(item)}
            self._offline_at = None

    def _invalid_for_good(self, profile_id: int) -> bool:
        held = self._profiles.get(profile_id)
        return held is not None and held.profile.invalid_after_offline_duration is True

    def _lost_profiles(self) -> set[int]:
        lost = {number for number in self._lost if self._profiles.get(number) is not None}
        if self._offline_at is None:
            return lost
        for_s = (self._fittings.cabinet.board.now - self._offline_at).total_seconds()
        return lost | {item.profile.id for item in self._timed() if (item.profile.max_offline_duration or 0) <= for_s}

    def _timed(self) -> list[Held]:
        return self._profiles.find(lambda held: held.profile.max_offline_duration is not None)

    def _offline_ends(self) -> list[int]:
        if self._offline_at is None:
            return []
        begun, now = second(self._offline_at), second(self._fittings.cabinet.board.now)
        ends = (begun + (held.profile.max_offline_duration or 0) + 1 for held in self._timed())
        return [end for end in ends if end > now]

    @property
    def _enabled(self) -> bool:
        return self._fittings.cabinet.variables.flag("SmartChargingEnabled")

    def _external(self, number: int) -> list[list[ChargingProfile]]:
        return self._profiles.external(number) if self._enabled else []

    def _valid(self, profiles: list[ChargingProfile]) -> list[ChargingProfile]:
        if not self._enabled:
            return []
        lost = self._lost_profiles()
        return [item for item in profiles if item.id not in lost]

    def renewed(self, profile_id: int) -> None:
        """Hear that a profile was set anew, so that it holds again."""
        self._lost.discard(profile_id)
