"""What has a structure of its own comes back from the disk as it was: accounts, costs, tariffs, messages, controls."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from busbar.billing.accounts import Account, Payer, Point, advance, opened
from busbar.billing.costs import cost_of
from busbar.csms.records.batteries import Swap
from busbar.csms.records.costs import SessionCost
from busbar.csms.records.der import DerControl
from busbar.csms.records.displays import DisplayMessage
from busbar.csms.records.kind import Record
from busbar.csms.records.payments import Settlement
from busbar.csms.records.tariffs import HeldTariff, TariffVersion
from busbar.csms.storage.opening import make_store
from busbar.model.batteries import Battery, SwapEvent
from busbar.model.der import Control, ControlType
from busbar.model.display import Message, Priority, Screen
from busbar.model.payment import Address, SettlementStatus
from busbar.model.tariffs import Amount, Conditions, EvseKind, Part, Price, Tariff, Tax, Text, Weekday

D = Decimal
AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
WEEKDAY = Conditions(start_time_of_day="08:00", day_of_week=(Weekday.MONDAY,), min_power=D("11000.5"))
TARIFF = Tariff(
    id="1.1",
    currency="EUR",
    description=(Text(content="x", language="en"),),
    valid_from=AT,
    energy=Part(
        prices=(Price(amount=D("0.30000000000000001"), conditions=WEEKDAY), Price(amount=D("0.1"))),
        taxes=(Tax(type="vat", percent=D("19.5"), stack=1),),
    ),
    max_cost=Amount(incl_tax=D(9)),
)


def account() -> Account:
    made = opened(TARIFF, Point(at=AT, energy_wh=D(0), charging=True), UTC, Payer(evse_kind=EvseKind.AC))
    advance(made, TARIFF, Point(at=AT + timedelta(minutes=10), energy_wh=D("1000.5")), UTC)
    advance(made, TARIFF, Point(at=AT + timedelta(minutes=11), charging=False), UTC)
    return made


def session_cost() -> SessionCost:
    led = account()
    cost = cost_of(led, TARIFF, final=False)
    return SessionCost(
        transaction=1,
        station_id=1,
        tariff_id=1,
        version=1,
        currency="EUR",
        excl_tax=cost.excl_tax,
        incl_tax=cost.incl_tax,
        final=False,
        updated_at=AT,
        zone="UTC",
        show_running=True,
        show_tariff=False,
        update_every_s=60,
        told_at=AT,
        tariff=TARIFF,
        cost=cost,
        account=led,
    )


ROWS: list[tuple[Record, tuple[object, ...]]] = [
    (session_cost(), (1,)),
    (TariffVersion(tariff_id=1, version=2, name="n", created_at=AT, content=TARIFF), (1, 2)),
    (
        HeldTariff(
            station_id=1,
            evse=0,
            tariff_id="1.1",
            kind="DriverTariff",
            held=True,
            status="Accepted",
            valid_from=None,
            tokens=["T"],
            at=AT,
        ),
        (1, 0, "1.1"),
    ),
    (
        DisplayMessage(
            station_id=1,
            message_id=2,
            held=True,
            status="Accepted",
            at=AT,
            message=Message(
                id=2,
                priority=Priority.IN_FRONT,
                text=Text(content="x"),
                ends_at=AT,
                extra=(Text(content="y", language="de"),),
                screen=Screen(name="Display", evse=1),
            ),
        ),
        (1, 2),
    ),
    (
        DerControl(
            station_id=1,
            control_id="c",
            control_type="VoltVar",
            default=True,
            held=True,
            status="Accepted",
            at=AT,
            control=Control(
                id="c",
                type=ControlType.VOLT_VAR,
                default=True,
                settings={"priority": 1, "curveData": [{"x": 1.5, "y": -2.0}]},
            ),
        ),
        (1, "c"),
    ),
    (
        Swap(
            id=1,
            station_id=1,
            request_id=3,
            event=SwapEvent.IN,
            token="T",
            token_kind=None,
            batteries=[Battery(evse=1, serial="B", soc_pct=10.5, soh_pct=90, produced_at=AT)],
            received_at=AT,
        ),
        (1,),
    ),
    (
        Settlement(
            id=1,
            station_id=1,
            psp_ref="p",
            transaction_id="t",
            transaction=None,
            status=SettlementStatus.FAILED,
            amount=D("10.10"),
            at=AT,
            received_at=AT,
            info=None,
            receipt_id=None,
            receipt_url=None,
            vat_number=None,
            vat_company=Address(name="ACME", address1="a", city="c", country="NL"),
        ),
        (1,),
    ),
]


@pytest.mark.parametrize(("row", "key"), ROWS, ids=lambda value: type(value).__name__)
async def test_a_row_comes_back_as_it_was(row, key, tmp_path):
    store = make_store(f"sqlite:///{tmp_path}/test.db")
    await store.open()
    try:
        await store.put(row)
        assert await store.get(type(row), *key) == row
    finally:
        await store.close()


async def test_an_account_from_the_disk_goes_on_as_if_it_never_was_there(tmp_path):
    store = make_store(f"sqlite:///{tmp_path}/test.db")
    await store.open()
    try:
        await store.put(session_cost())
        (kept,) = [(await store.get(SessionCost, 1)).account]
    finally:
        await store.close()
    here = account()
    for each in (kept, here):
        advance(each, TARIFF, Point(at=AT + timedelta(hours=1), energy_wh=D(5000)), UTC)
    assert kept == here
