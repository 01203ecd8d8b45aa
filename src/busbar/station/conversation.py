"""One connection's talk with the CSMS: facts and outcomes become frames, frames become events.

It must not know the station's rules, nor the socket beyond a function that sends. Time is an argument.
"""

import logging
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from busbar.model.facts import Acknowledged, TransactionEnded, TransactionStarted
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.actions import ACTIONS, Origin
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.protocol.incoming import (
    AnswerReceived,
    AnswerRefused,
    CallReceived,
    CallRefused,
    CallTimedOut,
    ErrorReceived,
    Incoming,
)
from busbar.protocol.peer import Peer
from busbar.protocol.translate import translator
from busbar.protocol.translate.errors import Untranslatable
from busbar.station.effects import Ignore, Refuse, Reply, Send
from busbar.station.events import Answered, CallFailed, Event, Ordered
from busbar.station.tally import Tally

_LOG: Final = logging.getLogger("busbar.station")
_MOST_ORDERS: Final = 16
_UNSAYABLE: Final = (ProtocolViolation, ValueError, LookupError)  # the last two: the version lacks a word
_CODES: Final = frozenset(code.value for code in ErrorCode)


class Conversation:
    """The talk over one connection, thrown away with it.

    Args:
        send: sends one message.
        call_timeout_s: how long the CSMS has for an answer.
    """

    __slots__ = ("_call", "_order", "_orders", "_peer", "_send", "_size", "_tally", "_translator")

    def __init__(self, version: Version, send: Callable[[bytes], None], tally: Tally, call_timeout_s: float) -> None:
        self._peer = Peer(version, Origin.STATION, call_timeout_s=call_timeout_s)
        self._translator = translator(version)
        self._send = send
        self._tally = tally
        self._call: Send | None = None
        self._order = 0
        self._orders: dict[str, CallReceived] = {}
        self._size = 0

    def tell(self, effect: Send, now: float) -> list[Event]:
        """Call the CSMS. A fact that this version cannot say fails at once."""
        try:
            action, payload = self._translator.from_fact(effect.fact)
            if ACTIONS[self._peer.version][action].response is None:  # a SEND (2.1), which nobody answers
                self._say(self._peer.send(str(uuid4()), action, codec.encode(payload)))
                return [Answered(effect.call_id, Acknowledged())]
            frame = self._peer.call(str(uuid4()), action, codec.encode(payload), now)
        except _UNSAYABLE as error:
            _LOG.error("cannot be said: %s: %s", type(effect.fact).__name__, error)
            self._tally.call_errors += 1
            return [CallFailed(effect.call_id, getattr(error, "code", ErrorCode.INTERNAL_ERROR))]
        self._call = effect
        self._say(frame)
        return []

    def reply(self, effect: Reply | Refuse | Ignore) -> None:
        """Answer an order, or forget it; nothing happens where it came over another connection."""
        call = self._orders.pop(effect.order_id, None)
        if call is None or isinstance(effect, Ignore):
            return
        if isinstance(effect, Refuse):
            self._refuse(call, effect.code, effect.description)
            return
        try:
            frame = self._peer.answer(call, self._translator.from_outcome(call.action, effect.outcome, call.payload))
        except _UNSAYABLE as error:
            _LOG.error("cannot be answered: %s: %s", call.action, error)
            self._refuse(call, ErrorCode.INTERNAL_ERROR, "the answer cannot be said in this version")
        else:
            self._say(frame)

    def hear(self, text: bytes, now: float) -> list[Event]:
        """Take one message of the CSMS; never raises for what it contains."""
        self._tally.received += 1
        self._size = len(text)
        return [event for incoming in self._peer.receive(text, now) for event in self._understand(incoming)]

    def next_timeout(self) -> float | None:
        """Return when `on_timeout` wants to be called."""
        return self._peer.next_timeout()

    def on_timeout(self, now: float) -> list[Event]:
        """Give up a call that nobody answered in time."""
        return [event for incoming in self._peer.on_timeout(now) for event in self._understand(incoming)]

    def _understand(self, incoming: Incoming) -> list[Event]:
        match incoming:
            case CallReceived():
                return self._ordered(incoming)
            case CallRefused(reply=reply):
                self._tally.refused += 1
                self._say(reply)
            case AnswerReceived() if self._call is not None:
                return [self._answered(self._call, incoming)]
            case AnswerRefused(code=code, reply=reply) if self._call is not None:
                self._say(reply)
                return [self._failed(self._call, code)]
            case ErrorReceived(code=code) if self._call is not None:
                return [self._failed(self._call, _known(code))]
            case CallTimedOut() if self._call is not None:
                self._tally.timeouts += 1
                return [CallFailed(self._call.call_id)]
            case _:  # a SEND, a CALLRESULTERROR, or what the peer ignored already
                self._tally.dropped += 1
        return []

    def _ordered(self, call: CallReceived) -> list[Event]:
        if len(self._orders) >= _MOST_ORDERS:
            self._refuse(call, ErrorCode.GENERIC_ERROR, "too many calls at once")
            return []
        try:
            order = self._translator.to_order(call.action, call.payload)
        except Untranslatable as error:
            self._refuse(call, error.code, error.description)
            return []
        self._order += 1
        self._orders[str(self._order)] = call
        return [Ordered(str(self._order), order, self._size)]

    def _answered(self, call: Send, received: AnswerReceived) -> Event:
        try:
            answer = self._translator.to_answer(received.action, received.payload, call.fact)
        except Untranslatable as error:
            return self._failed(call, error.code)
        self._tally.started += isinstance(call.fact, TransactionStarted)
        self._tally.ended += isinstance(call.fact, TransactionEnded)
        return Answered(call.call_id, answer)

    def _failed(self, call: Send, code: ErrorCode) -> Event:
        self._tally.call_errors += 1
        return CallFailed(call.call_id, code)

    def _refuse(self, call: CallReceived, code: ErrorCode, description: str) -> None:
        self._tally.refused += 1
        self._say(self._peer.refuse(call, code, description))

    def _say(self, frame: bytes | None) -> None:
        if frame is not None:
            self._tally.sent += 1
            self._send(frame)


def _known(code: str) -> ErrorCode:
    """Return a received code; GenericError for one that nobody knows."""
    return ErrorCode(code) if code in _CODES else ErrorCode.GENERIC_ERROR
