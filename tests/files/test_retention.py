"""What nobody needs any more goes, and nothing else."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.files import DownloadLink, FileUse, StoredFile, UploadSlot
from busbar.csms.storage.memory import MemoryStore
from busbar.files.disk import Disk
from busbar.files.retention import REMEMBERED, sweep

NOW = datetime.now(UTC)


@pytest.fixture
async def kept(tmp_path):
    store = MemoryStore()
    await store.open()
    disk = Disk(tmp_path, quota_bytes=10_000, reserve_bytes=0)
    disk.open()
    yield store, disk
    await store.close()


async def file(store, disk, *, expires_at=None, row=True, old=False) -> str:
    async def chunks():
        yield b"content"

    made = await disk.receive(chunks(), 100)
    if row:
        await store.insert(
            StoredFile(id=made.id, use=FileUse.LOG, size=7, sha256=made.sha256, received_at=NOW, expires_at=expires_at)
        )
    if old:
        os.utime(disk.path(made.id), (0, 0))
    return made.id


async def test_files_go_when_their_time_is_over_and_others_stay(kept) -> None:
    store, disk = kept
    over = await file(store, disk, expires_at=NOW - timedelta(seconds=1), old=True)
    stays = {
        await file(store, disk, expires_at=NOW + timedelta(days=1), old=True),
        await file(store, disk, old=True),
        await file(store, disk, row=False),
    }
    assert await sweep(store, disk, NOW) == 1
    assert set(disk.ids()) == stays
    assert await store.get(StoredFile, over) is None
    assert disk.used_bytes == 21


async def test_a_file_that_no_row_names_goes_when_it_is_old(kept) -> None:
    store, disk = kept
    await file(store, disk, row=False, old=True)
    assert await sweep(store, disk, NOW) == 1
    assert disk.ids() == []


async def test_rights_that_ended_go_after_a_while(kept) -> None:
    store, disk = kept
    for name, ended in (("a", NOW - REMEMBERED - timedelta(days=1)), ("b", NOW - timedelta(days=1))):
        times = {"created_at": NOW, "expires_at": ended}
        await store.insert(DownloadLink(token=name, file_id="x", **times))
        await store.insert(UploadSlot(token=name, station_id=1, request_id=1, max_bytes=1, **times))
    await sweep(store, disk, NOW)
    assert [row.token for row in await store.find(DownloadLink)] == ["b"]
    assert [row.token for row in await store.find(UploadSlot)] == ["b"]
