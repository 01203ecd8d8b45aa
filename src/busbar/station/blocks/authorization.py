"""Who may charge (block C, 1.6 §3.5 and §4.1): a token at the reader or from a remote start, online and offline.

It must not know how a transaction is reported.
"""

from typing import TYPE_CHECKING, Final

from busbar.model.facts import (
    Answer,
    MeterRead,
    PersonalMessage,
    TokenAnswer,
    TokenPresented,
    TransactionAnswer,
    TransactionEnded,
)
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.errors import ErrorCode
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.cache import Cache, Verdict, noted
from busbar.station.blocks.costs import Costs, fallback
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.limits import Limits
from busbar.station.blocks.local_list import LocalList
from busbar.station.blocks.outbox import Call, Registration
from busbar.station.blocks.payments import Payments
from busbar.station.blocks.queue import Entry
from busbar.station.blocks.reservations import Reservations
from busbar.station.blocks.swaps import Swaps
from busbar.station.blocks.tariffs import Tariffs
from busbar.station.blocks.transactions import (
    AUTHORIZED,
    DEAUTHORIZED,
    LOCAL_STOP,
    MASTER_PASS,
    NOT_PLUGGED_IN,
    REMOTE_START,
    STATE,
    Cause,
    Transactions,
)
from busbar.station.effects import Show, StopTimer

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_ACCEPTED: Final = AuthorizationStatus.ACCEPTED
_UNASKED: Final = ("NoAuthorization", "Central")  # C02.FR.01, C05.FR.01


def _same(one: IdToken, other: IdToken) -> bool:
    # C01.FR.25; a token without a type came by 1.6, which has none
    return one.key == other.key and (one.kind == other.kind or None in (one.kind, other.kind))


