"""The cost of sessions: reckoned with each event that tells of usage, where a tariff applies; else nothing is done.

A session keeps the version of the tariff that it began with; only while no energy has flowed may a better one come,
since the token or the EVSE may be told late. The answer to the end always names the cost (I03.FR.02, I03.FR.04).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from busbar.billing.accounts import Account, Payer, Point, advance, closed, opened, reserve
from busbar.billing.costs import cost_of
from busbar.billing.points import zone
from busbar.csms.changes import RowPut, TransactionPut
from busbar.csms.happenings import CostChanged
from busbar.csms.records.costs import ReportedCost, ReportedTariff, SessionCost
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.tariffs import TariffAssignment, TariffVersion
from busbar.csms.rows import Transaction
from busbar.csms.services import usage
from busbar.csms.services.authorization import FREE
from busbar.csms.services.clock import plausible
from busbar.csms.services.device_model import ACTUAL, path
from busbar.csms.services.plugs import kind
from busbar.csms.services.rates import Rates
from busbar.csms.services.references import id_on_wire
from busbar.csms.services.reservations import reserved_s
from busbar.csms.services.view import Context, Decision, Errand, Need, RowNeed, StationView
from busbar.model.facts import (
    MeterRead,
    PersonalMessage,
    StatusChanged,
    TokenAnswer,
    TokenPresented,
    TransactionAnswer,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import VariableName
from busbar.model.tariffs import Tariff, TextFormat, UpdateCost
from busbar.model.values import AuthorizationStatus, ConnectorStatus, IdToken
from busbar.protocol.versions import RULES

COSTS_LIMIT: Final = 256
_ACCEPTED: Final = AuthorizationStatus.ACCEPTED
_UNKNOWN: Final = AuthorizationStatus.UNKNOWN
Deciding = Callable[[Any, StationView, Context, datetime], Decision]
Event = TransactionStarted | TransactionUpdated | TransactionEnded
"""Facts that may tell what their station reckons."""
_BEGUN: Final = (TransactionStarted, TransactionUpdated)
_TARIFFS: Final = tuple(
    path(VariableName(component="TariffCostCtrlr", variable=name, variable_instance="Tariff"))
    for name in ("Available", "Enabled")
)
_DISPLAY: Final = tuple(
    path(VariableName(component="DisplayMessageCtrlr", variable=name)) for name in ("Available", "Enabled")
)
_PHASES: Final = frozenset(
    {
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)


@dataclass(slots=True)
class Telling:
    """What a message tells that a cost depends on: usage, the payment's token, and the reservation that was used."""

    points: list[Point]
    token: IdToken | None = None
    reserved_s: int | None = None


def reckoning(first: Deciding) -> Deciding:
    """Decide a transaction event or meter values, and then what the session costs."""

    @wraps(first)
    def decide(fact: Any, view: StationView, context: Context, at: datetime) -> Decision:
        decision = first(fact, view, context, at)
        rates = context.rates
        if rates.assignments or view.costs:
            row = _row(decision, fact, view)
            if row is not None:
                told = Telling(usage.points(fact, at))
                if type(fact) is not MeterRead and fact.token is not None:
                    _take_ad_hoc(decision, row, fact.token, view, rates)
                    told.token = fact.token
                if type(fact) in _BEGUN:
                    told.reserved_s = reserved_s(fact, row, view)
                _reckon(decision, row, told, view, context, at)
        if type(fact) is not MeterRead and (fact.cost_details is not None or fact.tariff_id is not None):
            _report(decision, fact, view, at)
        return decision

    return decide


def phase_reckoning(first: Deciding) -> Deciding:
    """Decide a connector's status, whose phase tells where 1.6's energy flows, and then what the session costs."""

    @wraps(first)
    def decide(fact: StatusChanged, view: StationView, context: Context, at: datetime) -> Decision:
        decision = first(fact, view, context, at)
        if view.costs and RULES[view.version].connector_phases and fact.status in _PHASES:
            rows = [row for row in view.transactions.values() if row and row.ended_at is None]
            when = fact.at if fact.at is not None and plausible(fact.at, at) else at
            point = Point(at=when, charging=fact.status is ConnectorStatus.CHARGING)
            for row in rows:
                if row.evse == fact.place.evse and view.costs.get(row.id) is not None:
                    _reckon(decision, row, Telling([point]), view, context, at)
        return decision

    return decide


def token_needs(fact: TokenPresented, view: StationView) -> Sequence[Need]:
    """Return what is missing to tell whether a station takes a tariff with a token's verdict (I01.FR.02)."""
    need = _support(view)
    asks = fact.token.kind != FREE and RULES[view.version].transaction_events
    return (need,) if asks and need not in view.found else ()


