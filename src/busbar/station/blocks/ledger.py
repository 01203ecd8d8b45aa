"""What the station itself counted as delivered: whole Wh by the meter's register, to compare with the CSMS's account.

It must not know what was reported, or whether it arrived.
"""

from dataclasses import dataclass, field
from typing import Final

from busbar.station.blocks.board import Board

REMEMBERED: Final = 100


@dataclass(slots=True)
class Account:
    """The sums.

    Attributes:
        sessions: transactions that ended.
        energy_wh: what they delivered together.
        transactions: the energy of each of the last REMEMBERED, by the station's transaction id.
    """

    sessions: int = 0
    energy_wh: int = 0
    transactions: dict[str, int] = field(default_factory=dict)


class Ledger:
    """Books ended transactions; kept."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.account = board.load("ledger", Account, Account())

    def book(self, transaction: str, energy_wh: int) -> None:
        """Add an ended transaction."""
        account = self.account
        account.sessions += 1
        account.energy_wh += energy_wh
        account.transactions[transaction] = energy_wh
        if len(account.transactions) > REMEMBERED:
            del account.transactions[next(iter(account.transactions))]
        self._board.keep("ledger", account)
