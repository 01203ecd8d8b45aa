"""Firmware updates and their publishing (block L): what stations report of them, and what a boot proves. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from busbar.csms.changes import RowAdded, RowPut
from busbar.csms.happenings import FirmwareChanged
from busbar.csms.records.firmware import FirmwarePublication, FirmwareUpdate
from busbar.csms.records.requests import OPEN, RequestState
from busbar.csms.rows import Command, Station
from busbar.csms.services import requests
from busbar.csms.services.redaction import link
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import Acknowledged
from busbar.model.firmware import (
    FirmwareProgressed,
    FirmwareStatus,
    PublishFirmware,
    PublishProgressed,
    PublishStatus,
    UpdateFirmware,
)
from busbar.model.orders import Outcome

CONFIRM: Final = timedelta(days=7)
"""How long after an installation a boot may still tell which firmware runs."""


def _need(kind: type[FirmwareUpdate] | type[FirmwarePublication], request_id: int | None, view: StationView) -> RowNeed:
    which = ("state", OPEN) if request_id is None else ("id", request_id)
    return RowNeed(kind, (("station_id", view.station.id), which))


def progressed_needs(fact: FirmwareProgressed, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Ask for the update that a status may be about."""
    need = _need(FirmwareUpdate, fact.request_id, view)
    return () if need in view.found else (need,)


def progressed(fact: FirmwareProgressed, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a status (L01.FR.01). One that belongs to nothing known is only acknowledged."""
    row = requests.meant(view.found[_need(FirmwareUpdate, fact.request_id, view)], fact.request_id)
    if row is None or fact.status is FirmwareStatus.IDLE:  # Idle answers a trigger, and tells of no update (L01.FR.25)
        return Decision(Acknowledged())
    moved = requests.reported(row, fact.status.value, _state(fact.status), at, _why(fact.reason, fact.detail))
    if moved is row:
        return Decision(Acknowledged())
    return Decision(
        Acknowledged(), [RowPut(moved)], [FirmwareChanged(station=view.station.identity, at=at, update=moved)]
    )


def _state(status: FirmwareStatus) -> RequestState:
    if status is FirmwareStatus.INSTALLED:
        return RequestState.DONE
    return RequestState.FAILED if status.failed else RequestState.UNDER_WAY


def _why(reason: str | None, detail: str | None) -> str:
    return ": ".join(filter(None, (reason, detail)))


def published_needs(fact: PublishProgressed, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Ask for the publication that a status may be about."""
    need = _need(FirmwarePublication, fact.request_id, view)
    return () if need in view.found else (need,)


def published(fact: PublishProgressed, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a status of publishing (L03.FR.01), with where the file is offered."""
    row = requests.meant(view.found[_need(FirmwarePublication, fact.request_id, view)], fact.request_id)
    if row is None or fact.status is PublishStatus.IDLE:  # L03.FR.10
        return Decision(Acknowledged())
    done = fact.status is PublishStatus.PUBLISHED
    state = RequestState.DONE if done else RequestState.FAILED if fact.status.failed else RequestState.UNDER_WAY
    moved = requests.reported(row, fact.status.value, state, at, _why(fact.reason, fact.detail))
    if done:
        moved = replace(moved, locations=fact.locations, watched=False)
    return Decision(Acknowledged(), [RowPut(moved)])


def update_concluded(
    order: UpdateFirmware, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Know an update that came as a raw call, so that its reports find it; our own are known already."""
    if order.request_id is None or outcome is None:
        return Conclusion()
    row = FirmwareUpdate(
        id=order.request_id,
        station_id=view.station.id,
        key=command.idempotency_key or command.id,
        location=link(order.location),
        signed=order.signature is not None,
        retrieve_at=order.retrieve_at,
        install_at=order.install_at,
        before=view.station.firmware,
        requested_by=command.requested_by,
        created_at=command.created_at,
        updated_at=at,
    )
    return Conclusion([RowAdded(requests.answered(row, command, at))])


def publish_concluded(
    order: PublishFirmware, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Know a publication that came as a raw call; our own are known already."""
    if outcome is None:
        return Conclusion()
    row = FirmwarePublication(
        id=order.request_id,
        station_id=view.station.id,
        key=command.idempotency_key or command.id,
        location=link(order.location),
        checksum=order.checksum,
        requested_by=command.requested_by,
        created_at=command.created_at,
        updated_at=at,
    )
    return Conclusion([RowAdded(requests.answered(row, command, at))])


def proved(row: FirmwareUpdate, station: Station, at: datetime) -> FirmwareUpdate:
    """Tell what a boot after the update's beginning proves of it: the version that was meant, or another one.

    A station that installs while it restarts may never say Installed (L01.FR.23): the version that it boots with does.
    """
    booted = station.booted_at is not None and station.booted_at >= row.created_at
    if not row.watched or row.confirmed is not None or row.state not in (RequestState.UNDER_WAY, RequestState.DONE):
        return row
    if booted and row.version is not None and station.firmware == row.version and row.before != row.version:
        return replace(row, state=RequestState.DONE, confirmed=True, watched=False, updated_at=at)
    if row.state is RequestState.UNDER_WAY:
        return row
    if booted and row.version is None and station.firmware != row.before:
        return replace(row, version=station.firmware, confirmed=True, watched=False, updated_at=at)
    installed_at = row.steps[-1].at if row.steps else row.updated_at
    late = station.booted_at is not None and station.booted_at > installed_at
    if late and row.version is not None and station.firmware not in (row.version, None):
        runs = f"it runs {station.firmware}, not {row.version}"
        return replace(row, confirmed=False, detail=runs, watched=False, updated_at=at)
    return replace(row, watched=False) if at - row.updated_at > CONFIRM else row
