"""Steps of the official test cases about security: stations with keys and certificates, and requests for new ones."""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.trust.vault import key_bytes
from tests.cases.rig import Csms, Station, now
from tests.fixtures.certificates import Issued, client_context, name_of, new_key

OWNER = "Operator"
TRIGGERS = {
    "ChargingStationCertificate": "SignChargingStationCertificate",
    "V2GCertificate": "SignV2GCertificate",
    None: "SignCombinedCertificate",
}


@dataclass
class Holder:
    """A station of security profile 3: its name, the serial number in its certificates, and the one it has."""

    identity: str
    serial: str
    issued: Issued

    def context(self, csms: Csms) -> ssl.SSLContext:
        """Trust the CSMS and show the certificate."""
        return self.issued.client(csms.server_authority)


def trusting(csms: Csms) -> ssl.SSLContext:
    """Trust the CSMS, and show no certificate."""
    return client_context(csms.server_authority)


async def register(csms: Csms, identity: str, serial: str, *, profile: int | None = 3) -> None:
    """Tell the CSMS whose certificate a station has, and that it has to show it."""
    wanted: dict[str, Any] = {"certificate_name": serial, "certificate_organisation": OWNER}
    await csms.ask(
        "PATCH", f"/stations/{identity}/security", wanted | ({} if profile is None else {"profile": profile})
    )


async def holder(csms: Csms) -> Holder:
    """Add a station that shows a certificate of the stations' authority."""
    identity, serial = await csms.add_station(), csms.name("SN")
    await register(csms, identity, serial)
    return Holder(identity, serial, csms.station_authority.issue(serial, OWNER))


async def connect(csms: Csms, held: Holder, version: str) -> Station:
    """Open a connection with the certificate, and no password."""
    return await csms.open(held.identity, version, password=None, tls=held.context(csms))


def request_for(name: str, owner: str = OWNER) -> tuple[str, Any]:
    """Make a key and a signing request for it, in PEM."""
    key = new_key()
    builder = x509.CertificateSigningRequestBuilder().subject_name(name_of(name, owner))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode(), key


async def renew(csms: Csms, station: Station, name: str, use: str | None, answer: str = "Accepted") -> Issued:
    """Have the CSMS ask for a signing request, and go on from there (RenewChargingStationCertificate)."""
    path = f"/stations/{station.identity}/commands/sign-certificate"
    asked, command = await station.during(csms.post(path, {"use": use}), "TriggerMessage", {"status": "Accepted"})
    assert asked == {"requestedMessage": TRIGGERS[use]}
    assert command["state"] == "accepted"
    return await sign(csms, station, name, use, answer)


async def sign(csms: Csms, station: Station, name: str, use: str | None, answer: str = "Accepted") -> Issued:
    """Send a signing request, and take what is sent back.

    Checks that the certificate is of the request's key, and that its chain leads to the authority's root.
    """
    csr, key = request_for(name)
    told = {"csr": csr} | ({} if use is None else {"certificateType": use})
    assert (await station.call("SignCertificate", told))["status"] == "Accepted"
    signed = await station.expect("CertificateSigned", {"status": answer})
    assert signed.get("certificateType") == use
    leaf, *above = x509.load_pem_x509_certificates(signed["certificateChain"].encode())
    assert leaf.public_key() == key.public_key()
    assert leaf.serial_number > 0
    assert [one.value for one in leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)] == [name]
    root = (csms.v2g if use == "V2GCertificate" else csms.operator).root()
    for lower, upper in zip([leaf, *above], [*above, root], strict=True):
        lower.verify_directly_issued_by(upper)
    folder = Path(csms.station_authority.folder)
    chain, private = folder / f"{leaf.serial_number}.pem", folder / f"{leaf.serial_number}.key"
    await asyncio.to_thread(chain.write_text, signed["certificateChain"])
    await asyncio.to_thread(private.write_bytes, key_bytes(key))
    return Issued(chain, private, leaf, key)


async def held_by(csms: Csms, station: str, state: str) -> list[dict[str, Any]]:
    """Return a station's certificates of a state, once there is one."""
    for _ in range(50):
        page = await csms.get("/certificates", station=station)
        if found := [one for one in page["items"] if one["state"] == state]:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"no certificate is {state}")


async def tell(station: Station, kind: str) -> None:
    """Report a security event."""
    assert await station.call("SecurityEventNotification", {"type": kind, "timestamp": now()}) == {}
