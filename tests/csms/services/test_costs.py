"""A session's cost is reckoned where a tariff applies, from the first event to the last, and told as switched on."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from busbar.csms.changes import TokenPut
from busbar.csms.gateway.lookups import load_view
from busbar.csms.gateway.tariffs import TariffDesk
from busbar.csms.records.costs import ReportedCost, ReportedTariff, SessionCost
from busbar.csms.records.reservations import Reservation, ReservationState
from busbar.csms.records.tariffs import TariffAssignment, TariffVersion
from busbar.csms.rows import Token
from busbar.csms.services.device_model import value_row
from busbar.csms.services.plugs import Plug
from busbar.model.facts import (
    MeterRead,
    StatusChanged,
    TokenPresented,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import VariableName
from busbar.model.tariffs import Amount, Conditions, EvseKind, Part, Price, Tariff, Text, TextFormat, UpdateCost
from busbar.model.values import AuthorizationStatus, ChargingState, ConnectorStatus, IdToken, Place, Reading, Sample
from busbar.model.versions import Version

D = Decimal
CARD = IdToken("CARD", "ISO14443")


def tariff(number: int, kwh: str = "0.50", idle: str = "0.10", **more) -> Tariff:
    return Tariff(
        id=f"{number}.1",
        currency="EUR",
        energy=Part(prices=(Price(amount=D(kwh)),)),
        idle_time=Part(prices=(Price(amount=D(idle)),)),
        **more,
    )


async def assign(stand, content: Tariff, scope: str = "station:1", number: int = 1, **more) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    await stand.store.put(TariffVersion(tariff_id=number, version=1, name="t", created_at=at, content=content))
    await stand.store.insert(TariffAssignment(scope=scope, tariff_id=number, **more))
    await TariffDesk(stand.store, stand.context.rates).load()


def register(stand, minutes: float, wh: float) -> Reading:
    return Reading(stand.at(minutes), [Sample("Energy.Active.Import.Register", wh, "Wh")])


def started(stand, minutes: float = 0, wh: float | None = 1000, **more) -> TransactionStarted:
    fields = {"transaction_id": "tx", "seq_no": 0, "place": Place(1, 1), "trigger": "CablePluggedIn"}
    readings = [] if wh is None else [register(stand, minutes, wh)]
    return TransactionStarted(**(fields | {"at": stand.at(minutes), "readings": readings} | more))


def updated(stand, seq_no: int, minutes: float, wh: float | None = None, **more) -> TransactionUpdated:
    readings = [] if wh is None else [register(stand, minutes, wh)]
    fields = {"transaction_id": "tx", "seq_no": seq_no, "trigger": "MeterValuePeriodic"}
    return TransactionUpdated(**(fields | {"at": stand.at(minutes), "readings": readings} | more))


def ended(stand, seq_no: int, minutes: float, wh: float | None = None, **more) -> TransactionEnded:
    readings = [] if wh is None else [register(stand, minutes, wh)]
    fields = {"transaction_id": "tx", "seq_no": seq_no, "trigger": "EVDeparted"}
    return TransactionEnded(**(fields | {"at": stand.at(minutes), "readings": readings} | more))


async def tell(stand, *facts):
    found = []
    for fact in facts:
        stand.now = max(stand.now, fact.at)
        found.append(await stand.tell(fact))
    return found


async def cost(stand) -> SessionCost:
    (row,) = await stand.store.find(SessionCost)
    return row


async def test_the_end_names_the_cost__I03_FR_02(stand):
    await assign(stand, tariff(1))
    first, second, last = await tell(
        stand,
        started(stand, charging_state=ChargingState.CHARGING),
        updated(stand, 1, 30, 5000, charging_state=ChargingState.SUSPENDED_EV),
        ended(stand, 2, 40, 5000),
    )
    assert (first.answer.total_cost, second.answer.total_cost, last.answer.total_cost) == (None, None, D("3.00"))
    kept = await cost(stand)
    assert (kept.incl_tax, kept.final, kept.cost.energy_wh, kept.cost.idle_s) == (D("3.00"), True, 4000, 600)
    assert [h.incl_tax for h in stand.happenings if type(h).__name__ == "CostChanged"] == ["2.00", "3.00"]


async def test_a_free_session_costs_nothing__I03_FR_04(stand):
    await assign(stand, Tariff(id="1.1", currency="EUR"))
    _, last = await tell(stand, started(stand), ended(stand, 1, 10, 2000))
    assert last.answer.total_cost == D("0.00")


async def test_without_a_tariff_nothing_is_said_or_kept(stand):
    _, last = await tell(stand, started(stand), ended(stand, 1, 10, 2000))
    assert last.answer.total_cost is None
    assert not await stand.store.find(SessionCost)
    assert not stand.view.costs


async def test_the_cost_so_far_is_in_each_answer_where_that_is_on__I02_FR_01(stand):
    await assign(stand, tariff(1), show_running=True)
    told = await tell(
        stand,
        started(stand, charging_state=ChargingState.CHARGING),
        *(updated(stand, n, n, 1000 + n * 1000) for n in (1, 2)),
    )
    assert [decision.answer.total_cost for decision in told] == [D("0.00"), D("0.50"), D("1.00")]
    assert not any(decision.errands for decision in told)


async def test_the_station_is_called_no_more_often_than_said__I02_FR_01(stand):
    await assign(stand, tariff(1), update_every_s=120)
    told = await tell(
        stand,
        started(stand, charging_state=ChargingState.CHARGING),
        *(updated(stand, n, n, 1000 + n * 1000) for n in (1, 2, 3)),
        ended(stand, 4, 10, 9000),
    )
    assert [[e.order for e in decision.errands] for decision in told] == [
        [UpdateCost(transaction_id="tx", total=D("0.00"))],
        [],
        [UpdateCost(transaction_id="tx", total=D("1.00"))],
        [],
        [],
    ]


async def test_an_event_that_comes_again_changes_nothing_and_is_answered_alike(stand):
    await assign(stand, tariff(1))
    last = ended(stand, 1, 10, 2000)
    _, first, again = await tell(stand, started(stand), last, last)
    assert first.answer.total_cost == again.answer.total_cost == D("0.50")
    assert not again.changes


async def test_a_reconnect_goes_on_where_the_account_stood(stand):
    await assign(stand, tariff(1))
    await tell(stand, started(stand, charging_state=ChargingState.CHARGING), updated(stand, 1, 10, 3000))
    stand.view = await load_view(stand.store, stand.view.station, Version.V21, 2)
    last = ended(stand, 2, 20, 5000)
    (told,) = await tell(stand, last)
    assert told.answer.total_cost == D("2.00")
    stand.view = await load_view(stand.store, stand.view.station, Version.V21, 3)
    (again,) = await tell(stand, last)
    assert again.answer.total_cost == D("2.00")


@pytest.mark.parametrize("late", [False, True])
async def test_a_token_has_its_own_tariff_also_where_it_is_told_late(stand, late):
    await assign(stand, tariff(1, kwh="1"))
    await assign(stand, tariff(2, kwh="0.25", idle="0"), "token:card", 2)
    begun = started(stand, token=None if late else CARD)
    then = updated(stand, 1, 5, 1000, token=CARD if late else None, charging_state=ChargingState.CHARGING)
    *_, last = await tell(stand, begun, then, ended(stand, 2, 15, 5000))
    assert last.answer.total_cost == D("1.00")


async def test_a_running_session_keeps_the_version_it_began_with(stand):
    await assign(stand, tariff(1, kwh="1", idle="0"))
    await tell(stand, started(stand), updated(stand, 1, 10, 2000))
    at = datetime(2026, 1, 2, tzinfo=UTC)
    await stand.store.put(
        TariffVersion(tariff_id=1, version=2, name="t", created_at=at, content=replace(tariff(1, kwh="9"), id="1.2"))
    )
    await TariffDesk(stand.store, stand.context.rates).load()
    (last,) = await tell(stand, ended(stand, 2, 20, 3000))
    assert last.answer.total_cost == D("2.00")
    assert (await cost(stand)).version == 1


async def test_a_session_that_ran_before_a_tariff_applied_stays_without(stand):
    await tell(stand, started(stand), updated(stand, 1, 10, 2000))
    await assign(stand, tariff(1))
    (last,) = await tell(stand, ended(stand, 2, 20, 3000))
    assert last.answer.total_cost is None


async def test_the_lowest_cost_counts_at_the_end_only(stand):
    await assign(stand, tariff(1, min_cost=Amount(incl_tax=D(5))), show_running=True)
    *_, running, last = await tell(stand, started(stand), updated(stand, 1, 10, 2000), ended(stand, 2, 11, 2000))
    assert running.answer.total_cost == D("0.50")
    assert last.answer.total_cost == D("5.00")


async def test_1_6_is_reckoned_by_meter_values_and_the_connectors_phase(stand):
    stand.view.version = Version.V16
    await assign(stand, tariff(1))
    begun = TransactionStarted(
        transaction_id=None, at=stand.at(0), place=Place(1, 1), token=IdToken("CARD"), meter_wh=1000
    )
    (first,) = await tell(stand, begun)
    number = first.answer.transaction_id
    await tell(stand, StatusChanged(place=Place(1, 1), status=ConnectorStatus.CHARGING, at=stand.at(0)))
    stand.now = stand.at(10)
    await stand.tell(MeterRead(place=Place(1, 1), readings=[register(stand, 10, 3000)], transaction_id=number))
    assert (await cost(stand)).incl_tax == D("1.00")
    await tell(stand, StatusChanged(place=Place(1, 1), status=ConnectorStatus.SUSPENDED_EV, at=stand.at(20)))
    await tell(stand, TransactionEnded(transaction_id=number, at=stand.at(30), meter_wh=5000))
    kept = await cost(stand)
    assert (kept.final, kept.incl_tax, kept.cost.idle_s) == (True, D("3.00"), 600)
    assert not any(decision.errands for decision in (first,))


async def test_what_the_station_reckons_is_kept__I12_FR_01_I07_FR_32(stand):
    await tell(
        stand,
        started(stand, tariff_id="9.9"),
        ended(stand, 1, 10, 2000, cost_details={"totalCost": {"currency": "EUR"}}),
    )
    (told,) = await stand.store.find(ReportedCost)
    (by,) = await stand.store.find(ReportedTariff)
    assert (told.details, by.tariff_id) == ({"totalCost": {"currency": "EUR"}}, "9.9")


async def test_a_token_brings_its_tariff_where_that_is_on__I08_FR_01(stand):
    await stand.store.commit([TokenPut(Token(key="card", value="CARD"))])
    await assign(stand, tariff(1), "token:card", send=True)
    assert (await stand.tell(TokenPresented(token=CARD))).answer.tariff == tariff(1)
    assert (await stand.tell(TokenPresented(token=IdToken("OTHER")))).answer.tariff is None


async def test_where_a_version_has_no_tariffs_a_token_brings_its_text__I01_FR_01(stand):
    await stand.store.commit([TokenPut(Token(key="card", value="CARD"))])
    text = (Text(content="qr", format=TextFormat.QRCODE), Text(content="0.50/kWh", language="en"))
    await assign(stand, tariff(1, description=text), "token:card", send=True)
    stand.view.version = Version.V201
    answer = (await stand.tell(TokenPresented(token=CARD))).answer
    assert (answer.tariff, answer.message.content, answer.message.language) == (None, "0.50/kWh", "en")


@pytest.mark.parametrize(
    ("off", "version", "brings"),
    [
        ((), Version.V21, "tariff"),
        (("TariffCostCtrlr",), Version.V21, "text"),
        (("DisplayMessageCtrlr",), Version.V21, "tariff"),
        (("DisplayMessageCtrlr", "TariffCostCtrlr"), Version.V21, None),
        (("DisplayMessageCtrlr", "TariffCostCtrlr"), Version.V201, None),
        (("TariffCostCtrlr",), Version.V201, "text"),
    ],
)
async def test_a_station_is_told_no_tariff_that_it_cannot_use__I01_FR_02(stand, off, version, brings):
    await stand.store.commit([TokenPut(Token(key="card", value="CARD"))])
    await assign(stand, tariff(1, description=(Text(content="0.50/kWh"),)), "token:card", send=True)
    for component in off:
        instance = "Tariff" if component == "TariffCostCtrlr" else None
        name = VariableName(component=component, variable="Available", variable_instance=instance)
        await stand.store.put(value_row(stand.view.station.id, name, "False", stand.now, "report"))
    stand.view.version = version
    answer = (await stand.tell(TokenPresented(token=CARD))).answer
    assert (answer.tariff is not None, answer.message is not None) == (brings == "tariff", brings == "text")


async def test_a_driver_reads_a_new_tariff_where_that_is_on__I06_FR_02(stand):
    text = (Text(content="0.50/kWh", language="en"), Text(content="0,50/kWh", language="de"))
    await assign(stand, tariff(1))
    await assign(stand, tariff(2, description=text), "token:card", 2, send=True)
    told = await tell(stand, started(stand), updated(stand, 1, 1, token=CARD), updated(stand, 2, 2, token=CARD))
    assert [decision.answer.messages for decision in told] == [(), text, ()]


async def test_an_ad_hoc_payment_may_charge_where_it_is_taken__C18_FR_05_FR_06(stand):
    paid = IdToken("psp-1", "DirectPayment")
    assert (await stand.tell(TokenPresented(token=paid))).answer.status is AuthorizationStatus.UNKNOWN
    await assign(stand, tariff(1), "ad-hoc:station:1", send=True)
    answer = (await stand.tell(TokenPresented(token=paid))).answer
    assert (answer.status, answer.tariff) == (AuthorizationStatus.ACCEPTED, tariff(1))
    assert (
        await stand.tell(TokenPresented(token=IdToken("x", "ISO14443")))
    ).answer.status is AuthorizationStatus.UNKNOWN
    first, last = await tell(stand, started(stand, token=paid), ended(stand, 1, 10, 3000))
    assert first.answer.token.status is AuthorizationStatus.ACCEPTED
    assert last.answer.total_cost == D("1.00")
    row = await stand.store.transaction(1, "tx")
    assert (row.token, row.token_status) == ("psp-1", AuthorizationStatus.ACCEPTED)


async def test_odd_numbers_never_stop_a_session(stand):
    await assign(stand, tariff(1), show_running=True)
    odd = started(stand, wh=-5)
    far = updated(stand, 1, 10, 1e300)
    late = replace(updated(stand, 2, 5), at=datetime(9999, 12, 31, tzinfo=UTC))
    early = replace(ended(stand, 3, 20, 7), at=datetime(1970, 1, 1, tzinfo=UTC))
    for fact in (odd, far, late, early):
        assert (await stand.tell(fact)).answer.total_cost is not None


def reserving(**more) -> Tariff:
    return tariff(
        1,
        reservation_time=Part(prices=(Price(amount=D("0.10")),)),
        reservation_fixed=Part(prices=(Price(amount=D("1.00")),)),
        **more,
    )


async def reserve(stand, state: ReservationState = ReservationState.ACTIVE, number: int = 5) -> None:
    at = stand.at(-20)
    row = {"station_id": 1, "evse": 1, "token": "CARD", "created_at": at, "expires_at": stand.at(60), "changed_at": at}
    await stand.store.put(Reservation(id=number, state=state, holds=False, **row))


@pytest.mark.parametrize("version", list(Version))
async def test_a_session_that_used_a_reservation_pays_for_it_once__I12_FR_06(stand, version):
    stand.view.version = version
    await assign(stand, reserving())
    await reserve(stand)
    if version is Version.V16:
        begun = TransactionStarted(
            transaction_id=None, at=stand.at(0), place=Place(1, 1), meter_wh=1000, reservation_id=5
        )
        (first,) = await tell(stand, begun)
        number = first.answer.transaction_id
        over = TransactionEnded(transaction_id=number, at=stand.at(10), meter_wh=1000, seq_no=None)
        await tell(stand, replace(over, place=Place(1, 1)))
    else:
        await tell(stand, started(stand, reservation_id=5), ended(stand, 1, 10, 1000))
    kept = await cost(stand)
    lines = {name: line.excl_tax for name, line in kept.cost.lines.items()}
    assert (lines["reservation_time"], lines["reservation_fixed"]) == (D("2.00"), D("1.00"))  # I12.FR.07, I12.FR.08
    assert kept.cost.reservation_s == 1200


async def test_a_reservation_that_is_told_late_is_paid_by_the_time_of_the_start__I12_FR_07(stand):
    await assign(stand, reserving(max_cost=Amount(excl_tax=D("2.50"))))
    await reserve(stand)
    facts = (started(stand), updated(stand, 1, 10, 1000, reservation_id=5), updated(stand, 2, 11, 9000))
    await tell(stand, *facts, updated(stand, 3, 12, 9000, reservation_id=5))
    kept = await cost(stand)
    assert (kept.cost.reservation_s, kept.excl_tax, kept.cost.kind) == (1200, D("2.50"), "MaxCost")


@pytest.mark.parametrize("state", [ReservationState.CANCELLED, ReservationState.REFUSED, ReservationState.USED])
async def test_what_was_never_held_for_the_session_costs_nothing(stand, state):
    await assign(stand, reserving())
    await reserve(stand, state)
    await tell(stand, started(stand, reservation_id=5))
    assert (await cost(stand)).incl_tax == 0


async def test_a_reservation_is_paid_by_the_tariff_that_the_token_brings_later(stand):
    await assign(stand, tariff(1))
    await assign(stand, replace(reserving(), id="2.1"), scope="token:card", number=2)
    await stand.store.commit([TokenPut(Token(key="card", value="CARD"))])
    await reserve(stand)
    await tell(stand, started(stand, reservation_id=5), updated(stand, 1, 1, token=CARD, trigger="Authorized"))
    assert (await cost(stand)).excl_tax == D("3.10"), "and a minute of idle time"


async def test_a_price_may_be_for_a_kind_of_evse(stand):
    prices = (Price(amount=D("0.90"), conditions=Conditions(evse_kind=EvseKind.DC)), Price(amount=D("0.30")))
    await assign(stand, Tariff(id="1.1", currency="EUR", energy=Part(prices=prices)))
    stand.view.plugs[1, 1] = Plug("cccs2")
    await tell(stand, started(stand), ended(stand, 1, 10, 2000))
    assert (await cost(stand)).incl_tax == D("0.90")


async def test_a_price_may_be_for_a_payments_brand_and_recognition(stand):
    card = Conditions(payment_brand="Visa", payment_recognition="CC")
    fixed = Part(prices=(Price(amount=D("2.00"), conditions=card), Price(amount=D("1.00"))))
    await assign(stand, Tariff(id="1.1", currency="EUR", fixed_fee=fixed), scope="ad-hoc:station:1", ad_hoc=True)
    await assign(stand, Tariff(id="2.1", currency="EUR", fixed_fee=fixed), scope="station:1", number=2)
    paid = IdToken("psp-1", "DirectPayment", (("PaymentBrand", "Visa"), ("PaymentRecognition", "CC")))
    await tell(stand, started(stand))
    assert (await cost(stand)).incl_tax == D("1.00")
    await tell(stand, updated(stand, 1, 1, token=paid, trigger="Authorized"), updated(stand, 2, 2, 1000))
    kept = await cost(stand)
    assert (kept.tariff_id, kept.incl_tax) == (1, D("2.00"))


@pytest.mark.parametrize("year", [1970, 2222])
async def test_a_phase_at_a_time_that_no_set_clock_shows_counts_from_now(stand, year):
    stand.view.version = Version.V16
    await assign(stand, tariff(1))
    begun = TransactionStarted(
        transaction_id=None, at=stand.at(0), place=Place(1, 1), token=IdToken("CARD"), meter_wh=1000
    )
    number = (await stand.tell(begun)).answer.transaction_id
    await stand.tell(StatusChanged(place=Place(1, 1), status=ConnectorStatus.CHARGING, at=stand.at(0)))
    stand.now = stand.at(10)
    odd = datetime(year, 1, 1, tzinfo=UTC)
    await stand.tell(StatusChanged(place=Place(1, 1), status=ConnectorStatus.SUSPENDED_EV, at=odd))
    await tell(stand, TransactionEnded(transaction_id=number, at=stand.at(30), meter_wh=1000))
    assert (await cost(stand)).cost.idle_s == 1200
