"""A session's account: opened by a tariff, led forward by what the meter and the charging state say. Pure.

Sums stay exact. Between two readings energy flows evenly while the vehicle charges; where a price begins or ends to
apply in between, the interval is cut there: times to the microsecond, energy to a millionth of a Wh, so that the pieces
always add up to the whole. A register that goes backwards adds nothing. Where no charging state was ever told (1.6 may
not), an interval in which energy came is charging and one without is idle.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Final

from busbar.billing.conditions import Edges, Moment, applicable, edges
from busbar.billing.money import EXACT, factor
from busbar.model.tariffs import Amount, EvseKind, Part, Tariff

PENDING_LIMIT: Final = 64
PERIODS_LIMIT: Final = 500
LONGEST_CUT: Final = timedelta(days=31)
_MICRO: Final = Decimal("0.000001")
_NONE: Final = Decimal(0)
_TIME: Final = timedelta(microseconds=1)

ENERGY, CHARGING, IDLE = "energy", "charging_time", "idle_time"
FIXED, RESERVATION_TIME, RESERVATION_FIXED = "fixed_fee", "reservation_time", "reservation_fixed"
UNITS: Final = {ENERGY: 1000, CHARGING: 60, IDLE: 60, FIXED: 1, RESERVATION_TIME: 60, RESERVATION_FIXED: 1}
"""How many of what is counted (Wh, s, times) the price is for, by part of a tariff."""

Choice = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was known of a session at one moment, and holds until the next; None is not known.

    Attributes:
        energy_wh: the meter's register.
        charging: whether energy may flow (chargingState is Charging).
    """

    at: datetime
    energy_wh: Decimal | None = None
    power_w: Decimal | None = None
    current_a: Decimal | None = None
    charging: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """What prices may depend on besides usage: the kind of EVSE and, ad hoc, of payment."""

    evse_kind: EvseKind | None = None
    payment_brand: str | None = None
    payment_recognition: str | None = None


@dataclass(slots=True, kw_only=True)
class Period:
    """A stretch in which the same prices applied: by index in energy, charging and idle time (ChargingPeriodType)."""

    start: datetime
    prices: Choice
    energy_wh: Decimal = _NONE
    charging_s: Decimal = _NONE
    idle_s: Decimal = _NONE
    min_power_w: Decimal | None = None
    max_power_w: Decimal | None = None
    sums: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Account:
    """How far a session was reckoned. Sums are quantity times price, by part of the tariff; see `UNITS`.

    Attributes:
        last: the newest point that is reckoned in.
        pending: points after it that had no register; they are reckoned in when the next register comes.
        register_wh: the highest register so far; energy_wh counts from the first one.
        idle_run_s: how long the idle period that lasts has lasted.
        reservation_s: how long the reservation had stood that the session used; None is none.
        capped: the highest cost is reached: usage goes on, cost does not (I12.FR.39, I12.FR.40).
    """

    last: Point
    started_at: datetime
    payer: Payer = Payer()
    register_wh: Decimal | None = None
    pending: list[Point] = field(default_factory=list)
    energy_wh: Decimal = _NONE
    charging_s: Decimal = _NONE
    idle_s: Decimal = _NONE
    idle_run_s: Decimal = _NONE
    reservation_s: Decimal | None = None
    sums: dict[str, Decimal] = field(default_factory=dict)
    periods: list[Period] = field(default_factory=list)
    capped: bool = False

    def copy(self) -> "Account":
        """Return one that stays as it is while this one is led on."""
        return replace(
            self,
            pending=list(self.pending),
            sums=dict(self.sums),
            periods=[replace(period, sums=dict(period.sums)) for period in self.periods],
        )


def opened(tariff: Tariff, first: Point, zone: tzinfo, payer: Payer, reservation_s: int | None = None) -> Account:
    """Open an account at a session's start, with what is due once (I12.FR.06, I12.FR.30); `zone` is the site's."""
    account = Account(last=first, started_at=first.at, payer=payer, register_wh=first.energy_wh)
    moment = _moment(account, first.at.astimezone(zone))
    _charge(account.sums, tariff, FIXED, applicable(tariff.fixed_fee, moment), Decimal(1))
    if reservation_s is not None:
        reserve(account, tariff, reservation_s, zone)
    _cap(account, tariff)
    return account


def reserve(account: Account, tariff: Tariff, reservation_s: int, zone: tzinfo) -> None:
    """Add what is due once for the reservation that a session used, by the prices of its start (I12.FR.06)."""
    account.reservation_s = Decimal(reservation_s)
    moment = _moment(account, account.started_at.astimezone(zone))
    moment = replace(moment, energy_wh=_NONE)
    _charge(account.sums, tariff, RESERVATION_TIME, applicable(tariff.reservation_time, moment), account.reservation_s)
    _charge(account.sums, tariff, RESERVATION_FIXED, applicable(tariff.reservation_fixed, moment), Decimal(1))
    _cap(account, tariff)


