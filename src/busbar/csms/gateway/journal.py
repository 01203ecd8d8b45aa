"""What the door and the sessions notice of security, gathered and stored now and then. Decides nothing.

A flood of refused tries costs one row for each station and reason, and one event a minute: what comes in between is
counted.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.changes import Change, RowAdded, RowPut
from busbar.csms.happenings import AnyHappening, ConnectionRefused
from busbar.csms.ports import Store, StoreUnavailable
from busbar.csms.records.security import Refusal
from busbar.csms.services.security_events import alert, noticed

EVERY_S: Final = 1.0
LIMIT: Final = 1000
QUIET: Final = timedelta(minutes=1)
_TOGETHER: Final = 25  # stations of one statement: each has few reasons, and what one statement finds is bounded

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something noticed. `station_id` is 0 where the station is not known, `status` 0 where nothing was refused."""

    station_id: int
    identity: str
    reason: str
    address: str
    status: int = 0
    event: str | None = None


@dataclass(slots=True)
class _Seen:
    note: Note
    first_at: datetime
    last_at: datetime
    count: int = 1


class Journal:
    """Notes of one node; `dropped` counts those that were too many."""

    def __init__(self, store: Store, publish: Callable[[int, Sequence[AnyHappening]], None]) -> None:
        self.dropped = 0
        self._store = store
        self._publish = publish
        self._refused: dict[tuple[int, str], _Seen] = {}
        self._events: dict[tuple[int, str], _Seen] = {}
        self._told_at: dict[tuple[int, str], datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to store."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Store what is left, if that can be."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._guarded_flush(final=True)

    def note(self, note: Note) -> None:
        """Take a note, to be stored soon."""
        at = datetime.now(UTC)
        if note.status:
            self._gather(self._refused, (note.station_id, note.reason), note, at)
        if note.event is not None:
            self._gather(self._events, (note.station_id, note.event), note, at)

    def _gather(self, seen: dict[tuple[int, str], _Seen], key: tuple[int, str], note: Note, at: datetime) -> None:
        known = seen.get(key)
        if known is not None:
            known.note, known.last_at, known.count = note, at, known.count + 1
        elif len(seen) < LIMIT:
            seen[key] = _Seen(note, at, at)
        else:
            self.dropped += 1

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self._guarded_flush()

    async def _guarded_flush(self, *, final: bool = False) -> None:
        try:
            await self.flush(final=final)
        except StoreUnavailable as error:
            log.warning("security events cannot be stored now: %s", error)
        except Exception:
            log.exception("security events could not be stored")

    async def flush(self, *, final: bool = False) -> None:
        """Store what was noticed; `final` also what would wait for its minute. Raises StoreUnavailable."""
        refused, self._refused = self._refused, {}
        due = [key for key, seen in self._events.items() if final or self._is_due(key, seen.last_at)]
        happened = {key: self._events.pop(key) for key in due}
        if not refused and not happened:
            return
        changes: list[Change] = [*await self._refusals(refused)]
        told: list[tuple[int, AnyHappening]] = []
        for (station_id, kind), seen in happened.items():
            info = ", from ".join(filter(None, (seen.note.reason, seen.note.address)))
            event = noticed(station_id, kind, seen.first_at, info, seen.count)
            changes.append(RowAdded(event))
            if event.critical and station_id:  # anybody on the net can fail to shake hands
                told.append((station_id, alert(event, seen.note.identity)))
        for (station_id, reason), seen in refused.items():
            if station_id and self._is_due((station_id, f"refused: {reason}"), seen.last_at):
                told.append((station_id, _refusal(seen)))
        await self._store.commit(changes)
        for station_id, happening in told:
            self._publish(station_id, [happening])

    def _is_due(self, key: tuple[int, str], at: datetime) -> bool:
        told_at = self._told_at.pop(key, None)
        due = told_at is None or at - told_at >= QUIET
        self._told_at[key] = at if due or told_at is None else told_at
        if len(self._told_at) > LIMIT:
            del self._told_at[next(iter(self._told_at))]
        return due

    async def _refusals(self, seen: dict[tuple[int, str], _Seen]) -> list[RowPut]:
        """Add what was counted to what is stored."""
        stored: dict[tuple[int, str], Refusal] = {}
        stations = sorted({station_id for station_id, _ in seen})
        for begin in range(0, len(stations), _TOGETHER):
            some = tuple(stations[begin : begin + _TOGETHER])
            stored |= {(row.station_id, row.reason): row for row in await self._store.find(Refusal, station_id=some)}
        return [RowPut(_added(one, stored.get(key))) for key, one in seen.items()]


def _refusal(seen: _Seen) -> ConnectionRefused:
    note = seen.note
    return ConnectionRefused(station=note.identity, at=seen.last_at, reason=note.reason, status=note.status)


def _added(seen: _Seen, stored: Refusal | None) -> Refusal:
    note = seen.note
    return Refusal(
        station_id=note.station_id,
        reason=note.reason,
        status=note.status,
        count=seen.count + (0 if stored is None else stored.count),
        first_at=seen.first_at if stored is None else stored.first_at,
        last_at=seen.last_at,
        address=note.address,
        identity=note.identity,
    )
