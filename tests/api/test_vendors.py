"""Vendors over REST: registered once, replaced, removed; their messages are listed."""

from busbar.csms.records.vendors import VendorMessage
from tests.api.conftest import NOON

VENDORS = "/api/v1/vendors"


async def test_a_vendor_is_added_replaced_and_removed(api):
    made = await api.post(VENDORS, json={"vendor_id": "com.acme", "message_ids": ["a"]})
    assert made.status_code == 201
    where = made.headers["location"]
    assert (await api.post(VENDORS, json={"vendor_id": "com.acme"})).status_code == 409
    changed = await api.put(where, json={"vendor_id": "com.acme", "status": "Rejected", "echo": True})
    assert (changed.json()["status"], changed.json()["message_ids"]) == ("Rejected", [])
    assert [item["vendor_id"] for item in (await api.get(VENDORS)).json()["items"]] == ["com.acme"]
    assert (await api.delete(where)).status_code == 204
    assert (await api.delete(where)).status_code == 404
    assert (await api.put(where, json={"vendor_id": "com.acme"})).status_code == 404


async def test_bad_input_is_refused(api):
    for body in ({}, {"vendor_id": ""}, {"vendor_id": "x", "status": "Maybe"}, {"vendor_id": "a\0"}):
        assert (await api.post(VENDORS, json=body)).status_code == 400


async def test_messages_are_listed_newest_first_by_station_and_vendor(world, api):
    station = await world.add_station()
    for number, vendor in enumerate(("com.acme", "com.other"), 1):
        row = VendorMessage(
            station_id=station.id,
            vendor_id=vendor,
            message_id=None,
            data=str(number),
            status="Accepted",
            received_at=NOON,
        )
        await world.store.insert(row)
    items = (await api.get("/api/v1/vendor-messages", params={"station": "CS1"})).json()["items"]
    assert [(item["station"], item["data"]) for item in items] == [("CS1", "2"), ("CS1", "1")]
    one = (await api.get("/api/v1/vendor-messages", params={"vendor_id": "com.acme"})).json()["items"]
    assert [item["vendor_id"] for item in one] == ["com.acme"]
