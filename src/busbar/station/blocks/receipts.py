"""A cost in the words of the specification (2.1 CostDetailsType), as a station reports it. Reckons nothing."""

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from busbar.billing.costs import Cost, Share
from busbar.model.tariffs import Amount

_LINES: Final = {
    "fixed_fee": "fixed",
    "energy": "energy",
    "charging_time": "chargingTime",
    "idle_time": "idleTime",
    "reservation_time": "reservationTime",
    "reservation_fixed": "reservationFixed",
}


def details(cost: Cost, tariffs: Sequence[str] | None = None) -> dict[str, Any]:
    """Return what a cost is made of; with the name of each period's tariff also its periods (I12.FR.04 to .17)."""
    usage = {"energy": _number(cost.energy_wh), "chargingTime": cost.charging_s, "idleTime": cost.idle_s}
    if cost.reservation_s:
        usage["reservationTime"] = cost.reservation_s
    total = {"exclTax": float(cost.excl_tax), "inclTax": float(cost.incl_tax)}
    lines = {_LINES[name]: _amount(item) for name, item in cost.lines.items()}
    found: dict[str, Any] = {
        "totalCost": {"currency": cost.currency, "typeOfCost": cost.kind.value, **lines, "total": total},
        "totalUsage": usage,
    }
    if tariffs and cost.periods:
        found["chargingPeriods"] = [_period(share, tariff) for share, tariff in zip(cost.periods, tariffs, strict=True)]
    return found


def _period(share: Share, tariff: str) -> dict[str, Any]:
    volumes = {
        "Energy": share.energy_wh,
        "ChargingTime": share.charging_s,
        "IdleTIme": share.idle_s,
        "MinPower": share.min_power_w,
        "MaxPower": share.max_power_w,
    }
    start = share.start.astimezone(UTC).replace(microsecond=0)
    return {
        "tariffId": tariff,
        "startPeriod": start.isoformat().replace("+00:00", "Z"),
        "dimensions": [
            {"type": name, "volume": _number(value)} for name, value in volumes.items() if value is not None
        ],
    }


def _amount(amount: Amount) -> dict[str, Any]:
    found: dict[str, Any] = {"exclTax": float(amount.excl_tax or 0), "inclTax": float(amount.incl_tax or 0)}
    if amount.taxes:
        found["taxRates"] = [
            {"type": tax.type, "tax": float(tax.percent)} | ({"stack": tax.stack} if tax.stack else {})
            for tax in amount.taxes
        ]
    return found


def _number(value: Decimal) -> float:
    return round(float(value), 6)
