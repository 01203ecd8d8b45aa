"""Ad hoc payment (2.1 C18 to C25): cards and their settlement, dynamic QR codes, VAT numbers, limits.

It must not know how a terminal talks to its provider: it says what it authorised, and settles what it is asked to.
"""

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote

import msgspec

from busbar.model.facts import Answer, TransactionAnswer, TransactionEnded, TransactionLimit
from busbar.model.orders import Outcome
from busbar.model.payment import (
    Address,
    NotifyWebPayment,
    PaymentSettled,
    SettlementAnswer,
    SettlementStatus,
    VatAnswer,
    VatNumberAsked,
)
from busbar.model.values import IdToken
from busbar.protocol.qr_codes import one_time_password
from busbar.station import events as ev
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Where
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.limits import Limits
from busbar.station.blocks.outbox import Call
from busbar.station.effects import Show
from busbar.station.payment import Receipt, Settle

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_PREFIX: Final = "payment/"
_WAIT: Final = "payment-wait"
_CODE: Final = "payment-code"
_QUERY: Final = {"max_time_s": "maxtime", "max_energy_wh": "maxenergy", "max_cost": "maxcost"}
_NONE: Final = Decimal(0)


class Payment(msgspec.Struct):
    """A payment of a card until it was told how it was settled (kept).

    Attributes:
        transaction: the transaction that it pays.
        due: what is to be settled, as soon as that is known.
    """

    psp_ref: str
    evse: int
    transaction: str | None = None
    due: Decimal | None = None
    vat_number: str | None = None
    vat_company: Address | None = None
    fact: PaymentSettled | None = None


