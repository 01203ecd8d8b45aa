"""What a CSMS asks of a transaction that it cannot see, and what a station says of it (2.x)."""

from dataclasses import dataclass

from busbar.model.orders import Order, Outcome


@dataclass(slots=True, kw_only=True)
class GetTransactionStatus(Order):
    """Ask whether a transaction runs, and whether the station still has messages for us (E14).

    Without `transaction_id` only the messages are asked for.
    """

    transaction_id: str | None = None


@dataclass(slots=True, kw_only=True)
class TransactionStatus(Outcome):
    """What a station says: `ongoing` is None where no transaction was asked for."""

    status: str = "Accepted"
    ongoing: bool | None
    messages_in_queue: bool
