"""What a station holds: what came of profiles that were sent or cleared, and what it reports. Knows no version.

Which held profiles a clearing or a full report ends is settled later, by `csms/jobs/charging.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut
from busbar.csms.records.charging import (
    Clearing,
    DynamicValues,
    FetchedSchedule,
    HeldProfile,
    ProfileQuestion,
    ProfileReport,
    SentProfile,
    SentState,
    Uncontrolled,
)
from busbar.csms.rows import Command, CommandState
from busbar.csms.services.charging_shapes import compact
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.charging import (
    ChargingProfile,
    ClearChargingProfile,
    CompositeSchedule,
    GetChargingProfiles,
    GetCompositeSchedule,
    ProfilesReported,
    SetChargingProfile,
    UpdateDynamicSchedule,
)
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome, StartTransaction

_STATES: Final = {
    CommandState.ACCEPTED: SentState.ACCEPTED,
    CommandState.REJECTED: SentState.REJECTED,
    CommandState.ERROR: SentState.REJECTED,
    CommandState.EXPIRED: SentState.UNSENT,
}
_REASON_LIMIT: Final = 255
_REMEMBERED: Final = 16


def profile_set(
    order: SetChargingProfile, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what came of a profile; a station that did not take it is uncontrolled until it takes one."""
    return _sent(order.profile, order.evse, None, command, outcome, view, at)


def started(
    order: StartTransaction, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what came of a profile that went with a remote start (K05)."""
    if order.profile is None:
        return Conclusion()
    transaction_id = outcome.transaction_id if outcome else None
    return _sent(order.profile, order.evse or 0, transaction_id, command, outcome, view, at)


def _sent(
    profile: ChargingProfile,
    evse: int,
    transaction_id: str | None,
    command: Command,
    outcome: Outcome | None,
    view: StationView,
    at: datetime,
) -> Conclusion:
    station_id, state, reason = (
        view.station.id,
        _STATES.get(command.state, SentState.UNKNOWN),
        _reason(command, outcome),
    )
    tried = SentProfile(
        command_id=command.id,
        station_id=station_id,
        at=at,
        evse=evse,
        profile_id=profile.id,
        purpose=profile.purpose,
        state=state,
        reason=None if state is SentState.ACCEPTED else reason,
        by=command.requested_by,
        profile=compact(profile),
    )
    if state is not SentState.ACCEPTED:
        return Conclusion([RowAdded(tried), RowAdded(Uncontrolled(station_id=station_id, since=at, reason=reason))])
    row = held(profile, evse, station_id, at)
    row.transaction_id = profile.transaction_id or transaction_id
    view.profiles.pop(row.profile_id, None)
    view.profiles[row.profile_id] = row
    if len(view.profiles) > _REMEMBERED:
        del view.profiles[next(iter(view.profiles))]
    return Conclusion([RowAdded(tried), RowPut(row), RowGone(Uncontrolled, (station_id,))])


def _reason(command: Command, outcome: Outcome | None) -> str:
    words: Sequence[str | None]
    if outcome is None:
        words = (command.error or command.state.value, command.error_description)
    else:
        words = (outcome.status, outcome.reason, outcome.detail)
    return ": ".join(filter(None, words))[:_REASON_LIMIT]


def held(profile: ChargingProfile, evse: int, station_id: int, at: datetime) -> HeldProfile:
    """Return the row of a profile that stands at a station."""
    return HeldProfile(
        station_id=station_id,
        profile_id=profile.id,
        evse=evse,
        purpose=profile.purpose,
        stack_level=profile.stack_level,
        changed_at=at,
        transaction_id=profile.transaction_id,
        valid_to=profile.valid_to,
        profile=compact(profile),
    )


def cleared(
    order: ClearChargingProfile, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Note what is gone; Unknown says that there was none (K10.FR.01)."""
    if outcome is None or outcome.status not in ("Accepted", "Unknown"):
        return Conclusion()
    view.profiles.clear()
    row = Clearing(
        command_id=command.id,
        station_id=view.station.id,
        at=at,
        evse=order.evse,
        profile_ids=[] if order.profile_id is None else [order.profile_id],
        purpose=order.purpose,
        stack_level=order.stack_level,
    )
    return Conclusion([RowPut(row)])


def composed(
    order: GetCompositeSchedule, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what a station said will hold (K08), in place of what it said before."""
    if not isinstance(outcome, CompositeSchedule) or outcome.schedule is None:
        return Conclusion()
    row = FetchedSchedule(
        station_id=view.station.id,
        evse=order.evse,
        at=at,
        duration=order.duration,
        schedule=compact(outcome.schedule),
    )
    return Conclusion([RowPut(row)])


def asked(
    order: GetChargingProfiles, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Note a question that is answered by reports, or by the word that there is nothing to report (K09)."""
    if outcome is None or outcome.status not in ("Accepted", "NoProfiles"):
        return Conclusion()
    row = ProfileQuestion(
        station_id=view.station.id,
        request_id=order.request_id,
        at=at,
        empty=outcome.status == "NoProfiles",
        evse=order.evse,
        profile_ids=order.profile_ids,
        purpose=order.purpose,
        stack_level=order.stack_level,
        sources=order.sources,
    )
    return Conclusion([RowPut(row)])


def updated(
    order: UpdateDynamicSchedule, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what a dynamic profile allows now (K28)."""
    if outcome is None or not outcome.accepted:
        return Conclusion()
    values = compact(order.update)
    return Conclusion(
        [RowPut(DynamicValues(station_id=view.station.id, profile_id=order.profile_id, at=at, values=values))]
    )


def reported_needs(fact: ProfilesReported, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the parts of the report that came before."""
    need = _report_need(fact, view)
    return () if need in view.found else (need,)


def reported(fact: ProfilesReported, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep the profiles that a station says it holds, whoever installed them (K09.FR.02 and following)."""
    station_id = view.station.id
    before: tuple[ProfileReport, ...] = view.found.get(_report_need(fact, view), ())
    named = {number for row in before for number in row.profile_ids} | {profile.id for profile in fact.profiles}
    report = ProfileReport(
        station_id=station_id,
        request_id=fact.request_id,
        at=at,
        complete=not fact.more,
        profile_ids=sorted(named),
    )
    changes: list[Change] = [RowPut(report)]
    for profile in fact.profiles:
        row = held(profile, fact.evse, station_id, at)
        row.source, row.reported_at = fact.source, at
        changes.append(RowPut(row))
    return Decision(Acknowledged(), changes)


def _report_need(fact: ProfilesReported, view: StationView) -> RowNeed:
    return RowNeed(ProfileReport, (("station_id", view.station.id), ("request_id", fact.request_id)))
