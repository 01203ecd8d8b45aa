"""Files in one directory under names of our own: written as they come, never as a whole in memory. Knows no HTTP.

No name from outside touches a path: a file's id is 32 hexadecimal digits that were drawn here.
"""

import asyncio
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

CHUNK_BYTES: Final = 262_144
_ID: Final = re.compile(r"[0-9a-f]{32}")
_PART: Final = ".part"


class FileRefused(Exception):
    """A file that is not kept; `status` is what HTTP says of it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is on the disk, durably. `sha256` and `md5` are hexadecimal."""

    id: str
    size: int
    sha256: str
    md5: str


class Disk:
    """One directory, its quota, and the space it leaves to others (a full disk must not stop the database)."""

    def __init__(self, directory: Path, *, quota_bytes: int, reserve_bytes: int) -> None:
        self._directory = directory
        self._quota_bytes = quota_bytes
        self._reserve_bytes = reserve_bytes
        self._used = 0

    def open(self) -> None:
        """Make the directory, drop what a crash left half written, count the rest. Raises OSError."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in self._directory.glob(f"*{_PART}"):
            part.unlink(missing_ok=True)
        self.recount()

    def recount(self) -> None:
        """Count the bytes that are kept."""
        self._used = sum(self._directory.joinpath(name).stat().st_size for name in self.ids())

    def ids(self) -> list[str]:
        """Return the ids of all files."""
        return [name for name in os.listdir(self._directory) if _ID.fullmatch(name)]

    @property
    def used_bytes(self) -> int:
        """The bytes that are kept or being written."""
        return self._used

    def path(self, file_id: str) -> Path:
        """Return where a file is. Raises FileRefused for anything that is no id."""
        if not _ID.fullmatch(file_id):
            raise FileRefused(404, "no such file")
        return self._directory / file_id

    def has(self, file_id: str) -> bool:
        """Tell whether a file is there."""
        return self.path(file_id).is_file()

    def check_room(self, size: int) -> None:
        """Refuse what will not fit. Raises FileRefused."""
        if self._used + size > self._quota_bytes:
            raise FileRefused(507, "the quota for files is used up")
        if shutil.disk_usage(self._directory).free - size < self._reserve_bytes:
            raise FileRefused(507, "the disk is full")

    async def receive(self, chunks: AsyncIterator[bytes], limit_bytes: int) -> Kept:
        """Write a file as it comes. Raises FileRefused for more than `limit_bytes`, nothing at all, or no room."""
        file_id = secrets.token_hex(16)
        partial = self._directory / f"{file_id}{_PART}"
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        written = 0
        self.check_room(0)
        try:
            with partial.open("xb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit_bytes:
                        raise FileRefused(413, "the file is too large")
                    self.check_room(len(chunk))
                    self._used += len(chunk)
                    written += len(chunk)
                    await asyncio.to_thread(_append, (file.write, sha256.update, md5.update), chunk)
                if not size:
                    raise FileRefused(400, "the file is empty")
                await asyncio.to_thread(_sync, file)
            await asyncio.to_thread(self._settle, partial, file_id)
        except BaseException as error:
            self._used -= written
            partial.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise FileRefused(507, "the disk cannot take the file") from error
            raise
        return Kept(file_id, size, sha256.hexdigest(), md5.hexdigest())

    def _settle(self, partial: Path, file_id: str) -> None:
        partial.rename(self._directory / file_id)
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    async def read(self, file_id: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Read a file from `start` up to `end`, exclusive. Raises FileRefused where it is gone."""
        try:
            file = self.path(file_id).open("rb")
        except FileNotFoundError:
            raise FileRefused(404, "no such file") from None
        with file:
            file.seek(start)
            left = end - start
            while left > 0 and (chunk := await asyncio.to_thread(file.read, min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk

    async def remove(self, file_id: str) -> None:
        """Remove a file; one that is gone already is no error."""
        path = self.path(file_id)
        try:
            size = path.stat().st_size
            await asyncio.to_thread(path.unlink)
        except FileNotFoundError:
            return
        self._used -= size


def _append(takers: tuple[Callable[[bytes], object], ...], chunk: bytes) -> None:
    for take in takers:
        take(chunk)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
