"""Steps of the official test cases about certificates in stations: putting in, listing, taking out, who answers."""

import json
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from busbar.model.certificates import HashAlgorithm
from busbar.pki import ocsp
from busbar.pki.authority import Issuer
from busbar.pki.hashes import hash_data
from tests.cases.rig import Csms, Station
from tests.fixtures.certificates import Authority

EXI = {"Install": "SW5zdGFsbGVk", "Update": "VXBkYXRlZA=="}


def root(csms: Csms) -> Authority:
    """Make a root that is to be installed."""
    return Authority(csms.station_authority.folder, csms.name("Root"))


def named(certificate: x509.Certificate, issuer: x509.Certificate, algorithm: str = "SHA256") -> dict[str, str]:
    """Return CertificateHashData."""
    found = hash_data(certificate, issuer, HashAlgorithm(algorithm))
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": found.issuer_name_hash,
        "issuerKeyHash": found.issuer_key_hash,
        "serialNumber": found.serial_number,
    }


async def install(csms: Csms, station: Station, use: str, made: Authority, answer: str = "Accepted") -> Any:
    """Have the CSMS install a root (CertificateInstalled) and return the command."""
    pem = made.path.read_text()
    path = f"/stations/{station.identity}/commands/install-certificate"
    asking = csms.post(path, {"use": use, "certificate": pem})
    asked, command = await station.during(asking, "InstallCertificate", {"status": answer})
    assert asked == {"certificateType": use, "certificate": pem}
    assert command["status"] == answer
    return command


async def retrieve(
    csms: Csms, station: Station, uses: list[str], chains: list[dict[str, Any]] | None, *, status: str = "Accepted"
) -> Any:
    """Have the CSMS ask which certificates of these uses are there (GetInstalledCertificates)."""
    answer: dict[str, Any] = {"status": status}
    if chains is not None:
        answer["certificateHashDataChain"] = chains
    path = f"/stations/{station.identity}/commands/get-installed-certificate-ids"
    asking = csms.post(path, {"uses": uses} if uses else {})
    asked, command = await station.during(asking, "GetInstalledCertificateIds", answer)
    assert asked == ({"certificateType": uses} if uses else {})
    assert command["status"] == status
    return command


def entry(use: str, data: dict[str, str], *children: dict[str, str]) -> dict[str, Any]:
    """Return an entry of certificateHashDataChain."""
    found: dict[str, Any] = {"certificateType": use, "certificateHashData": data}
    return found | ({"childCertificateHashData": list(children)} if children else {})


async def delete(csms: Csms, station: Station, data: dict[str, str], answer: str) -> Any:
    """Have the CSMS delete a certificate, which it has to name as the station did."""
    words = {
        "hash_algorithm": data["hashAlgorithm"],
        "issuer_name_hash": data["issuerNameHash"],
        "issuer_key_hash": data["issuerKeyHash"],
        "serial_number": data["serialNumber"],
    }
    asking = csms.post(f"/stations/{station.identity}/commands/delete-certificate", words)
    asked, command = await station.during(asking, "DeleteCertificate", {"status": answer})
    assert asked == {"certificateHashData": data}
    assert command["status"] == answer
    return command


def respond(csms: Csms) -> None:
    """Let the responder answer for the V2G root, and the provider have a contract for every vehicle."""
    v2g = csms.v2g
    key: Any = load_pem_private_key((v2g.folder / "root.key").read_bytes(), password=None)
    issuer = Issuer(v2g.root(), key)

    def answer(_method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/contracts":
            asked = json.loads(body)
            return 200, json.dumps({"exiResponse": EXI[asked["action"]]}).encode()
        return 200, ocsp.make_answer(ocsp.read_request(body), issuer, True, None, datetime.now(UTC))

    csms.outside.answer = answer


def below_the_root(csms: Csms) -> x509.Certificate:
    """Return the authority below the V2G root."""
    return x509.load_pem_x509_certificate((csms.v2g.folder / "authority.pem").read_bytes())
