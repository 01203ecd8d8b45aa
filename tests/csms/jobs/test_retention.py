"""What is older than it is kept goes, and nothing else does."""

from datetime import UTC, datetime, timedelta
from enum import EnumType
from pathlib import Path
from typing import Any, cast, get_args

import msgspec
import pytest

from busbar.csms.jobs import retention
from busbar.csms.jobs.retention import AGES, BATCH, SETTINGS, Retention
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Store
from busbar.csms.records.campaigns import (
    Campaign,
    CampaignMember,
    CampaignProgress,
    CampaignState,
    CertificateWork,
    Selection,
)
from busbar.csms.records.firmware import FirmwarePublication, FirmwareUpdate
from busbar.csms.records.kind import Record
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.monitoring import StreamedValue
from busbar.csms.records.requests import RequestState
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.storage.opening import make_store

NOW = datetime.now(UTC)
DAYS = dict.fromkeys(SETTINGS, 10)
FILLED = {int: 1, str: "x", float: 1.0, bool: False, bytes: b"x", datetime: NOW}
OVER = {"answered": True, "watched": False, "state": RequestState.FAILED}


def made(kind: type[Record], days: float, **given: Any) -> Record:
    """Make a record as old as that, with something in each field that must be there."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.required:
            fields[field.name] = filled(field.type)
    if issubclass(kind, (LogRequest, FirmwareUpdate, FirmwarePublication)):
        fields |= OVER
    return kind(**fields | {AGES[kind].time: NOW - timedelta(days=days)} | given)


def filled(type_: Any) -> Any:
    kinds = get_args(type_) or (type_,)
    if type(None) in kinds:
        return None
    if isinstance(kinds[0], EnumType):
        return next(iter(kinds[0]))
    return FILLED.get(kinds[0], [])


@pytest.fixture
async def store() -> MemoryStore:
    store = MemoryStore()
    await store.open()
    return store


async def look(store: Store) -> None:
    await Retention(DAYS).look(Desk(store, cast("Any", None), cast("Any", None), lambda *_: None))


@pytest.mark.parametrize("kind", AGES, ids=lambda kind: kind.__name__)
async def test_the_old_goes_and_the_new_stays(store: MemoryStore, kind: type[Record]) -> None:
    keep = 0 if AGES[kind].setting is None else 10
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    names = {"id", "station_id"} & set(types)
    for number, days in enumerate((keep + 0.01, keep - 0.01), 1):
        given = {name: str(number) if types[name] is str else number for name in names}
        await store.put(made(kind, days, **given))
    await look(store)
    (row,) = await store.find(kind)
    assert getattr(row, AGES[kind].time) > NOW - timedelta(days=keep)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (LogRequest, {"watched": True}),
        (FirmwareUpdate, {"answered": False}),
        (FirmwareUpdate, {"watched": True, "state": RequestState.UNDER_WAY}),
        (FirmwarePublication, {"state": RequestState.DONE}),
    ],
)
async def test_what_still_matters_stays_at_any_age(
    store: MemoryStore, kind: type[Record], given: dict[str, Any]
) -> None:
    await store.put(made(kind, 1000, **given))
    await look(store)
    assert len(await store.find(kind)) == 1


async def test_more_than_a_batch_goes_at_once(store: MemoryStore) -> None:
    for number in range(BATCH + 5):
        await store.put(made(StreamedValue, 11, id=number + 1, value=str(number)))
    await look(store)
    assert await store.find(StreamedValue) == []


async def test_a_campaign_goes_with_its_stations_when_it_is_over_and_old(store: MemoryStore) -> None:
    ages = {1: (CampaignState.FINISHED, 11), 2: (CampaignState.FINISHED, 9), 3: (CampaignState.RUNNING, 11)}
    for number, (state, days) in ages.items():
        ended = NOW - timedelta(days=days)
        await store.put(
            Campaign(
                id=number,
                name="x",
                work=CertificateWork(),
                selection=Selection(),
                state=state,
                starts_at=ended,
                ends_at=ended,
                created_at=ended,
            )
        )
        await store.put(CampaignProgress(campaign_id=number))
        await store.put(CampaignMember(campaign_id=number, position=1, station_id=1, updated_at=ended))
    await look(store)
    assert [row.id for row in await store.find(Campaign)] == [2, 3]
    assert [row.campaign_id for row in await store.find(CampaignProgress)] == [2, 3]
    assert [row.campaign_id for row in await store.find(CampaignMember)] == [2, 3]


async def test_the_table_fits_the_database(tmp_path: Path) -> None:
    store = make_store(f"sqlite:///{tmp_path}/busbar.db")
    await store.open()
    try:
        await store.insert(made(StreamedValue, 11, id=1))
        await store.insert(made(StreamedValue, 9, id=2, value="y"))
        await look(store)
        assert [row.id for row in await store.find(StreamedValue)] == [2]
    finally:
        await store.close()


def test_it_runs_once_an_hour() -> None:
    assert (retention.NAME, retention.EVERY_S) == ("retention", 3600.0)
