"""A node knows all assignments and the newest versions; and what is commercial goes over the wire as it should."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from busbar.csms.changes import TokenPut
from busbar.csms.gateway.tariffs import CHANGED, TariffDesk
from busbar.csms.ports import Query
from busbar.csms.records.batteries import Slot
from busbar.csms.records.costs import ReportedCost
from busbar.csms.records.displays import DisplayInventory, DisplayMessage
from busbar.csms.records.tariffs import TariffAssignment, TariffVersion
from busbar.csms.records.vendors import Vendor
from busbar.csms.rows import Token
from busbar.csms.services.displays import standing
from busbar.csms.services.rates import Rates
from busbar.csms.storage.memory import MemoryStore
from busbar.model.display import AskMessages, ClearMessage, Message, Priority, ShowMessage
from busbar.model.tariffs import Part, Price, Tariff, Tax, Text

AT = datetime(2026, 1, 1, tzinfo=UTC)


async def test_rates_are_read_in_place_and_again_on_a_change():
    store, rates = MemoryStore(), Rates()
    await store.open()
    site = await store.add_site("Paris", timezone="Europe/Paris")
    desk = TariffDesk(store, rates)
    for number, version in ((1, 1), (1, 2), (2, 1)):
        content = Tariff(id=f"{number}.{version}", currency="EUR")
        await store.put(TariffVersion(tariff_id=number, version=version, name="", created_at=AT, content=content))
    await desk.load()
    assert (rates.assignments, rates.newest, rates.zones) == ({}, {}, {})
    await store.insert(TariffAssignment(scope="site:1", tariff_id=1))
    await desk.on_changed(b"")
    assert set(rates.assignments) == {(1, "site:1")}
    assert {number: row.version for number, row in rates.newest.items()} == {1: 2}
    assert rates.zones == {site.id: "Europe/Paris"}


EVENT = {"eventType": "Updated", "timestamp": "2026-05-01T08:00:00Z", "triggerReason": "MeterValuePeriodic"}


def event(seq_no: int, wh: float, **more):
    sample = {"value": wh, "unitOfMeasure": {"unit": "Wh"}}
    info = {"transactionId": "tx", "chargingState": "Charging"} | more.pop("info", {})
    at = f"2026-05-01T08:{seq_no:02}:00Z"
    meter = [{"timestamp": at, "sampledValue": [sample]}]
    return EVENT | {"timestamp": at, "seqNo": seq_no, "transactionInfo": info, "meterValue": meter} | more


async def priced(rig, **more):
    part = Part(prices=(Price(amount=Decimal("0.25")),), taxes=(Tax(type="vat", percent=Decimal(20)),))
    text = (Text(content="0.25", language="en"), Text(content="0,25", language="de"))
    content = Tariff(id="1.1", currency="EUR", energy=part, description=text)
    await rig.store.put(TariffVersion(tariff_id=1, version=1, name="", created_at=AT, content=content))
    await rig.store.insert(TariffAssignment(scope=more.pop("scope", "station:1"), tariff_id=1, **more))
    rig.bus.publish(CHANGED, b"")
    await rig.until(lambda: rig.node.means.context.rates.assignments)


@pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
async def test_a_driver_sees_the_cost_as_it_runs_and_at_the_end__TC_I_01_TC_I_02(rig, version):
    await priced(rig, show_running=True, update_every_s=3600, send=True)
    client = await rig.connect(subprotocols=(version,))
    await client.boot()
    first = await client.call("TransactionEvent", event(0, 1000, eventType="Started", evse={"id": 1, "connectorId": 1}))
    assert first[2]["totalCost"] == 0
    assert first[2]["updatedPersonalMessage"] == {"format": "UTF8", "content": "0.25", "language": "en"}
    assert ("updatedPersonalMessageExtra" in first[2]) is (version == "ocpp2.1")
    assert await client.answer({}) == "CostUpdated"
    assert (await client.call("TransactionEvent", event(1, 3000)))[2] == {"totalCost": 0.6}
    last = await client.call("TransactionEvent", event(2, 11000, eventType="Ended", info={"stoppedReason": "Local"}))
    assert last[2] == {"totalCost": 3.0}
    (command,) = (await rig.store.commands(Query())).items
    assert (command.action, msgspec.json.decode(command.payload)) == (
        "CostUpdated",
        {"totalCost": 0.0, "transactionId": "tx"},
    )


async def test_a_drivers_tariff_comes_with_the_authorization__TC_I_109(rig):
    await rig.store.commit([TokenPut(Token(key="card", value="CARD"))])
    await priced(rig, scope="token:card", send=True)
    client = await rig.connect(subprotocols=("ocpp2.1",))
    await client.boot()
    answer = await client.call("Authorize", {"idToken": {"idToken": "CARD", "type": "ISO14443"}})
    assert answer[2]["idTokenInfo"]["status"] == "Accepted"
    assert answer[2]["tariff"]["energy"] == {"prices": [{"priceKwh": 0.25}], "taxRates": [{"type": "vat", "tax": 20.0}]}
    assert "validFrom" not in answer[2]["tariff"]


async def test_what_a_station_reckons_is_taken_in__TC_I_122(rig):
    client = await rig.connect(subprotocols=("ocpp2.1",))
    await client.boot()
    await client.call("TransactionEvent", event(0, 0, eventType="Started", info={"tariffId": "1.1"}))
    details = {
        "totalCost": {"currency": "EUR", "typeOfCost": "NormalCost", "total": {"exclTax": 1.0, "inclTax": 1.2}},
        "totalUsage": {"energy": 4000.0, "chargingTime": 60, "idleTime": 0},
    }
    answer = await client.call("TransactionEvent", event(1, 4000, eventType="Ended", costDetails=details))
    assert answer[0] == 3
    (told,) = await rig.store.find(ReportedCost)
    assert told.details == details


async def test_a_station_shows_and_reports_messages__TC_O_01_TC_O_02_TC_O_04(rig):
    client = await rig.connect(subprotocols=("ocpp2.0.1",))
    await client.boot()
    message = Message(id=1, priority=Priority.NORMAL_CYCLE, text=Text(content="Hello"))

    async def sent(order):
        station = await rig.station()
        return asyncio.create_task(rig.node.dispatch(station, order, wait_s=5, requested_by="op"))

    command = await sent(ShowMessage(message=message))
    frame = await client.read()
    assert frame[2:] == [
        "SetDisplayMessage",
        {"message": {"id": 1, "priority": "NormalCycle", "message": {"format": "UTF8", "content": "Hello"}}},
    ]
    await client.ws.send(msgspec.json.encode([3, frame[1], {"status": "Accepted"}]).decode())
    assert (await command).status == "Accepted"
    command = await sent(AskMessages(request_id=5))
    assert await client.answer({"status": "Accepted"}) == "GetDisplayMessages"
    await command
    info = {"id": 2, "priority": "InFront", "message": {"format": "ASCII", "content": "Other"}}
    assert (await client.call("NotifyDisplayMessages", {"requestId": 5, "messageInfo": [info]}))[2] == {}
    rows = await rig.store.find(DisplayMessage)
    inventory = await rig.store.get(DisplayInventory, 1)
    assert [row.message_id for row in standing(rows, inventory, [], datetime.now(UTC))] == [2]
    command = await sent(ClearMessage(id=2))
    assert await client.answer({"status": "Accepted"}) == "ClearDisplayMessage"
    await command
    assert [row.message_id for row in await rig.store.find(DisplayMessage)] == [1]


async def test_an_unknown_vendor_is_told_so__TC_P_02(rig):
    for version, data in (("ocpp1.6", "text"), ("ocpp2.0.1", {"any": 1}), ("ocpp2.1", [1])):
        client = await rig.connect(subprotocols=(version,))
        await client.boot()
        assert (await client.call("DataTransfer", {"vendorId": "nobody", "data": data}))[2][
            "status"
        ] == "UnknownVendorId"
        await rig.store.insert(Vendor(vendor_id=version, message_ids=["m"], status="Accepted", data=None, echo=True))
        answer = await client.call("DataTransfer", {"vendorId": version, "messageId": "m", "data": data})
        assert answer[2] == {"status": "Accepted", "data": data}
        await client.ws.close()


async def test_what_only_2_1_reports_is_taken_in__TC_R_108_TC_S_103(rig):
    client = await rig.connect(subprotocols=("ocpp2.1",))
    await client.boot()
    at, token = "2026-05-01T08:00:00Z", {"idToken": "T", "type": "ISO14443"}
    battery = {"evseId": 1, "serialNumber": "B", "soC": 10, "soH": 90}
    calls = {
        "NotifyDERAlarm": {"controlType": "HVMayTrip", "gridEventFault": "OverVoltage", "timestamp": at},
        "NotifyDERStartStop": {"controlId": "c", "started": True, "timestamp": at, "supersededIds": ["d"]},
        "ReportDERControl": {"requestId": 1},
        "BatterySwap": {"batteryData": [battery], "eventType": "BatteryIn", "idToken": token, "requestId": 4},
        "NotifySettlement": {"pspRef": "p", "status": "Settled", "settlementAmount": 5.5, "settlementTime": at},
    }
    for action, payload in calls.items():
        assert (await client.call(action, payload))[2] == {}, action
    answer = await client.call("VatNumberValidation", {"vatNumber": "DE000000000", "evseId": 1})
    assert answer[2] == {
        "vatNumber": "DE000000000",
        "evseId": 1,
        "status": "Rejected",
        "statusInfo": {"reasonCode": "InvalidValue"},
    }
    assert {row.outcome for row in await rig.exchanges()} == {"ok"}
    assert [row.serial for row in await rig.store.find(Slot)] == ["B"]
