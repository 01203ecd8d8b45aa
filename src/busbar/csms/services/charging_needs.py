"""What EVs need and how they will charge (K15 to K20), by the policy that an operator has set. Knows no version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec

from busbar.csms.changes import RowPut
from busbar.csms.happenings import ChargingNeedsNotified as NeedsHappening
from busbar.csms.records.charging import (
    ALL_STATIONS,
    AllowedTransfers,
    ChargingNeeds,
    ChargingPolicy,
    EVSchedule,
    HeldProfile,
    HeldState,
    NeedsPolicy,
)
from busbar.csms.records.device_model import ModelValue
from busbar.csms.rows import Command, Transaction
from busbar.csms.services.charging_shapes import compact, profile_of
from busbar.csms.services.device_model import ACTUAL, path
from busbar.csms.services.references import id_on_wire
from busbar.csms.services.view import (
    Conclusion,
    Context,
    Decision,
    Errand,
    Need,
    PolicyNeed,
    RowNeed,
    StationView,
    Tokens,
)
from busbar.model.charging import (
    AllowEnergyTransfer,
    ChargingNeedsNotified,
    ChargingProfile,
    ChargingSchedule,
    EVScheduleAnswer,
    EVScheduleNotified,
    NeedsAnswer,
    NeedsStatus,
    ProfileKind,
    ProfilePurpose,
    SchedulePeriod,
    SetChargingProfile,
)
from busbar.model.orders import Outcome, VariableName

OWN_PROFILES: Final = 1_500_000_000
"""The profile that the CSMS sends by itself for EVSE n has this number plus n: a new one replaces the old one."""
_SLACK: Final = 1.0
_BIDIRECTIONAL: Final = "BPT"
_PERIODS: Final = path(VariableName(component="SmartChargingCtrlr", variable="PeriodsPerSchedule"))


def notified_needs(fact: ChargingNeedsNotified, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return the policy of the station and of all, and which ways of energy transfer are allowed."""
    transaction = _running(view, fact.evse)
    wanted = [_policy_need(view), _periods_need(view)]
    wanted += [] if transaction is None else [_allowed_need(view, transaction), _held_need(view, fact.evse)]
    lacking: list[Need] = [need for need in wanted if need not in view.found]
    return [*lacking, PolicyNeed()] if tokens.policy is None else lacking


def notified(fact: ChargingNeedsNotified, view: StationView, context: Context, at: datetime) -> Decision:
    """Keep an EV's needs and answer them; a profile follows at once where the policy says so (K15.FR.07)."""
    policy, transaction = _policy(view), _running(view, fact.evse)
    allowed = _allowed(view, context.tokens, transaction)
    offer = None if transaction is None else _offer(policy, fact, _most_periods(fact, view), at)
    status, errands = NeedsStatus.REJECTED, []  # K18.FR.22, K19.FR.15, Q01.FR.04
    if not allowed or fact.energy_transfer in allowed:
        status = _status(policy, offer, fact)
    if status is NeedsStatus.ACCEPTED and offer is not None and transaction is not None:
        own = _profile(offer, transaction, fact.evse)
        order = SetChargingProfile(evse=fact.evse, profile=_instead(own, view, fact.evse) or own)
        errands = [Errand(order, key=f"needs:{context.new_id()}")]
    row = ChargingNeeds(
        station_id=view.station.id,
        evse=fact.evse,
        at=fact.at or at,
        transaction_id=id_on_wire(transaction.transaction_id) if transaction else None,
        energy_transfer=fact.energy_transfer,
        control_mode=fact.control_mode,
        departure_at=fact.departure_at,
        max_schedule_tuples=fact.max_schedule_tuples,
        answer=status,
        needs=fact.needs,
    )
    heard = NeedsHappening(station=view.station.identity, at=at, needs=row)
    return Decision(NeedsAnswer(status=status), [RowPut(row)], [heard], errands)


