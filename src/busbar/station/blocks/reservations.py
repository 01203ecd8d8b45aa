"""Places kept free for somebody: an EVSE, one of a connector type, or any (block H; 1.6 §3.11, §5.3, §5.13).

It must not know who may charge: only for whom a place is kept.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.model.orders import Outcome
from busbar.model.reservations import CancelReservation, ReservationUpdated, ReserveNow
from busbar.model.values import IdToken
from busbar.station.blocks.block import Block
from busbar.station.blocks.evse import Evse, exists
from busbar.station.blocks.outbox import Call
from busbar.station.effects import SetTimer, StopTimer

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_PREFIX: Final = "reservation/"
_UNTOLD: Final = "reservation-untold"
TIMER: Final = "reservation"


class Reservation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place that is kept until a time; `evse` None is any (of the one type of connector that the station has)."""

    id: int
    token: IdToken
    until: datetime
    evse: int | None = None
    group: IdToken | None = None
    since: datetime | None = None


class Reservations(Block):
    """The reservations of one station; kept, and so is what the CSMS was not told yet of their end."""

    __slots__ = ("_board", "_evses", "_outbox", "_reservations", "_untold", "_used", "_variables")

    KEPT: ClassVar = "reservation"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        cabinet = fittings.cabinet
        self._board, self._variables, self._outbox = cabinet.board, cabinet.variables, cabinet.outbox
        self._evses = cabinet.evses
        kept = (msgspec.json.decode(raw, type=Reservation) for _, raw in self._board.saved(_PREFIX))
        self._reservations = {one.id: one for one in kept if one.evse is None or one.evse in self._evses}
        self._untold: dict[int, str] = self._board.load(_UNTOLD, dict[int, str], {})
        self._used: dict[int, int] = {}

    def power_on(self) -> None:
        """Wait for the ends of what was kept."""
        for one in self._reservations.values():
            self._board.do(SetTimer(f"{TIMER}/{one.id}", one.until))
        self._mark()

    def online(self) -> None:
        """Tell what ended while nobody could be told."""
        for number, status in self._untold.items():
            self._tell(number, status)

    def reserve(self, order: ReserveNow) -> Outcome:
        """Keep a place, in the stead of what was kept under the same id (H01.FR.02)."""
        status = self._judge(order)
        if status == "Accepted":
            one = Reservation(
                order.reservation_id, order.token, order.expires_at, order.place.evse, order.group, self._board.now
            )
            self._reservations[one.id] = one
            self._board.keep(f"{_PREFIX}{one.id}", one)
            self._board.do(SetTimer(f"{TIMER}/{one.id}", one.until))
            self._mark()
        return Outcome(status=status)

    def cancel(self, order: CancelReservation) -> Outcome:
        """Give a place free because the CSMS says so (H02)."""
        if order.reservation_id not in self._reservations:
            return Outcome(status="Rejected")
        self._drop(order.reservation_id)
        return Outcome(status="Accepted")

    def expire(self, number: str) -> None:
        """Give a place free whose time is over (H04)."""
        one = self._reservations.get(int(number))
        if one is not None and one.until <= self._board.now:
            self._end(one, "Expired")

    def admits(self, evse: Evse, token: IdToken, group: IdToken | None) -> bool | None:
        """Whether a token may begin at an EVSE (H03.FR.01 to .06); None: a group that is not known here decides."""
        if self._matching(evse, token, group) is not None:
            return True
        kept = self._specific(evse.number)
        if kept is not None:
            holders = [kept]
        else:
            holders = self._any()
            if sum(other is not evse for other in self._available()) >= len(holders):
                return True
        return None if group is None and any(one.group is not None for one in holders) else False

    def use(self, evse: Evse, token: IdToken, group: IdToken | None) -> int | None:
        """Use a reservation up (H03.FR.09); return its id, None where there was none."""
        one = self._matching(evse, token, group)
        if one is None:
            return None
        self._drop(one.id)
        self._used[evse.number] = one.id
        if one.since is not None:
            evse.reserved_s = max(0, int((self._board.now - one.since).total_seconds()))  # I12.FR.07
        return one.id

    def unused(self, evse: Evse) -> None:
        """Hear that no EV came for the reservation that was used up at an EVSE (2.1 H03.FR.11)."""
        number = self._used.pop(evse.number, None)
        if number is not None and self._board.rules.transaction_limits:
            self._say(number, "NoTransaction")

    def refresh(self) -> None:
        """Give up what cannot be kept any more (H01.FR.16, .17), and mark what is kept."""
        if self.fittings.resetting.near:  # B11.FR.05
            return
        gone = not any(_works(evse) for evse in self._evses.values())
        for one in list(self._reservations.values()):
            if gone if one.evse is None else not _works(self._evses[one.evse]):
                self._end(one, "Removed")
        for number in [number for number in self._used if self._evses[number].token is None]:
            del self._used[number]
        self._mark()

    def _judge(self, order: ReserveNow) -> str:
        number, variables = order.place.evse, self._variables
        unspecific = variables.flag("ReserveConnectorZeroSupported")  # H01.FR.18, .19
        other_type = order.connector_type not in (None, self._board.config.connector_type)
        if (
            not variables.flag("ReservationEnabled")  # H01.FR.01
            or not exists(order.place, self._evses)
            or (number is None and not unspecific)
            or other_type
            or order.expires_at <= self._board.now
        ):
            return "Rejected"
        targets = [*self._evses.values()] if number is None else [self._evses[number]]
        without = order.reservation_id
        free = self._available(without)
        if any(evse in free for evse in targets) and len(free) > len(self._any(without)):
            return "Accepted"  # H01.FR.03, .04, .06, .07, .09, .23
        if any(_works(evse) for evse in targets):
            return "Occupied"  # H01.FR.11
        faulted = all(evse.fault is not None for evse in targets)
        return "Faulted" if faulted else "Unavailable"  # H01.FR.12, .14

    def _specific(self, number: int, without: int | None = None) -> Reservation | None:
        held = (one for one in self._reservations.values() if one.evse == number and one.id != without)
        return next(held, None)

    def _any(self, without: int | None = None) -> list[Reservation]:
        return [one for one in self._reservations.values() if one.evse is None and one.id != without]

    def _available(self, without: int | None = None) -> list[Evse]:
        evses = self._evses.values()
        return [e for e in evses if e.free and not e.plugged and self._specific(e.number, without) is None]

    def _matching(self, evse: Evse, token: IdToken, group: IdToken | None) -> Reservation | None:
        kept = self._specific(evse.number)
        return next(_for(token, group, [kept] if kept is not None else self._any()), None)

    def _mark(self) -> None:
        available, wanted = self._available(), len(self._any())
        for evse in self._evses.values():
            # H01.FR.20, .24: where all that is left is kept, all of it is reserved
            short = evse in available and 0 < len(available) <= wanted
            evse.reserved = short or self._specific(evse.number) is not None

    def _end(self, one: Reservation, status: str) -> None:
        self._drop(one.id)
        self._say(one.id, status)

    def _drop(self, number: int) -> None:
        del self._reservations[number]
        self._board.forget(f"{_PREFIX}{number}")
        self._board.do(StopTimer(f"{TIMER}/{number}"))
        self._mark()

    def _say(self, number: int, status: str) -> None:
        if self._board.rules.transaction_events:  # 1.6 has no message for it
            self._untold[number] = status
            self._board.keep(_UNTOLD, self._untold)
            if self._outbox.online:
                self._tell(number, status)

    def _tell(self, number: int, status: str) -> None:
        def answered(_: object) -> None:
            if self._untold.get(number) == status:
                del self._untold[number]
                self._board.keep(_UNTOLD, self._untold)

        self._outbox.say(Call(ReservationUpdated(reservation_id=number, status=status), answered))

    ORDERS: ClassVar = {ReserveNow: reserve, CancelReservation: cancel}
    TIMERS: ClassVar = {TIMER: expire}


def _works(evse: Evse) -> bool:
    return evse.operative and evse.fault is None


def _for(token: IdToken, group: IdToken | None, held: list[Reservation]) -> Iterator[Reservation]:
    for one in held:
        own = one.token.key == token.key and (one.token.kind == token.kind or None in (one.token.kind, token.kind))
        if own or (one.group is not None and group is not None and one.group.key == group.key):
            yield one
