"""What drivers do."""

from collections.abc import Iterator

from busbar.model.values import IdToken
from busbar.station.events import CablePluggedIn, CableUnplugged, TokenRead
from busbar.station.virtual.driver import Driver
from busbar.station.virtual.evse import VirtualEvse
from busbar.station.virtual.meter import Ledger
from busbar.station.virtual.vehicle import Supply
from busbar.station.virtual.visits import Visit

TOKEN = IdToken("T1", "ISO14443")


def driver(*visits: Visit) -> tuple[Driver, VirtualEvse]:
    evse = VirtualEvse(1, Supply(), Ledger())
    coming: Iterator[Visit] = iter(visits)
    found = Driver(evse, coming)
    found.await_next(0.0)
    return found, evse


def test_a_driver_plugs_in_presents_charges_presents_again_and_leaves() -> None:
    someone, _ = driver(Visit(after_s=5.0, token=TOKEN, charge_s=30.0, pause_s=1.0))
    assert someone.on_due(4.9) == []
    assert someone.on_due(5.0) == [CablePluggedIn(1)]
    assert someone.on_due(6.0) == [TokenRead(TOKEN, 1)]
    someone.on_switched(closed=True, now=7.0)
    assert someone.on_due(36.9) == []
    assert someone.on_due(37.0) == [TokenRead(TOKEN, 1)]
    someone.on_switched(closed=False, now=38.0)
    assert someone.on_due(39.0) == [CableUnplugged(1)]
    assert someone.away
    assert someone.due is None


def test_a_driver_may_present_first_and_end_by_unplugging() -> None:
    someone, _ = driver(Visit(token=TOKEN, charge_s=10.0, plugs_first=False, ends_with_token=False))
    assert someone.on_due(0.0) == [TokenRead(TOKEN, 1)]
    assert someone.on_due(1.0) == [CablePluggedIn(1)]
    someone.on_switched(closed=True, now=1.0)
    assert someone.on_due(11.0) == [CableUnplugged(1)]


def test_a_driver_who_is_refused_leaves_when_the_patience_is_over() -> None:
    someone, _ = driver(Visit(token=TOKEN, patience_s=20.0))
    someone.on_due(0.0)
    someone.on_due(1.0)
    assert someone.on_due(20.9) == []
    assert someone.on_due(21.0) == [CableUnplugged(1)]


def test_a_driver_without_a_token_waits_for_a_remote_start() -> None:
    someone, _ = driver(Visit(token=None, charge_s=10.0))
    assert someone.on_due(0.0) == [CablePluggedIn(1)]
    someone.on_switched(closed=True, now=30.0)
    assert someone.on_due(40.0) == [CableUnplugged(1)]


def test_a_driver_who_waits_for_the_ev_ends_when_it_is_full() -> None:
    someone, _ = driver(Visit(token=TOKEN, charge_s=None))
    someone.on_due(0.0)
    someone.on_due(1.0)
    someone.on_switched(closed=True, now=2.0)
    assert someone.due is None
    someone.on_full(500.0)
    assert someone.on_due(501.0) == [TokenRead(TOKEN, 1)]


def test_a_driver_leaves_when_the_station_ends_the_charging() -> None:
    someone, _ = driver(Visit(token=TOKEN, charge_s=1000.0))
    someone.on_due(0.0)
    someone.on_due(1.0)
    someone.on_switched(closed=True, now=2.0)
    someone.on_switched(closed=False, now=50.0)
    assert someone.on_due(51.0) == [CableUnplugged(1)]


def test_finish_ends_the_visit_and_nobody_comes_after() -> None:
    someone, _ = driver(Visit(token=TOKEN, charge_s=1000.0), Visit(token=TOKEN))
    someone.on_due(0.0)
    someone.on_due(1.0)
    someone.on_switched(closed=True, now=2.0)
    someone.finish(10.0)
    assert someone.on_due(10.0) == [TokenRead(TOKEN, 1)]
    assert someone.on_due(10.0 + 60.0) == [CableUnplugged(1)]
    assert (someone.away, someone.due, someone.arrived) == (True, None, 1)


def test_finish_before_anybody_came_keeps_everybody_away() -> None:
    someone, _ = driver(Visit(after_s=5.0, token=TOKEN))
    someone.finish(1.0)
    assert someone.due is None


def test_one_more_driver_may_be_invited() -> None:
    someone, _ = driver()
    assert someone.due is None
    someone.invite(Visit(after_s=2.0, token=TOKEN), 10.0)
    assert someone.on_due(12.0) == [CablePluggedIn(1)]
    someone.invite(Visit(), 13.0)
    assert someone.on_due(13.0) == [TokenRead(TOKEN, 1)]
