"""The parts that every block reaches for, put together in the order in which they need each other."""

from collections.abc import Mapping
from typing import Final

from busbar.station.blocks.board import Board
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.outbox import Outbox
from busbar.station.blocks.queue import TransactionQueue
from busbar.station.blocks.variables import Variables
from busbar.station.config import StationConfig

DIAL_WH: Final = 2_000_000_000
"""1.6 says registers in whole Wh of 31 bits: this leaves room for a session of 147 MWh."""


class Cabinet:
    """One station's shared parts. `features`: what it is able to do beyond charging (`registry.FEATURES`)."""

    def __init__(
        self, config: StationConfig, saved: Mapping[str, bytes], features: frozenset[str] = frozenset()
    ) -> None:
        self.board = Board(config, saved)
        self.variables = Variables(self.board, features)
        self.queue = TransactionQueue(self.board, self.variables)
        self.outbox = Outbox(self.board, self.queue)
        dial_wh = 0 if self.board.rules.transaction_events else DIAL_WH
        self.evses = {number: Evse(number, dial_wh=dial_wh) for number in range(1, config.evses + 1)}
