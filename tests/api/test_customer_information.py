"""A customer is named once; what a station told is shown joined, and can be forgotten."""

import pytest

from busbar.csms.records.customers import CustomerText
from busbar.csms.records.reports import ReportRequest, Subject
from busbar.model.customer import CertificateHash, GetCustomerInformation
from busbar.model.values import IdToken
from tests.api.conftest import NOON

BASE = "/api/v1/stations/CS1"
HASH = {"algorithm": "SHA256", "issuer_name_hash": "n", "issuer_key_hash": "k", "serial": "1"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"token": "AA", "token_kind": "ISO14443"}, {"token": IdToken("AA", "ISO14443")}),
        (
            {"identifier": "OpenChargeAlliance", "clear": True},
            {"identifier": "OpenChargeAlliance", "clear": True},
        ),
        (
            {"certificate": HASH, "report": False, "clear": True},
            {"certificate": CertificateHash(**HASH), "report": False, "clear": True},
        ),
    ],
)
async def test_a_customer_is_asked_for__N09__N10(api, world, body, fields) -> None:
    await world.add_station()
    assert (await api.post(f"{BASE}/commands/customer-information", json=body)).status_code == 200
    order = GetCustomerInformation(**{"request_id": 1, "report": True, "clear": False} | fields)
    assert [asked for _, asked, _ in world.dispatcher.asked] == [order]


@pytest.mark.parametrize(
    "body", [{}, {"token": "AA", "identifier": "x"}, {"token": "AA", "report": False}, {"certificate": {}}]
)
async def test_a_customer_who_is_not_named_once_is_not_asked_for__N09_FR_04(api, world, body) -> None:
    await world.add_station()
    assert (await api.post(f"{BASE}/commands/customer-information", json=body)).status_code == 400
    assert world.dispatcher.asked == []


async def test_what_came_is_shown_joined_and_forgotten_on_demand(api, world) -> None:
    station = await world.add_station()
    await world.store.put(
        ReportRequest(
            station_id=station.id,
            subject=Subject.CUSTOMER,
            request_id=4,
            kind="report",
            status="Accepted",
            command_id="c",
            asked_at=NOON,
        )
    )
    for number, data in ((1, "world"), (0, "hello ")):
        await world.store.put(
            CustomerText(station_id=station.id, request_id=4, seq_no=number, data=data, at=NOON, expires_at=NOON)
        )
    shown = (await api.get(f"{BASE}/customer-information/4")).json()
    assert (shown["data"], shown["state"]) == ("hello world", "requested")
    assert (await api.delete(f"{BASE}/customer-information/4")).status_code == 204
    assert (await api.get(f"{BASE}/customer-information/4")).json()["data"] == ""
    assert (await api.get(f"{BASE}/customer-information/5")).status_code == 404
