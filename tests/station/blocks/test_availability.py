"""Connector states: legal moves only, and what ChangeAvailability does to them."""

from itertools import product
from typing import Any

import pytest

from busbar.model.facts import StatusChanged, TransactionStarted
from busbar.model.orders import ChangeAvailability
from busbar.model.values import STATION, ConnectorStatus, IdToken, Place
from busbar.model.versions import Version
from busbar.station import events as ev
from busbar.station.blocks.availability import MOVES, route, status_of
from busbar.station.blocks.evse import Evse
from busbar.station.effects import SwitchContactor

S = ConnectorStatus
OF_16 = [S.AVAILABLE, S.PREPARING, S.CHARGING, S.SUSPENDED_EV, S.SUSPENDED_EVSE, S.FINISHING, S.UNAVAILABLE, S.FAULTED]


def statuses(p: Any) -> list[tuple[int | None, str]]:
    return [(f.place.evse, f.status.value) for f in p.sent if isinstance(f, StatusChanged)]


@pytest.mark.parametrize(("old", "new"), [pair for pair in product(OF_16, OF_16) if pair[0] is not pair[1]])
def test_every_way_between_two_statuses_of_16_is_of_legal_moves(old: S, new: S) -> None:
    for step in route(old, new):
        assert step in MOVES[old]
        assert step is not S.OCCUPIED
        old = step
    assert old is new


@pytest.mark.parametrize("pair", list(product((S.AVAILABLE, S.OCCUPIED, S.UNAVAILABLE, S.FAULTED), repeat=2)))
def test_2x_statuses_move_directly(pair: tuple[S, S]) -> None:
    if pair[0] is not pair[1]:
        assert route(*pair) == [pair[1]]


def test_2x_says_occupied_for_a_cable_only() -> None:
    assert status_of(Evse(1, plugged=True), phases=False) is S.OCCUPIED
    assert status_of(Evse(1, token=IdToken("T")), phases=False) is S.AVAILABLE
    assert status_of(Evse(1, token=IdToken("T")), phases=True) is S.PREPARING


def test_a_second_session_on_the_same_cable_goes_by_preparing(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.charge()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.sent.clear()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert statuses(p) == [(1, "Preparing"), (1, "SuspendedEV")]


def test_16_reports_connector_zero_at_boot_and_2x_does_not(play: Any) -> None:
    for version, first in ((Version.V16, [(None, "Available")]), (Version.V201, [])):
        p = play(version, evses=2)
        p.go_online()
        assert statuses(p) == [*first, (1, "Available"), (2, "Available")]


@pytest.mark.parametrize("version", list(Version))
def test_out_of_service_at_once_survives_a_restart_and_refuses_tokens(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    p.sent.clear()
    assert p.order(ChangeAvailability(operative=False, place=Place(1))).status == "Accepted"
    assert statuses(p) == [(1, "Unavailable")]
    p.sent.clear()
    p.power_cut()
    assert (1, "Unavailable") in statuses(p)
    assert (2, "Available") in statuses(p)
    p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("T1"), 1))
    assert not [f for f in p.sent if type(f).__name__ == "TokenPresented"]
    p.sent.clear()
    assert p.order(ChangeAvailability(operative=True, place=Place(1))).status == "Accepted"
    assert statuses(p) == [(1, "Preparing" if version is Version.V16 else "Occupied")]


@pytest.mark.parametrize("version", list(Version))
def test_out_of_service_waits_for_the_transaction(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.charge()
    p.sent.clear()
    assert p.order(ChangeAvailability(operative=False, place=STATION)).status == "Scheduled"
    assert statuses(p) == []
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert statuses(p)[-1] == (1, "Unavailable")


def test_a_scheduled_change_can_be_taken_back(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.charge()
    p.order(ChangeAvailability(operative=False, place=Place(1)))
    assert p.order(ChangeAvailability(operative=True, place=Place(1))).status == "Accepted"
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    assert statuses(p)[-1] == (1, "Available")


def test_the_station_back_in_service_leaves_an_evse_out_in_2x_and_takes_it_along_in_16(play: Any) -> None:
    for version, status in ((Version.V201, "Unavailable"), (Version.V16, "Available")):
        p = play(version)
        p.go_online()
        p.order(ChangeAvailability(operative=False, place=Place(1)))
        p.order(ChangeAvailability(operative=False, place=STATION))
        p.order(ChangeAvailability(operative=True, place=STATION))
        assert statuses(p)[-1] == (1, status)


def test_an_evse_that_is_not_there_is_rejected(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    assert p.order(ChangeAvailability(operative=False, place=Place(9))).status == "Rejected"


def test_after_a_short_absence_only_what_changed_is_reported_and_after_a_long_one_all(play: Any) -> None:
    for away_s, reported in ((100, [(2, "Occupied")]), (301, [(1, "Available"), (2, "Occupied")])):
        p = play(Version.V201, evses=2)
        p.go_online()
        p.run(ev.Disconnected())
        p.run(ev.CablePluggedIn(2))
        p.wait(away_s)
        p.sent.clear()
        p.run(ev.Connected())
        assert statuses(p) == reported


def test_a_status_that_was_lost_in_flight_is_said_again(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.tell(ev.CablePluggedIn(1))
    p.tell(ev.Disconnected())
    p.sent.clear()
    p.run(ev.Connected())
    assert statuses(p) == [(1, "Occupied")]


def test_connector_zero_of_16_is_reported_when_its_availability_changes(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.sent.clear()
    p.order(ChangeAvailability(operative=False, place=STATION))
    p.order(ChangeAvailability(operative=True, place=STATION))
    both = [(None, "Unavailable"), (1, "Unavailable"), (None, "Available"), (1, "Available")]
    assert statuses(p) == both


@pytest.mark.parametrize("version", list(Version))
def test_who_was_to_plug_in_must_not_once_it_is_out_of_service(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.order(ChangeAvailability(operative=False, place=Place(1)))
    effects = p.run(ev.CablePluggedIn(1))
    assert SwitchContactor(1, True) not in effects
    assert not [f for f in p.sent if isinstance(f, TransactionStarted)]


def test_no_cable_begins_a_transaction_out_of_service(play: Any) -> None:
    p = play(Version.V201, settings={"TxStartPoint": "EVConnected"})
    p.go_online()
    p.order(ChangeAvailability(operative=False, place=Place(1)))
    p.run(ev.CablePluggedIn(1))
    assert not [f for f in p.sent if isinstance(f, TransactionStarted)]


def test_a_connector_that_is_not_there_cannot_change(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    assert p.order(ChangeAvailability(operative=False, place=Place(1, 2))).status == "Rejected"
