"""What a station remembers: values by key, durable before `keep` returns.

One file serves one station or a whole fleet. It must not know what the values mean.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

_SCHEMA = """
create table if not exists kept (
    identity text not null, key text not null, value blob not null, primary key (identity, key)
) without rowid
"""


class Store(Protocol):
    """The memory of one or many stations."""

    def load(self, identity: str) -> dict[str, bytes]:
        """Return all that is kept for a station."""

    def keep(self, identity: str, values: Mapping[str, bytes | None]) -> None:
        """Write values, all or none; None forgets a key."""

    def close(self) -> None:
        """Let go of the file."""


class MemoryStore:
    """Remembers until the process ends."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, bytes]] = {}

    def load(self, identity: str) -> dict[str, bytes]:
        """Return all that is kept for a station."""
        return dict(self._kept.get(identity, {}))

    def keep(self, identity: str, values: Mapping[str, bytes | None]) -> None:
        """Remember values."""
        kept = self._kept.setdefault(identity, {})
        for key, value in values.items():
            if value is None:
                kept.pop(key, None)
            else:
                kept[key] = value

    def close(self) -> None:
        """Do nothing."""


class SqliteStore:
    """Remembers in one SQLite file.

    Args:
        path: the file; made where it is missing.
        through_power_cuts: wait for the disk at every `keep`. Without it a killed process loses nothing,
            a power cut may lose the last moments: right for many virtual stations, wrong for a real one.
    """

    def __init__(self, path: Path, *, through_power_cuts: bool = True) -> None:
        path.touch(mode=0o600, exist_ok=True)  # it holds passwords and keys (A00.FR.205, A02.FR.05)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("pragma journal_mode=wal")
        self._database.execute(f"pragma synchronous={'full' if through_power_cuts else 'normal'}")
        self._database.execute("pragma busy_timeout=5000")
        self._database.execute(_SCHEMA)

    def load(self, identity: str) -> dict[str, bytes]:
        """Return all that is kept for a station."""
        return dict(self._database.execute("select key, value from kept where identity = ?", (identity,)))

    def keep(self, identity: str, values: Mapping[str, bytes | None]) -> None:
        """Write values in one transaction. Raises sqlite3.Error, and then nothing was written."""
        gone = [(identity, key) for key, value in values.items() if value is None]
        kept = [(identity, key, value) for key, value in values.items() if value is not None]
        self._database.execute("begin immediate")
        try:
            self._database.executemany("delete from kept where identity = ? and key = ?", gone)
            self._database.executemany("insert or replace into kept values (?, ?, ?)", kept)
            self._database.execute("commit")
        except BaseException:
            self._database.execute("rollback")
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
