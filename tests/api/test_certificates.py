from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from busbar.csms.records.certificates import (
    HolderState,
    Revocation,
    SigningAsk,
    SigningRequest,
    SigningState,
    StationCertificate,
)
from busbar.csms.records.security import RevokedCertificate
from busbar.model.certificates import SigningUse
from busbar.model.orders import Trigger
from busbar.model.values import Place

NOW = datetime.now(UTC)
PRINT = "ab" * 32


async def put_request(world, **fields: Any) -> SigningRequest:
    given = {"csr_hash": "h1", "use": SigningUse.STATION, "state": SigningState.REQUESTED} | fields
    row = SigningRequest(station_id=1, csr="CSR", requested_at=NOW, next_try_at=NOW, **given)
    return await world.store.insert(row)


async def put_certificate(world, fingerprint: str = PRINT, days: int = 90, **fields: Any) -> None:
    given = {"use": SigningUse.STATION, "state": HolderState.ACCEPTED, "not_before": NOW} | fields
    row = StationCertificate(
        station_id=1,
        fingerprint=fingerprint,
        subject="CN=SN",
        issuer="CN=CA",
        serial_number="abc",
        not_after=NOW + timedelta(days=days),
        at=NOW,
        command_id="c",
        **given,
    )
    await world.store.put(row)


async def test_requests_are_listed_with_what_became_of_them(api, world) -> None:
    await world.add_station("CS1")
    await put_request(world)
    await put_request(world, csr_hash="h2", state=SigningState.DELIVERED, fingerprint=PRINT, chain="PEM")
    await put_certificate(world, state=HolderState.REJECTED, detail="why")
    await world.store.put(SigningAsk(station_id=1, csr_hash="h2", asked=3, request_id=None, asked_at=NOW))
    items = (await api.get("/api/v1/certificate-requests?station=CS1")).json()["items"]
    assert [(one["state"], one["holder"], one["asked"]) for one in items] == [
        ("delivered", "rejected", 3),
        ("requested", None, 1),
    ]
    (one,) = (await api.get("/api/v1/certificate-requests?state=requested")).json()["items"]
    shown = (await api.get(f"/api/v1/certificate-requests/{one['id']}")).json()
    assert (shown["station"], shown["csr"], shown["use"]) == ("CS1", "CSR", "ChargingStationCertificate")
    assert (await api.get("/api/v1/certificate-requests/99")).status_code == 404


async def test_a_failed_request_can_be_retried(api, world) -> None:
    await world.add_station("CS1")
    row = await put_request(world, state=SigningState.FAILED, attempts=9)
    retried = await api.post(f"/api/v1/certificate-requests/{row.id}/retry")
    assert (retried.status_code, retried.json()["state"], retried.json()["attempts"]) == (200, "requested", 0)
    assert (await api.post(f"/api/v1/certificate-requests/{row.id}/retry")).status_code == 409


async def test_certificates_whose_end_is_near_are_found(api, world) -> None:
    await world.add_station("CS1")
    await put_certificate(world, "old", 10, not_before=NOW - timedelta(days=80))
    await put_certificate(world, "new", 90)
    await put_certificate(world, "v2g", 5, use=SigningUse.V2G)
    items = (await api.get("/api/v1/certificates?ends_within_days=30")).json()["items"]
    assert [(one["fingerprint"], one["used"]) for one in items] == [("old", False), ("v2g", True)]
    everything = (await api.get("/api/v1/certificates?station=CS1")).json()["items"]
    assert {one["fingerprint"] for one in everything if one["used"]} == {"new", "v2g"}


async def test_a_certificate_is_taken_back_once(api, world) -> None:
    await world.add_station("CS1")
    await put_certificate(world)
    path = f"/api/v1/certificates/{PRINT}/revocation"
    made = await api.post(path, json={"reason": "keyCompromise"})
    assert (made.status_code, made.json()["pending"], made.json()["station"]) == (202, True, "CS1")
    row = await world.store.get(Revocation, PRINT)
    assert (row.serial_number, row.reason) == ("abc", "keyCompromise")
    assert await world.store.get(RevokedCertificate, 1, PRINT) is not None  # the gateway lets nobody in with it
    assert (await api.post(path, json={})).status_code == 409
    assert (await api.post(f"/api/v1/certificates/{'cd' * 32}/revocation", json={})).status_code == 404
    (listed,) = (await api.get("/api/v1/certificate-revocations")).json()["items"]
    assert listed["fingerprint"] == PRINT


async def test_the_policy_is_quiet_until_it_is_changed(api) -> None:
    assert (await api.get("/api/v1/certificate-policy")).json() == {
        "owner": None,
        "any_common_name": False,
        "warn_days": 30,
        "renew": False,
        "chain_limit": 10_000,
    }
    await api.put("/api/v1/certificate-policy", json={"owner": "Owner", "renew": True, "warn_days": 14})
    found = (await api.get("/api/v1/certificate-policy")).json()
    assert (found["owner"], found["renew"], found["warn_days"]) == ("Owner", True, 14)
    assert (await api.put("/api/v1/certificate-policy", json={"warn_days": 0})).status_code == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "SignChargingStationCertificate"),
        ({"use": "V2GCertificate", "evse": 2}, "SignV2GCertificate"),
        ({"use": None}, "SignCombinedCertificate"),
    ],
)
async def test_a_station_is_made_to_ask__A02(api, world, body: dict[str, Any], message: str) -> None:
    await world.add_station("CS1")
    answer = await api.post("/api/v1/stations/CS1/commands/sign-certificate", json=body)
    assert answer.status_code == 200
    ((_, order, _),) = world.dispatcher.asked
    assert order == Trigger(message=message, place=Place(body.get("evse")))


async def test_strangers_see_nothing(stranger) -> None:
    assert (await stranger.get("/api/v1/certificates")).status_code == 401
