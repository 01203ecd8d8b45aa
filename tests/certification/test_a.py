"""Part 6, 2.2: who the station trusts, and by what it proves itself."""

import ssl
import warnings
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from busbar.model.certificates import CertificateUse
from busbar.model.versions import Version
from busbar.station.config import StationConfig
from tests.certification.rig import PASSWORD, TWO, Case, playing
from tests.fixtures.certificates import Authority, Issued

NEW_PASSWORD = "00112233445566778899aabbccddeeff"
PASSWORD_OF = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}


@dataclass
class Trust:
    """Who issues the certificates of servers and of stations, and how the CSMS secures its connections."""

    folder: Path
    servers: Authority
    stations: Authority
    tls: ssl.SSLContext

    def show(self, server: Issued) -> None:
        """Let the CSMS show another certificate from now on."""
        self.tls.load_cert_chain(server.chain, server.key)

    def build(self, strength: int) -> Callable[[StationConfig], StationConfig]:
        """Return how a station is built that trusts both, and has a certificate where it needs one."""
        use = CertificateUse.CSMS_ROOT
        roots = tuple((use, authority.path.read_text()) for authority in (self.servers, self.stations))
        own = self.stations.issue("S-1") if strength > 2 else None
        certificate = None if own is None else (own.chain.read_text(), own.key.read_text())
        return lambda config: replace(config, roots=roots, certificate=certificate)


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    servers, stations = Authority(tmp_path, "Servers"), Authority(tmp_path, "Stations")
    found = Trust(tmp_path, servers, stations, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    found.show(servers.server())
    return found


@asynccontextmanager
async def secured(
    version: Version, trust: Trust, strength: int, *, boots: bool = True, **settings: str
) -> AsyncIterator[Case]:
    """Run a station of a security profile."""
    if strength > 2:
        trust.tls.verify_mode = ssl.CERT_REQUIRED
        trust.tls.load_verify_locations(trust.stations.path)
    settings = {"CpoName": "Operator"} | settings
    async with playing(
        version, tls=trust.tls, strength=strength, boots=boots, settings=settings, build=trust.build(strength)
    ) as case:
        yield case


def basic(password: str) -> str:
    return "Basic " + b64encode(f"CS-1:{password}".encode()).decode()


@TWO
async def test_proves_itself_by_its_password__TC_A_01(version: Version) -> None:
    async with playing(version) as case:
        assert case.credentials == [basic(PASSWORD)]
        assert case.path.endswith("/CS-1")


@TWO
@pytest.mark.parametrize("strength", [pytest.param(2, id="A_04"), pytest.param(3, id="A_07")])
async def test_connects_by_tls__TC_A_04__TC_A_07(version: Version, strength: int, trust: Trust) -> None:
    async with secured(version, trust, strength) as case:
        assert case.credentials == [basic(PASSWORD) if strength == 2 else ""]
        assert case.tls_version in {"TLSv1.2", "TLSv1.3"}


@TWO
async def test_does_not_take_a_strange_server__TC_A_05(version: Version, trust: Trust) -> None:
    trust.show(Authority(trust.folder, "Stranger").server())
    async with secured(version, trust, 2, boots=False, NetworkProfileConnectionAttempts="2") as case:
        await case.until(lambda: case.runner.tally.unreachable == 1)
        assert case.attempts == []
        trust.show(trust.servers.server())
        await case.booted()
        await case.until(lambda: "InvalidCsmsCertificate" in case.security)


@TWO
async def test_does_not_take_old_tls__A00_FR_314__TC_A_06(version: Version, trust: Trust) -> None:
    trust.tls.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings(action="ignore"):
        trust.tls.maximum_version = ssl.TLSVersion.TLSv1_1
    async with secured(version, trust, 2, boots=False, NetworkProfileConnectionAttempts="1") as case:
        await case.until(lambda: case.runner.tally.unreachable)
        assert case.attempts == []
        trust.tls.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
        await case.booted()


async def set_password(case: Case, value: str) -> str:
    answer = await case.call("SetVariables", {"setVariableData": [PASSWORD_OF | {"attributeValue": value}]})
    return str(answer["setVariableResult"][0]["attributeStatus"])


@TWO
async def test_takes_a_new_password__TC_A_09(version: Version) -> None:
    async with playing(version) as case:
        assert await set_password(case, NEW_PASSWORD) in {"Accepted", "RebootRequired"}
        await case.until(lambda: case.credentials[-1] == basic(NEW_PASSWORD))
        await case.online()


@TWO
async def test_takes_no_short_password__TC_A_10(version: Version) -> None:
    async with playing(version) as case:
        assert await set_password(case, "short") == "Rejected"
        await case.call("Reset", {"type": "Immediate"}, status="Accepted")
        await case.booted()
        assert set(case.credentials) == {basic(PASSWORD)}


async def asked(case: Case, message: str, status: str = "Accepted") -> dict[str, Any]:
    """Have the station ask for a certificate; return its request."""
    case.answers["SignCertificate"] = {"status": status}
    await case.call("TriggerMessage", {"requestedMessage": message}, status="Accepted")
    return check(await case.expect("SignCertificate"))


def check(request: dict[str, Any]) -> dict[str, Any]:
    """Check a request for a certificate."""
    csr = x509.load_pem_x509_csr(request["csr"].encode())
    assert csr.is_signature_valid
    key = csr.public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    assert key.key_size >= 224
    return request


async def deliver(case: Case, request: dict[str, Any], chain: str, status: str = "Accepted") -> None:
    named = {name: request[name] for name in ("certificateType", "requestId") if name in request}
    await case.call("CertificateSigned", {"certificateChain": chain} | named, status=status)


STATION = "SignChargingStationCertificate"


@TWO
async def test_connects_by_a_new_certificate__TC_A_11(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 3) as case:
        before = case.runner.station.way(3).chain
        request = await asked(case, STATION)
        await deliver(case, request, trust.stations.sign(request["csr"]))
        await case.until(lambda: len(case.attempts) == 2 and case.runner.station.online)
        assert case.runner.station.way(3).chain != before


@TWO
@pytest.mark.parametrize(
    "message", [pytest.param("SignV2GCertificate", id="A_12"), pytest.param("SignCombinedCertificate", id="A_13")]
)
async def test_takes_a_certificate_to_show_to_evs__TC_A_12__TC_A_13(
    version: Version, trust: Trust, message: str
) -> None:
    v2g = Authority(trust.folder, "V2G")
    async with secured(version, trust, 3) as case:
        case.answers["GetCertificateStatus"] = case.answers["GetCertificateChainStatus"] = {"status": "Failed"}
        order = {"certificateType": "V2GRootCertificate", "certificate": v2g.path.read_text()}
        await case.call("InstallCertificate", order, status="Accepted")
        request = await asked(case, message)
        await deliver(case, request, v2g.sign(request["csr"]))
        case.silent |= {"GetCertificateStatus", "GetCertificateChainStatus"}
        case.heard = [one for one in case.heard if one[0] not in case.silent]


@TWO
async def test_takes_no_certificate_of_a_stranger__TC_A_14(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 3) as case:
        request = await asked(case, STATION)
        await deliver(case, request, Authority(trust.folder, "Stranger").sign(request["csr"]), "Rejected")
        await case.until(lambda: "InvalidChargingStationCertificate" in case.security)


@TWO
async def test_lives_with_a_request_that_is_rejected__TC_A_15(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 3, CertSigningWaitMinimum="1") as case:
        await asked(case, STATION, "Rejected")
        await case.quiet(0.15)


@TWO
async def test_asks_again_for_a_certificate_that_does_not_come__TC_A_23(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 3, CertSigningWaitMinimum="2", CertSigningRepeatTimes="2") as case:
        request, times = await asked(case, STATION), [case.now]
        for _ in range(2):
            request = check(await case.expect("SignCertificate"))
            times.append(case.now)
        for later, (at, then) in zip((2, 4), pairwise(times), strict=True):
            assert (then - at).total_seconds() >= later - 0.5
        await deliver(case, request, trust.stations.sign(request["csr"]))
        await case.until(lambda: len(case.attempts) == 2 and case.runner.station.online)


def profile(case: Case, slot: int, strength: int) -> dict[str, Any]:
    data = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": case.url,
        "messageTimeout": 30,
        "securityProfile": strength,
        "ocppInterface": "Wired0",
    }
    return {"configurationSlot": slot, "connectionData": data}


