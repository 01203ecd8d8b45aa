"""What the station holds of a customer (N09, N10): told in pages, and cleared.

It must not know how an entry of the cache came about.
"""

from collections.abc import Iterator
from typing import ClassVar, Final

from busbar.model.customer import CustomerInformed, GetCustomerInformation
from busbar.model.device import ReportPart
from busbar.model.facts import Answer
from busbar.model.orders import Outcome
from busbar.model.values import IdToken
from busbar.station.blocks.block import Block
from busbar.station.blocks.outbox import Call

PAGE: Final = 512
_NOTHING: Final = "No data found"


class Customers(Block):
    """Reports and clears the data of customers; only tokens are known to this station."""

    __slots__ = ()

    def order(self, order: GetCustomerInformation) -> Outcome:
        """Report, clear, or both, of one customer (N09.FR.02, N10.FR.03, .06)."""
        if [order.token, order.certificate, order.identifier].count(None) != 2:  # N09.FR.09
            return Outcome(status="Invalid")
        if not order.report and not order.clear:  # N09.FR.07
            return Outcome(status="Rejected")
        found = "\n".join(self._held(order.token)) if order.token is not None else ""
        if order.clear and order.token is not None:
            self.fittings.authorization.cache.forget(order.token)
        if order.report:
            self._send(order.request_id, 0, found or _NOTHING)  # N09.FR.06
        elif order.clear:  # N10.FR.06
            self._send(order.request_id, 0, "Data cleared" if found else _NOTHING)
        return Outcome(status="Accepted")

    def _held(self, token: IdToken) -> Iterator[str]:
        verdict = self.fittings.authorization.cache.get(token)
        if verdict is not None:
            yield f"authorization cache: {token.value} {verdict.status.value} until {verdict.until.isoformat()}"
        for evse in self.fittings.transactions.ongoing:
            if evse.transaction is not None and evse.transaction.token == token:
                yield f"transaction: {evse.transaction.id} since {evse.transaction.started_at.isoformat()}"

    def _send(self, request_id: int, seq_no: int, text: str) -> None:
        page, rest = text[:PAGE], text[PAGE:]
        now = self.fittings.cabinet.board.now
        part = ReportPart(request_id=request_id, seq_no=seq_no, more=bool(rest), generated_at=now)

        def answered(_: Answer) -> None:
            if rest:
                self._send(request_id, seq_no + 1, rest)

        self.fittings.cabinet.outbox.say(Call(CustomerInformed(part=part, data=page), answered, solicited=True))

    ORDERS: ClassVar = {GetCustomerInformation: order}
