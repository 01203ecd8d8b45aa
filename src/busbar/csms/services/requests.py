"""The life of a request that takes its time: how it was answered, what was reported, when to give up. Pure steps.

Each step returns a new row, or the same one where nothing changes. A report can revive what was given up: what a
station says of itself is believed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeVar

from msgspec.structs import replace

from busbar.csms.records.requests import RequestState, StationRequest, Step
from busbar.csms.rows import Command, CommandState

STEP_LIMIT: Final = 100
"""Statuses that are kept of one request; a station that goes round in circles must not fill the store."""
DETAIL_LIMIT: Final = 1100
R = TypeVar("R", bound=StationRequest)

_UNSENT: Final = (CommandState.EXPIRED, CommandState.ERROR)


def answered(row: R, command: Command, at: datetime) -> R:
    """Take in how the command ended. A report that came before the answer has moved the state on already."""
    if row.answered or not command.state.final:
        return row
    answer = command.status or command.error or command.state.value
    state = row.state
    if state is RequestState.REQUESTED:
        state = _answered_state(command)
    why = command.error_description or _reason(command)
    return replace(
        row,
        answered=True,
        answer=answer,
        state=state,
        detail=(why or row.detail)[:DETAIL_LIMIT],
        watched=row.watched and not state.failed,
        updated_at=at,
    )


def _answered_state(command: Command) -> RequestState:
    if command.state is CommandState.ACCEPTED:
        return RequestState.ACCEPTED
    if command.state is CommandState.REJECTED:
        return RequestState.REFUSED
    return RequestState.FAILED if command.state in _UNSENT else RequestState.UNANSWERED


def _reason(command: Command) -> str:
    if command.state is CommandState.EXPIRED:
        return "it was not sent: the station was offline" if command.error == "offline" else "it was not sent in time"
    return ""


def reported(row: R, status: str, state: RequestState, at: datetime, detail: str = "") -> R:
    """Take in a status, and the state that it means; a repeated one is kept once."""
    if row.state is RequestState.CANCELED:  # what ends for another one may still say how (L01.FR.24)
        state = RequestState.CANCELED
    if status == row.status and state is row.state:
        return row
    step = Step(at, status, detail[:DETAIL_LIMIT])
    steps = [*row.steps[: STEP_LIMIT - 1], step]
    return replace(row, status=status, state=state, detail=step.detail, steps=steps, updated_at=at)


def canceled(row: R, at: datetime) -> R:
    """End a request for a newer one (AcceptedCanceled); what has ended stays as it is."""
    if not row.state.open:
        return row
    return replace(
        row, state=RequestState.CANCELED, detail="a newer request took its place", watched=False, updated_at=at
    )


def given_up(row: R, at: datetime, why: str) -> R:
    """End a request of which nothing came any more."""
    if not row.state.open:
        return row if not row.watched else replace(row, watched=False, updated_at=at)
    return replace(row, state=RequestState.FAILED, detail=why, watched=False, updated_at=at)


def meant(rows: Iterable[R], request_id: int | None) -> R | None:
    """Return which request a report is about: the one with its number, else the newest that is open (1.6 has none)."""
    if request_id is not None:
        return next((row for row in rows if row.id == request_id), None)
    opened = [row for row in rows if row.state.open]
    return max(opened, key=lambda row: (row.created_at, row.id), default=None)
