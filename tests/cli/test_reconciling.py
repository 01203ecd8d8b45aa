"""Ledgers beside what a CSMS has."""

from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.cli.reconciling import Belief, Difference, Report, believed, compare
from busbar.station.journal import Entry

AT = datetime(2026, 1, 1, tzinfo=UTC)


def session(
    name: str, energy_wh: float | None, *, active: bool = False, started: str | None = "2026-01-02T00:00:00Z"
) -> Any:
    return {"transaction_id": name, "energy_wh": energy_wh, "active": active, "started_at": started}


def report(belief: Belief, *sessions: Any) -> Report:
    found = Report()
    compare("A", belief, sessions, found)
    return found


def account(**energy: int) -> dict[str, Any]:
    return {"sessions": len(energy), "energy_wh": sum(energy.values()), "transactions": energy}


def test_a_ledger_is_read_to_its_end() -> None:
    lines = [
        {"transaction/1": {"id": "t1"}, "queue/000000000001": {}},
        {"ids": {"t1": "17"}, "queue/000000000001": None},
        {"transaction/1": None, "ledger": account(t1=5), "transaction/2": {"id": "t2"}, "queue/000000000002": {}},
        {"ids": {}, "ledger": account(t3=7)},
    ]
    belief = believed(Entry(AT, "A", kept) for kept in lines)["A"]
    assert belief.ended == {"t1": 5, "t3": 7}
    assert belief.names == {"t1": "17"}
    assert belief.running == {"2": "t2"}
    assert belief.waiting == {"queue/000000000002"}
    assert belief.since == AT


def test_sessions_that_agree_make_no_difference_whatever_the_csms_calls_them() -> None:
    belief = Belief(AT, ended={"t1": 5, "t2": 7}, running={"1": "t3"}, names={"t1": "17"})
    found = report(belief, session("17", 5.0), session("t2", 7.0), session("t3", 2.0, active=True))
    assert found.differences == []
    assert (found.sessions, found.running, found.station_wh, found.csms_wh) == (2, 1, 12, 12.0)


@pytest.mark.parametrize(
    ("sessions", "reason"),
    [
        ([session("t1", 6.0)], "the energy differs"),
        ([session("t1", None)], "the energy differs"),
        ([session("t1", 5.0, active=True)], "the CSMS believes it goes on"),
        ([], "the CSMS does not know it"),
        ([session("t1", 5.0), session("x", 1.0)], "the station has none"),
    ],
)
def test_every_way_to_differ_is_named(sessions: list[Any], reason: str) -> None:
    (difference,) = report(Belief(AT, ended={"t1": 5}), *sessions).differences
    assert difference.reason == reason
    assert difference.station == "A"


def test_sessions_from_before_the_ledger_are_none_of_its_business() -> None:
    assert report(Belief(AT), session("x", 1.0, started="2025-12-31T00:00:00Z")).differences == []
    assert report(Belief(AT), session("x", 1.0, started=None)).differences == []


def test_a_difference_reads_well() -> None:
    line = str(Difference("A", "t1", 5, None, "the CSMS does not know it"))
    assert line == "A t1: the CSMS does not know it (station 5 Wh, CSMS none)"