def _cap(account: Account, tariff: Tariff) -> None:
    """See whether the highest cost is reached by what is due at once."""
    limits, due = tariff.max_cost or Amount(), totals(account.sums, tariff)
    account.capped = account.capped or any(
        limit is not None and money >= limit > 0
        for limit, money in zip((limits.excl_tax, limits.incl_tax), due, strict=True)
    )


def advance(account: Account, tariff: Tariff, point: Point, zone: tzinfo) -> None:
    """Lead an account on to a later point; one that is not later changes what holds from now on, and nothing before."""
    newest = account.pending[-1] if account.pending else account.last
    point = replace(
        point,
        at=max(point.at, newest.at),
        charging=newest.charging if point.charging is None else point.charging,
        power_w=newest.power_w if point.power_w is None and point.energy_wh is None else point.power_w,
        current_a=newest.current_a if point.current_a is None and point.energy_wh is None else point.current_a,
    )
    account.pending.append(point)
    if point.energy_wh is not None or len(account.pending) >= PENDING_LIMIT:
        _settle(account, tariff, zone)


def closed(account: Account, tariff: Tariff, at: datetime, zone: tzinfo) -> Account:
    """Return a copy that is led up to a moment, as far as is known."""
    copy = account.copy()
    advance(copy, tariff, Point(at=at), zone)
    _settle(copy, tariff, zone)
    return copy


def _settle(account: Account, tariff: Tariff, zone: tzinfo) -> None:
    """Reckon in all that is pending; the energy since the last register goes to the intervals that charged."""
    points = [account.last, *account.pending]
    register = points[-1].energy_wh
    if register is not None and account.register_wh is None:
        account.register_wh = register
    energy = _NONE
    if register is not None and account.register_wh is not None and register > account.register_wh:
        energy, account.register_wh = register - account.register_wh, register
    spans = [(a, b, energy > 0 if a.charging is None else a.charging) for a, b in pairwise(points)]
    if energy and not any(charging and b.at > a.at for a, b, charging in spans):
        spans = [(a, b, True) for a, b, _ in spans]
    whole = sum((_seconds(b.at - a.at) for a, b, charging in spans if charging), _NONE)
    reckoning, given, passed = _Reckoning(account, tariff, edges(tariff), zone), _NONE, _NONE
    for i, (a, b, charging) in enumerate(spans):
        if charging:
            passed += _seconds(b.at - a.at)
        share = energy if i == len(spans) - 1 else _part(energy, passed, whole) if whole else _NONE
        reckoning.interval(a, b.at, share - given, charging=charging)
        given = share
    account.last = replace(points[-1], energy_wh=None)
    account.pending = []


def _part(whole: Decimal, passed: Decimal, all_: Decimal) -> Decimal:
    return EXACT.divide(EXACT.multiply(whole, passed), all_).quantize(_MICRO, ROUND_HALF_EVEN, EXACT)


