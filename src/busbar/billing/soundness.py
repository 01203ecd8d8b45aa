"""What a tariff must be to be reckoned with, beyond its shape: bounds of numbers, times, texts. Knows no session."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from busbar.model.tariffs import Amount, Conditions, Part, Tax, Text

PARTS: Final = ("energy", "charging_time", "idle_time", "fixed_fee", "reservation_time", "reservation_fixed")
"""The parts of a tariff that have prices."""
_FIXED: Final = ("fixed_fee", "reservation_fixed")
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PRICES: Final = 100
_MOST: Final = 10**9
_DECIMALS: Final = 18


class Content(Protocol):
    """A tariff, whether it has its name already or not."""

    @property
    def description(self) -> tuple[Text, ...]:
        """Texts for drivers."""

    @property
    def min_cost(self) -> Amount | None:
        """The least that a session costs."""

    @property
    def max_cost(self) -> Amount | None:
        """The most that a session costs."""


def parts(tariff: Content) -> Iterator[tuple[str, Part]]:
    """Give the parts that there are, with their names."""
    for name in PARTS:
        part: Part | None = getattr(tariff, name)
        if part is not None:
            yield name, part


def flaw(tariff: Content) -> tuple[str, str] | None:
    """Return the first part of a tariff that cannot be reckoned with, and why; None where it is sound."""
    return next(_flaws(tariff), None)


def _flaws(tariff: Content) -> Iterator[tuple[str, str]]:
    if any(not 1 <= len(t.content) <= 1024 or "\0" in t.content + (t.language or "") for t in tariff.description):
        yield "description", "a text has 1 to 1024 characters"
    if any(t.language is not None and not 1 <= len(t.language) <= 8 for t in tariff.description):
        yield "description", "a language has at most 8 characters"
    for name, part in parts(tariff):
        if not 1 <= len(part.prices) <= _PRICES:
            yield name, f"a part has 1 to {_PRICES} prices"
        if any(not _bounded(price.amount, low=-_MOST) for price in part.prices):
            yield name, "an amount is a number below a billion, with 18 decimals at most"
        for price in part.prices:
            if price.conditions is not None and (why := _improper(price.conditions, fixed=name in _FIXED)):
                yield name, why
        yield from _bad_taxes(name, part.taxes)
    for name in ("min_cost", "max_cost"):
        amount: Amount | None = getattr(tariff, name)
        if amount is None:
            continue
        if amount.excl_tax is None and amount.incl_tax is None:
            yield name, "an amount is without tax, with it, or both"
        if any(value is not None and not _bounded(value) for value in (amount.excl_tax, amount.incl_tax)):
            yield name, "an amount is not negative, and below a billion"
        yield from _bad_taxes(name, amount.taxes)


def _bounded(value: Decimal, *, low: int = 0, most: int = _MOST) -> bool:
    """Tell whether a number is one, not too large, and of no more digits than anybody can want."""
    return value.is_finite() and low <= value <= most and value.as_tuple().exponent >= -_DECIMALS  # type: ignore[operator]


def _bad_taxes(name: str, taxes: tuple[Tax, ...]) -> Iterator[tuple[str, str]]:
    if len(taxes) > 5 or any(not tax.type or len(tax.type) > 20 for tax in taxes):
        yield name, "a part has at most 5 taxes, each with a name of at most 20 characters"
    if any(not _bounded(tax.percent, most=1000) or not 0 <= tax.stack <= 10 for tax in taxes):
        yield name, "a tax is 0 to 1000 percent, on a stack of 0 to 10"


def _improper(c: Conditions, *, fixed: bool) -> str | None:
    """Return what is wrong with conditions, None where they are good."""
    if any(text is not None and not _CLOCK.fullmatch(text) for text in (c.start_time_of_day, c.end_time_of_day)):
        return "a time of day is hh:mm"
    for text in (c.valid_from_date, c.valid_to_date):
        try:
            if text is not None and date.fromisoformat(text).isoformat() != text:
                return "a date is yyyy-mm-dd"
        except ValueError:
            return "a date is yyyy-mm-dd"
    values = {name: getattr(c, name) for name in Conditions.__dataclass_fields__}
    measured = [value for name, value in values.items() if name.startswith(("min_", "max_")) and value is not None]
    payment = [values["payment_brand"], values["payment_recognition"]]
    if fixed and measured:
        return "a fixed price has no condition on usage"
    if not fixed and payment != [None, None]:
        return "only a fixed price has a condition on the payment"
    if any(not _bounded(Decimal(value)) for value in measured):
        return "a bound is not negative, and below a billion"
    return "a text has at most 20 characters" if any(len(text or "") > 20 for text in payment) else None
