"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block C, authorization."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from busbar.csms.trust.vault import Plan, Vault
from busbar.pki import ocsp, pem
from busbar.pki.authority import Services
from busbar.pki.hashes import hash_data
from busbar.pki.revocation import Reason
from busbar.protocol.qr_codes import one_time_password
from tests.cases.rig import Csms, Station, now
from tests.cases.steps_sessions import BOTH, Vehicle
from tests.fixtures.web import WebServer, web_server

both = pytest.mark.parametrize("version", BOTH)
PAST = "2020-01-01T00:00:00Z"


@contextlib.asynccontextmanager
async def arrived(csms: Csms, version: str = "2.1", *, evses: int = 1, **token: Any) -> AsyncIterator[Vehicle]:
    """Return a vehicle, with a driver whose token is good, at a station that has booted."""
    async with csms.booted(version, evses=evses) as station:
        yield Vehicle(station, await csms.add_token(**token), token.get("kind", "ISO14443"))


def status(answer: Any) -> str:
    """Return the verdict in an answer."""
    return str(answer["idTokenInfo"]["status"])


@both
async def test_an_unknown_token_is_refused__TC_C_02(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        assert status(await vehicle.authorize(csms.name("NOBODY"))) in ("Invalid", "Unknown")


@both
async def test_a_blocked_token_is_refused__TC_C_06(csms: Csms, version: str) -> None:
    async with arrived(csms, version, status="Blocked") as vehicle:
        assert status(await vehicle.authorize()) in ("Blocked", "Invalid")


@both
async def test_an_expired_token_is_refused__TC_C_07(csms: Csms, version: str) -> None:
    async with arrived(csms, version, expires_at=PAST) as vehicle:
        assert status(await vehicle.authorize()) in ("Expired", "Invalid")


@both
async def test_a_cached_token_is_judged_again__TC_C_08(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.ev_connected_pre_session()
        assert status(await vehicle.event("Authorized", token=vehicle.token)) == "Accepted"


@both
async def test_a_cached_token_is_refused_where_it_is_unknown__TC_C_20(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.ev_connected_pre_session()
        assert status(await vehicle.event("Authorized", token=csms.name("NOBODY"))) in ("Invalid", "Unknown")


@both
@pytest.mark.parametrize(
    ("word", "state"),
    [pytest.param("Accepted", "accepted", id="TC_C_37"), pytest.param("Rejected", "rejected", id="TC_C_38")],
)
async def test_clears_the_cache__TC_C_37_TC_C_38(csms: Csms, version: str, word: str, state: str) -> None:
    async with csms.booted(version) as station:
        asking = csms.post(f"/stations/{station.identity}/commands/clear-cache")
        asked, command = await station.during(asking, "ClearCache", {"status": word})
        assert (asked, command["state"]) == ({}, state)


def in_group(answer: Any, group: str) -> None:
    """Check that a token is good, and told to be of a group."""
    assert status(answer) == "Accepted"
    assert answer["idTokenInfo"]["groupIdToken"]["idToken"] == group


@both
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(True, True, id="TC_C_39"),
        pytest.param(False, False, id="TC_C_40"),
        pytest.param(False, True, id="TC_C_43"),
    ],
)
async def test_one_of_the_group_ends_it__TC_C_39_TC_C_40_TC_C_43(
    csms: Csms, version: str, before: bool, after: bool
) -> None:
    group = csms.name("GROUP")
    other = await csms.add_token(group=group)
    async with arrived(csms, version, group=group) as vehicle:
        await vehicle.ev_connected_pre_session()
        if before:
            in_group(await vehicle.authorize(other), group)
        in_group(await vehicle.event("Authorized", token=vehicle.token), group)
        await vehicle.energy_transfer_started()
        if after:
            in_group(await vehicle.authorize(other), group)
        in_group(await vehicle.event("StopAuthorized", token=other), group)
        vehicle.stopped = True
        await vehicle.ev_disconnected()


async def master_pass(csms: Csms, station: Station, *, all_of_them: bool) -> None:
    """End sessions of others with a master pass."""
    group = csms.name("MASTER")
    await csms.ask("PUT", f"/token-groups/{group}", {"master_pass": True})
    master = await csms.add_token(group=group)
    vehicles = [Vehicle(station, await csms.add_token(), evse=evse) for evse in (1, 2)]
    for vehicle in vehicles:
        await vehicle.energy_transfer_started()
    in_group(await vehicles[0].authorize(master), group)
    for vehicle in vehicles if all_of_them else vehicles[:1]:
        in_group(await vehicle.event("StopAuthorized", "Ended", token=master, reason="MasterPass"), group)
    page = await csms.get("/sessions", station=station.identity, active=True)
    assert len(page["items"]) == (0 if all_of_them else 1)


@both
@pytest.mark.parametrize(
    "all_of_them",
    [pytest.param(True, id="TC_C_47"), pytest.param(False, id="TC_C_48"), pytest.param(True, id="TC_C_49")],
)
async def test_a_master_pass_ends_sessions__TC_C_47_TC_C_48_TC_C_49(
    csms: Csms, version: str, all_of_them: bool
) -> None:
    async with csms.booted(version, evses=2) as station:
        await master_pass(csms, station, all_of_them=all_of_them)


@contextlib.asynccontextmanager
async def contract(csms: Csms, folder: Path) -> AsyncIterator[tuple[Vault, WebServer, str, str]]:
    """Return who gives contracts, its responder, a contract's chain in PEM and its eMAID, which may charge."""
    async with web_server() as web:
        vault = Vault(folder, Services(ocsp_url=web.url))
        web.answer = lambda _m, _p, body: (200, vault.answer(ocsp.read_request(body), datetime.now(UTC)))
        vault.create(Plan(name="MO", owner="O"), datetime.now(UTC))
        root = pem.write_chain([vault.root()])
        await csms.post("/roots", {"use": "MORootCertificate", "certificate": root})
        emaid = f"DEABC{csms.name('C').replace('-', ''):0>9}"
        chain, _ = vault.issue_station(emaid, "MO", 9, datetime.now(UTC))
        await csms.add_token(emaid, kind="eMAID")
        yield vault, web, chain, emaid


def hashes(chain: str, url: str) -> list[dict[str, Any]]:
    """Return what a station says of a chain instead of sending it."""
    leaf, issuer = pem.read_chain(chain)
    named = hash_data(leaf, issuer)
    return [
        {
            "hashAlgorithm": named.algorithm.value,
            "issuerNameHash": named.issuer_name_hash,
            "issuerKeyHash": named.issuer_key_hash,
            "serialNumber": named.serial_number,
            "responderURL": url,
        }
    ]


def by_hash(chain: str, url: str) -> dict[str, Any]:
    """Present a contract by hashes."""
    return {"iso15118CertificateHashData": hashes(chain, url)}


def by_chain(chain: str, _: str) -> dict[str, Any]:
    """Present a contract in whole."""
    return {"certificate": chain}


@both
@pytest.mark.parametrize("present", [pytest.param(by_hash, id="TC_C_50"), pytest.param(by_chain, id="TC_C_52")])
async def test_a_contract_may_charge__TC_C_50_TC_C_52(
    csms: Csms, version: str, present: Callable[[str, str], dict[str, Any]], tmp_path: Path
) -> None:
    async with contract(csms, tmp_path / "mo") as (_, web, chain, emaid), csms.booted(version) as station:
        vehicle = Vehicle(station, emaid, "eMAID")
        await vehicle.ev_connected_pre_session()
        answer = await vehicle.authorize(**present(chain, web.url))
        assert (status(answer), answer["certificateStatus"]) == ("Accepted", "Accepted")
        assert web.asked
        assert status(await vehicle.event("Authorized", token=emaid)) == "Accepted"
        vehicle.is_authorized = True
        await vehicle.energy_transfer_started()


@both
async def test_a_revoked_contract_may_not__TC_C_51(csms: Csms, version: str, tmp_path: Path) -> None:
    async with contract(csms, tmp_path / "mo") as (vault, web, chain, emaid), csms.booted(version) as station:
        leaf = pem.read_chain(chain)[0]
        vault.revoke(f"{leaf.serial_number:x}", Reason.KEY_COMPROMISE, datetime.now(UTC))
        vehicle = Vehicle(station, emaid, "eMAID")
        await vehicle.ev_connected_pre_session()
        answer = await vehicle.authorize(**by_hash(chain, web.url))
        assert status(answer) != "Accepted"
        assert answer["certificateStatus"] == "CertificateRevoked"
        assert web.asked


async def prepaid(csms: Csms, token: str, energy_wh: float, **limit: Any) -> None:
    """Limit what a token may use in a session, or in a period."""
    await csms.post("/usage-limits", {"token": token, "period": "session", "energy_wh": energy_wh} | limit)


async def test_a_prepaid_card_charges_to_its_limit__TC_C_103(csms: Csms) -> None:
    async with arrived(csms) as vehicle:
        await prepaid(csms, vehicle.token, 20_000, period="month")
        assert status(await vehicle.authorize()) == "Accepted"
        await vehicle.ev_connected_pre_session()
        answer = await vehicle.event("Authorized", token=vehicle.token, place=True)
        assert status(answer) == "Accepted"
        assert answer["transactionLimit"]["maxEnergy"] == 20_000


async def test_a_prepaid_card_without_credit_is_refused__TC_C_104(csms: Csms) -> None:
    async with arrived(csms, status="NoCredit") as vehicle:
        assert status(await vehicle.authorize()) == "NoCredit"


async def test_vat_numbers_are_checked__TC_C_108(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        for number, word in (("NL123456789B13", "Accepted"), ("XX1", "Rejected")) * 2:
            answer = await station.call("VatNumberValidation", {"vatNumber": number, "evseId": 1})
            assert (answer["status"], answer["vatNumber"]) == (word, number)


async def pay(csms: Csms, word: str, **more: Any) -> Any:
    """Pay by a terminal in the station, to the end of the session; return the answer to the settlement."""
    async with arrived(csms, kind="DirectPayment") as vehicle:
        await vehicle.occupied()
        info = {"transactionLimit": {"maxCost": 50}}
        answer = await vehicle.event("Authorized", token=vehicle.token, place=True, info=info)
        assert status(answer) == "Accepted"
        number = vehicle.transaction
        await vehicle.event("StopAuthorized", "Ended", reason="Local")
        settled = {"transactionId": number, "pspRef": vehicle.token, "status": word, "settlementAmount": 12.5}
        said = await vehicle.station.call("NotifySettlement", settled | {"settlementTime": now()} | more)
        page = await csms.get("/settlements", psp_ref=vehicle.token)
        assert [(item["status"], item["transaction_id"]) for item in page["items"]] == [(word, number)]
        return said


async def test_a_payment_is_cancelled__TC_C_113(csms: Csms) -> None:
    await pay(csms, "Canceled", settlementAmount=0)


async def test_the_csms_settles__TC_C_117(csms: Csms) -> None:
    async with arrived(csms, kind="DirectPayment") as vehicle:
        await vehicle.occupied()
        assert status(await vehicle.event("Authorized", token=vehicle.token, place=True)) == "Accepted"
        await vehicle.event("StopAuthorized", "Ended", reason="Local")


async def test_a_receipt_is_ours__TC_C_118(csms: Csms) -> None:
    await csms.ask("PUT", "/receipt-server", {"url": "https://example.com/receipts/{receipt}"})
    answer = await pay(csms, "Settled")
    await csms.ask("DELETE", "/receipt-server")
    assert answer["receiptId"] in answer["receiptUrl"]


@pytest.mark.parametrize("word", [pytest.param("Failed", id="TC_C_119"), pytest.param("Rejected", id="TC_C_120")])
async def test_a_settlement_may_fail__TC_C_119_TC_C_120(csms: Csms, word: str) -> None:
    assert await pay(csms, word, statusInfo="the bank says no") == {}


async def paid_elsewhere(csms: Csms, vehicle: Vehicle) -> Any:
    """Begin a session that was paid at a kiosk or on the web; return the answer to its first event."""
    station, token = vehicle.station, vehicle.token
    await vehicle.occupied()
    path = f"/stations/{station.identity}/commands/remote-start"
    body = {"token": token, "token_kind": "DirectPayment", "evse": 1}
    asked, command = await station.during(csms.post(path, body), "RequestStartTransaction", {"status": "Accepted"})
    assert asked["idToken"] == {"idToken": token, "type": "DirectPayment"}
    assert asked["evseId"] == 1
    assert command["state"] == "accepted"
    info = {"remoteStartId": asked["remoteStartId"]}
    answer = await vehicle.event("RemoteStart", token=token, place=True, info=info)
    assert status(answer) == "Accepted"
    return answer


@pytest.mark.parametrize("place", [pytest.param("central", id="TC_C_125"), pytest.param("local", id="TC_C_126")])
async def test_a_kiosk_starts_a_session__TC_C_125_TC_C_126(csms: Csms, place: str) -> None:
    async with arrived(csms, kind="DirectPayment") as vehicle:
        await paid_elsewhere(csms, vehicle)
        cost = {
            "costDetails": {
                "totalCost": {"currency": "EUR", "typeOfCost": "NormalCost", "total": {"exclTax": 1}},
                "totalUsage": {"energy": 1, "chargingTime": 1, "idleTime": 0},
            }
        }
        await vehicle.event("StopAuthorized", "Ended", reason="Local", **(cost if place == "local" else {}))


async def test_a_qr_code_starts_a_session__TC_C_131(csms: Csms) -> None:
    async with arrived(csms, kind="DirectPayment") as vehicle:
        await prepaid(csms, vehicle.token, 20_000)
        answer = await paid_elsewhere(csms, vehicle)
        assert answer["transactionLimit"]["maxEnergy"] == 20_000


async def test_a_qr_code_of_no_evse_starts_nothing__TC_C_132(csms: Csms) -> None:
    async with arrived(csms, kind="DirectPayment") as vehicle:
        body = {"token": vehicle.token, "token_kind": "DirectPayment", "evse": "none"}
        await csms.post(f"/stations/{vehicle.station.identity}/commands/remote-start", body, status=400)
        await csms.post(f"/stations/{csms.name('NONE')}/commands/remote-start", body | {"evse": 1}, status=404)
        await vehicle.station.quiet()


async def test_a_qr_code_with_a_wrong_password_starts_nothing__TC_C_133(csms: Csms) -> None:
    good = one_time_password("secret", datetime.now(UTC), validity_s=30, length=8)
    for password, valid in ((good, True), ("x" * 8, False)):
        said = await csms.post("/web-payments/check", {"password": password, "shared_secret": "secret"})
        assert said == {"valid": valid}
