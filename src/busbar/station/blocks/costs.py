"""What transactions cost (block I): as the CSMS says, or reckoned here by a tariff (2.1 I11, I12); shown and reported.

It must not know where a tariff came from: `Tariffs` says which one applies.
"""

from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.billing.accounts import Account, Payer, Point, advance, closed, opened
from busbar.billing.costs import Cost, cost_of, joined
from busbar.billing.points import point, zone
from busbar.model.facts import MeterRead, TransactionAnswer, TransactionEnded, TransactionStarted
from busbar.model.orders import Outcome
from busbar.model.tariffs import Amount, ChangeTransactionTariff, EvseKind, Tariff, UpdateCost
from busbar.model.values import ChargingState, Reading
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.station import events as ev
from busbar.station.blocks import metering
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Where
from busbar.station.blocks.evse import Evse, Transaction
from busbar.station.blocks.queue import Entry, TransactionFact
from busbar.station.blocks.receipts import details
from busbar.station.blocks.tariffs import Tariffs
from busbar.station.blocks.variables import Variables
from busbar.station.effects import Show, StopTimer

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

MOST_STRETCHES: Final = 20
RUNNING: Final = "RunningCost"
CHANGED: Final = "TariffChanged"
_PREFIX: Final = "cost/"
_LOOK: Final = "cost-look"
_TELL: Final = "cost-tell"
_OFTEN_S: Final = 5
_MEASURANDS: Final = (metering.REGISTER, "Power.Active.Import", "Current.Import")


class Stretch(msgspec.Struct):
    """A part of a transaction under one tariff."""

    tariff: Tariff
    account: Account


class Bill(msgspec.Struct):
    """What a transaction was reckoned by. `told`: the CSMS knows the last tariff."""

    transaction: str
    zone: str
    stretches: list[Stretch]
    told: bool = False

    @property
    def tariff(self) -> Tariff:
        """The tariff that holds now."""
        return self.stretches[-1].tariff

    def lead(self, at: Point) -> None:
        """Lead the account on to a point."""
        last = self.stretches[-1]
        advance(last.account, last.tariff, at, self._zone)

    def cost(self, at: datetime, *, final: bool = False) -> Cost:
        """Return what all comes to at a moment."""
        last = self.stretches[-1]
        accounts = [stretch.account for stretch in self.stretches[:-1]]
        accounts.append(closed(last.account, last.tariff, at, self._zone))
        costs = [
            cost_of(account, replace(stretch.tariff, min_cost=None), final=final)
            for account, stretch in zip(accounts, self.stretches, strict=True)
        ]
        return joined(costs, last.tariff, final=final)

    def tariffs(self, cost: Cost) -> list[str]:
        """Return the name of the tariff of each period of a cost."""
        names = [stretch.tariff.id for stretch in self.stretches[:-1] for _ in stretch.account.periods]
        return names + [self.tariff.id] * (len(cost.periods) - len(names))

    @property
    def _zone(self) -> tzinfo:
        return zone(self.zone)


