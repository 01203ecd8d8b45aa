"""What a session costs by its account: the lines of the receipt and their total. Rounds, and decides nothing else.

See `money` for the rules of rounding. The lowest cost replaces all lines by one at the end (I12.FR.38); at the highest
cost the lines stay as they were when it was reached, and add up to it (I12.FR.39).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from busbar.billing.accounts import UNITS, Account, Period, totals
from busbar.billing.money import EXACT, both, line, rounded
from busbar.model.tariffs import Amount, Part, Tariff

_NONE = Decimal(0)


class CostKind(StrEnum):
    """Whether a cost is as reckoned, or the lowest or highest one (2.1 TariffCostEnumType)."""

    NORMAL = "NormalCost"
    MIN = "MinCost"
    MAX = "MaxCost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one period brought, exactly: `net` is money without tax, by part of the tariff."""

    start: datetime
    energy_wh: Decimal
    charging_s: Decimal
    idle_s: Decimal
    min_power_w: Decimal | None
    max_power_w: Decimal | None
    net: dict[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A session's cost. `lines` are by part of the tariff; the totals are their sums."""

    currency: str
    kind: CostKind
    excl_tax: Decimal
    incl_tax: Decimal
    lines: dict[str, Amount]
    energy_wh: Decimal
    charging_s: int
    idle_s: int
    reservation_s: int
    periods: list[Share] = field(default_factory=list)


def cost_of(account: Account, tariff: Tariff, *, final: bool) -> Cost:
    """Return the cost so far, or at the end."""
    currency = tariff.currency
    lines = {name: _line(account.sums[name], name, tariff) for name in UNITS if name in account.sums}
    kind = CostKind.NORMAL
    if account.capped and tariff.max_cost is not None:
        lines, kind = _fitted(lines, tariff.max_cost), CostKind.MAX
    elif final and tariff.min_cost is not None and _below(account, tariff, tariff.min_cost):
        lines, kind = {"fixed_fee": both(tariff.min_cost, currency)}, CostKind.MIN
    return Cost(
        currency=currency,
        kind=kind,
        excl_tax=sum((item.excl_tax or _NONE for item in lines.values()), rounded(_NONE, currency)),
        incl_tax=sum((item.incl_tax or _NONE for item in lines.values()), rounded(_NONE, currency)),
        lines=lines,
        energy_wh=account.energy_wh,
        charging_s=int(account.charging_s),
        idle_s=int(account.idle_s),
        reservation_s=int(account.reservation_s or 0),
        periods=[_share(period) for period in account.periods],
    )


def joined(costs: list[Cost], tariff: Tariff, *, final: bool) -> Cost:
    """Return what stretches under one tariff after another cost together; the last one is `tariff` (I11.FR.08).

    Its lowest cost is that of the whole, so let `costs` be reckoned without one.
    """
    lines: dict[str, Amount] = {}
    for cost in costs:
        for name, item in cost.lines.items():
            before = lines.get(name, Amount())
            lines[name] = Amount(
                excl_tax=(before.excl_tax or _NONE) + (item.excl_tax or _NONE),
                incl_tax=(before.incl_tax or _NONE) + (item.incl_tax or _NONE),
                taxes=item.taxes,
            )
    last, low = costs[-1], tariff.min_cost
    excl, incl = sum((cost.excl_tax for cost in costs), _NONE), sum((cost.incl_tax for cost in costs), _NONE)
    kind = last.kind
    if final and kind is CostKind.NORMAL and low is not None and _under(excl, incl, low):
        least = both(low, tariff.currency)
        lines, kind = {"fixed_fee": least}, CostKind.MIN
        excl, incl = least.excl_tax or _NONE, least.incl_tax or _NONE
    return replace(
        last,
        kind=kind,
        excl_tax=excl,
        incl_tax=incl,
        lines=lines,
        energy_wh=sum((cost.energy_wh for cost in costs), _NONE),
        charging_s=sum(cost.charging_s for cost in costs),
        idle_s=sum(cost.idle_s for cost in costs),
        reservation_s=sum(cost.reservation_s for cost in costs),
        periods=[period for cost in costs for period in cost.periods],
    )


def _line(total: Decimal, name: str, tariff: Tariff) -> Amount:
    part: Part = getattr(tariff, name)
    return line(EXACT.divide(total, Decimal(UNITS[name])), part.taxes, tariff.currency)


def _below(account: Account, tariff: Tariff, low: Amount) -> bool:
    return _under(*totals(account.sums, tariff), low)


def _under(net: Decimal, gross: Decimal, low: Amount) -> bool:
    return (low.excl_tax is not None and net < low.excl_tax) or (low.incl_tax is not None and gross < low.incl_tax)


def _fitted(lines: dict[str, Amount], cap: Amount) -> dict[str, Amount]:
    """Take what rounding put above the highest cost from the largest line."""
    if not lines:
        return lines
    excl = sum((item.excl_tax or _NONE for item in lines.values()), _NONE)
    incl = sum((item.incl_tax or _NONE for item in lines.values()), _NONE)
    name = max(lines, key=lambda key: lines[key].excl_tax or _NONE)
    largest = lines[name]
    too_net = _NONE if cap.excl_tax is None else max(excl - cap.excl_tax, _NONE)
    too_gross = _NONE if cap.incl_tax is None else max(incl - cap.incl_tax, _NONE)
    fitted = Amount(
        excl_tax=(largest.excl_tax or _NONE) - too_net,
        incl_tax=(largest.incl_tax or _NONE) - too_gross,
        taxes=largest.taxes,
    )
    return lines | {name: fitted}


def _share(period: Period) -> Share:
    return Share(
        start=period.start,
        energy_wh=period.energy_wh,
        charging_s=period.charging_s,
        idle_s=period.idle_s,
        min_power_w=period.min_power_w,
        max_power_w=period.max_power_w,
        net={name: EXACT.divide(value, Decimal(UNITS[name])) for name, value in period.sums.items()},
    )
