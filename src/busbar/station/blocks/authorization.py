"""Who may charge (block C, 1.6 §3.5 and §4.1): a token at the reader or from a remote start, online and offline.

It must not know how a transaction is reported.
"""

from typing import Final

from busbar.model.facts import Answer, MeterRead, TokenAnswer, TokenPresented, TransactionAnswer
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.errors import ErrorCode
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.cache import Cache
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.outbox import Call, Registration
from busbar.station.blocks.queue import Entry
from busbar.station.blocks.transactions import (
    AUTHORIZED,
    DEAUTHORIZED,
    LOCAL_STOP,
    NOT_PLUGGED_IN,
    REMOTE_START,
    STATE,
    Cause,
    Transactions,
)
from busbar.station.effects import Show, StopTimer

_ACCEPTED: Final = AuthorizationStatus.ACCEPTED


def _same(one: IdToken, other: IdToken) -> bool:
    # C01.FR.25; a token without a type came by 1.6, which has none
    return one.key == other.key and (one.kind == other.kind or None in (one.kind, other.kind))


class Authorization:
    """Authorises EVSEs and ends their authorisation."""

    def __init__(self, cabinet: Cabinet, transactions: Transactions) -> None:
        self._board = cabinet.board
        self._variables = cabinet.variables
        self._outbox = cabinet.outbox
        self._evses = cabinet.evses
        self._transactions = transactions
        self.cache = Cache(cabinet.board, cabinet.variables)

    def present(self, token: IdToken, number: int | None) -> None:
        """Take a token that a driver presented: stop what it started, else start."""
        evse = self._choose(token, number)
        if evse is None:
            self._board.do(Show("No free connector", number))
        elif evse.token is not None:
            self._stop(evse, evse.token, token)
        elif not evse.free or not self._may_start():
            self._board.do(Show("Please wait" if evse.asking else "Out of service", evse.number))
        else:
            self._start(evse, token)

    def start_remotely(self, evse: Evse, token: IdToken, remote_start_id: int | None) -> None:
        """Authorise for a remote start, after asking where AuthorizeRemoteTxRequests says so (F01.FR.01, .02)."""
        evse.remote_start_id = remote_start_id
        if self._variables.flag("AuthorizeRemoteTxRequests"):
            self._start(evse, token, REMOTE_START)
        else:
            self._grant(evse, token, None, REMOTE_START)

    def time_out(self, evse: Evse) -> None:
        """End an authorisation for which no EV came in time (E03.FR.05)."""
        if evse.token is not None and not evse.plugged:
            evse.deauthorize()
            self._transactions.settle(evse, NOT_PLUGGED_IN)

    def plugged_in(self, evse: Evse) -> None:
        """Stop waiting for the EV, also for one of an authorisation that ended otherwise."""
        self._board.do(StopTimer(f"connect/{evse.number}"))

    def judge(self, entry: Entry, answer: Answer) -> None:
        """Take in the verdict in an answer about a transaction (E05, C15.FR.03, .04, .06; 1.6 §4.8)."""
        token = None if isinstance(entry.fact, MeterRead) else entry.fact.token
        if token is None or not isinstance(answer, TransactionAnswer) or answer.token is None:
            return
        self.cache.put(token, answer.token)
        for evse in self._transactions.ongoing:
            if evse.transaction is not None and evse.transaction.id == entry.transaction and evse.token == token:
                self._judge(evse, answer.token)

    def _judge(self, evse: Evse, verdict: TokenAnswer) -> None:
        if verdict.status is _ACCEPTED:
            evse.group = verdict.group or evse.group
        elif self._variables.flag("StopTransactionOnInvalidId"):
            evse.deauthorize()
            self._transactions.settle(evse, DEAUTHORIZED)
        else:
            evse.suspended = True
            self._transactions.settle(evse, STATE)

    def _choose(self, token: IdToken, number: int | None) -> Evse | None:
        if number is not None:
            return self._evses.get(number)
        evses = self._evses.values()
        own = (evse for evse in evses if evse.token is not None and _same(evse.token, token))
        free = sorted((evse for evse in evses if evse.free), key=lambda evse: not evse.plugged)
        return next(own, free[0] if free else None)

    def _may_start(self) -> bool:
        accepted = self._outbox.registration is Registration.ACCEPTED
        return accepted or self._variables.flag("TxBeforeAcceptedEnabled")  # B02.FR.03

    def _start(self, evse: Evse, token: IdToken, cause: Cause = AUTHORIZED) -> None:
        known = self.cache.get(token)
        locally = self._variables.flag("LocalPreAuthorize" if self._outbox.online else "LocalAuthorizeOffline")
        if known is not None and known.status is _ACCEPTED and locally:  # C12.FR.02
            self._grant(evse, token, known.group, cause)
        elif self._outbox.online:
            self._ask(evse, token, cause)
        elif known is None and self._variables.flag("AllowOfflineTxForUnknownId"):  # C13.FR.04, C15.FR.08
            self._grant(evse, token, None, cause)
        else:
            self._refuse(evse, "Not authorized")

    def _ask(self, evse: Evse, token: IdToken, cause: Cause) -> None:
        evse.asking = True

        def answered(answer: Answer) -> None:
            evse.asking = False
            if isinstance(answer, TokenAnswer):
                self.cache.put(token, answer)
                if answer.status is not _ACCEPTED:
                    self._refuse(evse, "Not authorized")
                elif evse.free:
                    self._grant(evse, token, answer.group, cause)

        def failed(_: ErrorCode | None) -> None:
            evse.asking = False
            if self._outbox.online or not evse.free:
                self._refuse(evse, "Please try again")
            else:  # the connection was lost meanwhile: the rules for offline apply
                self._start(evse, token, cause)

        self._outbox.say(Call(TokenPresented(token=token), answered, failed))

    def _grant(self, evse: Evse, token: IdToken, group: IdToken | None, cause: Cause) -> None:
        evse.token, evse.group = token, group
        if not evse.plugged:
            self._board.set_timer(f"connect/{evse.number}", self._variables.number("ConnectionTimeOut"))
        self._board.do(Show("Authorized" if evse.plugged else "Plug in", evse.number))
        self._transactions.settle(evse, cause)

    def _refuse(self, evse: Evse, text: str) -> None:
        evse.remote_start_id = None
        self._board.do(Show(text, evse.number))

    def _stop(self, evse: Evse, owner: IdToken, token: IdToken) -> None:
        known = self.cache.get(token)
        if _same(token, owner):
            self._release(evse, token)
        elif evse.group is None:
            self._board.do(Show("In use", evse.number))
        elif known is not None and known.status is _ACCEPTED and known.group is not None:
            self._stop_by_group(evse, token, known.group)
        elif self._outbox.online:
            self._ask_to_stop(evse, token)
        else:
            self._board.do(Show("In use", evse.number))

    def _ask_to_stop(self, evse: Evse, token: IdToken) -> None:
        def answered(answer: Answer) -> None:
            if isinstance(answer, TokenAnswer):
                self.cache.put(token, answer)
                self._stop_by_group(evse, token, answer.group if answer.status is _ACCEPTED else None)

        def failed(_: ErrorCode | None) -> None:
            self._board.do(Show("Please try again", evse.number))

        self._outbox.say(Call(TokenPresented(token=token), answered, failed))

    def _stop_by_group(self, evse: Evse, token: IdToken, group: IdToken | None) -> None:
        # C01.FR.03 (b)
        if group is not None and evse.group is not None and group.key == evse.group.key:
            self._release(evse, token)
        else:
            self._board.do(Show("In use", evse.number))

    def _release(self, evse: Evse, token: IdToken) -> None:
        self._board.do(StopTimer(f"connect/{evse.number}"))
        self._board.do(Show("Stopped", evse.number))
        evse.deauthorize()
        self._transactions.settle(evse, LOCAL_STOP, token)