class Costs(Block):
    """The costs of the transactions that go on."""

    __slots__ = ("_bills", "_board", "_shown", "_told", "_variables")

    KEPT: ClassVar = _PREFIX

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._board, self._variables = fittings.cabinet.board, fittings.cabinet.variables
        kept = self._board.saved(_PREFIX)
        self._bills = {int(key.removeprefix(_PREFIX)): msgspec.json.decode(raw, type=Bill) for key, raw in kept}
        self._told: dict[str, Decimal] = {}
        self._shown: dict[int, str] = {}

    # as the CSMS says

    def update(self, order: UpdateCost) -> Outcome:
        """Show what the CSMS says that a transaction costs so far (I02.FR.02, .03)."""
        evse = self.fittings.transactions.find(order.transaction_id)
        if evse is not None and evse.transaction is not None:
            self._take(evse, evse.transaction.id, order.total)
        return Outcome(status="Accepted")

    def hear(self, entry: Entry, answer: TransactionAnswer) -> None:
        """Show cost and texts that came in an answer (I02.FR.04, I03.FR.03, I06.FR.03)."""
        evse = self.fittings.cabinet.evses.get(entry.fact.place.evse or 0)
        if evse is None:
            return
        if isinstance(entry.fact, TransactionEnded):
            if answer.total_cost is not None and not entry.offline and entry.fact.cost_details is None:
                self._show(evse.number, f"Total cost {self._money(answer.total_cost)}")
        elif evse.transaction is not None and evse.transaction.id == entry.transaction:
            for text in answer.messages[:1]:
                self._board.do(Show(text.content, evse.number))
            if answer.total_cost is not None:
                self._take(evse, entry.transaction, answer.total_cost)

    def total(self, evse: Evse) -> Decimal | None:
        """Return what a transaction costs so far with taxes, by a tariff where there is one (E16.FR.15, .16)."""
        transaction = evse.transaction
        if transaction is None:
            return None
        bill = self._bill(evse, transaction)
        if bill is None:
            return self._told.get(transaction.id)
        bill.lead(self._point(evse, self._board.now))
        return bill.cost(self._board.now).incl_tax

    def _take(self, evse: Evse, transaction: str, total: Decimal) -> None:
        ongoing = {one.transaction.id for one in self.fittings.transactions.ongoing if one.transaction is not None}
        self._told = {name: told for name, told in self._told.items() if name in ongoing} | {transaction: total}
        if self._bills.get(evse.number) is None:
            self._show(evse.number, f"Cost {self._money(total)}")

    # as it is reckoned here

    def tell(self, evse: Evse, transaction: Transaction, fact: TransactionFact) -> None:
        """Lead the account on, and put tariff and cost into what is said of a transaction (I12.FR.01, .02)."""
        if isinstance(fact, MeterRead) or not self._board.rules.local_tariffs:
            return
        bill = self._bill(evse, transaction) or self._open(evse, transaction)
        if bill is None:
            return
        bill.lead(self._point(evse, fact.at))
        if not bill.told:
            bill.told, fact.tariff_id = True, bill.tariff.id  # I07.FR.32, I08.FR.22, I11.FR.07
        if isinstance(fact, TransactionEnded):
            self._close(evse, bill, fact)
        else:
            wanted = isinstance(fact, TransactionStarted) or fact.trigger == RUNNING
            if wanted and self._variables.flag("RunningCostEnabled"):  # I12.FR.02
                fact.cost_details = details(bill.cost(fact.at))
            self._board.keep(f"{_PREFIX}{evse.number}", bill)

    def change(self, order: ChangeTransactionTariff) -> Outcome:
        """Go on with another tariff; what was reckoned stays (I11)."""
        tariffs, tariff = self.fittings.get(Tariffs), order.tariff
        if not self._enabled:  # I11.FR.01
            raise ProtocolViolation(ErrorCode.NOT_SUPPORTED, "costs are not reckoned here")
        if (refusal := tariffs.judge(tariff)) is not None:  # I11.FR.02, .03
            return refusal
        evse = self.fittings.transactions.find(order.transaction_id)
        if evse is None or evse.transaction is None:
            return Outcome(status="TxNotFound")  # I11.FR.04
        bill = self._bill(evse, evse.transaction)
        if bill is None:
            self._begin(evse, evse.transaction, tariff)
        elif bill.tariff.currency != tariff.currency:
            return Outcome(status="NoCurrencyChange")  # I11.FR.05
        elif len(bill.stretches) >= MOST_STRETCHES:
            return Outcome(status="Rejected", reason="OutOfMemory")
        else:
            self._go_on(evse, bill, tariff)
        tariffs.hold(evse, tariff)
        self.fittings.transactions.report(evse, CHANGED)  # I11.FR.07
        return Outcome(status="Accepted")

    def refuse(self, event: ev.TariffRefused) -> None:
        """End the authorisation of a driver who does not accept the tariff; nothing is due (I07.FR.30, .31)."""
        evse = self.fittings.cabinet.evses[event.evse]
        if evse.token is None:
            return
        if evse.transaction is not None and self._bill(evse, evse.transaction) is not None:
            self._forget(evse.number)
        self.fittings.transactions.refuse_tariff(evse)

    def look(self, number: str) -> None:
        """See which prices apply now, and show what it comes to (I12.FR.31, .32)."""
        evse = self.fittings.cabinet.evses[int(number)]
        total = self.total(evse)
        if total is not None and evse.number in self._bills:
            self._show(evse.number, f"Cost {self._money(total, self._bills[evse.number].tariff.currency)}")
            self._schedule(evse.number)

    def report(self, number: str) -> None:
        """Report the cost so far (I12.FR.02, .03)."""
        evse = self.fittings.cabinet.evses[int(number)]
        if evse.transaction is not None and self._bill(evse, evse.transaction) is not None:
            if self._variables.flag("RunningCostEnabled"):
                self.fittings.transactions.report(evse, RUNNING)
            self._board.set_timer(f"{_TELL}/{number}", self._variables.number("CostInterval"))

    @property
    def _enabled(self) -> bool:
        return self._variables.flag("TariffEnabled") and self._variables.flag("CostEnabled")

    def _bill(self, evse: Evse, transaction: Transaction) -> Bill | None:
        bill = self._bills.get(evse.number)
        return bill if bill is not None and bill.transaction == transaction.id else None

    def _open(self, evse: Evse, transaction: Transaction) -> Bill | None:
        if evse.token is None or not self._enabled:
            return None
        tariff = self.fittings.get(Tariffs).choose(evse)
        return None if tariff is None else self._begin(evse, transaction, tariff)

    def _go_on(self, evse: Evse, bill: Bill, tariff: Tariff) -> None:
        first = self._point(evse, self._board.now)
        bill.lead(first)
        rest = _rest(tariff.max_cost, bill.cost(first.at))
        due = replace(tariff, fixed_fee=None, reservation_time=None, reservation_fixed=None, max_cost=rest)
        before = bill.stretches[-1].account
        account = opened(due, first, zone(bill.zone), before.payer)
        bill.stretches.append(Stretch(due, replace(account, started_at=before.started_at)))
        bill.told = False

    def _begin(self, evse: Evse, transaction: Transaction, tariff: Tariff) -> Bill:
        name, now = self._variables.text("TimeZone"), self._board.now
        account = opened(tariff, self._point(evse, now), zone(name), self._payer(evse), evse.reserved_s)
        stretch = Stretch(tariff, replace(account, started_at=transaction.started_at))
        bill = self._bills[evse.number] = Bill(transaction.id, name, [stretch])
        for text in tariff.description[:1]:
            self._show(evse.number, text.content)  # I07.FR.14
        self._schedule(evse.number)
        self._board.set_timer(f"{_TELL}/{evse.number}", self._variables.number("CostInterval"))
        return bill

    def _payer(self, evse: Evse) -> Payer:
        """Return what prices depend on besides usage; of a payment by card its details tell."""
        kind, token = EvseKind.AC if self._board.config.phases else EvseKind.DC, evse.token
        if token is None:
            return Payer(evse_kind=kind)
        brand, recognition = token.told("PaymentBrand"), token.told("PaymentRecognition")
        return Payer(evse_kind=kind, payment_brand=brand, payment_recognition=recognition)

    def _close(self, evse: Evse, bill: Bill, fact: TransactionEnded) -> None:
        cost = bill.cost(fact.at, final=True)
        fact.cost_details = details(cost, bill.tariffs(cost))
        self._show(evse.number, f"Total cost {self._money(cost.incl_tax, cost.currency)}")
        self._forget(evse.number)

    def _forget(self, number: int) -> None:
        del self._bills[number]
        self._board.forget(f"{_PREFIX}{number}")
        for timer in (_LOOK, _TELL):
            self._board.do(StopTimer(f"{timer}/{number}"))

    def _point(self, evse: Evse, at: datetime) -> Point:
        samples = [
            sample for reading in metering.read(evse, at, metering.PERIODIC, _MEASURANDS) for sample in reading.samples
        ]
        return replace(point(Reading(at, samples), at), charging=evse.charging_state is ChargingState.CHARGING)

    def _schedule(self, number: int) -> None:
        self._board.set_timer(f"{_LOOK}/{number}", self._variables.number("TariffInterval") or _OFTEN_S)

    def _money(self, total: Decimal, currency: str | None = None) -> str:
        return f"{total:.2f} {currency or self._variables.text('Currency')}"

    def _show(self, number: int, text: str) -> None:
        if self._shown.get(number) != text:
            self._shown[number] = text
            self._board.do(Show(text, number))

    def _is_zone(self, _: Where, value: str) -> bool:
        return str(zone(value)) == value

    ORDERS: ClassVar = {UpdateCost: update, ChangeTransactionTariff: change}
    EVENTS: ClassVar = {ev.TariffRefused: refuse}
    TIMERS: ClassVar = {_LOOK: look, _TELL: report}
    CHECKS: ClassVar = {"TimeZone": _is_zone}


def fallback(variables: Variables, name: str) -> str:
    """Return the text to show in the stead of a tariff or a cost that is not known (I04, I05); empty for none."""
    return variables.text(name) or variables.text(f"{name}.en")


def _rest(limit: Amount | None, cost: Cost) -> Amount | None:
    """Return what is left up to the highest cost."""
    if limit is None:
        return None
    excl, incl = limit.excl_tax, limit.incl_tax
    return Amount(
        excl_tax=None if excl is None else max(excl - cost.excl_tax, Decimal(0)),
        incl_tax=None if incl is None else max(incl - cost.incl_tax, Decimal(0)),
        taxes=limit.taxes,
    )
