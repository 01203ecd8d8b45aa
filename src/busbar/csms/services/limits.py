"""How much a token and its group may use: sessions at a time, and energy, time, sessions and money in a period.

Counted from stored sessions, over all stations. Money is what sessions cost with tax; what another currency than the
limit's was reckoned in does not count. Knows no store and no station's answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from busbar.billing.money import major, minor
from busbar.csms.records.authorization import Limit, Period
from busbar.csms.rows import Use
from busbar.csms.services.access_rules import Policy
from busbar.model.facts import TransactionLimit
from busbar.model.values import AuthorizationStatus

MONTH: Final = timedelta(days=31)
Amount = TypeVar("Amount", int, float)


@dataclass(frozen=True, slots=True)
class Used:
    """What was used in a period; money in minor units of the limit's currency."""

    sessions: int = 0
    energy_wh: float = 0.0
    time_s: float = 0.0
    cost_minor: int = 0


def cost_minor(row: Use, currency: str | None) -> int:
    """Return what sessions cost so far, with tax, in minor units of a currency; 0 where it was another's."""
    return 0 if row.cost is None or row.currency is None or row.currency != currency else minor(row.cost, currency)


def begun(period: Period, at: datetime) -> datetime:
    """Return when the day or month (UTC) of a time began; a session's begins with it."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day.replace(day=1) if period is Period.MONTH else day if period is Period.DAY else at


def concerning(policy: Policy, key: str, group: str | None) -> list[Limit]:
    """Return the limits of a token and of its group."""
    return [row for row in policy.limits if row.token == key or (row.group is not None and row.group == group)]


def prepaid(policy: Policy, key: str, group: str | None) -> bool:
    """Tell whether a token, or its group, has an amount of money for more than one session (2.1 C17)."""
    about = concerning(policy, key, group)
    return any(row.cost_minor is not None and row.period is not Period.SESSION for row in about)


def at_a_time(policy: Policy, key: str, group: str | None) -> int | None:
    """Return how many sessions a token may have at a time: its own number, else its group's; None is any."""
    profile, known = policy.profiles.get(key), policy.groups.get(group or "")
    own = None if profile is None else profile.concurrent
    return own if own is not None or known is None else known.concurrent


def used(rows: Iterable[Use], limit: Limit, at: datetime, now: datetime | None = None) -> Used:
    """Add up what sessions that began in the limit's period around `at` used, running ones until `now` (else `at`)."""
    since, until = begun(limit.period, at), now or at
    counted = [row for row in rows if row.started_at is not None and row.started_at >= since]
    return Used(
        sessions=sum(row.sessions for row in counted),
        energy_wh=sum(row.energy_wh or 0.0 for row in counted),
        time_s=sum(
            (until - (row.started_at or until)).total_seconds() if row.time_s is None else row.time_s for row in counted
        ),
        cost_minor=sum(cost_minor(row, limit.currency) for row in counted),
    )


def left(limit: Limit, spent: Used) -> tuple[float | None, float | None, int | None]:
    """Return what is left of energy (Wh), time (s) and money (minor units); None is without limit, 0 nothing."""
    energy = None if limit.energy_wh is None else max(0.0, limit.energy_wh - spent.energy_wh)
    time = None if limit.time_s is None else max(0.0, limit.time_s - spent.time_s)
    money = None if limit.cost_minor is None else max(0, limit.cost_minor - spent.cost_minor)
    return energy, time, money


def exhausted(limit: Limit, spent: Used) -> bool:
    """Tell whether nothing is left for another session."""
    return 0 in left(limit, spent) or (limit.sessions is not None and spent.sessions >= limit.sessions)


def credit(
    policy: Policy, key: str, group: str | None, rows: Iterable[Use], at: datetime
) -> tuple[AuthorizationStatus, tuple[int, ...]]:
    """Return ACCEPTED, NO_CREDIT with the limits that are used up, or CONCURRENT_TX; `rows` are the sessions before."""
    rows = list(rows)
    most = at_a_time(policy, key, group)
    own = sum(1 for row in rows if row.ended_at is None and row.accepted and row.token == key)
    if most is not None and own >= most:
        return AuthorizationStatus.CONCURRENT_TX, ()
    over = [
        row
        for row in concerning(policy, key, group)
        if row.period is not Period.SESSION and exhausted(row, used(_counted(row, rows), row, at))
    ]
    if over:
        return AuthorizationStatus.NO_CREDIT, tuple(row.id or 0 for row in over)
    return AuthorizationStatus.ACCEPTED, ()


def transaction_limit(
    policy: Policy, key: str, group: str | None, rows: Iterable[Use], at: datetime, currency: str | None = None
) -> TransactionLimit | None:
    """Return how far a session that begins may go (2.1 E16), the tightest of all limits; None is without.

    Money is in the currency that the session is reckoned in: `currency`, or the limit's where that is not known.
    """
    rows = list(rows)
    remaining = [
        (row, left(row, Used() if row.period is Period.SESSION else used(_counted(row, rows), row, at)))
        for row in concerning(policy, key, group)
    ]
    energy = _least(each[0] for _, each in remaining)
    time = _least(each[1] for _, each in remaining)
    money = _least(
        None if each[2] is None or row.currency is None else float(major(each[2], row.currency))
        for row, each in remaining
        if currency in (None, row.currency)
    )
    if energy is time is money is None:
        return None
    return TransactionLimit(max_energy_wh=energy, max_time_s=None if time is None else round(time), max_cost=money)


def tightest(*found: TransactionLimit | None) -> TransactionLimit:
    """Return the least of each of several limits."""
    known = [limit for limit in found if limit is not None]
    return TransactionLimit(
        max_cost=_least(limit.max_cost for limit in known),
        max_energy_wh=_least(limit.max_energy_wh for limit in known),
        max_time_s=_least(limit.max_time_s for limit in known),
        max_soc_pct=_least(limit.max_soc_pct for limit in known),
    )


def still_needed(
    limit: TransactionLimit, told: TransactionLimit | None, supported: frozenset[str] | None
) -> TransactionLimit | None:
    """Leave out what a station does not know (E16.FR.12), or keeps itself below already (E16.FR.08); None is nothing.

    `supported` are names of TxCtrlr.SupportedLimits, casefolded; None where they are not known.
    """
    left_over = {}
    for name, word in _WORDS.items():
        ours, own = getattr(limit, name), None if told is None else getattr(told, name)
        if ours is not None and (own is None or own > ours) and (supported is None or word in supported):
            left_over[name] = ours
    return TransactionLimit(**left_over) if left_over else None


_WORDS: Final = {
    "max_cost": "maxcost",
    "max_energy_wh": "maxenergy",
    "max_time_s": "maxtime",
    "max_soc_pct": "maxsoc",
}


def _least(amounts: Iterable[Amount | None]) -> Amount | None:
    return min((amount for amount in amounts if amount is not None), default=None)


def _counted(limit: Limit, rows: Iterable[Use]) -> list[Use]:
    """Return the sessions that a limit counts: its token's, or all that are given of the group."""
    return [row for row in rows if limit.token is None or row.token == limit.token]