def _seconds(span: timedelta) -> Decimal:
    return Decimal(span // _TIME) * _MICRO


@dataclass(slots=True)
class _Reckoning:
    """Adds intervals to an account."""

    account: Account
    tariff: Tariff
    edges: Edges
    zone: tzinfo

    def interval(self, a: Point, end: datetime, energy: Decimal, *, charging: bool) -> None:
        """Add an interval in which the state of `a` held, cut wherever a price may change."""
        account, whole = self.account, _seconds(end - a.at)
        power = a.power_w
        if power is None and whole:
            power = EXACT.divide(energy * 3600, whole)
        times = [a.at, *sorted(set(self._cuts(a.at, end, energy, charging=charging))), end]
        start_energy, given = account.energy_wh, _NONE
        for start, stop in pairwise(times):
            share = energy if stop == end else _part(energy, _seconds(stop - a.at), whole)
            self._segment(start, stop, share - given, power, a.current_a, charging=charging)
            given = share
        account.energy_wh = start_energy + energy

    def _cuts(self, start: datetime, end: datetime, energy: Decimal, *, charging: bool) -> Iterator[datetime]:
        account, whole = self.account, _seconds(end - start)
        if end - start > LONGEST_CUT or not whole:
            return
        yield from self.edges.instants(start, end, self.zone)
        elapsed = _seconds(start - account.started_at)
        counters = [(elapsed, self.edges.elapsed_s)]
        counters.append(
            (account.charging_s, self.edges.charging_s) if charging else (account.idle_run_s, self.edges.idle_s)
        )
        seconds = [edge - now for now, found in counters for edge in found if now < edge < now + whole]
        if energy:
            now = account.energy_wh
            seconds += [_part(whole, edge - now, energy) for edge in self.edges.energy_wh if now < edge < now + energy]
        for value in seconds:
            at = start + int(value / _MICRO) * _TIME
            if start < at < end:
                yield at

    def _segment(
        self,
        start: datetime,
        stop: datetime,
        energy: Decimal,
        power: Decimal | None,
        current: Decimal | None,
        *,
        charging: bool,
    ) -> None:
        """Add a piece in which no price changes; it is judged by its middle, where no edge can be."""
        account, tariff, long = self.account, self.tariff, _seconds(stop - start)
        if not long and not energy:
            return
        if charging:
            account.idle_run_s = _NONE
        middle = _moment(account, (start + (stop - start) / 2).astimezone(self.zone))
        moment = replace(
            middle,
            energy_wh=account.energy_wh + energy / 2,
            power_w=power,
            current_a=current,
            elapsed_s=_seconds(start - account.started_at) + long / 2,
            charging_s=account.charging_s + (long / 2 if charging else 0),
            idle_s=account.idle_run_s + (_NONE if charging else long / 2),
        )
        choice = tuple(applicable(part, moment) for part in (tariff.energy, tariff.charging_time, tariff.idle_time))
        period = self._period(start, (choice[0], choice[1], choice[2]), power)
        account.energy_wh += energy
        period.energy_wh += energy
        if charging:
            account.charging_s += long
            period.charging_s += long
        else:
            account.idle_s += long
            account.idle_run_s += long
            period.idle_s += long
        self._cost(period, (choice[0], choice[1 if charging else 2]), energy, long, charging=charging)

    def _period(self, start: datetime, choice: Choice, power: Decimal | None) -> Period:
        periods = self.account.periods
        if not periods or (periods[-1].prices != choice and len(periods) < PERIODS_LIMIT):
            periods.append(Period(start=start, prices=choice))
        period = periods[-1]
        if power is not None:
            period.min_power_w = power if period.min_power_w is None else min(power, period.min_power_w)
            period.max_power_w = power if period.max_power_w is None else max(power, period.max_power_w)
        return period

    def _cost(
        self, period: Period, choice: tuple[int | None, int | None], energy: Decimal, long: Decimal, *, charging: bool
    ) -> None:
        """Add what a piece costs, up to the highest cost."""
        account, tariff = self.account, self.tariff
        if account.capped:
            return
        sums: dict[str, Decimal] = {}
        _charge(sums, tariff, ENERGY, choice[0], energy)
        _charge(sums, tariff, CHARGING if charging else IDLE, choice[1], long)
        if not any(sums.values()):
            return
        share = self._affordable(sums)
        for name, value in sums.items():
            counted = value if share is None else EXACT.multiply(value, share)
            for kept in (account.sums, period.sums):
                kept[name] = EXACT.add(kept.get(name, _NONE), counted)

    def _affordable(self, sums: dict[str, Decimal]) -> Decimal | None:
        """Return which part of new sums fits under the highest cost; None is all of them."""
        cap = self.tariff.max_cost
        if cap is None:
            return None
        before, more = totals(self.account.sums, self.tariff), totals(sums, self.tariff)
        shares = [
            EXACT.divide(max(limit - now, _NONE), add)
            for limit, now, add in zip((cap.excl_tax, cap.incl_tax), before, more, strict=True)
            if limit is not None and now + add >= limit and add > 0
        ]
        if not shares:
            return None
        self.account.capped = True
        return min(shares)


def totals(sums: dict[str, Decimal], tariff: Tariff) -> tuple[Decimal, Decimal]:
    """Return exact sums as money without tax and with it."""
    net = gross = _NONE
    for name, value in sums.items():
        money = EXACT.divide(value, Decimal(UNITS[name]))
        part: Part = getattr(tariff, name)
        net, gross = EXACT.add(net, money), EXACT.add(gross, EXACT.multiply(money, factor(part.taxes)))
    return net, gross


def _charge(sums: dict[str, Decimal], tariff: Tariff, name: str, price: int | None, quantity: Decimal) -> None:
    part: Part | None = getattr(tariff, name)
    if part is not None and price is not None:
        sums[name] = EXACT.add(sums.get(name, _NONE), EXACT.multiply(part.prices[price].amount, quantity))


def _moment(account: Account, local: datetime) -> Moment:
    payer = account.payer
    return Moment(
        local=local,
        energy_wh=account.energy_wh,
        evse_kind=payer.evse_kind,
        payment_brand=payer.payment_brand,
        payment_recognition=payer.payment_recognition,
    )
