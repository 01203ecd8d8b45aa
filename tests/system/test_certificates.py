"""Certificates over real sockets: a CSMS with a built-in authority, a station of each version, a real responder."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.cli.bootstrap import Running, running
from busbar.cli.settings import Settings
from busbar.csms.trust.vault import Plan, Vault
from busbar.model.certificates import CertificateHash
from busbar.pki import authority, chains, ocsp, pem
from busbar.pki.authority import Services
from busbar.pki.hashes import hash_data
from busbar.pki.revocation import Reason
from tests.fixtures.web import WebServer, web_server
from tests.system.lines import Line, line

VERSIONS = ["1.6", "2.0.1", "2.1"]
PASSWORD = "0123456789abcdef"
VENDOR = "org.openchargealliance.iso15118pnc"
EMAID = "DE-ABC-C12345678-9"


@dataclass
class World:
    """A CSMS, its interface, the operator's and the contracts' authorities, and a responder for the latter."""

    server: Running
    api: httpx2.AsyncClient
    operator: Vault
    contracts: Vault
    web: WebServer
    installed: list[dict[str, Any]] = field(default_factory=list)

    def orders(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer as a station with a small store."""
        if action == "GetInstalledCertificateIds":
            return {"status": "Accepted" if self.installed else "NotFound"} | self._listed(payload)
        return {"status": "Accepted"}

    def _listed(self, payload: dict[str, Any]) -> dict[str, Any]:
        if not self.installed:
            return {}
        if isinstance(payload["certificateType"], str):  # 1.6
            return {"certificateHashData": self.installed}
        chain = [{"certificateType": "CSMSRootCertificate", "certificateHashData": one} for one in self.installed]
        return {"certificateHashDataChain": chain}

    async def get(self, path: str) -> Any:
        return (await self.api.get(path)).json()

    async def until(self, path: str, count: int) -> list[dict[str, Any]]:
        """Wait until a list is so long."""
        async with asyncio.timeout(10):
            while len(found := (await self.get(path))["items"]) < count:
                await asyncio.sleep(0.05)
        return list(found)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    now = datetime.now(UTC)
    async with web_server() as web:
        operator = Vault(tmp_path / "pki" / "operator")
        operator.create(Plan(name="CSO", owner="Owner"), now)
        contracts = Vault(tmp_path / "mo", Services(ocsp_url=web.url))
        contracts.create(Plan(name="MO", owner="MO", domain="MO"), now)
        web.answer = lambda _m, _p, body: (200, contracts.answer(ocsp.read_request(body), datetime.now(UTC)))
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'busbar.db'}",
            secret_key_file=tmp_path / "key",
            ocpp_port=0,
            api_port=0,
            pki_dir=tmp_path / "pki",
            outside_hosts="127.0.0.1",
        )
        async with running(settings) as server:
            headers = {"Authorization": f"Bearer {await server.make_key('tests')}"}
            async with httpx2.AsyncClient(base_url=f"{server.api_url}/api/v1", headers=headers) as api:
                await api.post("/stations", json={"identity": "CS1", "password": PASSWORD})
                yield World(server, api, operator, contracts, web)


def csr(name: str = "CS1") -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(authority.name(name, "Owner"))
    return builder.sign(authority.make_key(), SHA256()).public_bytes(Encoding.PEM).decode()


