"""Swapping batteries (2.1 block S): one is put in, a charged one is taken out; in their slots they charge.

It must not know how a slot opens: `Lock` lets a battery go, `Show` says where to go.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.model.batteries import BatteriesSwapped, Battery, RequestSwap, SwapEvent
from busbar.model.facts import Answer, TokenAnswer, TokenPresented
from busbar.model.orders import Outcome
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.station import events as ev
from busbar.station.blocks.block import Block
from busbar.station.blocks.notices import Notices
from busbar.station.blocks.outbox import Call
from busbar.station.blocks.transactions import PLUGGED_IN, UNPLUGGED, Cause
from busbar.station.effects import Lock, Show, StopTimer

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_SWAP: Final = "swap/now"
_NUMBER: Final = "swap/number"
_NOTICES: Final = "swap/notices"
_IN: Final = "swap-in"
_OUT: Final = "swap-out"
_FULL: Final = Cause("EnergyLimitReached")


class Swap(msgspec.Struct):
    """A swap that goes on; `offered` is the slot whose battery may be taken, as soon as one was put in."""

    token: IdToken
    request_id: int
    offered: int | None = None


class Swaps(Block):
    """The slots of one station, and the swap that goes on there."""

    __slots__ = ("_batteries", "_board", "_evses", "_notices", "_swap", "_variables")

    KEPT: ClassVar = "swap/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        cabinet = fittings.cabinet
        self._board, self._evses, self._variables = cabinet.board, cabinet.evses, cabinet.variables
        self._swap: Swap | None = self._board.load(_SWAP, Swap | None, None)  # type: ignore[arg-type]
        self._batteries: dict[int, Battery] = {}
        self._notices = Notices(cabinet, _NOTICES, BatteriesSwapped)

    def power_on(self) -> None:
        """Give a swap up that a loss of power broke off; what was put in waits for somebody to look (S03.FR.06)."""
        if self._swap is not None:
            self._end()

    def online(self) -> None:
        """Tell what nobody could be told."""
        self._notices.flush()

    def request(self, order: RequestSwap) -> Outcome:
        """Let a token's holder swap (S02)."""
        if not self._board.config.swaps:
            raise ProtocolViolation(ErrorCode.NOT_SUPPORTED, "no batteries are swapped here")
        reason = self._refusal()
        if reason is None:
            self._begin(order.token, order.request_id)
        return Outcome(status="Accepted" if reason is None else "Rejected", reason=reason)

    def present(self, token: IdToken) -> None:
        """Ask the CSMS whether somebody may swap who came to the reader (S01)."""

        def answered(answer: Answer) -> None:
            if not isinstance(answer, TokenAnswer) or answer.status is not AuthorizationStatus.ACCEPTED:
                self._board.do(Show("Not authorized"))
            elif (reason := self._refusal()) is not None:  # S03.FR.05
                self._board.do(Show(reason))
            else:
                number = self._board.load(_NUMBER, int, 0) + 1
                self._board.keep(_NUMBER, number)
                self._begin(token, number)

        def failed(_: ErrorCode | None) -> None:
            self._board.do(Show("Please try again"))

        self.fittings.cabinet.outbox.say(Call(TokenPresented(token=token), answered, failed))

    def inserted(self, event: ev.BatteryInserted) -> None:
        """Charge a battery (S04.FR.01), and offer another one for it where somebody swaps (S03.FR.01)."""
        battery = event.battery
        evse = self._evses[battery.evse]
        if evse.plugged:
            return
        self._batteries[evse.number] = battery
        name = self._variables.text("SwapIdToken")  # S04.FR.02, .03
        evse.token = IdToken(name, "Central") if name else IdToken("", "NoAuthorization")
        evse.plugged, evse.drawing, evse.finished = True, False, False
        self.fittings.transactions.settle(evse, PLUGGED_IN)
        swap = self._swap
        if swap is not None and swap.offered is None:
            self._board.do(StopTimer(_IN))
            self._tell(SwapEvent.IN, battery)
            self._offer(swap, battery.evse)

    def removed(self, event: ev.BatteryRemoved) -> None:
        """End a battery's charging (S04.FR.07), and the swap where it is the one that was offered (S03.FR.03)."""
        evse = self._evses[event.evse]
        swap = self._swap
        if swap is not None and swap.offered == event.evse:
            self._board.do(StopTimer(_OUT))
            self._tell(SwapEvent.OUT, self._battery(event.evse))
            self._end()
        self._batteries.pop(event.evse, None)
        if evse.plugged:
            evse.plugged = evse.drawing = evse.finished = False
            evse.deauthorize()
            self.fittings.transactions.settle(evse, UNPLUGGED)

    def in_due(self, _: str) -> None:
        """Give a swap up for which nobody put a battery in (S01.FR.02, S02.FR.05)."""
        if self._swap is not None and self._swap.offered is None:
            self._end()

    def out_due(self, _: str) -> None:
        """Take back what was offered and not taken (S03.FR.06)."""
        swap = self._swap
        if swap is not None and swap.offered is not None:
            self._tell(SwapEvent.OUT_TIMEOUT, self._battery(swap.offered))
            self._board.do(Lock(swap.offered, True))
            self._end()

    def refresh(self) -> None:
        """Cease to charge what is full (S04.FR.06)."""
        for number in self._batteries:
            evse = self._evses[number]
            full = self._soc(number) >= self._variables.number("SwapMaxSoC")
            if full and not evse.spent and evse.transaction is not None:
                evse.spent = True
                self.fittings.transactions.settle(evse, _FULL)

    def _refusal(self) -> str | None:
        """Return why nobody can swap now (S02.FR.04, S03.FR.05)."""
        if self._swap is not None:
            return "Occupied"
        empty = any(evse.operative and evse.fault is None and not evse.plugged for evse in self._evses.values())
        return None if empty and self._charged() is not None else "NoBatteryAvailable"

    def _charged(self, but: int | None = None) -> int | None:
        """Return the slot with the fullest battery that may go (S04.FR.05)."""
        target = self._variables.number("SwapTargetSoC")
        found = [number for number in self._batteries if number != but and self._soc(number) >= target]
        return max(found, key=self._soc, default=None)

    def _soc(self, number: int) -> float:
        return self._battery(number).soc_pct

    def _battery(self, number: int) -> Battery:
        """Return the battery of a slot with the charge that was measured last."""
        samples = self._evses[number].samples
        told = next((one.value for one in samples if one.measurand == "SoC" and one.value is not None), None)
        if told is not None:
            self._batteries[number] = replace(self._batteries[number], soc_pct=told)
        return self._batteries[number]

    def _begin(self, token: IdToken, request_id: int) -> None:
        self._swap = Swap(token, request_id)
        self._board.keep(_SWAP, self._swap)
        self._board.set_timer(_IN, self._variables.number("SwapTimeoutIn"))
        slot = next(evse.number for evse in self._evses.values() if not evse.plugged)
        self._board.do(Show(f"Insert your battery into slot {slot}"))

    def _offer(self, swap: Swap, but: int) -> None:
        slot = self._charged(but)
        if slot is None:  # it ceased to be there meanwhile
            self._end()
            return
        swap.offered = slot
        self._board.keep(_SWAP, swap)
        self._board.set_timer(_OUT, self._variables.number("SwapTimeoutOut"))
        self._board.do(Lock(slot, False))
        self._board.do(Show(f"Take the battery from slot {slot}"))

    def _end(self) -> None:
        self._swap = None
        self._board.forget(_SWAP)

    def _tell(self, event: SwapEvent, battery: Battery) -> None:
        assert self._swap is not None
        token, request_id = self._swap.token, self._swap.request_id
        self._notices.tell(BatteriesSwapped(event=event, request_id=request_id, token=token, batteries=[battery]))

    ORDERS: ClassVar = {RequestSwap: request}
    EVENTS: ClassVar = {ev.BatteryInserted: inserted, ev.BatteryRemoved: removed}
    TIMERS: ClassVar = {_IN: in_due, _OUT: out_due, "swap": lambda self, _: self.online()}