class Authorization:
    """Authorises EVSEs and ends their authorisation.

    Attributes:
        fittings: the other blocks, as soon as they are put together.
    """

    fittings: "Fittings"

    def __init__(self, cabinet: Cabinet, transactions: Transactions) -> None:
        self._board = cabinet.board
        self._variables = cabinet.variables
        self._outbox = cabinet.outbox
        self._evses = cabinet.evses
        self._transactions = transactions
        self.cache = Cache(cabinet.board, cabinet.variables)

    def present(self, token: IdToken, number: int | None) -> None:
        """Take a token that a driver presented: stop what it started, else start."""
        if self._board.config.swaps:
            self.fittings.get(Swaps).present(token)
            return
        evse = self._choose(token, number)
        if evse is None:
            self._stop([evse for evse in self._evses.values() if evse.token is not None], token)
        elif evse.token is not None:
            self._stop([evse], token)
        elif not evse.free or evse.paying or not self._may_start():
            wait = evse.asking or evse.paying
            self._board.do(Show("Please wait" if wait else "Out of service", evse.number))
        else:
            self._start(evse, token)

    def present_contract(self, evse: Evse, fact: TokenPresented) -> None:
        """Take the contract that an EV showed (C07): ask the CSMS, or go by the rules for offline."""
        if evse.token is not None or not evse.free or not self._may_start():
            self._board.do(Show("Please wait" if evse.asking else "Out of service", evse.number))
        elif self._outbox.online:  # C07.FR.01
            self._ask(evse, fact.token, AUTHORIZED, fact)
        else:  # C07.FR.09 to .12
            self._start(evse, fact.token)

    def admit(self, evse: Evse, token: IdToken) -> None:
        """Let a payment charge that nobody has to be asked about (2.1 C18.FR.03)."""
        if evse.free and self._may_start():
            self._grant(evse, token, None, AUTHORIZED)

    def start_remotely(
        self, evse: Evse, token: IdToken, remote_start_id: int | None, group: IdToken | None = None
    ) -> None:
        """Authorise for a remote start, after asking where AuthorizeRemoteTxRequests says so (F01.FR.01, .02)."""
        evse.remote_start_id = remote_start_id
        if self._variables.flag("AuthorizeRemoteTxRequests"):
            self._start(evse, token, REMOTE_START)
        else:
            self._grant(evse, token, group, REMOTE_START)

    def open_to(self, evse: Evse, token: IdToken, group: IdToken | None) -> bool:
        """Whether a remote start for a token may begin here, as far as reservations go (H03; 1.6 §5.11)."""
        if group is None and (known := self.known(token)) is not None:
            group = known.group
        admitted = self._admitted(evse, token, group)
        return admitted is True or (admitted is None and self._variables.flag("AuthorizeRemoteTxRequests"))

    def known(self, token: IdToken) -> Verdict | None:
        """Return what the list, else the cache says of a token (C13.FR.01, C14.FR.01)."""
        return self._listed(token) or self.cache.get(token)

    def time_out(self, evse: Evse) -> None:
        """End an authorisation for which no EV came in time (E03.FR.05)."""
        if evse.token is not None and not evse.plugged:
            reservations = self.fittings.known(Reservations)
            if reservations is not None and evse.transaction is None:
                reservations.unused(evse)
            evse.deauthorize()
            self._transactions.settle(evse, NOT_PLUGGED_IN)

    def plugged_in(self, evse: Evse) -> None:
        """Stop waiting for the EV, also for one of an authorisation that ended otherwise."""
        self._board.do(StopTimer(f"connect/{evse.number}"))

    def unplugged(self, evse: Evse) -> None:
        """Wait for the EV to come back where its leaving ended nothing (E10.FR.02)."""
        if evse.token is not None and self._board.rules.transaction_events:
            self._board.set_timer(f"connect/{evse.number}", self._variables.number("ConnectionTimeOut"))

    def judge(self, entry: Entry, answer: Answer) -> None:
        """Take in a verdict and a limit that came in the answer to a transaction message."""
        if not isinstance(answer, TransactionAnswer) or isinstance(entry.fact, MeterRead):
            return
        if answer.total_cost is not None or answer.messages:
            self.fittings.get(Costs).hear(entry, answer)
        if isinstance(entry.fact, TransactionEnded) and (payments := self.fittings.known(Payments)) is not None:
            payments.ended(entry.transaction, entry.fact, answer)
        token = entry.fact.token
        if token is not None and answer.token is not None:
            self.cache.put(token, answer.token)
        for evse in self._transactions.ongoing:
            if evse.transaction is None or evse.transaction.id != entry.transaction:
                continue
            if answer.token is not None and token is not None and evse.token == token:
                self._judge(evse, answer.token)
            if evse.transaction is not None:
                self._limit(evse, answer)

    def _limit(self, evse: Evse, answer: TransactionAnswer) -> None:
        if answer.limit is not None and self._board.rules.transaction_limits:  # E16.FR.02
            self.fittings.get(Limits).take(evse, answer.limit)

    def _judge(self, evse: Evse, verdict: TokenAnswer) -> None:
        if verdict.status is _ACCEPTED:
            evse.group = verdict.group or evse.group
        elif self._variables.flag("StopTransactionOnInvalidId"):  # C15.FR.03, .04
            evse.deauthorize()
            self._transactions.settle(evse, DEAUTHORIZED)
        elif allowed_wh := self._variables.number("MaxEnergyOnInvalidId"):  # C15.FR.07
            self.fittings.get(Limits).allow(evse, allowed_wh)
        else:  # C15.FR.06
            evse.suspended = True
            self._transactions.settle(evse, STATE)

    def _listed(self, token: IdToken) -> Verdict | None:
        local_list = self.fittings.known(LocalList)
        return None if local_list is None else local_list.verdict(token)

    def _admitted(self, evse: Evse, token: IdToken, group: IdToken | None) -> bool | None:
        reservations = self.fittings.known(Reservations)
        return True if reservations is None else reservations.admits(evse, token, group)

    def _choose(self, token: IdToken, number: int | None) -> Evse | None:
        if number is not None:
            return self._evses.get(number)
        evses = self._evses.values()
        own = next((evse for evse in evses if evse.token is not None and _same(evse.token, token)), None)
        return own or self.find_free(token)

    def find_free(self, token: IdToken, group: IdToken | None = None) -> Evse | None:
        """Return where a token may begin: what is reserved for it, else where a cable is, else any free EVSE."""
        if group is None and (known := self.known(token)) is not None:
            group = known.group
        free = [evse for evse in self._evses.values() if evse.free]
        open_ = [evse for evse in free if self._admitted(evse, token, group) is not False]
        return min(open_ or free, key=lambda evse: (not evse.reserved or not open_, not evse.plugged), default=None)

    def _may_start(self) -> bool:
        accepted = self._outbox.registration is Registration.ACCEPTED
        return accepted or self._variables.flag("TxBeforeAcceptedEnabled")  # B02.FR.03

    def _start(self, evse: Evse, token: IdToken, cause: Cause = AUTHORIZED) -> None:
        known, online = self.known(token), self._outbox.online
        group = None if known is None else known.group
        admitted = self._admitted(evse, token, group)
        asks = online and self._may_ask(token, known)
        locally = self._variables.flag("LocalPreAuthorize" if online else "LocalAuthorizeOffline")
        locally = locally or (online and self._variables.flag("DisableRemoteAuthorization"))
        if admitted is False:
            self._refuse(evse, "Reserved")
        elif token.kind in _UNASKED:
            self._grant(evse, token, None, cause)
        elif known is not None and known.admits(evse.number) and locally and not (asks and admitted is None):
            self._decide(evse, token, known, cause)  # C12.FR.02, C13.FR.02, C14.FR.02
        elif asks:
            self._ask(evse, token, cause)
        elif known is None and not online and self._variables.flag("AllowOfflineTxForUnknownId"):
            self._grant(evse, token, None, cause)  # C13.FR.04, C15.FR.08
        else:
            self._refuse(evse, "Not authorized")

    def _may_ask(self, token: IdToken, known: Verdict | None) -> bool:
        if self._variables.flag("DisableRemoteAuthorization"):
            return False
        if known is None or known.status is _ACCEPTED:
            return True
        # C10.FR.03, C12.FR.05, C14.FR.03
        listed = self._listed(token) is not None
        return not self._variables.flag(f"{'LocalAuthList' if listed else 'AuthCache'}DisablePostAuthorize")

    def _ask(self, evse: Evse, token: IdToken, cause: Cause, contract: TokenPresented | None = None) -> None:
        evse.asking = True

        def answered(answer: Answer) -> None:
            evse.asking = False
            if isinstance(answer, TokenAnswer):
                self.cache.put(token, answer)
                if evse.free:
                    self._decide(evse, token, noted(answer, self._board.now), cause)

        def failed(_: ErrorCode | None) -> None:
            evse.asking = False
            if self._outbox.online or not evse.free or contract is not None:
                self._refuse(evse, "Please try again")
            else:  # the connection was lost meanwhile: the rules for offline apply
                self._start(evse, token, cause)

        self._outbox.say(Call(contract or TokenPresented(token=token), answered, failed))

    def _decide(self, evse: Evse, token: IdToken, verdict: Verdict, cause: Cause) -> None:
        if not verdict.admits(evse.number):  # C01.FR.21
            self._refuse(evse, "Not authorized")
        elif self._is_master(verdict.group):  # C12.FR.09, C16.FR.03
            self._refuse(evse, "Master pass")
            self._stop_all(token)
        elif not self._affordable(evse, token, verdict):
            self._refuse(evse, "Not authorized")  # I08.FR.31
        else:
            self._grant(evse, token, verdict.group, cause, verdict.message)

    def _affordable(self, evse: Evse, token: IdToken, verdict: Verdict) -> bool:
        if verdict.tariff is None or not self._variables.flag("TariffEnabled"):
            return True
        return self.fittings.get(Tariffs).admit(evse, token, verdict.tariff)

    def _grant(
        self,
        evse: Evse,
        token: IdToken,
        group: IdToken | None,
        cause: Cause,
        message: PersonalMessage | None = None,
    ) -> None:
        if self._admitted(evse, token, group) is not True:
            self._refuse(evse, "Reserved")
            return
        reservations = self.fittings.known(Reservations)
        evse.reservation_id = None if reservations is None else reservations.use(evse, token, group)
        evse.token, evse.group = token, group
        if not evse.plugged:
            self._board.set_timer(f"connect/{evse.number}", self._variables.number("ConnectionTimeOut"))
        self._board.do(Show("Authorized" if evse.plugged else "Plug in", evse.number))
        if text := fallback(self._variables, "TariffFallbackMessage") if message is None else message.content:
            self._board.do(Show(text, evse.number))  # I01.FR.03, I04.FR.01
        self._transactions.settle(evse, cause)

    def _refuse(self, evse: Evse, text: str) -> None:
        evse.remote_start_id = None
        self._board.do(Show(text, evse.number))

    def _stop(self, used: list[Evse], token: IdToken) -> None:
        known = self.known(token)
        own = next((evse for evse in used if evse.token is not None and _same(evse.token, token)), None)
        if own is not None:
            self._release(own, token)
        elif known is not None and known.status is _ACCEPTED and known.group is not None:  # C09.FR.07
            self._stop_by_group(used, token, known)
        elif self._outbox.online and self._may_ask(token, known):  # C01.FR.02, C09.FR.05
            self._ask_to_stop(used, token)
        else:
            self._deny(used)

    def _deny(self, used: list[Evse]) -> None:
        self._board.do(Show("In use", used[0].number) if len(used) == 1 else Show("No free connector"))

    def _ask_to_stop(self, used: list[Evse], token: IdToken) -> None:
        def answered(answer: Answer) -> None:
            if isinstance(answer, TokenAnswer):
                self.cache.put(token, answer)
                self._stop_by_group(used, token, noted(answer, self._board.now))

        def failed(_: ErrorCode | None) -> None:
            self._board.do(Show("Please try again", used[0].number))

        self._outbox.say(Call(TokenPresented(token=token), answered, failed))

    def _stop_by_group(self, used: list[Evse], token: IdToken, verdict: Verdict) -> None:
        key = verdict.group and verdict.group.key
        same = next((evse for evse in used if evse.group is not None and evse.group.key == key), None)
        if verdict.status is not _ACCEPTED:  # C09.FR.11
            self._deny(used)
        elif self._is_master(verdict.group):
            self._stop_all(token)
        elif same is not None:  # C01.FR.03 (b)
            self._release(same, token)
        else:
            self._deny(used)

    def _is_master(self, group: IdToken | None) -> bool:
        master = self._variables.text("MasterPassGroupId")
        return bool(master) and group is not None and group.key == master.casefold()

    def _stop_all(self, token: IdToken) -> None:
        # C16.FR.02, .08: this station has no display to choose at
        for evse in self._transactions.ongoing:
            if evse.token is not None:
                self._release(evse, token, MASTER_PASS)

    def _release(self, evse: Evse, token: IdToken, cause: Cause = LOCAL_STOP) -> None:
        self._board.do(StopTimer(f"connect/{evse.number}"))
        self._board.do(Show("Stopped", evse.number))
        evse.deauthorize()
        self._transactions.settle(evse, cause, token)
