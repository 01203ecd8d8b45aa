"""The station's own account of energy."""

from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station.blocks import ledger as books
from busbar.station.blocks.board import Board
from busbar.station.blocks.ledger import Ledger
from busbar.station.config import StationConfig

CONFIG = StationConfig(identity="CS1", version=Version.V16)


def test_the_sums_survive_and_the_transactions_are_bounded() -> None:
    board = Board(CONFIG, {})
    ledger = Ledger(board)
    for number in range(books.REMEMBERED + 5):
        ledger.book(f"t{number}", 10)
    (keep,) = board.take()
    assert isinstance(keep, ef.Keep)
    again = Ledger(Board(CONFIG, {key: value for key, value in keep.values.items() if value}))
    assert again.account == ledger.account
    assert (again.account.sessions, again.account.energy_wh) == (books.REMEMBERED + 5, 10 * (books.REMEMBERED + 5))
    assert len(again.account.transactions) == books.REMEMBERED
    assert "t4" not in again.account.transactions