async def value(case: Case, component: str, variable: str) -> str:
    name = {"component": {"name": component}, "variable": {"name": variable}}
    answer = await case.call("GetVariables", {"getVariableData": [name]})
    return str(answer["getVariableResult"][0]["attributeValue"])


async def prefer(case: Case, slots: str) -> str:
    name = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "NetworkConfigurationPriority"}}
    answer = await case.call("SetVariables", {"setVariableData": [name | {"attributeValue": slots}]})
    return str(answer["setVariableResult"][0]["attributeStatus"])


@TWO
async def test_rises_to_a_higher_profile__TC_A_19(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 2) as case:
        request = await asked(case, STATION)
        await deliver(case, request, trust.stations.sign(request["csr"]))
        await case.call("SetNetworkProfile", profile(case, 2, 3), status="Accepted")
        assert await prefer(case, "2,1") in {"Accepted", "RebootRequired"}
        await case.call("Reset", {"type": "OnIdle"}, status="Accepted")
        await case.booted()
        assert case.credentials[-1] == ""
        assert await value(case, "SecurityCtrlr", "SecurityProfile") == "3"
        assert "1" not in (await value(case, "OCPPCommCtrlr", "NetworkConfigurationPriority")).split(",")


@TWO
async def test_does_not_go_back_to_a_lower_profile__TC_A_22(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 2) as case:
        await case.call("SetNetworkProfile", profile(case, 2, 1), status="Rejected")


