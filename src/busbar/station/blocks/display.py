"""Messages for drivers (block O): kept, reported, and shown by their priority, their time, and what the station does.

It must not know what a display looks like: `Show` says what is to be read, an empty text that nothing is.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.model.display import (
    AskMessages,
    ClearMessage,
    DisplayState,
    Message,
    MessagesReported,
    Priority,
    ShowMessage,
)
from busbar.model.facts import Answer
from busbar.model.orders import Outcome
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Where
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.outbox import Call
from busbar.station.effects import SetTimer, Show

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

LIMIT: Final = 100
PAGE: Final = 10
CYCLE_S: Final = 10
_PREFIX: Final = "display/"
_TIMER: Final = "display"
_ACCEPTED: Final = "Accepted"
_ORDER: Final = (Priority.ALWAYS_FRONT, Priority.IN_FRONT, Priority.NORMAL_CYCLE)


class Display(Block):
    """The messages of one station, the latest last."""

    __slots__ = ("_due_at", "_messages", "_shown")

    KEPT: ClassVar = _PREFIX

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        board = fittings.cabinet.board
        kept = (msgspec.json.decode(raw, type=Message) for _, raw in board.saved(_PREFIX))
        self._messages = {message.id: message for message in kept}
        self._shown: dict[int | None, str] = {}
        self._due_at: datetime | None = None

    def show(self, order: ShowMessage) -> Outcome:
        """Take a message, in the place of one with its number (O01, O02, O06)."""
        message = order.message
        status = self._judge(message)
        if status != _ACCEPTED:
            return Outcome(status=status)
        if message.priority is Priority.ALWAYS_FRONT:  # there is one at a time, the newest
            for other in [one for one in self._messages.values() if one.priority is Priority.ALWAYS_FRONT]:
                if _place(other) == _place(message):
                    self._remove(other.id)
        self._messages.pop(message.id, None)
        self._messages[message.id] = message
        self.fittings.cabinet.board.keep(f"{_PREFIX}{message.id}", message)
        return Outcome(status=_ACCEPTED)

    def ask(self, order: AskMessages) -> Outcome:
        """Report the messages that match (O03, O04)."""
        self._expire()
        found = [
            message
            for message in self._messages.values()
            if (not order.ids or message.id in order.ids)
            and order.priority in (None, message.priority)
            and order.state in (None, message.state)
        ]
        if not found:
            return Outcome(status="Unknown")
        self._send(order.request_id, found)
        return Outcome(status=_ACCEPTED)

    def clear(self, order: ClearMessage) -> Outcome:
        """Take a message away (O05)."""
        self._expire()
        if order.id not in self._messages:
            return Outcome(status="Unknown")
        self._remove(order.id)
        return Outcome(status=_ACCEPTED)

    def due(self, _: str) -> None:
        """Let another message have its turn: `refresh`, which follows, sees to it."""
        self._due_at = None

    def refresh(self) -> None:
        """Show what is to be read now, where that is not what is read."""
        self._expire()
        places = {None, *map(_place, self._messages.values()), *self._shown}
        for place in sorted(places, key=lambda place: place or 0):
            text = self._text(place)
            if text != self._shown.get(place, ""):
                self._shown[place] = text
                self.fittings.cabinet.board.do(Show(text, place))
        self._schedule()

    def _judge(self, message: Message) -> str:
        variables = self.fittings.cabinet.variables
        if message.priority.value not in variables.members("DisplayPriorities"):
            return "NotSupportedPriority"
        if message.state is not None and message.state.value not in variables.members("DisplayStates"):
            return "NotSupportedState"
        texts = (message.text, *message.extra)
        if any(text.format.value not in variables.members("DisplayFormats") for text in texts):
            return "NotSupportedMessageFormat"
        if message.transaction_id is not None and self.fittings.transactions.find(message.transaction_id) is None:
            return "UnknownTransaction"
        place = _place(message)
        full = message.id not in self._messages and len(self._messages) >= LIMIT
        over = message.ends_at is not None and message.ends_at <= self.fittings.cabinet.board.now
        if full or over or (place is not None and place not in self.fittings.cabinet.evses):
            return "Rejected"
        return _ACCEPTED

    def _expire(self) -> None:
        """Let go of messages whose time or transaction is over."""
        now, find = self.fittings.cabinet.board.now, self.fittings.transactions.find
        for message in list(self._messages.values()):
            late = message.ends_at is not None and message.ends_at <= now
            if late or (message.transaction_id is not None and find(message.transaction_id) is None):
                self._remove(message.id)

    def _remove(self, number: int) -> None:
        del self._messages[number]
        self.fittings.cabinet.board.forget(f"{_PREFIX}{number}")

    def _text(self, place: int | None) -> str:
        """Choose: those of the highest priority take turns."""
        found = [message for message in self._messages.values() if self._fits(message, place)]
        best = next((priority for priority in _ORDER if any(one.priority is priority for one in found)), None)
        turns = [message for message in found if message.priority is best]
        if not turns:
            return ""
        turn = int(self.fittings.cabinet.board.now.timestamp()) // CYCLE_S
        return turns[turn % len(turns)].text.content

    def _fits(self, message: Message, place: int | None) -> bool:
        now = self.fittings.cabinet.board.now
        began = message.starts_at is None or message.starts_at <= now
        return began and _place(message) == place and message.state in (None, *self._states(message))

    def _states(self, message: Message) -> set[DisplayState]:
        evses = self.fittings.cabinet.evses
        place = _place(message)
        if place is None and message.transaction_id is not None:
            found = self.fittings.transactions.find(message.transaction_id)
            place = None if found is None else found.number
        if place is not None:
            return {_state(evses[place])}
        states = {_state(evse) for evse in evses.values()}
        # a station without a word of its own charges where one of its EVSEs does, and is faulted where all are
        return next(({state} for state in (DisplayState.CHARGING, DisplayState.IDLE) if state in states), states)

    def _schedule(self) -> None:
        """Look again when a message begins or ends, and when the next has its turn."""
        board = self.fittings.cabinet.board
        times = [at for one in self._messages.values() for at in (one.starts_at, one.ends_at) if at and at > board.now]
        if len(self._messages) > 1:
            turn = int(board.now.timestamp()) // CYCLE_S + 1
            times.append(datetime.fromtimestamp(turn * CYCLE_S, board.now.tzinfo))
        at = min(times, default=None)
        if at is not None and (self._due_at is None or at < self._due_at or self._due_at <= board.now):
            self._due_at = at
            board.do(SetTimer(_TIMER, at + timedelta(milliseconds=1)))

    def _send(self, request_id: int, messages: list[Message]) -> None:
        page, rest = messages[:PAGE], messages[PAGE:]

        def answered(_: Answer) -> None:
            if rest:
                self._send(request_id, rest)

        fact = MessagesReported(request_id=request_id, messages=page, more=bool(rest))
        self.fittings.cabinet.outbox.say(Call(fact, answered, solicited=True))

    def _count(self, _: Where) -> str:
        return str(len(self._messages))

    ORDERS: ClassVar = {ShowMessage: show, AskMessages: ask, ClearMessage: clear}
    TIMERS: ClassVar = {_TIMER: due}
    VALUES: ClassVar = {"DisplayMessages": _count}


def _place(message: Message) -> int | None:
    return None if message.screen is None else message.screen.evse


def _state(evse: Evse) -> DisplayState:
    if evse.fault is not None:
        return DisplayState.FAULTED
    if evse.transaction is not None:
        return DisplayState.CHARGING
    return DisplayState.IDLE if evse.operative else DisplayState.UNAVAILABLE
