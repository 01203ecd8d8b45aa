"""What is said to a station whose message is kept, but not understood."""

from collections.abc import Callable

from busbar.model.facts import Acknowledged, Answer, TokenAnswer, TransactionAnswer
from busbar.model.values import AuthorizationStatus


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
