"""What EVs need by ISO 15118, and how they plan to charge within what the CSMS allows (2.x K15 to K18). Knows no EV.

An EV's needs go to the CSMS once it knows the transaction; a schedule goes to the EV when the CSMS has one or none, and
again whenever it has another (K16).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.energy.composites import compose
from busbar.model.charging import (
    ChargingNeedsNotified,
    ChargingProfile,
    ChargingSchedule,
    EVScheduleNotified,
    NeedsAnswer,
    NeedsStatus,
    ProfilePurpose,
    RateUnit,
)
from busbar.model.facts import Answer
from busbar.protocol.errors import ErrorCode
from busbar.station import events as ev
from busbar.station.blocks.block import Block
from busbar.station.blocks.charging import Charging
from busbar.station.blocks.evse import Evse, Transaction
from busbar.station.blocks.outbox import Call
from busbar.station.effects import OfferSchedule

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

PLAN_S: Final = 86_400
_FOLLOWS: Final = (NeedsStatus.ACCEPTED, NeedsStatus.PROCESSING)


@dataclass(slots=True)
class Talk:
    """What goes on between an EV and the CSMS.

    Attributes:
        fact: the needs, as long as the CSMS has not answered.
        asking: the CSMS is asked now.
        profile: the one of the transaction that the EV was offered last; None where none was.
        offered: what the EV was offered, since when.
    """

    transaction: Transaction
    fact: ChargingNeedsNotified | None
    asking: bool = False
    profile: ChargingProfile | None = None
    offered: tuple[datetime, ChargingSchedule] | None = None


class Needs(Block):
    """The EVs of one station that say what they need."""

    __slots__ = ("_board", "_early", "_evses", "_talks")

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._board, self._evses = fittings.cabinet.board, fittings.cabinet.evses
        self._early: dict[int, ev.EvNeeds] = {}
        self._talks: dict[int, Talk] = {}

    def hear(self, event: ev.EvNeeds) -> None:
        """Take what an EV needs, at first or anew (K15.FR.01, K17.FR.01, K18.FR.01)."""
        evse = self._evses[event.evse]
        if not self._board.rules.transaction_events:
            return
        if evse.transaction is None:  # the flow of energy may be its start point
            self._early[event.evse] = event
            return
        online = self.fittings.cabinet.outbox.online
        fact = ChargingNeedsNotified(
            evse=event.evse,
            needs=event.needs,
            energy_transfer=event.energy_transfer,
            control_mode=event.control_mode,
            departure_at=event.departure_at,
            max_schedule_tuples=event.most_periods,
            at=None if online else self._board.now,  # K15.FR.20
        )
        talk = self._talks[event.evse] = Talk(evse.transaction, fact)
        if not online:
            self._offer(evse, talk)  # K15.FR.15

    def plan(self, event: ev.EvScheduled) -> None:
        """Tell how an EV will charge, where that is within what it was offered (K15.FR.09, .10, .21)."""
        talk = self._talks.get(event.evse)
        if talk is None or talk.offered is None or talk.profile is None:
            return
        began, offered = talk.offered
        if not _within(event.schedule, offered):
            return
        fact = EVScheduleNotified(
            evse=event.evse,
            time_base=began,
            schedule=event.schedule,
            selected_schedule_id=talk.profile.schedules[0].id,
        )
        self.fittings.cabinet.outbox.say(Call(fact))

    def refresh(self) -> None:
        """Ask the CSMS as soon as it knows the transaction (K15.FR.16), and offer EVs what it sent."""
        for number in list(self._early):
            if self._evses[number].transaction is not None:
                self.hear(self._early.pop(number))
            elif not self._evses[number].plugged:
                del self._early[number]
        for number, talk in list(self._talks.items()):
            evse = self._evses[number]
            if evse.transaction is not talk.transaction:
                del self._talks[number]
                continue
            cabinet = self.fittings.cabinet
            known = not cabinet.queue.holds(talk.transaction.id)
            if talk.fact is not None and not talk.asking and known and cabinet.outbox.online:
                self._ask(evse, talk, talk.fact)
            profile = self._profile(number)
            if profile is not None and profile is not talk.profile:
                talk.profile = profile
                self._offer(evse, talk)

    def _ask(self, evse: Evse, talk: Talk, fact: ChargingNeedsNotified) -> None:
        talk.asking = True

        def answered(answer: Answer) -> None:
            talk.asking, talk.fact = False, None
            follows = isinstance(answer, NeedsAnswer) and answer.status in _FOLLOWS
            if not follows and evse.transaction is talk.transaction:
                self._offer(evse, talk)  # K15.FR.04, K18.FR.04: what holds without the CSMS's help

        def failed(code: ErrorCode | None) -> None:
            talk.asking = False
            if code is not None:  # the CSMS will not take it
                talk.fact = None
                self._offer(evse, talk)
            elif talk.fact is not None:
                talk.fact = replace(talk.fact, at=talk.fact.at or self._board.now)

        self.fittings.cabinet.outbox.say(Call(fact, answered, failed))

    def _offer(self, evse: Evse, talk: Talk) -> None:
        limits = self.fittings.get(Charging).limits
        now = self._board.now.replace(microsecond=0)
        unit = RateUnit.W if limits.line.dc else RateUnit.A
        if talk.profile is not None:
            unit = talk.profile.schedules[0].unit
        schedule = compose(limits.of(evse.number), now, PLAN_S, unit, limits.line)
        number = None if talk.profile is None else talk.profile.schedules[0].id
        talk.offered = (now, replace(schedule, id=number))
        self._board.do(OfferSchedule(evse.number, talk.offered[1]))

    def _profile(self, number: int) -> ChargingProfile | None:
        bearing = self.fittings.get(Charging).profiles.bearing(number)
        own = (profile for profile in bearing if profile.purpose is ProfilePurpose.TX)
        return max(own, key=lambda profile: profile.stack_level, default=None)

    EVENTS: ClassVar = {ev.EvNeeds: hear, ev.EvScheduled: plan}


def _within(plan: ChargingSchedule, offered: ChargingSchedule) -> bool:
    """Tell whether a plan is nowhere above what was offered."""
    times = {period.start_period for schedule in (plan, offered) for period in schedule.periods}
    return plan.unit is offered.unit and all(_limit(plan, at) <= _limit(offered, at) for at in times)


def _limit(schedule: ChargingSchedule, at: int) -> float:
    found = [period.limit for period in schedule.periods if period.start_period <= at]
    return 0.0 if not found or found[-1] is None else found[-1]
