"""What a station remembers."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from busbar.station.store import MemoryStore, SqliteStore, Store

OPENINGS: list[Callable[[Path], Store]] = [
    lambda _: MemoryStore(),
    lambda path: SqliteStore(path / "station.db"),
    lambda path: SqliteStore(path / "station.db", through_power_cuts=False),
]


@pytest.mark.parametrize("opening", OPENINGS)
def test_values_are_kept_replaced_and_forgotten_by_station(opening: Callable[[Path], Store], tmp_path: Path) -> None:
    store = opening(tmp_path)
    store.keep("A", {"x": b"1", "y": b"2"})
    store.keep("B", {"x": b"9"})
    store.keep("A", {"x": b"3", "y": None, "z": None})
    assert store.load("A") == {"x": b"3"}
    assert store.load("B") == {"x": b"9"}
    assert store.load("C") == {}
    store.close()


def test_a_failed_keep_writes_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "station.db")
    store.keep("A", {"x": b"1"})
    with pytest.raises(sqlite3.Error):
        store.keep("A", {"x": b"2", "y": object()})  # type: ignore[dict-item]
    store.keep("A", {"z": b"3"})
    assert store.load("A") == {"x": b"1", "z": b"3"}
    store.close()


def test_what_keep_returned_from_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from busbar.station.store import SqliteStore\n"
        "store = SqliteStore(Path(sys.argv[1]))\n"
        "store.keep('A', {'x': b'1'})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "station.db"
    ended = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert ended.returncode == -9
    assert SqliteStore(path).load("A") == {"x": b"1"}


def test_nobody_else_reads_the_file__A02_FR_05(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "stations.db")
    store.keep("A", {"k": b"v"})
    files = list(tmp_path.iterdir())
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    store.close()
