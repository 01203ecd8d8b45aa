"""What the CSMS asks of transactions that it cannot see (E14). It must not know how a message is delivered."""

from typing import ClassVar

from busbar.model.sessions import GetTransactionStatus, TransactionStatus
from busbar.station.blocks.block import Block


class Sessions(Block):
    """Answers for the transactions of one station."""

    __slots__ = ()

    def tell(self, order: GetTransactionStatus) -> TransactionStatus:
        """Say whether a transaction goes on (E14.FR.01 to .03), and whether messages wait (.04 to .08)."""
        queue, asked = self.fittings.cabinet.queue, order.transaction_id
        if asked is None:
            return TransactionStatus(ongoing=None, messages_in_queue=len(queue) > 0)
        ongoing = self.fittings.transactions.find(asked) is not None
        return TransactionStatus(ongoing=ongoing, messages_in_queue=queue.holds(asked))

    ORDERS: ClassVar = {GetTransactionStatus: tell}
