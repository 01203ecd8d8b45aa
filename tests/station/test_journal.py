"""The ledger's lines."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from busbar.station.journal import NAME, Journal, entries

AT = datetime(2026, 1, 1, tzinfo=UTC)


async def test_what_stations_keep_comes_back_in_order_and_is_added_to(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "ledger"
    for number in (1, 2):
        async with Journal(folder) as journal:
            journal.note("A", AT, {"n": str(number).encode(), "gone": None})
            journal.note("B", AT, {"text": b'"x"'})
    found = [(entry.station, entry.kept) for entry in entries(folder)]
    assert found == [
        ("A", {"n": 1, "gone": None}),
        ("B", {"text": "x"}),
        ("A", {"n": 2, "gone": None}),
        ("B", {"text": "x"}),
    ]
    assert next(entries(folder)).at == AT


async def test_a_line_is_with_the_operating_system_before_note_returns(tmp_path: Path) -> None:
    async with Journal(tmp_path) as journal:
        journal.note("A", AT, {"n": b"1"})
        assert (tmp_path / NAME).read_bytes().endswith(b'{"n":1}}\n')


async def test_a_torn_last_line_is_left_out_and_another_broken_line_is_named(tmp_path: Path) -> None:
    async with Journal(tmp_path) as journal:
        journal.note("A", AT, {})
    with (tmp_path / NAME).open("a") as file:
        file.write('{"at": "2026')
    assert len(list(entries(tmp_path))) == 1
    with (tmp_path / NAME).open("a") as file:
        file.write("\n")
    with pytest.raises(ValueError, match="line 2"):
        list(entries(tmp_path))


@pytest.mark.parametrize("torn", ['{"at": "2026', "x" * 200_000])
@pytest.mark.parametrize("whole", [0, 1, 2])
async def test_what_a_power_cut_tore_does_not_spoil_what_comes_after(tmp_path: Path, whole: int, torn: str) -> None:
    async with Journal(tmp_path) as journal:
        for _ in range(whole):
            journal.note("A", AT, {"n": b"1"})
    with (tmp_path / NAME).open("a") as file:
        file.write(torn)
    async with Journal(tmp_path) as journal:
        journal.note("A", AT, {"n": b"2"})
    assert [entry.kept["n"] for entry in entries(tmp_path)] == [1] * whole + [2]


def test_a_folder_without_a_ledger_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no ledger"):
        next(entries(tmp_path))
