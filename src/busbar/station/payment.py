"""What a payment terminal is asked to do, as work: settle or release what a card was authorised for."""

from dataclasses import dataclass
from decimal import Decimal

from busbar.station.work import Work


@dataclass(frozen=True, slots=True)
class Settle(Work):
    """Charge a card with an amount, or with 0 release it; the result is a `Receipt`."""

    psp_ref: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a terminal says of a settlement."""

    id: str
