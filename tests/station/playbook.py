"""A playbook for the station's core: a fake clock, a store in memory, timers by hand, a CSMS that answers."""

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from busbar.model.facts import (
    Acknowledged,
    Answer,
    BootAnswer,
    Booted,
    Fact,
    HeartBeaten,
    TimeAnswer,
    TokenAnswer,
    TokenPresented,
    TransactionAnswer,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import Order, Outcome
from busbar.model.values import AuthorizationStatus, IdToken, RegistrationStatus
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.config import StationConfig
from busbar.station.core import Station
from busbar.station.work import Work

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class PowerCut(Exception):
    """The power went away before an effect was performed."""


class Csms:
    """Answers as a CSMS would; `silent` makes it fail to process what it is asked (None: no answer at all)."""

    def __init__(self) -> None:
        self.boots = [RegistrationStatus.ACCEPTED]
        self.interval_s = 300
        self.verdicts: dict[str, TokenAnswer] = {}
        self.silent: Callable[[Fact], bool] = lambda fact: False
        self.error: ErrorCode | None = None
        self.heard: list[Fact] = []
        self._ids = 100

    def answer(self, fact: Fact, now: datetime) -> Answer | None:
        if self.silent(fact):
            return None
        self.heard.append(copy.deepcopy(fact))
        match fact:
            case Booted():
                status = self.boots.pop(0) if len(self.boots) > 1 else self.boots[0]
                return BootAnswer(status=status, now=now, interval_s=self.interval_s)
            case HeartBeaten():
                return TimeAnswer(now=now)
            case TokenPresented():
                return self.verdict(fact.token)
            case TransactionStarted() | TransactionUpdated() | TransactionEnded():
                self._ids += isinstance(fact, TransactionStarted)
                token = self.verdict(fact.token) if fact.token else None
                return TransactionAnswer(transaction_id=fact.transaction_id or str(self._ids), token=token)
            case _:
                return Acknowledged()

    def verdict(self, token: IdToken) -> TokenAnswer:
        return self.verdicts.get(token.key, TokenAnswer(status=AuthorizationStatus.ACCEPTED))


class Play:
    """One station on the stage."""

    def __init__(
        self, version: Version, evses: int = 1, settings: Mapping[str, str] | None = None, **build: Any
    ) -> None:
        self.config = StationConfig(identity="CS1", version=version, evses=evses, settings=settings or {}, **build)
        self.csms = Csms()
        self.now = START
        self.kept: dict[str, bytes] = {}
        self.sent: list[Fact] = []
        self.timers: dict[str, datetime] = {}
        self.works: dict[int, Work] = {}
        self.registers: dict[int, int] = {}
        self.cut_before: int | None = None
        self.performed = 0
        self._made = 0
        self._pending: list[ev.Event] = []
        self.station = self._new_station()

    def _new_station(self) -> Station:
        return Station(self.config, dict(self.kept), new_id=self._new_id)

    def _new_id(self) -> str:
        self._made += 1
        return f"tx-{self._made}"

    def tell(self, event: ev.Event) -> list[ef.Effect]:
        """Feed one event, perform its effects (answers are not given), return them without what is kept."""
        effects = []
        for effect in self.station.on_event(event, self.now):
            if self.performed == self.cut_before:
                raise PowerCut
            self.performed += 1
            self._perform(effect)
            if not isinstance(effect, ef.Keep):
                effects.append(copy.deepcopy(effect))
        return effects

    def run(self, *events: ev.Event) -> list[ef.Effect]:
        """Feed events; let the CSMS answer every call as it comes; return all effects."""
        effects: list[ef.Effect] = []
        for event in events:
            self._pending.append(event)
            while self._pending:
                told = self.tell(self._pending.pop(0))
                effects += told
                for effect in told:
                    if isinstance(effect, ef.Send):
                        answer = self.csms.answer(effect.fact, self.now)
                        failed = ev.CallFailed(effect.call_id, self.csms.error)
                        self._pending.append(ev.Answered(effect.call_id, answer) if answer else failed)
        return effects

    def wait(self, seconds: float) -> list[ef.Effect]:
        """Let time pass; timers run out when they are due, and the CSMS answers."""
        until = self.now + timedelta(seconds=seconds)
        effects: list[ef.Effect] = []
        while due := sorted((at, name) for name, at in self.timers.items() if at <= until):
            at, name = due[0]
            del self.timers[name]
            self.now = max(self.now, at)
            effects += self.run(ev.TimerDue(name))
        self.now = until
        return effects

    def order(self, order: Order) -> Outcome | ef.Refuse:
        """Give an order, return the answer."""
        for effect in self.run(ev.Ordered("o", order)):
            if isinstance(effect, ef.Reply):
                return effect.outcome
            if isinstance(effect, ef.Refuse):
                return effect
        raise AssertionError("an order was not answered")

    def work(self, kind: type[Work], result: object) -> list[ef.Effect]:
        """Let the oldest work of a kind end with a result."""
        number = next(number for number, work in self.works.items() if isinstance(work, kind))
        del self.works[number]
        return self.run(ev.Done(number, result))

    def go_online(self) -> list[ef.Effect]:
        """Power on where that was not done, connect, boot."""
        if self.performed == 0:
            self.run(ev.PoweredOn())
        return self.run(ev.Connected())

    def charge(self, token: str = "T1", evse: int = 1) -> list[ef.Effect]:
        """Plug in, present a token, let the EV draw."""
        return self.run(ev.CablePluggedIn(evse), ev.TokenRead(IdToken(token), evse), ev.EvDemandChanged(evse, True))

    def meter(self, register_wh: int, evse: int = 1) -> None:
        """Let the meter say a register."""
        self.registers[evse] = register_wh
        self.tell(ev.Metered(evse, register_wh))

    def power_cut(self, *, connect: bool = True) -> list[ef.Effect]:
        """Lose all but what was kept and the meters, start again."""
        self.timers.clear()
        self.works.clear()
        self._pending.clear()
        self.cut_before = None
        self.station = self._new_station()
        for evse, register_wh in self.registers.items():
            self.tell(ev.Metered(evse, register_wh))
        effects = self.run(ev.PoweredOn())
        return effects + (self.run(ev.Connected()) if connect else [])

    def _perform(self, effect: ef.Effect) -> None:
        match effect:
            case ef.Keep(values=values):
                for key, value in values.items():
                    if value is None:
                        self.kept.pop(key, None)
                    else:
                        self.kept[key] = value
            case ef.Send(fact=fact):
                self.sent.append(copy.deepcopy(fact))
            case ef.SetTimer(name=name, at=at):
                self.timers[name] = at
            case ef.StopTimer(name=name):
                self.timers.pop(name, None)
            case ef.Do(number=number, work=work):
                self.works[number] = work
            case ef.Drop(number=number):
                self.works.pop(number, None)
            case _:
                pass


@pytest.fixture
def play() -> type[Play]:
    """The playbook's class: `play(Version.V16, evses=2, settings={…})`."""
    return Play


@pytest.fixture
def power_cut() -> type[PowerCut]:
    """What a Play raises at its `cut_before`."""
    return PowerCut