def _status(policy: ChargingPolicy | None, offer: ChargingSchedule | None, fact: ChargingNeedsNotified) -> NeedsStatus:
    if policy is not None and policy.needs is NeedsPolicy.LATER:
        return NeedsStatus.PROCESSING  # K15.FR.05
    if offer is not None:
        return NeedsStatus.ACCEPTED  # K15.FR.03
    # K18.FR.04, K19.FR.04: with ISO 15118-20 a refusal would end the transaction; before it, K15.FR.04
    return NeedsStatus.REJECTED if fact.control_mode is None else NeedsStatus.NO_PROFILE


def _most_periods(fact: ChargingNeedsNotified, view: StationView) -> int | None:
    """Return how many periods the EV and the station take in a schedule (K15.FR.07); None is not known."""
    values: tuple[ModelValue, ...] = view.found.get(_periods_need(view), ())
    told = (int(row.value) for row in values if row.value is not None and row.value.isdecimal())
    return min(filter(None, (*told, fact.max_schedule_tuples)), default=None)


def _offer(
    policy: ChargingPolicy | None, fact: ChargingNeedsNotified, most: int | None, at: datetime
) -> ChargingSchedule | None:
    """Return the one schedule (K18.FR.18) that the policy allows; None where it has none that the EV can take.

    Only an EV that wants to discharge gets a schedule that may have it discharge (Q02.FR.01, Q02.FR.02).
    """
    if policy is None or policy.needs is not NeedsPolicy.PROFILE or policy.limit is None:
        return None
    period = SchedulePeriod(start_period=0, limit=policy.limit)
    schedule = ChargingSchedule(id=1, unit=policy.unit, start_schedule=at, periods=[period])
    if policy.bidirectional is not None and _BIDIRECTIONAL in fact.energy_transfer:
        schedule = replace(msgspec.convert(policy.bidirectional, ChargingSchedule), id=1, start_schedule=at)
    return schedule if most is None or len(schedule.periods) <= most else None


def _profile(schedule: ChargingSchedule, transaction: Transaction, evse: int) -> ChargingProfile:
    """Make the profile of a transaction, which holds until that ends."""
    return ChargingProfile(
        id=OWN_PROFILES + evse,
        stack_level=0,
        purpose=ProfilePurpose.TX,
        kind=ProfileKind.ABSOLUTE,
        transaction_id=id_on_wire(transaction.transaction_id),
        schedules=[schedule],
    )


def _instead(own: ChargingProfile, view: StationView, evse: int) -> ChargingProfile | None:
    """Return the profile that the transaction has of an operator at that level: there is one only (K01.FR.39)."""
    found = _holding(view, evse, own.transaction_id)
    return next((one for one in found if one.stack_level == own.stack_level and one.id != own.id), None)


