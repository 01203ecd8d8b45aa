"""Settles which profiles stations still hold: after clearings, full reports, ends of transactions and of validity.

Each step is made again where it was missed, and changes only what is still held, so two at once do no harm.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Query, Search, Store, Test
from busbar.csms.records.charging import (
    Clearing,
    Criteria,
    HeldProfile,
    HeldState,
    ProfileQuestion,
    ProfileReport,
)
from busbar.csms.rows import Transaction
from busbar.model.charging import ProfilePurpose

PAGE = 1000
_LATEST_SESSIONS = 50


async def look(desk: Desk) -> None:
    """Settle all stations where something is to be settled. Raises StoreUnavailable."""
    at = datetime.now(UTC)
    waiting = {row.station_id for row in await desk.store.find(Clearing, settled=False)}
    waiting |= {row.station_id for row in await desk.store.find(ProfileQuestion, settled=False)}
    tests = (Test("state", "=", HeldState.HELD), Test("valid_to", "<=", at))
    waiting |= {row.station_id for row in (await desk.store.look(HeldProfile, Search(tests=tests, limit=PAGE))).items}
    of_transactions = (Test("state", "=", HeldState.HELD), Test("purpose", "=", ProfilePurpose.TX))
    search: Search | None = Search(tests=of_transactions, limit=PAGE)
    while search is not None:
        page = await desk.store.look(HeldProfile, search)
        waiting |= {row.station_id for row in page.items}
        search = Search(tests=of_transactions, limit=PAGE, cursor=page.next) if page.next else None
    for station_id in waiting:
        await settle(desk.store, station_id, at)


async def settle(store: Store, station_id: int, at: datetime) -> None:
    """Bring the held profiles of a station up to date. Raises StoreUnavailable."""
    held = await store.find(HeldProfile, station_id=station_id, state=HeldState.HELD)
    await _clear(store, station_id, held)
    await _reconcile(store, station_id, held)
    for row in held:
        if row.valid_to is not None and row.valid_to <= at:
            await _end(store, row, HeldState.EXPIRED, row.valid_to)
    if any(row.purpose is ProfilePurpose.TX for row in held):
        await _follow(store, station_id, [row for row in held if row.purpose is ProfilePurpose.TX])


async def _clear(store: Store, station_id: int, held: list[HeldProfile]) -> None:
    for clearing in await store.find(Clearing, station_id=station_id, settled=False):
        for row in _meant(clearing, held):
            if row.changed_at <= clearing.at and row.purpose is not ProfilePurpose.EXTERNAL:  # K10.FR.06
                await _end(store, row, HeldState.CLEARED, clearing.at)
        await store.change(Clearing, (clearing.command_id,), values={"settled": True}, expected={"settled": False})


async def _reconcile(store: Store, station_id: int, held: list[HeldProfile]) -> None:
    """Mark what a complete report should have named and did not (K09)."""
    for question in await store.find(ProfileQuestion, station_id=station_id, settled=False):
        report = await store.get(ProfileReport, station_id, question.request_id)
        if not question.empty and (report is None or not report.complete):
            continue
        named = () if report is None else report.profile_ids
        for row in _meant(question, held):
            if row.profile_id not in named and row.changed_at <= question.at:
                await _end(store, row, HeldState.MISSING, question.at)
        key = (station_id, question.request_id)
        await store.change(ProfileQuestion, key, values={"settled": True}, expected={"settled": False})


def _meant(criteria: Criteria, held: list[HeldProfile]) -> Iterable[HeldProfile]:
    def fits(row: HeldProfile) -> bool:
        return (
            row.state is HeldState.HELD
            and (not criteria.profile_ids or row.profile_id in criteria.profile_ids)
            and criteria.evse in (None, row.evse)
            and criteria.purpose in (None, row.purpose)
            and criteria.stack_level in (None, row.stack_level)
            and (not criteria.sources or row.source in criteria.sources)
        )

    return filter(fits, held)


async def _follow(store: Store, station_id: int, held: list[HeldProfile]) -> None:
    """End profiles of transactions that have ended; one that names none belongs to the next one at its EVSE."""
    latest = (await store.transactions(Query(station_id=station_id, limit=_LATEST_SESSIONS))).items
    for row in held:
        session: Transaction | None
        if row.transaction_id is not None:
            session = await store.transaction(station_id, row.transaction_id)
        else:
            later = [item for item in latest if row.evse in (0, item.evse) and item.updated_at >= row.changed_at]
            session = min(later, key=lambda item: item.updated_at, default=None)
        if session is not None and session.ended_at is not None:
            await _end(store, row, HeldState.ENDED, session.ended_at)


async def _end(store: Store, row: HeldProfile, state: HeldState, at: datetime) -> None:
    if row.state is not HeldState.HELD:
        return
    values: dict[str, Any] = {"state": state, "changed_at": at}
    expected = {"state": HeldState.HELD, "changed_at": row.changed_at}
    if await store.change(HeldProfile, (row.station_id, row.profile_id), values=values, expected=expected):
        row.state = state
