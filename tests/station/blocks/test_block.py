"""Blocks are made when they are needed, obey, hear, and do what is due."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from busbar.model.local_list import GetLocalListVersion
from busbar.model.orders import Outcome, Trigger
from busbar.model.values import Place
from busbar.model.versions import Version
from busbar.station import core
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks import registry, remote
from busbar.station.blocks.block import Block
from busbar.station.blocks.board import Board
from busbar.station.config import StationConfig
from busbar.station.work import Failed, Work


class Lamp(Block):
    """A block for tests."""

    KEPT: ClassVar = "lamp/"
    log: ClassVar[list[Any]] = []

    def power_on(self) -> None:
        self.log.append("power")

    def order(self, _: Any) -> Outcome:
        board = self.fittings.cabinet.board
        board.keep("lamp/on", True)
        board.set_timer("lamp/blink/1", 5)
        board.begin(Work(), self.log.append)
        return Outcome(status="Accepted")

    def trigger(self, evse: int | None) -> str:
        self.log.append(("trigger", evse))
        return "Accepted"

    def due(self, rest: str) -> None:
        self.log.append(("due", rest))

    def plugged(self, event: ev.CablePluggedIn) -> None:
        self.log.append(event)

    ORDERS: ClassVar = {GetLocalListVersion: order}
    TRIGGERS: ClassVar = {"Lamp": trigger}
    TIMERS: ClassVar = {"lamp": due}
    EVENTS: ClassVar = {ev.CablePluggedIn: plugged}


@pytest.fixture
def lamp(monkeypatch: pytest.MonkeyPatch) -> type[Lamp]:
    Lamp.log = []
    monkeypatch.setattr(registry, "BLOCKS", (Lamp,))
    for name in ("ORDERS", "TRIGGERS", "TIMERS"):
        joined = {key: (Lamp, act) for key, act in getattr(Lamp, name).items()}
        monkeypatch.setattr(registry, name, joined)
    monkeypatch.setattr(registry, "EVENTS", {ev.CablePluggedIn: [(Lamp, Lamp.plugged)]})
    monkeypatch.setattr(remote, "TRIGGERS", {"Lamp": (Lamp, Lamp.trigger)})
    return Lamp


def test_a_block_obeys_and_works(lamp: type[Lamp], play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    assert p.order(GetLocalListVersion()).status == "Accepted"
    p.wait(5)
    p.work(Work, Failed("no"))
    p.run(ev.Done(1, "again"), ev.CablePluggedIn(1))
    assert p.order(Trigger(message="Lamp", place=Place(1))).status == "Accepted"
    assert lamp.log == [("due", "blink/1"), Failed("no"), ev.CablePluggedIn(1), ("trigger", 1)]


def test_dropped_work_is_not_heard_of(play: Any) -> None:
    board = Board(StationConfig(identity="X", version=Version.V21), {})
    log: list[object] = []
    number = board.begin(Work(), log.append)
    board.drop(number)
    board.drop(number)
    board.done(number, "late")
    assert [type(effect) for effect in board.take()] == [ef.Do, ef.Drop]
    assert log == []


def test_what_was_kept_makes_the_block_at_power_on(lamp: type[Lamp]) -> None:
    config = StationConfig(identity="X", version=Version.V201)
    for saved, log in (({"lamp/on": b"true"}, ["power"]), ({}, [])):
        lamp.log.clear()
        station = core.Station(config, saved, new_id=lambda: "t")
        list(station.on_event(ev.PoweredOn(), datetime.now(UTC)))
        assert lamp.log == log