def _support(view: StationView) -> RowNeed:
    where = ("station_id", view.station.id), ("path", (*_TARIFFS, *_DISPLAY)), ("attribute", ACTUAL)
    return RowNeed(ModelValue, where)


def with_tariff(first: Deciding) -> Deciding:
    """Decide on a token, and give an accepted one its tariff where that is switched on (I01.FR.01, I08.FR.01)."""

    @wraps(first)
    def decide(fact: TokenPresented, view: StationView, context: Context, at: datetime) -> Decision:
        decision = first(fact, view, context, at)
        rates, answer = context.rates, decision.answer
        if not rates.assignments or not isinstance(answer, TokenAnswer):
            return decision
        if answer.status is _UNKNOWN and rates.takes_ad_hoc(view.station, None, fact.token):
            answer.status = _ACCEPTED  # C18.FR.05
        if answer.status is _ACCEPTED:
            chosen = rates.choose(view.station, None, fact.token)
            if chosen is not None and chosen.send:
                _introduce(answer, rates.newest[chosen.tariff_id].content, view)
        return decision

    return decide


def _introduce(answer: TokenAnswer, tariff: Tariff, view: StationView) -> None:
    """Give a tariff with an accepted token: itself where the station takes that, else its text (I01.FR.01).

    Nothing to a station that says it has neither tariffs nor a display (I01.FR.02).
    """
    rows: tuple[ModelValue, ...] = view.found.get(_support(view), ())
    off = {row.path for row in rows if (row.value or "").strip().casefold() == "false"}
    takes_tariffs = off.isdisjoint(_TARIFFS)
    if not takes_tariffs and not off.isdisjoint(_DISPLAY):
        return
    if RULES[view.version].local_tariffs and takes_tariffs:
        answer.tariff = replace(tariff, valid_from=None)  # I08.FR.09
        return
    text = next((text for text in tariff.description if text.format is not TextFormat.QRCODE), None)
    if text is not None and answer.message is None:
        answer.message = PersonalMessage(content=text.content, format=text.format, language=text.language)


def _take_ad_hoc(decision: Decision, row: Transaction, token: IdToken, view: StationView, rates: Rates) -> None:
    """Let an ad hoc payment charge that nobody entered as a token, where a tariff for such applies (C18.FR.06, C24)."""
    answer = decision.answer
    if not isinstance(answer, TransactionAnswer) or answer.token is None or answer.token.status is not _UNKNOWN:
        return
    if rates.takes_ad_hoc(view.station, row.evse, token):
        answer.token.status = _ACCEPTED
        here = view.transactions.get(row.transaction_id)
        for each in (row, here):
            if each is not None and each.token_status is _UNKNOWN:
                each.token_status = _ACCEPTED


def _row(decision: Decision, fact: Any, view: StationView) -> Transaction | None:
    """Return the session that a decision changed, or that a repeated event is of."""
    for change in decision.changes:
        if type(change) is TransactionPut:
            return change.row
    wire = fact.transaction_id
    if wire is None and isinstance(decision.answer, TransactionAnswer):
        wire = decision.answer.transaction_id
    return None if wire is None else view.transactions.get(wire)


def _reckon(
    decision: Decision, row: Transaction, told: Telling, view: StationView, context: Context, at: datetime
) -> None:
    """Lead a session's account on, keep it, tell its cost in the answer, on the bus, and by a call where it is time."""
    known = view.costs.get(row.id)
    if not decision.changes:  # said before: it is answered as before
        if known is not None:
            _answer(decision, known)
        return
    if known is None or known.account.energy_wh == 0:
        begun = _begun(known, row, told, view, context.rates, at)
        if begun is None:
            return
        if begun is not known and begun.show_tariff and isinstance(decision.answer, TransactionAnswer):
            decision.answer.messages = begun.tariff.description  # I06.FR.02
        known = begun
        _remember(view, known)
    if isinstance(decision.answer, TransactionAnswer) and decision.answer.limit is not None:
        known.show_running = known.show_running or decision.answer.limit.max_cost is not None  # E16.FR.11
    if told.reserved_s is not None and known.account.reservation_s is None:
        reserve(known.account, known.tariff, told.reserved_s, zone(known.zone))
    for point in told.points:
        advance(known.account, known.tariff, point, zone(known.zone))
    before = (known.incl_tax, known.final)
    settle(known, row, told.points[-1].at if told.points else at, at)
    _answer(decision, known)
    if not known.final:
        _update(decision, known, row, view, at)
    decision.changes.append(RowPut(_copied(known)))
    if before != (known.incl_tax, known.final):
        decision.happenings.append(changed(known, view.station.identity, at))


def _remember(view: StationView, known: SessionCost) -> None:
    view.costs[known.transaction] = known
    while len(view.costs) > COSTS_LIMIT:
        del view.costs[next(iter(view.costs))]


