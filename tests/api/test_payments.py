"""Payments over REST."""

from datetime import UTC, datetime
from decimal import Decimal

from busbar.csms.records.payments import Settlement
from busbar.model.payment import Address, NotifyWebPayment, SettlementStatus
from busbar.protocol.qr_codes import one_time_password
from tests.api.conftest import NOON


async def test_settlements_are_listed_with_exact_amounts(world, api):
    station = await world.add_station()
    for number in (1, 2):
        row = Settlement(
            station_id=station.id,
            psp_ref=f"psp-{number}",
            transaction_id="tx",
            transaction=number,
            status=SettlementStatus.SETTLED,
            amount=Decimal("10.10"),
            at=NOON,
            received_at=NOON,
            info=None,
            receipt_id=None,
            receipt_url=None,
            vat_number=None,
            vat_company=Address(name="ACME", address1="a", city="c", country="NL"),
        )
        await world.store.insert(row)
    items = (await api.get("/api/v1/settlements")).json()["items"]
    assert [(item["psp_ref"], item["session"], item["amount"]) for item in items] == [
        ("psp-2", 2, "10.10"),
        ("psp-1", 1, "10.10"),
    ]
    assert items[0]["vat_company"]["name"] == "ACME"
    for query in ({"session": 1}, {"psp_ref": "psp-1"}):
        assert [i["session"] for i in (await api.get("/api/v1/settlements", params=query)).json()["items"]] == [1]


async def test_receipts_are_where_an_operator_says(api):
    where = "/api/v1/receipt-server"
    assert (await api.get(where)).status_code == 404
    for url in ("http://r.example/{receipt}", "https://r.example/", "javascript:{receipt}"):
        assert (await api.put(where, json={"url": url})).status_code == 400
    assert (await api.put(where, json={"url": "https://r.example/{receipt}"})).status_code == 200
    assert (await api.get(where)).json() == {"url": "https://r.example/{receipt}"}
    assert (await api.delete(where)).status_code == 204
    assert (await api.get(where)).status_code == 404


async def test_a_payment_on_the_web_is_told__C25_FR_21(world, api):
    await world.add_station()
    await api.post("/api/v1/stations/CS1/commands/web-payment-started", json={"evse": 2, "timeout_s": 60})
    assert world.dispatcher.asked[0][1] == NotifyWebPayment(evse=2, timeout_s=60)


async def test_a_password_is_checked__C25_FR_07_FR_08(api):
    good = one_time_password("s3cret", datetime.now(UTC), validity_s=600, length=8)
    for password, valid in ((good, True), ("x" * 8, False)):
        body = {"password": password, "shared_secret": "s3cret", "validity_s": 600}
        assert (await api.post("/api/v1/web-payments/check", json=body)).json() == {"valid": valid}


async def test_a_dynamic_qr_code_is_read__C25_FR_08_FR_09_FR_59(api):
    good = one_time_password("s3cret", datetime.now(UTC), validity_s=600, length=8)
    body = {"template": "https://pay.example/{chargingstationid}/{evse}/{totp}/{version}", "shared_secret": "s3cret"}
    body |= {"validity_s": 600, "url": f"https://pay.example/CS1/2/{good}/v1?maxenergy=5000"}
    told = {"valid": True, "station": "CS1", "evse": 2, "limit": {"max_energy_wh": 5000.0}}
    assert (await api.post("/api/v1/web-payments/check", json=body)).json() == told
    body["url"] = "https://pay.example/CS1/2/xxxxxxxx/v1"
    assert (await api.post("/api/v1/web-payments/check", json=body)).json() == {"valid": False}
    for wrong in ({"url": "https://[/CS1"}, {"password": good}, {"template": None}):
        assert (await api.post("/api/v1/web-payments/check", json=body | wrong)).status_code == 400