def transfers_allowed(
    order: AllowEnergyTransfer, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what a station was told that a transaction may use (Q02.FR.05)."""
    if outcome is None or not outcome.accepted:
        return Conclusion()
    row = AllowedTransfers(
        station_id=view.station.id, transaction_id=order.transaction_id, at=at, modes=list(order.modes)
    )
    return Conclusion([RowPut(row)])


def _allowed(view: StationView, tokens: Tokens, transaction: Transaction | None) -> Sequence[str]:
    """Return the ways of energy transfer that a transaction may use; nothing is all."""
    if transaction is None:
        return ()
    told: tuple[AllowedTransfers, ...] = view.found.get(_allowed_need(view, transaction), ())
    if told:
        return told[0].modes
    profiles = {} if tokens.policy is None else tokens.policy.profiles
    profile = profiles.get((transaction.token or "").casefold())
    return (profile.energy_transfers if profile else None) or ()


def scheduled_needs(fact: EVScheduleNotified, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the policy, and the profiles that hold at the EVSE."""
    return [need for need in (_policy_need(view), _held_need(view, fact.evse)) if need not in view.found]


def scheduled(fact: EVScheduleNotified, view: StationView, context: Context, at: datetime) -> Decision:
    """Say whether an EV's schedule is within its profile (K15.FR.11, K15.FR.12).

    Where it is not, and the policy sends profiles, the profile is sent again: a new negotiation (K16, K17.FR.13).
    """
    transaction = _running(view, fact.evse)
    wire = id_on_wire(transaction.transaction_id) if transaction else None
    top = max(_holding(view, fact.evse, wire), key=lambda profile: profile.stack_level, default=None)
    accepted = top is None or _within(fact, top)
    row = EVSchedule(
        station_id=view.station.id,
        evse=fact.evse,
        at=at,
        transaction_id=wire,
        time_base=fact.time_base,
        selected_schedule_id=fact.selected_schedule_id,
        power_tolerance_accepted=fact.power_tolerance_accepted,
        accepted=accepted,
        schedule=compact(fact.schedule),
    )
    policy, errands = _policy(view), []
    if top is not None and not accepted and policy is not None and policy.needs is NeedsPolicy.PROFILE:
        order = SetChargingProfile(evse=fact.evse, profile=top)
        errands = [Errand(order, key=f"renegotiation:{context.new_id()}")]
    return Decision(EVScheduleAnswer(accepted=accepted), [RowPut(row)], [], errands)


def _holding(view: StationView, evse: int, wire: str | None) -> list[ChargingProfile]:
    """Return the profiles of a transaction: what is stored, and what was taken since."""
    stored: tuple[HeldProfile, ...] = view.found.get(_held_need(view, evse), ())
    rows = {row.profile_id: row for row in stored if row.transaction_id in (None, wire)}
    taken = (row for row in view.profiles.values() if row.evse == evse and row.purpose is ProfilePurpose.TX)
    rows |= {row.profile_id: row for row in taken if wire is not None and row.transaction_id == wire}
    return [profile_of(row.profile) for row in rows.values()]


def _within(fact: EVScheduleNotified, profile: ChargingProfile) -> bool:
    """Hold an EV's limits against those of the schedule that it chose, at the start of each period of either."""
    chosen = [item for item in profile.schedules if item.id == fact.selected_schedule_id] or profile.schedules
    if profile.kind not in (ProfileKind.ABSOLUTE, ProfileKind.RELATIVE):
        return True  # in dynamic control nothing is compared
    return any(_below(fact, schedule) for schedule in chosen)


def _below(fact: EVScheduleNotified, allowed: ChargingSchedule) -> bool:
    if fact.schedule.unit is not allowed.unit:
        return True  # watts and amperes cannot be compared without the voltage
    shift = (fact.time_base - allowed.start_schedule).total_seconds() if allowed.start_schedule else 0.0
    times = {period.start_period for period in fact.schedule.periods}
    times |= {round(period.start_period - shift) for period in allowed.periods if period.start_period > shift}
    for time in times:
        wanted, limit = _limit_at(fact.schedule, time), _limit_at(allowed, time + shift)
        if wanted is not None and limit is not None and wanted > limit + _SLACK:
            return False
    return True


def _limit_at(schedule: ChargingSchedule, time: float) -> float | None:
    """Return the limit at a time after the schedule's start; None where it sets none."""
    if time < 0 or (schedule.duration is not None and time >= schedule.duration):
        return None
    return next((period.limit for period in reversed(schedule.periods) if period.start_period <= time), None)


def _running(view: StationView, evse: int) -> Transaction | None:
    rows = (row for row in view.transactions.values() if row is not None and row.ended_at is None and row.evse == evse)
    return max(rows, key=lambda row: row.updated_at, default=None)


def _policy(view: StationView) -> ChargingPolicy | None:
    rows: tuple[ChargingPolicy, ...] = view.found.get(_policy_need(view), ())
    return max(rows, key=lambda row: row.station_id, default=None)  # the station's own before that of all, 0


def _policy_need(view: StationView) -> RowNeed:
    return RowNeed(ChargingPolicy, (("station_id", (ALL_STATIONS, view.station.id)),))


def _periods_need(view: StationView) -> RowNeed:
    return RowNeed(ModelValue, (("station_id", view.station.id), ("path", _PERIODS), ("attribute", ACTUAL)))


def _allowed_need(view: StationView, transaction: Transaction) -> RowNeed:
    key = (("station_id", view.station.id), ("transaction_id", id_on_wire(transaction.transaction_id)))
    return RowNeed(AllowedTransfers, key)


def _held_need(view: StationView, evse: int) -> RowNeed:
    of_transactions = ("purpose", ProfilePurpose.TX)
    standing = ("state", HeldState.HELD)
    return RowNeed(HeldProfile, (("station_id", view.station.id), ("evse", evse), of_transactions, standing))
