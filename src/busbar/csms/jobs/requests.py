"""Looks after requests that take their time: takes in answers, proves updates by boots, gives up what nothing came of.

The rows are changed by compare-and-set: what a station reports meanwhile is never overwritten.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec

from busbar.csms.happenings import AnyHappening, FirmwareChanged, LogChanged
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Query, Search, Store, Test
from busbar.csms.records.files import StoredFile
from busbar.csms.records.firmware import FirmwarePublication, FirmwareUpdate
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.requests import OPEN, RequestState, StationRequest
from busbar.csms.rows import Command, Station
from busbar.csms.services import firmware, requests
from busbar.model.logs import LogOutcome
from busbar.protocol import codec
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS

NEVER_SENT: Final = timedelta(minutes=10)
SILENT: Final = timedelta(days=30)
"""After which an update of which nothing is heard is over; a log is after a day."""
SILENT_LOG: Final = timedelta(days=1)
SLOW_WORD: Final = timedelta(minutes=1)
"""What a station may take to say that it has brought a file."""
CANCELS: Final = "AcceptedCanceled"

KINDS: Final[tuple[type[StationRequest], ...]] = (FirmwareUpdate, FirmwarePublication, LogRequest)
log = logging.getLogger(__name__)
R = TypeVar("R", bound=StationRequest)


async def look(desk: Desk) -> None:
    """Look at every request that waits for something."""
    now = datetime.now(UTC)
    for kind in KINDS:
        for row in await desk.store.find(kind, answered=False):
            settled = await settle(desk.store, row, now)
            await _tell(desk, row, settled)
    for update in await _all_watched(desk.store, FirmwareUpdate):
        await _prove(desk, update, now)
    for request in await _all_watched(desk.store, LogRequest):
        if not await _came(desk, request, now):
            await _end(desk, request, now, SILENT_LOG)
    for publication in await _all_watched(desk.store, FirmwarePublication):
        await _end(desk, publication, now, SILENT)


async def settle(store: Store, row: R, now: datetime) -> R:
    """Take in the end of a request's command, where it has ended, and return the row as it is then."""
    command = await store.command_by_key(row.station_id, row.key)
    if command is None:
        if now - row.created_at < NEVER_SENT:
            return row
        over = requests.given_up(row, now, "it was never sent")  # a crash came between the row and its command
        return await _change(store, row, msgspec.structs.replace(over, answered=True))
    moved: StationRequest = requests.answered(row, command, now)
    if moved is row:
        return row
    if isinstance(moved, LogRequest):
        moved = msgspec.structs.replace(moved, filename=await _filename(store, command) or moved.filename)
    kept = await _change(store, row, moved)
    if kept.answer == CANCELS:
        await _cancel_others(store, kept, now)
    return kept


async def _change(store: Store, row: R, moved: Any) -> R:
    """Store what a step changed, if nothing else moved the row; else leave it to the next look."""
    names = [name for name in row.__struct_fields__ if getattr(row, name) != getattr(moved, name)]
    if not names:
        return row
    changed = await store.change(
        type(row),
        (row.station_id, row.id),
        values={name: getattr(moved, name) for name in names},
        expected={"state": row.state, "updated_at": row.updated_at, "answered": row.answered},
    )
    kept: R = moved if changed else row
    return kept


async def _cancel_others(store: Store, row: StationRequest, now: datetime) -> None:
    """End what the station ended for this request (L01.FR.24, N01.FR.12)."""
    for other in await store.find(type(row), station_id=row.station_id, state=OPEN):
        if other.id != row.id and other.created_at <= row.created_at:
            await _change(store, other, requests.canceled(other, now))


async def _filename(store: Store, command: Command) -> str | None:
    """Return the file that a station named in its answer."""
    station = await _station(store, command.station_id)
    if station is None or station.version is None or command.answer is None:
        return None
    try:
        said = codec.decode_response(station.version, command.action, command.answer)
        outcome = TRANSLATORS[station.version].to_outcome(command.action, said, said)
    except ProtocolViolation:  # it has another version by now
        return None
    return outcome.filename if isinstance(outcome, LogOutcome) else None


async def _station(store: Store, station_id: int) -> Station | None:
    page = await store.stations(Query(station_id=station_id, limit=1))
    return page.items[0] if page.items else None


async def _all_watched(store: Store, kind: type[R]) -> Sequence[R]:
    """Return the requests that are looked after, however many."""
    found: list[R] = []
    search: Search | None = Search(tests=(Test("watched", "=", True), Test("answered", "=", True)), limit=1000)
    while search is not None:
        page = await store.look(kind, search)
        found += page.items
        search = None if page.next is None else msgspec.structs.replace(search, cursor=page.next)
    return found


async def _prove(desk: Desk, row: FirmwareUpdate, now: datetime) -> None:
    station = await _station(desk.store, row.station_id)
    if station is None:
        await _change(desk.store, row, requests.given_up(row, now, "the station was removed"))
        return
    proved = firmware.proved(row, station, now)
    if proved is row:
        await _end(desk, row, now, SILENT)
        return
    await _tell(desk, row, await _change(desk.store, row, proved))


async def _came(desk: Desk, row: LogRequest, now: datetime) -> bool:
    """End a request whose file was received, though the station has not said so."""
    if not row.state.open:
        return False
    files = await desk.store.find(StoredFile, station_id=row.station_id, request_id=row.id)
    if not any(now - file.received_at > SLOW_WORD for file in files):
        return False
    came = requests.given_up(msgspec.structs.replace(row, state=RequestState.DONE), now, "")
    told = msgspec.structs.replace(came, detail="the file came; the station did not say so")
    await _tell(desk, row, await _change(desk.store, row, told))
    return True


async def _end(desk: Desk, row: StationRequest, now: datetime, silent: timedelta) -> None:
    """Stop looking after a request that has ended, or of which nothing was heard for long."""
    if row.state.open and now - _due(row) < silent:
        return
    if isinstance(row, FirmwareUpdate) and row.state is RequestState.DONE:
        return  # a boot may still prove it
    await _tell(desk, row, await _change(desk.store, row, requests.given_up(row, now, "nothing was heard any more")))


def _due(row: StationRequest) -> datetime:
    """Return when something should have been heard of a request."""
    times = [row.updated_at]
    if isinstance(row, FirmwareUpdate):
        times += [row.retrieve_at, row.install_at or row.retrieve_at]
    return max(times)


async def _tell(desk: Desk, before: StationRequest, after: StationRequest) -> None:
    if after is before or isinstance(after, FirmwarePublication):
        return
    station = await _station(desk.store, after.station_id)
    if station is None:
        return
    told: list[AnyHappening] = []
    if isinstance(after, FirmwareUpdate):
        told.append(FirmwareChanged(station=station.identity, at=after.updated_at, update=after))
    elif isinstance(after, LogRequest):
        told.append(LogChanged(station=station.identity, at=after.updated_at, request=after))
    desk.publish(after.station_id, told)
