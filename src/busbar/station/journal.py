"""The ledger of a fleet: every value that a station keeps, when it keeps it, as lines of JSON on a disk.

One line holds what one event made a station believe: `{"at", "station", "kept": {key: value or null}}`. Lines are with
the operating system at once (a killed process loses none) and on the disk within a second, all at the end.
It must not know what the values mean.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

_SYNC_EVERY_S: Final = 1.0
_BLOCK: Final = 1 << 16
NAME: Final = "stations.jsonl"


class Journal:
    """Writes the ledger into a folder, after what is there. An asynchronous context."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _mend(self._file)
        self._unsynced = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._sync())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        os.fsync(self._file)
        os.close(self._file)

    def note(self, station: str, at: datetime, values: Mapping[str, bytes | None]) -> None:
        """Write what a station keeps from now on; the values are JSON. Raises OSError, as where the disk is full."""
        kept = {key: None if value is None else msgspec.Raw(value) for key, value in values.items()}
        line = memoryview(msgspec.json.encode({"at": at, "station": station, "kept": kept}) + b"\n")
        while line:
            line = line[os.write(self._file, line) :]
        self._unsynced = True

    async def _sync(self) -> None:
        while True:
            await asyncio.sleep(_SYNC_EVERY_S)
            if self._unsynced:
                self._unsynced = False
                await asyncio.to_thread(os.fsync, self._file)


def _mend(file: int) -> None:
    """Cut off a last line that a power cut tore, for what is appended would be one with it."""
    end = os.fstat(file).st_size
    while end and (newline := os.pread(file, min(end, _BLOCK), max(0, end - _BLOCK)).rfind(b"\n") + 1) == 0:
        end = max(0, end - _BLOCK)
    os.ftruncate(file, max(0, end - _BLOCK) + newline if end else 0)


class Entry(msgspec.Struct, frozen=True):
    """One line of a ledger."""

    at: datetime
    station: str
    kept: dict[str, Any]


def entries(folder: Path) -> Iterator[Entry]:
    """Read all ledgers of a folder, each in its order; a last line that a power cut tore is left out.

    Raises OSError where there is none, ValueError where another line is broken.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise FileNotFoundError(f"{folder} has no ledger (*.jsonl)")
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.endswith(b"\n"):
                    yield _entry(path, number, line)


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        return msgspec.json.decode(line, type=Entry)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path}, line {number}: {error}") from None
