"""Money: how it is rounded, and what taxes make of it. Knows no session.

Sums are exact until they are shown. A line (all energy, all idle time, …) is rounded once without tax and once with it,
half up, to the smallest unit of its currency; a total is the sum of its rounded lines, so that a receipt adds up.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import groupby
from typing import Final

from busbar.model.tariffs import Amount, Tax

EXACT: Final = Context(prec=60)
_HUNDRED: Final = Decimal(100)
# ISO 4217: currencies whose smallest unit is not a hundredth.
_DIGITS: Final = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)


def rounded(value: Decimal, currency: str) -> Decimal:
    """Round a sum to the smallest unit of its currency, half up."""
    return value.quantize(Decimal(1).scaleb(-_DIGITS.get(currency, 2)), ROUND_HALF_UP, EXACT)


def minor(value: Decimal, currency: str) -> int:
    """Return a sum in the smallest units of its currency."""
    return int(rounded(value, currency).scaleb(_DIGITS.get(currency, 2)))


def major(value: int, currency: str) -> Decimal:
    """Return a sum that is given in the smallest units of its currency."""
    return Decimal(value).scaleb(-_DIGITS.get(currency, 2))


def factor(taxes: Iterable[Tax]) -> Decimal:
    """Return what a net sum is multiplied by: stack after stack, the taxes of one side by side (I12.FR.13)."""
    with localcontext(EXACT):
        result = Decimal(1)
        for _, stack in groupby(sorted(taxes, key=lambda tax: tax.stack), key=lambda tax: tax.stack):
            result *= 1 + sum((tax.percent for tax in stack), Decimal(0)) / _HUNDRED
        return result


def line(net: Decimal, taxes: tuple[Tax, ...], currency: str) -> Amount:
    """Make a receipt's line of an exact net sum."""
    gross = EXACT.multiply(net, factor(taxes))
    return Amount(excl_tax=rounded(net, currency), incl_tax=rounded(gross, currency), taxes=taxes)


def both(amount: Amount, currency: str) -> Amount:
    """Complete an amount that is given without tax only, or with it only."""
    excl, incl = amount.excl_tax, amount.incl_tax
    if excl is None:
        excl = Decimal(0) if incl is None else EXACT.divide(incl, factor(amount.taxes))
    if incl is None:
        incl = EXACT.multiply(excl, factor(amount.taxes))
    return Amount(excl_tax=rounded(excl, currency), incl_tax=rounded(incl, currency), taxes=amount.taxes)
