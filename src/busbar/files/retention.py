"""Removes what nobody needs any more: files past their time, rights that ended, leftovers of a crash."""

import time
from datetime import datetime, timedelta
from typing import Final

from busbar.csms.ports import Search, Store, Test
from busbar.csms.records.files import DownloadLink, StoredFile, UploadSlot
from busbar.files.disk import Disk

REMEMBERED: Final = timedelta(days=7)
"""How long a right that ended is kept, for who wonders."""
ORPHAN_S: Final = 86_400.0
BATCH: Final = 1000


async def sweep(store: Store, disk: Disk, now: datetime) -> int:
    """Remove what is over; return how many files went. The row goes last: what a crash leaves is found again."""
    expired = await store.look(StoredFile, Search(tests=(Test("expires_at", "<", now),), limit=BATCH))
    for file in expired.items:
        await disk.remove(file.id)
        await store.remove(StoredFile, file.id)
    over = Search(tests=(Test("expires_at", "<", now - REMEMBERED),), limit=BATCH)
    for slot in (await store.look(UploadSlot, over)).items:
        await store.remove(UploadSlot, slot.token)
    for link in (await store.look(DownloadLink, over)).items:
        await store.remove(DownloadLink, link.token)
    return len(expired.items) + await _orphans(store, disk)


async def _orphans(store: Store, disk: Disk) -> int:
    """Remove files that no row names: a crash came between the disk and the store."""
    gone = 0
    for file_id in disk.ids():
        if time.time() - disk.path(file_id).stat().st_mtime < ORPHAN_S:
            continue
        if await store.get(StoredFile, file_id) is None:
            await disk.remove(file_id)
            gone += 1
    disk.recount()
    return gone
