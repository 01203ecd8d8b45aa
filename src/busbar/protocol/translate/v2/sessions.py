"""GetTransactionStatus of 2.x ↔ order and outcome; `wire` is the version's module of types."""

from typing import Any

from msgspec import UNSET

from busbar.model.sessions import GetTransactionStatus, TransactionStatus
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Written


def part(wire: Any) -> Part:
    """Return what 2.x says of transactions beside their events."""

    def write(order: GetTransactionStatus) -> Written:
        asked = UNSET if order.transaction_id is None else order.transaction_id
        return "GetTransactionStatus", wire.GetTransactionStatusRequest(transaction_id=asked)

    def write_outcome(outcome: TransactionStatus) -> Any:
        ongoing = UNSET if outcome.ongoing is None else outcome.ongoing
        return wire.GetTransactionStatusResponse(ongoing_indicator=ongoing, messages_in_queue=outcome.messages_in_queue)

    return Part(
        calls={"GetTransactionStatus": Call(_read, _read_outcome, write_outcome)},
        orders={GetTransactionStatus: write},
    )


def _read(sent: Any) -> GetTransactionStatus:
    return GetTransactionStatus(transaction_id=None if sent.transaction_id is UNSET else sent.transaction_id)


def _read_outcome(_request: Any, sent: Any) -> TransactionStatus:
    ongoing = None if sent.ongoing_indicator is UNSET else sent.ongoing_indicator
    return TransactionStatus(ongoing=ongoing, messages_in_queue=sent.messages_in_queue)
