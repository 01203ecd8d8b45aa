"""Reservations: what may be kept, for whom, until when, and what the CSMS hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from busbar.model.facts import StatusChanged, TokenAnswer, TransactionStarted
from busbar.model.orders import ChangeAvailability, Reset, ResetKind, StartTransaction
from busbar.model.reservations import CancelReservation, ReservationUpdated, ReserveNow
from busbar.model.values import AuthorizationStatus, ConnectorStatus, IdToken, Place
from busbar.model.versions import Version
from busbar.station import events as ev

ALL = pytest.mark.parametrize("version", list(Version))
TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
S = ConnectorStatus


def reserve(p: Any, number: int = 1, evse: int | None = 1, token: str = "R", **more: Any) -> str:
    order = ReserveNow(
        reservation_id=number,
        expires_at=p.now + timedelta(seconds=more.pop("seconds", 600)),
        token=IdToken(token),
        place=Place(evse),
        **more,
    )
    return str(p.order(order).status)


def told(p: Any, evse: int = 1) -> list[ConnectorStatus]:
    return [fact.status for fact in p.sent if isinstance(fact, StatusChanged) and fact.place.evse == evse]


def ended(p: Any) -> list[tuple[int, str]]:
    return [(fact.reservation_id, fact.status) for fact in p.sent if isinstance(fact, ReservationUpdated)]


def started(p: Any) -> list[TransactionStarted]:
    return [fact for fact in p.sent if isinstance(fact, TransactionStarted)]


def online(play: Any, version: Version, evses: int = 1, **settings: str) -> Any:
    p = play(version, evses=evses, settings=settings)
    p.go_online()
    return p


@ALL
def test_a_reserved_evse_charges_its_token_only__H03_FR_01__TC_H_01_CS__TC_H_02_CS(play: Any, version: Version) -> None:
    p = online(play, version)
    assert reserve(p) == "Accepted"
    assert told(p)[-1] is S.RESERVED
    p.charge("OTHER")
    assert started(p) == []
    assert p.order(StartTransaction(token=IdToken("OTHER"), evse=1, remote_start_id=1)).status == "Rejected"
    p.run(ev.TokenRead(IdToken("r"), 1))
    (start,) = started(p)
    assert (start.reservation_id, start.token) == (1, IdToken("r"))  # H01.FR.15
    assert p.order(CancelReservation(reservation_id=1)).status == "Rejected"  # H03.FR.09
    assert ended(p) == []


@ALL
def test_what_is_taken_or_out_of_order_cannot_be_reserved__H01_FR_11_12_14__TC_H_03_CS(
    play: Any, version: Version
) -> None:
    p = online(play, version, evses=4)
    reserve(p, 1, 1)
    p.charge("T", 2)
    p.run(ev.FaultRaised(3, "GroundFailure"))
    p.order(ChangeAvailability(operative=False, place=Place(4)))
    found = [reserve(p, 10 + evse, evse, "X") for evse in (1, 2, 3, 4, 5)]
    assert found == ["Occupied", "Occupied", "Faulted", "Unavailable", "Rejected"]


@ALL
def test_the_same_id_replaces__H01_FR_02__TC_H_23_CS(play: Any, version: Version) -> None:
    p = online(play, version, evses=2)
    reserve(p, 1, 1, "A")
    assert reserve(p, 1, 1, "B") == "Accepted"
    assert reserve(p, 1, 2, "B") == "Accepted"
    p.charge("X", 1)
    p.charge("B", 2)
    assert [(fact.place.evse, fact.reservation_id) for fact in started(p)] == [(1, None), (2, 1)]


@ALL
def test_a_time_that_is_over_or_a_station_set_so_reserves_nothing__H01_FR_01__TC_H_22_CS(
    play: Any, version: Version
) -> None:
    assert reserve(online(play, version), seconds=0) == "Rejected"
    if version is not Version.V16:
        assert reserve(online(play, version, ReservationEnabled="false")) == "Rejected"
    assert reserve(online(play, version, ReserveConnectorZeroSupported="false"), evse=None) == "Rejected"  # H01.FR.19


@ALL
def test_it_ends_at_its_time__H04__TC_H_07_CS(play: Any, version: Version) -> None:
    p = online(play, version)
    reserve(p)
    p.wait(600)
    assert told(p)[-2:] == [S.RESERVED, S.AVAILABLE]
    assert ended(p) == ([] if version is Version.V16 else [(1, "Expired")])
    p.charge("ANY")
    assert len(started(p)) == 1


@ALL
def test_it_is_cancelled__H02__TC_H_17_CS__TC_H_18_CS(play: Any, version: Version) -> None:
    p = online(play, version)
    reserve(p)
    assert p.order(CancelReservation(reservation_id=2)).status == "Rejected"
    assert p.order(CancelReservation(reservation_id=1)).status == "Accepted"
    assert told(p)[-1] is S.AVAILABLE
    p.wait(600)
    assert ended(p) == []


@ALL
def test_a_token_of_the_group_may_use_it__H03_FR_04_08__TC_H_19_CS(play: Any, version: Version) -> None:
    p = online(play, version, LocalPreAuthorize="true")
    accepted = AuthorizationStatus.ACCEPTED
    p.csms.verdicts["friend"] = TokenAnswer(status=accepted, group=IdToken("G"))
    p.csms.verdicts["foe"] = TokenAnswer(status=accepted, group=IdToken("H"))
    reserve(p, group=IdToken("G"))
    p.charge("foe")
    assert started(p) == []
    p.run(ev.TokenRead(IdToken("friend"), 1))
    assert [fact.reservation_id for fact in started(p)] == [1]


@ALL
def test_any_evse_is_kept_for_somebody__H01_FR_07_20__TC_H_08_CS__TC_H_14_CS(play: Any, version: Version) -> None:
    p = online(play, version, evses=2)
    assert reserve(p, 1, None, "A") == "Accepted"
    assert S.RESERVED not in told(p, 1)
    assert reserve(p, 2, None, "B") == "Accepted"
    assert (told(p, 1)[-1], told(p, 2)[-1]) == (S.RESERVED, S.RESERVED)
    assert reserve(p, 3, None, "C") == "Occupied"
    assert reserve(p, 3, 1, "C") == "Occupied"
    p.charge("C", 1)
    assert started(p) == []
    p.run(ev.CableUnplugged(1))
    p.charge("B", 2)
    p.charge("A", 1)
    assert [(fact.place.evse, fact.reservation_id) for fact in started(p)] == [(2, 2), (1, 1)]


@TWO
def test_a_type_of_connector_is_kept__H01_FR_06__TC_H_15_CS__TC_H_16_CS(play: Any, version: Version) -> None:
    p = online(play, version)
    assert reserve(p, 1, None, connector_type="cCCS2") == "Rejected"
    assert reserve(p, 1, None, connector_type="sType2") == "Accepted"
    assert reserve(p, 2, None, connector_type="sType2") == "Occupied"


@TWO
def test_one_that_cannot_be_kept_is_removed__H01_FR_16_17__TC_H_21_CS(play: Any, version: Version) -> None:
    p = online(play, version, evses=2)
    reserve(p, 1, 1)
    reserve(p, 2, 2)
    p.order(ChangeAvailability(operative=False, place=Place(1)))
    p.run(ev.FaultRaised(2, "GroundFailure"))
    assert ended(p) == [(1, "Removed"), (2, "Removed")]


@ALL
@pytest.mark.parametrize("charging", [False, True])
def test_it_outlasts_a_restart_that_is_waited_for_too__B11_FR_05(play: Any, version: Version, charging: bool) -> None:
    p = online(play, version, evses=2)
    reserve(p)
    if charging:
        p.charge("T", 2)
    p.order(Reset(kind=ResetKind.ON_IDLE))
    p.run(ev.EvDemandChanged(2, False))
    if charging:
        p.run(ev.TokenRead(IdToken("T"), 2))
    p.power_cut()
    assert ended(p) == []
    assert told(p)[-1] is S.RESERVED


@ALL
def test_it_survives_a_power_cut_and_its_end_is_told_late(play: Any, version: Version) -> None:
    p = online(play, version)
    reserve(p)
    p.power_cut()
    assert told(p)[-1] is S.RESERVED
    p.charge("OTHER")
    assert started(p) == []
    p.run(ev.Disconnected())
    p.wait(600)
    p.power_cut(connect=False)
    p.go_online()
    assert ended(p) == ([] if version is Version.V16 else [(1, "Expired")])
    p.power_cut()
    assert len(ended(p)) == (0 if version is Version.V16 else 1)


@pytest.mark.parametrize(("version", "heard"), [(Version.V201, []), (Version.V21, [(1, "NoTransaction")])])
def test_no_ev_came_for_it__H03_FR_11(play: Any, version: Version, heard: list[Any]) -> None:
    p = online(play, version, ConnectionTimeOut="60")
    reserve(p)
    p.run(ev.TokenRead(IdToken("R"), 1))
    assert told(p)[-1] is S.AVAILABLE  # H03.FR.10
    p.wait(60)
    assert ended(p) == heard


@ALL
def test_a_remote_start_finds_what_is_reserved_for_it(play: Any, version: Version) -> None:
    p = online(play, version, evses=2)
    reserve(p, 1, 2)
    p.run(ev.CablePluggedIn(1), ev.CablePluggedIn(2))
    assert p.order(StartTransaction(token=IdToken("R"), remote_start_id=1)).status == "Accepted"
    assert [(fact.place.evse, fact.reservation_id) for fact in started(p)] == [(2, 1)]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("reserve"), st.integers(1, 4), st.sampled_from([None, 1, 2, 3])),
            st.tuples(st.just("cancel"), st.integers(1, 4), st.none()),
            st.tuples(st.just("charge"), st.integers(1, 3), st.none()),
            st.tuples(st.just("leave"), st.integers(1, 3), st.none()),
            st.tuples(st.just("cut"), st.just(0), st.none()),
        ),
        max_size=14,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_whoever_reserved_finds_a_place__H01_FR_07(play: Any, steps: Any) -> None:
    """Whatever strangers do: all that is reserved can be used at the end."""
    p = online(play, Version.V201, evses=3)
    held: dict[int, int | None] = {}
    for step, number, evse in steps:
        if step == "reserve" and reserve(p, number, evse, f"R{number}", seconds=10_000) == "Accepted":
            held[number] = evse
        elif step == "cancel":
            assert p.order(CancelReservation(reservation_id=number)).accepted is (held.pop(number, 0) != 0)
        elif step == "charge":
            p.charge("STRANGER", number)
        elif step == "leave":
            p.run(ev.CableUnplugged(number))
        elif step == "cut":
            p.power_cut()
    for evse in (1, 2, 3):  # a stranger's cable without a transaction blocks a place, though nobody may charge there
        p.run(*([ev.CableUnplugged(evse)] if p.station._transactions._evses[evse].transaction is None else []))
    before = len(started(p))
    for number, evse in sorted(held.items(), key=lambda item: item[1] is None):
        outcome = p.order(StartTransaction(token=IdToken(f"R{number}"), evse=evse, remote_start_id=number))
        assert outcome.status == "Accepted"
        free = next(e for e in p.station._transactions._evses.values() if e.reservation_id == number)
        p.run(ev.CablePluggedIn(free.number))
    assert [fact.reservation_id for fact in started(p)[before:]] == [
        number for number, _ in sorted(held.items(), key=lambda item: item[1] is None)
    ]