def _begun(
    known: SessionCost | None,
    row: Transaction,
    told: Telling,
    view: StationView,
    rates: Rates,
    at: datetime,
) -> SessionCost | None:
    """Begin a session's account, or begin it anew by a better tariff; not where energy flowed before one applied."""
    if known is None and row.energy_wh:
        return None
    token = None if row.token is None else IdToken(row.token, row.token_kind)
    chosen = rates.choose(view.station, row.evse, token)
    if chosen is None:
        return known
    payer, reserved = _payer(known, row, told, view), None if known is None else known.account.reservation_s
    if known is not None and chosen.tariff_id == known.tariff_id and payer == known.account.payer:
        return known
    version = rates.newest[chosen.tariff_id]
    if known is not None:
        first = Point(at=known.account.started_at, energy_wh=known.account.register_wh, charging=False)
    else:
        first = told.points[0] if told.points else Point(at=at)
    name = rates.zone_name(view.station)
    account = opened(version.content, first, zone(name), payer, None if reserved is None else int(reserved))
    return _priced(row, view, chosen, version, account, name, at)


def _payer(known: SessionCost | None, row: Transaction, told: Telling, view: StationView) -> Payer:
    """Return what prices depend on besides usage; what was told of a payment stays."""
    before = Payer() if known is None else known.account.payer
    token = told.token
    return Payer(
        evse_kind=kind(view.plugs, row.evse) or before.evse_kind,
        payment_brand=(token and token.told("PaymentBrand")) or before.payment_brand,
        payment_recognition=(token and token.told("PaymentRecognition")) or before.payment_recognition,
    )


def _priced(
    row: Transaction,
    view: StationView,
    chosen: TariffAssignment,
    version: TariffVersion,
    account: Account,
    name: str,
    at: datetime,
) -> SessionCost:
    cost = cost_of(account, version.content, final=False)
    return SessionCost(
        organisation_id=version.organisation_id,
        transaction=row.id,
        station_id=view.station.id,
        tariff_id=version.tariff_id,
        version=version.version,
        currency=cost.currency,
        excl_tax=cost.excl_tax,
        incl_tax=cost.incl_tax,
        final=False,
        updated_at=at,
        zone=name,
        show_running=chosen.show_running,
        show_tariff=chosen.send,
        update_every_s=chosen.update_every_s,
        told_at=None,
        tariff=version.content,
        cost=cost,
        account=account,
    )


def settle(known: SessionCost, row: Transaction, until: datetime, at: datetime) -> None:
    """Set the cost as of a moment of the session, or at its end; `at` is now."""
    known.final = row.ended_at is not None
    account = closed(known.account, known.tariff, until, zone(known.zone))
    known.cost = cost_of(account, known.tariff, final=known.final)
    known.excl_tax, known.incl_tax, known.updated_at = known.cost.excl_tax, known.cost.incl_tax, at


def _answer(decision: Decision, known: SessionCost) -> None:
    if isinstance(decision.answer, TransactionAnswer) and (known.final or known.show_running):
        decision.answer.total_cost = known.incl_tax


def _update(decision: Decision, known: SessionCost, row: Transaction, view: StationView, at: datetime) -> None:
    """Call the station with the cost so far, no more often than the operator said (I02.FR.01)."""
    every = known.update_every_s
    if every is None or not RULES[view.version].transaction_events:
        return
    if known.told_at is not None and at - known.told_at < timedelta(seconds=every):
        return
    known.told_at = at
    decision.errands.append(Errand(UpdateCost(transaction_id=id_on_wire(row.transaction_id), total=known.incl_tax)))


def changed(known: SessionCost, identity: str, at: datetime) -> CostChanged:
    """Return what listeners are told of a cost."""
    return CostChanged(
        station=identity,
        at=at,
        transaction=known.transaction,
        currency=known.currency,
        excl_tax=str(known.excl_tax),
        incl_tax=str(known.incl_tax),
        final=known.final,
    )


def _copied(known: SessionCost) -> SessionCost:
    """Return a copy for the store: the account here goes on changing."""
    row: SessionCost = known.__copy__()  # type: ignore[attr-defined]
    row.account = known.account.copy()
    return row


def _report(decision: Decision, fact: Event, view: StationView, at: datetime) -> None:
    """Keep what a station told of cost and tariff (I12.FR.01, I07.FR.32)."""
    row = _row(decision, fact, view)
    if row is None or not decision.changes:
        return
    number, station_id = row.id, view.station.id
    if fact.cost_details is not None:
        told = ReportedCost(transaction=number, station_id=station_id, details=fact.cost_details, at=at)
        decision.changes.append(RowPut(told))
    if fact.tariff_id is not None:
        tariff = ReportedTariff(transaction=number, station_id=station_id, tariff_id=fact.tariff_id, at=at)
        decision.changes.append(RowPut(tariff))