class Payments(Block):
    """The payments of one station, by their reference."""

    __slots__ = ("_board", "_evses", "_limits", "_payments", "_telling", "_variables")

    KEPT: ClassVar = _PREFIX

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        cabinet = fittings.cabinet
        self._board, self._evses, self._variables = cabinet.board, cabinet.evses, cabinet.variables
        kept = (msgspec.json.decode(raw, type=Payment) for _, raw in self._board.saved(_PREFIX))
        self._payments = {payment.psp_ref: payment for payment in kept}
        self._limits: dict[int, TransactionLimit] = {}
        self._telling: set[str] = set()

    @classmethod
    def built_in(cls, fittings: "Fittings") -> bool:
        """Whether there is a code to show from the start."""
        return bool(fittings.cabinet.variables.text("PaymentUrl"))

    def power_on(self) -> None:
        """Go on with what was paid."""
        self.show_codes("")
        for payment in list(self._payments.values()):
            if payment.fact is None and payment.due is not None:
                self._settle(payment, payment.due)

    def online(self) -> None:
        """Tell of settlements that nobody heard of."""
        for payment in list(self._payments.values()):
            self._tell(payment)

    def set(self, names: frozenset[str]) -> None:  # type: ignore[override]
        """Show codes by what is set now."""
        if names & {"PaymentUrl", "TotpSecret", "TotpValidity", "TotpLength", "WebPaymentsEnabled"}:
            self.show_codes("")

    # on the web

    def wait(self, order: NotifyWebPayment) -> Outcome:
        """Keep an EVSE, or with 0 all, free for somebody who pays on the web (C25.FR.22, .27)."""
        for evse in self._evses.values():
            if order.evse in (0, evse.number) and evse.token is None:
                evse.paying = True
                self._board.set_timer(f"{_WAIT}/{evse.number}", order.timeout_s)
                self._board.do(Show("Payment has begun", evse.number))
        return Outcome(status="Accepted")

    def give_up(self, number: str) -> None:
        """Let others begin again at an EVSE for which nobody paid in time."""
        self._evses[int(number)].paying = False

    def show_codes(self, _: str) -> None:
        """Show each free EVSE's code, and the next one when this has no worth any more (C25.FR.01)."""
        template, secret = self._variables.text("PaymentUrl"), self._variables.text("TotpSecret")
        if not template or not secret or not self._variables.flag("WebPaymentsEnabled"):
            return
        for evse in self._evses.values():
            if evse.token is None and evse.transaction is None and not evse.paying:
                self._board.do(Show(self._url(template, secret, evse.number), evse.number))
        validity_s = self._variables.number("TotpValidity")
        self._board.set_timer(_CODE, validity_s - self._board.now.timestamp() % validity_s + 0.001)

    def choose(self, event: ev.LimitsChosen) -> None:
        """Take how far a driver wants to charge (E16.FR.01, C25.FR.04 to .06)."""
        evse = self._evses[event.evse]
        if evse.transaction is not None:
            self.fittings.get(Limits).choose(evse, event.limit)
        else:
            self._limits[event.evse] = event.limit
            self.show_codes("")

    def _url(self, template: str, secret: str, number: int) -> str:
        validity_s, length = self._variables.number("TotpValidity"), self._variables.number("TotpLength")
        values = {  # C25.FR.50 to .53
            "totp": one_time_password(secret, self._board.now, validity_s=validity_s, length=length),
            "version": self._variables.text("TotpVersion"),
            "chargingstationid": quote(self._board.config.identity, safe=""),
            "evse": str(number),
        }
        for name, value in values.items():
            template = template.replace(f"{{{name}}}", value)
        limit = self._limits.get(number)
        chosen = {} if limit is None else asdict(limit)
        supported = self._variables.members("PaymentUrlParameters")
        for field, name in _QUERY.items():
            if chosen.get(field) is not None and name in supported:
                template += f"{'&' if '?' in template else '?'}{name}={chosen[field]:g}"
        return template

    # at the terminal

    def pay(self, event: ev.CardAuthorized) -> None:
        """Let a card charge that the terminal authorised, after asking where that is wanted (C18.FR.03, .04)."""
        token = IdToken(event.psp_ref, "DirectPayment", event.details)
        payment = self._payments[event.psp_ref] = Payment(event.psp_ref, event.evse)
        self._keep(payment)
        authorization = self.fittings.authorization
        if self._variables.flag("AuthorizeDirectPayment"):
            authorization.present(token, event.evse)
        else:
            authorization.admit(self._evses[event.evse], token)

    def enter(self, event: ev.VatNumberEntered) -> None:
        """Ask whether a VAT number is good, for the receipt of who pays at an EVSE (C18.FR.08)."""

        def answered(answer: Answer) -> None:
            if not isinstance(answer, VatAnswer) or not answer.accepted:
                self._board.do(Show("This VAT number is not valid", event.evse))
                return
            self._board.do(Show("VAT number accepted", event.evse))
            for payment in self._payments.values():
                if payment.evse == event.evse and payment.fact is None:
                    payment.vat_number, payment.vat_company = event.number, answer.company
                    self._keep(payment)

        self.fittings.cabinet.outbox.say(Call(VatNumberAsked(number=event.number, evse=event.evse), answered))

    def ended(self, transaction: str, fact: TransactionEnded, answer: TransactionAnswer) -> None:
        """Settle what a transaction cost, by its own sums or those of the CSMS (C20.FR.04, C21.FR.01, .05)."""
        payment = next((one for one in self._payments.values() if one.transaction == transaction), None)
        if payment is None:
            return
        if self._variables.flag("SettlementByCSMS"):  # C21.FR.06
            if url := self._variables.text("ReceiptServerUrl"):
                self._board.do(Show(url, payment.evse))
            self._drop(payment)
            return
        total = answer.total_cost
        if fact.cost_details is not None:
            total = Decimal(str(fact.cost_details["totalCost"]["total"]["inclTax"]))
        self._settle(payment, total or _NONE)

    def refresh(self) -> None:
        """Join payments to transactions with their limits, and give back what bought nothing (C18.FR.06, .07)."""
        for evse in self._evses.values():
            if evse.token is not None:
                evse.paying = False
            if evse.transaction is not None and (limit := self._limits.pop(evse.number, None)) is not None:
                self.fittings.get(Limits).choose(evse, limit)
        for payment in list(self._payments.values()):
            if payment.transaction is None and payment.due is None and payment.fact is None:
                self._join(payment, self._evses[payment.evse])

    def _join(self, payment: Payment, evse: Evse) -> None:
        mine = evse.token is not None and evse.token.value == payment.psp_ref
        if mine and evse.transaction is not None:
            payment.transaction = evse.transaction.id
            self._keep(payment)
            amount = float(self._variables.text("AuthorizationAmount"))
            self.fittings.get(Limits).choose(evse, TransactionLimit(max_cost=amount))
        elif not mine and not evse.asking:
            self._settle(payment, _NONE)

    def _settle(self, payment: Payment, amount: Decimal) -> None:
        payment.due = amount
        self._keep(payment)

        def done(result: object) -> None:
            good = isinstance(result, Receipt)
            settled = SettlementStatus.SETTLED if amount else SettlementStatus.CANCELED
            payment.fact = PaymentSettled(
                psp_ref=payment.psp_ref,
                status=settled if good else SettlementStatus.FAILED,
                amount=amount,
                at=self._board.now,
                transaction_id=payment.transaction,
                vat_number=payment.vat_number,
                vat_company=payment.vat_company,
            )
            if isinstance(result, Receipt) and amount and not self._variables.flag("ReceiptByCSMS"):  # C21.FR.04
                payment.fact.receipt_id = result.id
                payment.fact.receipt_url = self._variables.text("ReceiptServerUrl") or None
            self._keep(payment)
            self._tell(payment)

        self._board.begin(Settle(payment.psp_ref, amount), done)

    def _tell(self, payment: Payment) -> None:
        """Tell how a payment was settled, until the CSMS heard of it (C20.FR.05, C21.FR.02)."""
        if payment.fact is None or payment.psp_ref in self._telling or not self.fittings.cabinet.outbox.online:
            return
        self._telling.add(payment.psp_ref)

        def answered(answer: Answer) -> None:
            self._telling.discard(payment.psp_ref)
            self._drop(payment)
            if isinstance(answer, SettlementAnswer) and answer.receipt_url:  # C21.FR.03
                self._board.do(Show(answer.receipt_url, payment.evse))

        def failed(_: object) -> None:
            self._telling.discard(payment.psp_ref)

        self.fittings.cabinet.outbox.say(Call(payment.fact, answered, failed))

    def _keep(self, payment: Payment) -> None:
        self._board.keep(_PREFIX + payment.psp_ref, payment)

    def _drop(self, payment: Payment) -> None:
        if self._payments.pop(payment.psp_ref, None) is not None:
            self._board.forget(_PREFIX + payment.psp_ref)

    def _is_template(self, _: Where, value: str) -> bool:
        return not value or value.startswith("https://")

    ORDERS: ClassVar = {NotifyWebPayment: wait}
    EVENTS: ClassVar = {ev.CardAuthorized: pay, ev.VatNumberEntered: enter, ev.LimitsChosen: choose}
    TIMERS: ClassVar = {_WAIT: give_up, _CODE: show_codes}
    CHECKS: ClassVar = {"PaymentUrl": _is_template}
