"""Sessions and meter values, as JSON and as CSV."""

import csv
import io
from datetime import UTC, datetime

import msgspec
import pytest

from busbar.api import sessions
from busbar.api.sessions import guarded
from busbar.csms.amendments import Amended, CloseSession
from busbar.csms.records.sessions import StatusReport
from busbar.model.sessions import GetTransactionStatus
from busbar.model.values import Sample

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def pages(api, path, **query):
    """Follow a list to its end."""
    found, cursor = [], None
    while True:
        answer = await api.get(path, params=query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= query.get("limit", 100)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


async def test_sessions_are_listed_newest_first_to_the_end(api, world):
    row = await world.add_station()
    for number in range(1, 8):
        await world.add_session(row.id, number)
    found = await pages(api, "/api/v1/sessions", limit=3)
    assert [item["id"] for item in found] == [7, 6, 5, 4, 3, 2, 1]


async def test_a_session_carries_its_station_and_site(api, world):
    site = await world.store.add_site("North")
    row = await world.add_station(site_id=site.id)
    await world.add_session(row.id, 5, energy_wh=1234.0, flags="clock,gap", token="ABC")
    session = (await api.get("/api/v1/sessions/5")).json()
    assert session["station"] == "CS1"
    assert session["site_id"] == site.id
    assert session["energy_wh"] == 1234.0
    assert session["flags"] == ["clock", "gap"]
    assert session["active"] is True
    assert session["started_at"] == "2026-05-01T12:05:00Z"
    assert "station_id" not in session
    assert "start_key" not in session


async def test_sessions_are_narrowed(api, world):
    one, two = await world.add_station("CS1"), await world.add_station("CS2")
    ended = {"ended_at": (await world.add_session(one.id, 1)).started_at}
    await world.add_session(one.id, 2, **ended)
    await world.add_session(two.id, 3)

    async def found(**query):
        return [item["id"] for item in await pages(api, "/api/v1/sessions", **query)]

    assert await found(station="cs1") == [2, 1]
    assert await found(active="true") == [3, 1]
    assert await found(active="false") == [2]
    assert await found(since="2026-05-01T12:02:00Z") == [3, 2]
    assert await found(until="2026-05-01T14:02:00+02:00") == [1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-05-01T12:00:00"}, "since"),
        ({"until": "2026-05-01T12:00:00"}, "until"),
        ({"station": "unknown"}, "station"),
        ({"station": "x" * 256}, "station"),
        ({"limit": 0}, "limit"),
        ({"cursor": "e30"}, "cursor"),
        ({"active": "sometimes"}, "active"),
    ],
)
async def test_a_bad_query_names_its_field(api, query, field):
    answer = await api.get("/api/v1/sessions", params=query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("path", ["/sessions/9", "/sessions/9/meter-values", "/sessions/9/meter-values.csv"])
async def test_a_session_that_does_not_exist_is_not_found(api, path):
    assert (await api.get(f"/api/v1{path}")).status_code == 404


async def test_meter_values_come_in_the_order_of_time_with_their_samples(api, world):
    row = await world.add_station()
    await world.add_session(row.id, 1)
    sample = msgspec.json.encode([Sample("Voltage", 230.5, "V", "L1")])
    for minute in range(5):
        await world.add_reading(row.id, 1, minute, sample)
    await world.add_reading(row.id, None, 9)
    found = await pages(api, "/api/v1/sessions/1/meter-values", limit=2)
    assert [item["energy_wh"] for item in found] == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert found[0]["session"] == 1
    assert found[0]["station"] == "CS1"
    assert found[0]["samples"][0] == {
        "measurand": "Voltage",
        "value": 230.5,
        "unit": "V",
        "phase": "L1",
        "location": None,
        "context": "Sample.Periodic",
        "signed": None,
    }
    assert len(await pages(api, "/api/v1/stations/CS1/meter-values")) == 6


async def test_csv_has_every_sample_of_every_page(api, world, monkeypatch):
    monkeypatch.setattr(sessions, "MOST", 2)
    row = await world.add_station()
    await world.add_session(row.id, 1)
    samples = msgspec.json.encode([Sample("Voltage", -1.5, "V", "L1"), Sample("SoC", 40.0, "Percent")])
    for minute in range(5):
        await world.add_reading(row.id, 1, minute, samples)
    for path in ("/api/v1/sessions/1/meter-values.csv", "/api/v1/stations/CS1/meter-values.csv"):
        answer = await api.get(path)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment")
        lines = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(lines) == 10
        assert lines[0]["at"] == "2026-05-01T12:00:00Z"
        assert (lines[0]["measurand"], lines[0]["value"], lines[0]["phase"]) == ("Voltage", "-1.5", "L1")
        assert lines[9]["measurand"] == "SoC"
        assert {line["session"] for line in lines} == {"1"}


async def test_csv_disarms_what_a_spreadsheet_would_run(api, world):
    row = await world.add_station()
    await world.add_session(row.id, 1)
    evil = '=HYPERLINK("http://evil.example")'
    await world.add_reading(row.id, 1, 0, msgspec.json.encode([Sample(evil, 1.0, "+V", "-L", "@x", "\tc")]))
    text = (await api.get("/api/v1/sessions/1/meter-values.csv")).text
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["measurand"] == f"'{evil}"
    assert (line["unit"], line["phase"], line["location"], line["context"]) == ("'+V", "'-L", "'@x", "'\tc")


@pytest.mark.parametrize("text", ["=1", " =1", "+1", "-1", "@a", "\t1", "\r1", "\n1"])
def test_a_formula_is_guarded(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", [None, "", "Voltage", "L1-N", "a=b"])
def test_plain_text_is_left_alone(text):
    assert guarded(text) == text


async def test_a_session_is_closed_in_the_records(api, world):
    station = await world.add_station()
    await world.add_session(station.id, 7)
    assert (await api.post("/api/v1/sessions/7/close")).status_code == 200
    assert world.dispatcher.amended[0][1] == CloseSession(7)


async def test_a_session_that_is_over_cannot_be_closed(api, world):
    station = await world.add_station()
    await world.add_session(station.id, 7)
    world.dispatcher.amends = Amended(False, "ended already")
    answer = await api.post("/api/v1/sessions/7/close")
    assert answer.status_code == 409
    assert "ended already" in answer.json()["detail"]


async def test_a_station_is_asked_for_a_sessions_status_and_its_last_word_is_shown(api, world):
    station = await world.add_station()
    row = await world.add_session(station.id, 7)
    assert (await api.get("/api/v1/sessions/7/status")).status_code == 404
    assert (await api.post("/api/v1/sessions/7/status")).status_code == 200
    assert world.dispatcher.asked[0][1] == GetTransactionStatus(transaction_id=row.transaction_id)
    report = {"station_id": station.id, "transaction_id": row.transaction_id, "at": NOON}
    await world.store.put(StatusReport(**report, ongoing=None, messages_in_queue=True))
    shown = (await api.get("/api/v1/sessions/7/status")).json()
    assert (shown["ongoing"], shown["messages_in_queue"]) == (None, True)
