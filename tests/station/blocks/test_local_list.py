"""The local authorisation list: what changes it, what it is asked for, and its place before the cache."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from busbar.model.facts import TokenAnswer, TokenPresented, TransactionStarted
from busbar.model.local_list import GetLocalListVersion, ListEntry, SendLocalList
from busbar.model.orders import GetVariables, VariableName
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.station import events as ev
from busbar.station.blocks.local_list import LocalList

ALL = pytest.mark.parametrize("version", list(Version))
S = AuthorizationStatus


def entry(name: str, status: AuthorizationStatus | None = S.ACCEPTED, **more: Any) -> ListEntry:
    return ListEntry(token=IdToken(name), verdict=None if status is None else TokenAnswer(status=status, **more))


def send(p: Any, version: int, *entries: ListEntry, full: bool = True) -> str:
    return str(p.order(SendLocalList(version=version, full=full, entries=list(entries))).status)


def listed(p: Any) -> int:
    return int(p.order(GetLocalListVersion()).version)


def started(p: Any) -> list[str]:
    return [fact.token.value for fact in p.sent if isinstance(fact, TransactionStarted) and fact.token]


def asked(p: Any) -> list[str]:
    return [fact.token.value for fact in p.sent if isinstance(fact, TokenPresented)]


@ALL
def test_a_list_is_put_in_changed_and_emptied__TC_D_01_CS_to_05_CS(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    assert listed(p) == 0
    assert send(p, 3, entry("A"), entry("B")) == "Accepted"
    assert send(p, 4, entry("A", None), entry("C", S.BLOCKED), full=False) == "Accepted"
    assert send(p, 5, full=False) == "Accepted"
    found = p.station._fittings.get(LocalList)
    assert [found.verdict(IdToken(name)) is not None for name in "ABC"] == [False, True, True]
    assert (listed(p), len(found)) == (5, 2)
    assert send(p, 1) == "Accepted"
    assert (listed(p), len(found)) == (1, 0)


@ALL
def test_an_older_difference_is_refused__D01_FR_19__TC_D_06_CS(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    send(p, 5, entry("A"))
    assert send(p, 5, entry("B"), full=False) == "VersionMismatch"
    assert (listed(p), len(p.station._fittings.get(LocalList))) == (5, 1)


@pytest.mark.parametrize(
    "order",
    [
        SendLocalList(version=0, full=True, entries=[entry("A")]),  # D01.FR.18
        SendLocalList(version=9, full=True, entries=[entry("A"), entry("a")]),  # D01.FR.06
        SendLocalList(version=9, full=True, entries=[entry("A", None)]),
        SendLocalList(version=9, full=True, entries=[entry(f"T{n}") for n in range(101)]),  # D01.FR.11
    ],
    ids=["version", "twice", "no verdict", "too many"],
)
def test_what_cannot_be_a_list_changes_nothing(play: Any, order: SendLocalList) -> None:
    p = play(Version.V201)
    p.go_online()
    send(p, 1, entry("OLD"))
    assert p.order(order).status == "Failed"
    assert (listed(p), len(p.station._fittings.get(LocalList))) == (1, 1)


def test_a_list_has_a_size__D01_FR_12(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    for part in range(10):
        send(p, part + 1, *(entry(f"T{part}-{n}") for n in range(100)), full=part == 0)
    assert send(p, 11, entry("ONE-MORE"), full=False) == "Failed"
    name = VariableName(component="LocalAuthListCtrlr", variable="Entries")
    assert p.order(GetVariables(names=[name])).variables[0].value == "1000"


@ALL
def test_a_list_survives_a_power_cut__D01_FR_10__TC_D_07_CS(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    send(p, 7, entry("A"))
    send(p, 8, entry("A", None), entry("B"), full=False)
    p.power_cut(connect=False)
    p.charge("A")
    p.charge("B")
    p.run(ev.Connected())
    assert (listed(p), started(p)) == (8, ["B"])


@pytest.mark.parametrize(
    ("version", "told", "status"), [(Version.V16, -1, "NotSupported"), (Version.V201, 0, "Failed")]
)
def test_a_list_that_is_off__D02_FR_03__TC_D_10_CS(play: Any, version: Version, told: int, status: str) -> None:
    p = play(version, settings={"LocalAuthListEnabled": "false"})
    p.go_online()
    assert (send(p, 1, entry("A")), listed(p)) == (status, told)


@ALL
def test_offline_the_list_goes_before_the_cache__C13_FR_01__TC_C_21_CS__TC_C_25_CS(play: Any, version: Version) -> None:
    p = play(version, settings={"AllowOfflineTxForUnknownId": "true"})
    p.go_online()
    p.charge("A")  # accepted by the CSMS, so in the cache
    p.run(ev.TokenRead(IdToken("A"), 1), ev.CableUnplugged(1))
    send(p, 1, entry("A", S.INVALID), entry("B"))
    p.run(ev.Disconnected())
    p.charge("A")
    p.run(ev.CableUnplugged(1))
    p.charge("B")
    p.run(ev.Connected())
    assert started(p) == ["A", "B"]


@ALL
def test_online_an_accepted_entry_needs_no_question__C14_FR_02__TC_C_27_CS(play: Any, version: Version) -> None:
    p = play(version, settings={"LocalPreAuthorize": "true"})
    p.go_online()
    send(p, 1, entry("A"), entry("B", S.BLOCKED))
    p.charge("A")
    assert (started(p), asked(p)) == (["A"], [])
    p.run(ev.TokenRead(IdToken("A"), 1), ev.CableUnplugged(1))
    p.charge("B")  # C14.FR.03: the CSMS has the last word
    assert (started(p), asked(p)) == (["A", "B"], ["B"])


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_refused_entry_is_not_asked_about_where_so_set__TC_C_58_CS(play: Any, version: Version) -> None:
    p = play(version, settings={"LocalAuthListDisablePostAuthorize": "true", "LocalPreAuthorize": "true"})
    p.go_online()
    send(p, 1, entry("A", S.BLOCKED))
    p.charge("A")
    assert (started(p), asked(p)) == ([], [])


def test_an_entry_whose_date_is_over_is_asked_about__C14_FR_05(play: Any) -> None:
    p = play(Version.V21, settings={"LocalPreAuthorize": "true"})
    p.go_online()
    send(p, 1, entry("A", expires_at=p.now + timedelta(seconds=60)))
    p.wait(60)
    p.charge("A")
    assert asked(p) == ["A"]


def test_an_entry_whose_date_is_over_starts_nothing_offline__C13_FR_06(play: Any) -> None:
    p = play(Version.V21, settings={"AllowOfflineTxForUnknownId": "true"})
    p.go_online()
    send(p, 1, entry("A", expires_at=p.now + timedelta(seconds=60)))
    p.run(ev.Disconnected())
    p.wait(60)
    p.charge("A")
    p.run(ev.Connected())
    assert started(p) == []


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.integers(0, 6),
            st.dictionaries(st.sampled_from("abcd"), st.sampled_from([None, S.ACCEPTED, S.BLOCKED])),
        ),
        max_size=12,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_the_list_is_what_the_accepted_orders_made_of_it(play: Any, orders: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    version = 0
    model: dict[str, AuthorizationStatus] = {}
    for full, number, entries in orders:
        bad = number == 0 or (full and None in entries.values())
        answered = send(p, number, *(entry(name, status) for name, status in entries.items()), full=full)
        if bad:
            assert answered == "Failed"
            continue
        if not full and number <= version:
            assert answered == "VersionMismatch"
            continue
        assert answered == "Accepted"
        model = {} if full else model
        model = {name: status for name, status in (model | entries).items() if status is not None}
        version = number
    p.power_cut()
    found = p.station._fittings.get(LocalList)
    held = {name: verdict.status for name in "abcd" if (verdict := found.verdict(IdToken(name))) is not None}
    assert (held, listed(p)) == (model, version)
