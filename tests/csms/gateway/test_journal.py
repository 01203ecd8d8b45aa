"""What was noticed is counted, stored now and then, and told."""

from datetime import timedelta

import pytest

from busbar.csms.gateway import journal as module
from busbar.csms.gateway.journal import Journal, Note
from busbar.csms.ports import StoreUnavailable
from busbar.csms.records.security import EventOrigin, Refusal, SecurityEvent
from busbar.csms.services.security_events import DUPLICATE, FAILED_TO_AUTHENTICATE
from busbar.csms.storage.memory import MemoryStore


@pytest.fixture
async def store():
    store = MemoryStore()
    await store.open()
    return store


def note(reason="wrong password", event=FAILED_TO_AUTHENTICATE, **fields) -> Note:
    fields = {"station_id": 7, "identity": "CS1", "address": "10.0.0.1", "status": 401} | fields
    return Note(reason=reason, event=event, **fields)


async def test_refusals_are_one_row_for_each_reason_however_many(store):
    journal = Journal(store, print)
    for address in ("10.0.0.1", "10.0.0.2"):
        journal.note(note(address=address))
    journal.note(note("no password"))
    await journal.flush()
    journal.note(note(address="10.0.0.3"))
    await journal.flush()
    rows = await store.find(Refusal, station_id=7)
    assert [(row.reason, row.count, row.address) for row in rows] == [
        ("no password", 1, "10.0.0.1"),
        ("wrong password", 3, "10.0.0.3"),
    ]
    assert rows[1].first_at < rows[1].last_at


async def test_an_event_is_told_at_once_and_then_once_a_minute(store, monkeypatch):
    told = []
    journal = Journal(store, lambda station_id, happenings: told.append((station_id, happenings[0].event)))
    for _ in range(3):
        journal.note(note("displaced", DUPLICATE, status=0))
        await journal.flush()
    (row,) = await store.find(SecurityEvent)
    assert (row.origin, row.type, row.critical, row.count) == (EventOrigin.CSMS, DUPLICATE, True, 1)
    assert row.info == "displaced, from 10.0.0.1"
    monkeypatch.setattr(module, "QUIET", timedelta(0))
    await journal.flush()
    assert [row.count for row in await store.find(SecurityEvent)] == [1, 2]
    assert told == [(7, DUPLICATE)] * 2
    assert not await store.find(Refusal)


async def test_what_is_not_critical_is_not_told(store):
    told = []
    journal = Journal(store, lambda *event: told.append(event))
    journal.note(note(status=0))
    await journal.flush()
    assert len(await store.find(SecurityEvent)) == 1
    assert not told


async def test_a_refusal_of_a_known_station_is_told_once_a_minute_for_each_reason(store):
    told = []
    journal = Journal(store, lambda station_id, happenings: told.append((station_id, *happenings)))
    for reason, number in (("wrong password", 7), ("wrong password", 7), ("no password", 7), ("unknown", 0)):
        journal.note(note(reason, event=None, station_id=number))
        await journal.flush()
    assert [(number, event.reason) for number, event in told] == [(7, "wrong password"), (7, "no password")]
    assert (told[0][1].station, told[0][1].status) == ("CS1", 401)


async def test_the_notes_are_bounded(store, monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 2)
    journal = Journal(store, print)
    for n in range(5):
        journal.note(note(event=None, station_id=n))
    assert journal.dropped == 3
    await journal.flush()
    assert len(await store.find(Refusal)) == 2


async def test_many_stations_are_read_in_parts(store, monkeypatch):
    monkeypatch.setattr(module, "_TOGETHER", 2)
    journal = Journal(store, print)
    for _ in range(2):
        for n in range(5):
            journal.note(note(event=None, station_id=n))
        await journal.flush()
    assert [row.count for row in await store.find(Refusal)] == [2] * 5


async def test_a_store_that_is_away_ends_nothing(store, monkeypatch, caplog):
    async def commit(changes):
        raise StoreUnavailable("away")

    monkeypatch.setattr(module, "EVERY_S", 0)
    journal = Journal(store, print)
    journal.start()
    with monkeypatch.context() as away:
        away.setattr(store, "commit", commit)
        journal.note(note())
        while "cannot be stored now" not in caplog.text:
            await module.asyncio.sleep(0)
    journal.note(note("no password", None))
    await journal.stop()
    assert [row.reason for row in await store.find(Refusal)] == ["no password"]
