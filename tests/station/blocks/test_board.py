"""The board: one durable step per event, before every other effect."""

from datetime import UTC, datetime

from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station.blocks.board import Board
from busbar.station.config import StationConfig

CONFIG = StationConfig(identity="CS1", version=Version.V16)


def test_what_is_kept_comes_first_and_in_one_step() -> None:
    board = Board(CONFIG, {})
    board.do(ef.Restart())
    board.keep("a", 1)
    board.forget("b")
    board.keep("a", [2])
    assert board.take() == [ef.Keep({"a": b"[2]", "b": None}), ef.Restart()]
    assert board.take() == []


def test_kept_values_are_read_by_key_and_by_prefix() -> None:
    board = Board(CONFIG, {"q/2": b"2", "q/1": b"1", "n": b"5"})
    assert board.load("n", int, 0) == 5
    assert board.load("m", int, 7) == 7
    assert list(board.saved("q/")) == [("q/1", b"1"), ("q/2", b"2")]


def test_a_timer_counts_from_the_event() -> None:
    board = Board(CONFIG, {})
    board.now = datetime(2026, 1, 1, tzinfo=UTC)
    board.set_timer("t", 90)
    assert board.take() == [ef.SetTimer("t", datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC))]
