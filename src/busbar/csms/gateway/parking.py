"""What is said to a station whose message is kept, but not understood."""

from collections.abc import Callable
from typing import Final

from busbar.model.facts import Acknowledged, Answer, TokenAnswer, TransactionAnswer
from busbar.model.values import AuthorizationStatus

# A station deletes its only copy after a refusal (1.6 §4.8, 4.10; E04): these are kept as they came, and answered.
PRECIOUS: Final = frozenset({"StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent"})


def neutral_answer(action: str, take_number: Callable[[], int]) -> Answer:
    """Say yes without having understood. Raises LookupError where only an error is left to say."""
    match action:
        case "StartTransaction":
            verdict = TokenAnswer(status=AuthorizationStatus.ACCEPTED)
            return TransactionAnswer(transaction_id=str(take_number()), token=verdict)
        case "StopTransaction" | "TransactionEvent":
            return TransactionAnswer(transaction_id="")
        case "MeterValues":
            return Acknowledged()
        case _:
            raise LookupError(action)