async def roots(case: Case) -> set[str]:
    """Return the serial numbers of the roots of the CSMS that the station has."""
    asked = {"certificateType": ["CSMSRootCertificate"]}
    answer = await case.call("GetInstalledCertificateIds", asked, status="Accepted")
    return {one["certificateHashData"]["serialNumber"] for one in answer["certificateHashDataChain"]}


def serial(authority: Authority) -> str:
    return f"{authority.certificate.serial_number:x}"


async def succeeded(case: Case, trust: Trust) -> Authority:
    """Install a root that the old one signed, and restart; return the new authority."""
    order = {"certificateType": "CSMSRootCertificate", "certificate": trust.servers.successor("New servers")}
    await case.call("InstallCertificate", order, status="Accepted")
    assert trust.servers.last_successor is not None
    return trust.servers.last_successor


@TWO
async def test_goes_over_to_a_new_root__TC_M_30(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 2, AdditionalRootCertificateCheck="true") as case:
        new = await succeeded(case, trust)
        trust.show(new.server())
        await case.call("Reset", {"type": "OnIdle"}, status="Accepted")
        await case.booted()
        assert serial(trust.servers) not in await roots(case)


@TWO
async def test_goes_back_to_the_old_root__TC_M_31(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 2, AdditionalRootCertificateCheck="true") as case:
        await succeeded(case, trust)
        await case.call("Reset", {"type": "OnIdle"}, status="Accepted")
        await case.booted()
        assert serial(trust.servers) in await roots(case)


@TWO
async def test_moves_to_a_csms_with_another_root__TC_B_50(version: Version, trust: Trust) -> None:
    async with secured(version, trust, 2) as case:
        new = Authority(trust.folder, "Another")
        order = {"certificateType": "CSMSRootCertificate", "certificate": new.path.read_text()}
        await case.call("InstallCertificate", order, status="Accepted")
        await case.call("SetNetworkProfile", profile(case, 2, 2), status="Accepted")
        assert await prefer(case, "2,1") in {"Accepted", "RebootRequired"}
        trust.show(new.server())
        await case.call("Reset", {"type": "OnIdle"}, status="Accepted")
        await case.booted()
        assert await value(case, "OCPPCommCtrlr", "ActiveNetworkProfile") == "2"


@TWO
async def test_falls_back_to_the_old_csms_and_its_root__TC_B_47(version: Version, trust: Trust) -> None:
    settings = {"AdditionalRootCertificateCheck": "true", "NetworkProfileConnectionAttempts": "1"}
    async with secured(version, trust, 2, **settings) as case:
        await succeeded(case, trust)
        await case.call("SetNetworkProfile", profile(case, 2, 2), status="Accepted")
        assert await prefer(case, "2,1") in {"Accepted", "RebootRequired"}
        await case.call("Reset", {"type": "OnIdle"}, status="Accepted")
        await case.booted()
        assert serial(trust.servers) in await roots(case)
