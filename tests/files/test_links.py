"""Links: tokens kept as hashes, and used once."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.files import SlotState, UploadSlot
from busbar.csms.storage.memory import MemoryStore
from busbar.files import links
from busbar.files.disk import Disk
from busbar.files.links import Files

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def store():
    made = MemoryStore()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def files(tmp_path) -> Files:
    return Files(Disk(tmp_path, quota_bytes=1, reserve_bytes=0), "https://files.example", 10, 10, timedelta(days=1))


async def test_the_store_never_sees_a_token(store, files) -> None:
    url = await links.make_upload(store, files, station_id=1, request_id=2, expires_at=NOW, basic="url")
    (slot,) = await store.find(UploadSlot)
    token, password = url.rsplit("/", 1)[1], url.split(":")[2].split("@")[0]
    assert url == f"https://log:{password}@files.example/log/{token}"
    assert token not in str(slot)
    assert password not in str(slot)
    assert slot.token == links.hashed(token)
    assert len(token) == links.TOKEN_LENGTH


async def test_only_one_claims_a_slot_and_only_it_ends_it(store, files) -> None:
    await links.make_upload(store, files, station_id=1, request_id=2, expires_at=NOW)
    (slot,) = await store.find(UploadSlot)
    word = await links.claim(store, slot, NOW)
    assert word is not None
    assert await links.claim(store, slot, NOW) is None
    (slot,) = await store.find(UploadSlot)
    assert await links.claim(store, slot, NOW) is None
    assert not await links.settle(store, slot, "another", SlotState.USED)
    later = await links.claim(store, slot, NOW + links.STALE)
    assert later is not None
    assert not await links.settle(store, slot, word, SlotState.USED)
    assert await links.settle(store, slot, later, SlotState.USED)
    (slot,) = await store.find(UploadSlot)
    assert await links.claim(store, slot, NOW + links.STALE * 9) is None


def test_two_tokens_are_never_the_same() -> None:
    assert links.new_token() != links.new_token()