async def delivered(opened: Line, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(15):
        while len(found := [body for action, body in opened.heard if action == "CertificateSigned"]) < count:
            await asyncio.sleep(0.02)
    return found


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_station_gets_its_certificate_and_the_same_one_again__A02_A03(world: World, version: str) -> None:
    async with line(world.server.ocpp_url, "CS1", PASSWORD, version, world.orders) as opened:
        request = {"csr": csr()} | ({} if version == "1.6" else {"certificateType": "ChargingStationCertificate"})
        numbered = {"requestId": 7} if version == "2.1" else {}
        assert (await opened.call("SignCertificate", request | numbered))["status"] == "Accepted"
        (first,) = await delivered(opened, 1)
        chain = pem.read_chain(first["certificateChain"])
        assert chains.judge(chain, [world.operator.root()], datetime.now(UTC)) is chains.Verdict.GOOD
        assert first.get("certificateType") == request.get("certificateType")  # A02.FR.14
        assert first.get("requestId") == (7 if version == "2.1" else None)  # A02.FR.25
        await opened.call("SignCertificate", request | ({"requestId": 8} if version == "2.1" else {}))
        _, second = await delivered(opened, 2)
        assert second["certificateChain"] == first["certificateChain"]
        (held,) = await world.until("/certificates", 1)
        assert (held["state"], held["used"], held["fingerprint"]) == ("accepted", True, pem.fingerprint(chain[0]))
    assert len(world.operator.index().entries) == 1


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_request_for_another_name_is_rejected_at_once__A02_FR_12(world: World, version: str) -> None:
    async with line(world.server.ocpp_url, "CS1", PASSWORD, version, world.orders) as opened:
        assert (await opened.call("SignCertificate", {"csr": csr("CS10")}))["status"] == "Rejected"
        assert (await opened.call("SignCertificate", {"csr": "garbage"}))["status"] == "Rejected"
    assert (await world.get("/certificate-requests"))["items"] == []


async def test_an_operator_takes_a_certificate_back(world: World) -> None:
    async with line(world.server.ocpp_url, "CS1", PASSWORD, "2.0.1", world.orders) as opened:
        await opened.call("SignCertificate", {"csr": csr(), "certificateType": "ChargingStationCertificate"})
        (held,) = await world.until("/certificates", 1)
        await world.api.post(f"/certificates/{held['fingerprint']}/revocation", json={"reason": "keyCompromise"})
        async with asyncio.timeout(10):
            while (await world.get("/certificate-revocations"))["items"][0]["pending"]:
                await asyncio.sleep(0.05)
    (entry,) = world.operator.index().entries
    assert entry.reason is Reason.KEY_COMPROMISE


async def pnc(opened: Line, version: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Call what 1.6 has only inside DataTransfer."""
    if version != "1.6":
        return await opened.call(action, payload)
    body = {"vendorId": VENDOR, "messageId": action, "data": json.dumps(payload)}
    answer = await opened.call("DataTransfer", body)
    assert answer["status"] == "Accepted"
    found: dict[str, Any] = json.loads(answer["data"])
    return found


def target(named: CertificateHash, url: str) -> dict[str, str]:
    return {
        "hashAlgorithm": named.algorithm.value,
        "issuerNameHash": named.issuer_name_hash,
        "issuerKeyHash": named.issuer_key_hash,
        "serialNumber": named.serial_number,
        "responderURL": url,
    }


@pytest.mark.parametrize("version", VERSIONS)
async def test_plug_and_charge__C07_M06(world: World, version: str) -> None:
    now = datetime.now(UTC)
    root = pem.write_chain([world.contracts.root()])
    assert (await world.api.post("/roots", json={"use": "MORootCertificate", "certificate": root})).status_code == 201
    await world.api.post("/tokens", json={"value": EMAID, "kind": "eMAID"})
    chain, _ = world.contracts.issue_station("DEABCC12345678", "MO", 9, now)
    leaf, issuer = pem.read_chain(chain)
    named = hash_data(leaf, issuer)
    token = EMAID if version == "1.6" else {"idToken": EMAID, "type": "eMAID"}
    async with line(world.server.ocpp_url, "CS1", PASSWORD, version, world.orders) as opened:
        asked = {"ocspRequestData": target(named, world.web.url)}
        status = await pnc(opened, version, "GetCertificateStatus", asked)
        heard = ocsp.read_answer(pem.read_base64(status["ocspResult"]), named, issuer, now)
        assert (status["status"], heard.standing.value) == ("Accepted", "Good")
        answer = await pnc(opened, version, "Authorize", {"idToken": token, "certificate": chain})
        assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Accepted", "Accepted")
        hashes = {"iso15118CertificateHashData": [target(named, "http://127.0.0.1:9/")]}
        answer = await pnc(opened, version, "Authorize", {"idToken": token} | hashes)
        assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Invalid", "CertChainError")
        private = {"ocspRequestData": target(named, "http://10.0.0.1/")}
        assert (await pnc(opened, version, "GetCertificateStatus", private))["status"] == "Failed"
        vehicle = {"iso15118SchemaVersion": "urn:x", "action": "Install", "exiRequest": "AAAA"}
        assert (await pnc(opened, version, "Get15118EVCertificate", vehicle))["status"] == "Failed"


async def test_a_chain_is_looked_up__M07(world: World) -> None:
    chain, _ = world.contracts.issue_station("DEABCC12345678", "MO", 9, datetime.now(UTC))
    leaf, issuer = pem.read_chain(chain)
    named = target(hash_data(leaf, issuer), "")
    del named["responderURL"]
    world.contracts.revoke(f"{leaf.serial_number:x}", Reason.KEY_COMPROMISE, datetime.now(UTC))
    asked = {"certificateStatusRequests": [{"certificateHashData": named, "source": "OCSP", "urls": [world.web.url]}]}
    async with line(world.server.ocpp_url, "CS1", PASSWORD, "2.1", world.orders) as opened:
        (told,) = (await opened.call("GetCertificateChainStatus", asked))["certificateStatus"]
    assert (told["status"], told["source"], told["certificateHashData"]) == ("Revoked", "OCSP", named)


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_store_of_a_station__M03_M04_M05(world: World, version: str) -> None:
    root = world.operator.root()
    path = "/stations/CS1/commands"
    async with line(world.server.ocpp_url, "CS1", PASSWORD, version, world.orders) as opened:
        await opened.call("Heartbeat", {})
        put = {"use": "CSMSRootCertificate", "certificate": pem.write_chain([root])}
        assert (await world.api.post(f"{path}/install-certificate", json=put)).json()["status"] == "Accepted"
        named = target(hash_data(root, root), "")
        del named["responderURL"]
        world.installed = [named]
        await world.api.post(f"{path}/get-installed-certificate-ids", json={"uses": ["CSMSRootCertificate"]})
        store = await world.get("/stations/CS1/installed-certificates")
        assert (len(store["installed"]), store["drift"]) == (1, [])
        body = store["installed"][0]["certificate"]
        other = body | {"serial_number": "ab"}
        assert (await world.api.post(f"{path}/delete-certificate", json=other)).status_code == 409
        deleted = await world.api.post(f"{path}/delete-certificate", json=body)
        assert deleted.json()["status"] == "Accepted"
        assert [body for action, body in opened.heard if action == "DeleteCertificate"] == [
            {"certificateHashData": named}
        ]
        assert (await world.get("/stations/CS1/installed-certificates"))["installed"] == []
