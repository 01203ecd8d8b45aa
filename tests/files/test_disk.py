"""Files on the disk: bounded, durable, under names of our own."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from busbar.files.disk import Disk, FileRefused


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    made = Disk(tmp_path / "files", quota_bytes=1000, reserve_bytes=0)
    made.open()
    return made


async def test_a_file_is_kept_with_its_checksums_and_read_back_in_part(disk: Disk) -> None:
    kept = await disk.receive(chunks(b"hello ", b"world"), 100)
    assert kept.sha256 == hashlib.sha256(b"hello world").hexdigest()
    assert kept.md5 == hashlib.md5(b"hello world").hexdigest()
    assert (kept.size, disk.used_bytes, disk.ids()) == (11, 11, [kept.id])
    assert b"".join([part async for part in disk.read(kept.id, 6, 9)]) == b"wor"


@pytest.mark.parametrize(
    ("parts", "limit", "status"), [((b"x" * 6, b"x" * 6), 10, 413), ((), 10, 400), ((b"x" * 999, b"xx"), 2000, 507)]
)
async def test_what_is_refused_leaves_nothing(disk: Disk, parts: tuple[bytes, ...], limit: int, status: int) -> None:
    with pytest.raises(FileRefused) as error:
        await disk.receive(chunks(*parts), limit)
    assert error.value.status == status
    assert (disk.ids(), disk.used_bytes) == ([], 0)


async def test_an_upload_that_breaks_leaves_nothing(disk: Disk, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(FileRefused):
        await disk.receive(broken(), 100)
    assert (list((tmp_path / "files").iterdir()), disk.used_bytes) == ([], 0)


async def test_space_is_left_to_others(tmp_path: Path) -> None:
    greedy = Disk(tmp_path, quota_bytes=2**62, reserve_bytes=2**60)
    greedy.open()
    with pytest.raises(FileRefused) as error:
        await greedy.receive(chunks(b"x"), 100)
    assert error.value.status == 507


@pytest.mark.parametrize("name", ["../busbar.key", "", "a" * 31, "A" * 32, "/etc/passwd", "a" * 32 + "\n"])
def test_nothing_but_an_id_names_a_file(disk: Disk, name: str) -> None:
    with pytest.raises(FileRefused):
        disk.path(name)


async def test_a_removed_file_is_gone_and_its_space_free(disk: Disk) -> None:
    kept = await disk.receive(chunks(b"abc"), 100)
    await disk.remove(kept.id)
    await disk.remove(kept.id)
    assert disk.used_bytes == 0
    with pytest.raises(FileRefused):
        [part async for part in disk.read(kept.id, 0, 3)]


async def test_half_written_files_go_at_the_start_and_whole_ones_count(tmp_path: Path) -> None:
    (tmp_path / ("a" * 32)).write_bytes(b"12345")
    (tmp_path / ("b" * 32 + ".part")).write_bytes(b"123")
    disk = Disk(tmp_path, quota_bytes=1000, reserve_bytes=0)
    disk.open()
    assert (disk.used_bytes, [path.name for path in tmp_path.iterdir()]) == (5, ["a" * 32])
