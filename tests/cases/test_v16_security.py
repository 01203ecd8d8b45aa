"""Official test cases of OCPP 1.6 for a CSMS: the security extension, and how stations connect."""

import asyncio
import contextlib
import ssl
from base64 import b64encode
from typing import Any

import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from busbar.pki import chains, pem
from tests.cases.rig import Csms, Station, now
from tests.cases.steps_v16 import ACCEPTED, command, old, reboot, soon
from tests.fixtures.certificates import client_context, name_of

KEY = "00112233445566778899aabbccddeeff00112233"
HASH = {"issuerNameHash": "ab" * 32, "issuerKeyHash": "cd" * 32, "serialNumber": "0a1b2c"}
ROOTS = {
    "ManufacturerRootCertificate": "ManufacturerRootCertificate",
    "CentralSystemRootCertificate": "CSMSRootCertificate",
}


async def refused(csms: Csms, identity: str, **how: Any) -> int:
    """Return the status with which a connection is refused."""
    with pytest.raises(websockets.InvalidStatus) as error:
        await csms.open(identity, "1.6", **how)
    return error.value.response.status_code


async def boots(csms: Csms, identity: str, **how: Any) -> None:
    """Check that a station can connect and boot."""
    station = await csms.open(identity, "1.6", **how)
    assert (await station.boot())["status"] == "Accepted"
    await station.close()


async def event(station: Station, kind: str) -> None:
    """Tell a security event."""
    assert await station.call("SecurityEventNotification", {"type": kind, "timestamp": now()}) == {}


@pytest.mark.parametrize("as_bytes", [True, False], ids=["bytes", "digits"])
async def test_gives_a_station_a_password__TC_073(csms: Csms, as_bytes: bool) -> None:
    async with old(csms) as station:
        asking = csms.post(f"/stations/{station.identity}/security/password", {"password": KEY})
        asked, told = await station.during(asking, "ChangeConfiguration", ACCEPTED)
        assert asked == {"key": "AuthorizationKey", "value": KEY}
        assert told["status"] == "Accepted"
    assert await refused(csms, station.identity) == 401
    await boots(csms, station.identity, password=bytes.fromhex(KEY) if as_bytes else KEY)


@pytest.mark.parametrize("raw", [True, False])
async def test_knows_a_password_that_is_given_as_a_key__TC_073(csms: Csms, raw: bool) -> None:
    async with old(csms) as station:
        key = {"key": "AuthorizationKey", "value": KEY}
        path, body = f"/stations/{station.identity}/calls/ChangeConfiguration", key
        if not raw:
            path = f"/stations/{station.identity}/commands/set-variables"
            body = {"variables": [{"variable": key["key"], "value": KEY}]}  # type: ignore[dict-item]
        asked, _ = await station.during(csms.post(path, body), "ChangeConfiguration", ACCEPTED)
        assert asked == key
    assert await refused(csms, station.identity) == 401
    await boots(csms, station.identity, password=KEY)


async def test_keeps_the_password_where_a_station_rejects__TC_073(csms: Csms) -> None:
    async with old(csms) as station:
        asking = csms.post(f"/stations/{station.identity}/security/password", {"password": KEY})
        await station.during(asking, "ChangeConfiguration", {"status": "Rejected"})
    assert await refused(csms, station.identity, password=KEY) == 401
    await boots(csms, station.identity)


async def by_certificate(csms: Csms) -> tuple[str, ssl.SSLContext]:
    """Return a station of profile 3, and what it connects with."""
    identity = await csms.add_station()
    names = {"certificate_name": identity, "certificate_organisation": "Operator"}
    await csms.ask("PATCH", f"/stations/{identity}/security", {"profile": 3} | names)
    return identity, csms.station_authority.issue(identity).client(csms.server_authority)


def request(identity: str, key: Any) -> str:
    """Return a signing request."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name_of(identity, "Operator"))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


async def signed(csms: Csms, station: Station, key: Any, answer: str) -> str:
    """Have the station ask for a certificate, and return the chain that it is given."""
    body: dict[str, Any] = {}
    asked, _ = await command(csms, station, "sign-certificate", body, "ExtendedTriggerMessage")
    assert asked == {"requestedMessage": "SignChargePointCertificate"}
    assert await station.call("SignCertificate", {"csr": request(station.identity, key)}) == {"status": "Accepted"}
    delivered = await station.expect("CertificateSigned", {"status": answer})
    assert list(delivered) == ["certificateChain"]
    return str(delivered["certificateChain"])


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
async def test_renews_a_certificate__TC_074(csms: Csms, kind: str, tmp_path: Any) -> None:
    identity, tls = await by_certificate(csms)
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    station = await csms.open(identity, "1.6", tls=tls, password=None)
    assert (await station.boot())["status"] == "Accepted"
    chain = await signed(csms, station, key, "Accepted")
    await station.close()
    assert (
        chains.judge(pem.read_chain(chain), [csms.operator.root()], pem.read_chain(chain)[0].not_valid_before_utc)
        is chains.Verdict.GOOD
    )
    (tmp_path / "chain.pem").write_text(chain)
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    anew = client_context(csms.server_authority)
    anew.load_cert_chain(tmp_path / "chain.pem", tmp_path / "key.pem")
    await boots(csms, identity, tls=anew, password=None)


async def test_takes_that_a_certificate_is_invalid__TC_077(csms: Csms) -> None:
    async with old(csms) as station:
        await signed(csms, station, ec.generate_private_key(ec.SECP256R1()), "Rejected")
        await event(station, "InvalidChargePointCertificate")
        await station.quiet()


async def install(csms: Csms, station: Station, kind: str, status: str = "Accepted") -> Any:
    """Have an operator put a root into the station."""
    root = csms.server_authority.path.read_text()
    body = {"use": ROOTS[kind], "certificate": root}
    asked, told = await command(csms, station, "install-certificate", body, "InstallCertificate", {"status": status})
    assert asked == {"certificateType": kind, "certificate": root}
    return told


async def installed(csms: Csms, station: Station, kind: str, algorithm: str = "SHA256") -> Any:
    """Have an operator ask which roots the station has; return how the station named one."""
    named = {"hashAlgorithm": algorithm} | HASH
    answer = {"status": "Accepted", "certificateHashData": [named]}
    body = {"uses": [ROOTS[kind]]}
    name = "get-installed-certificate-ids"
    asked, told = await command(csms, station, name, body, "GetInstalledCertificateIds", answer)
    assert asked == {"certificateType": kind}
    assert told["status"] == "Accepted"
    return named


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("ManufacturerRootCertificate", id="TC_075_1"),
        pytest.param("CentralSystemRootCertificate", id="TC_075_2"),
    ],
)
async def test_installs_a_root__TC_075_1__TC_075_2(csms: Csms, kind: str) -> None:
    async with old(csms) as station:
        assert (await install(csms, station, kind))["status"] == "Accepted"
        await installed(csms, station, kind)


@pytest.mark.parametrize("kind", list(ROOTS))
@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
async def test_deletes_a_certificate__TC_076(csms: Csms, kind: str, algorithm: str) -> None:
    async with old(csms) as station:
        await install(csms, station, kind)
        named = await installed(csms, station, kind, algorithm)
        body = {
            "hash_algorithm": algorithm,
            "issuer_name_hash": HASH["issuerNameHash"],
            "issuer_key_hash": HASH["issuerKeyHash"],
            "serial_number": HASH["serialNumber"],
            "force": kind == "CentralSystemRootCertificate",
        }
        asked, told = await command(csms, station, "delete-certificate", body, "DeleteCertificate")
        assert asked == {"certificateHashData": named}
        assert told["status"] == "Accepted"


async def test_takes_that_a_root_is_invalid__TC_078(csms: Csms) -> None:
    async with old(csms) as station:
        told = await install(csms, station, "CentralSystemRootCertificate", "Rejected")
        assert told["status"] == "Rejected"
        await event(station, "InvalidCentralSystemCertificate")
        events = await csms.get("/security-events", station=station.identity)
        assert events["items"][0]["type"] == "InvalidCentralSystemCertificate"
        await station.quiet()


async def test_gets_the_security_log__TC_079(csms: Csms) -> None:
    async with old(csms) as station:
        body = {"kind": "SecurityLog", "location": "https://files.example/logs"}
        asking = csms.post(f"/stations/{station.identity}/logs", body)
        answer = {"status": "Accepted", "filename": "security.log"}
        asked, told = await station.during(asking, "GetLog", answer)
        assert asked == {
            "logType": "SecurityLog",
            "requestId": told["id"],
            "log": {"remoteLocation": "https://files.example/logs"},
        }
        for status in ("Uploading", "Uploaded"):
            progress = {"status": status, "requestId": asked["requestId"]}
            assert await station.call("LogStatusNotification", progress) == {}
        log = await csms.get(f"/stations/{station.identity}/logs/{told['id']}")
        assert (log["state"], log["filename"]) == ("done", "security.log")
        await station.quiet()


async def update(csms: Csms, station: Station) -> tuple[int, Any]:
    """Have an operator send signed firmware; return the request's id and what the operator is told."""
    signer = csms.server_authority.issue("Firmware", key=rsa.generate_private_key(65537, 2048))
    certificate, signature = signer.chain.read_text(), b64encode(b"a signature").decode()
    at = soon(-1)
    body = {
        "location": "https://files.example/firmware.bin",
        "retrieve_at": at,
        "signing_certificate": certificate,
        "signature": signature,
    }
    asking = csms.post(f"/stations/{station.identity}/firmware-updates", body)
    asked, told = await station.during(asking, "SignedUpdateFirmware", ACCEPTED)
    assert isinstance(asked["requestId"], int)
    assert asked["firmware"] == {
        "location": "https://files.example/firmware.bin",
        "retrieveDateTime": at,
        "signingCertificate": certificate,
        "signature": signature,
    }
    return asked["requestId"], told


async def progress(station: Station, number: int, *statuses: str) -> None:
    """Tell how a signed update goes on."""
    for status in statuses:
        told = {"status": status, "requestId": number}
        assert await station.call("SignedFirmwareStatusNotification", told) == {}


async def test_updates_signed_firmware__TC_080(csms: Csms) -> None:
    async with old(csms) as station:
        number, told = await update(csms, station)
        await progress(station, number, "Downloading", "Downloaded", "SignatureVerified")
        await station.status(1, "Unavailable")
        await progress(station, number, "Installing", "InstallRebooting")
        await reboot(station)
        await progress(station, number, "Installed")
        await event(station, "FirmwareUpdated")
        shown = await csms.get(f"/stations/{station.identity}/firmware-updates/{told['id']}")
        assert shown["status"] == "Installed"
        await station.quiet()


async def test_takes_an_invalid_signature__TC_081(csms: Csms) -> None:
    async with old(csms) as station:
        number, told = await update(csms, station)
        await progress(station, number, "Downloading", "Downloaded", "InvalidSignature")
        await event(station, "InvalidFirmwareSignature")
        shown = await csms.get(f"/stations/{station.identity}/firmware-updates/{told['id']}")
        assert (shown["state"], shown["status"]) == ("failed", "InvalidSignature")
        await station.quiet()


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 3), (1, 3)])
async def test_raises_the_security_profile__TC_083(csms: Csms, before: int, after: int) -> None:
    identity = await csms.add_station()
    names = {"certificate_name": identity, "certificate_organisation": "Operator"}
    await csms.ask("PATCH", f"/stations/{identity}/security", {"profile": before} | names)
    certificate = csms.station_authority.issue(identity).client(csms.server_authority)
    ways: dict[int, dict[str, Any]] = {
        1: {},
        2: {"tls": client_context(csms.server_authority)},
        3: {"tls": certificate, "password": None},
    }
    station = await csms.open(identity, "1.6", **ways[before])
    await station.boot()
    body = {"profile": after, "reset": True}
    asking = asyncio.ensure_future(csms.post(f"/stations/{identity}/security/profile", body))
    assert await station.expect("ChangeConfiguration", ACCEPTED) == {"key": "SecurityProfile", "value": str(after)}
    asked, _ = await station.during(asking, "Reset", ACCEPTED)
    assert asked == {"type": "Hard"}
    await station.close()
    await boots(csms, identity, **ways[after])
    assert await refused(csms, identity, **ways[before]) == 401
    await boots(csms, identity, **ways[after])


async def test_demands_credentials__TC_085(csms: Csms) -> None:
    identity = await csms.add_station()
    assert await refused(csms, identity, password=None) == 401
    assert await refused(csms, identity, password="x" * 16) == 401
    assert await refused(csms, identity, user=f"{identity}x") == 401
    await boots(csms, identity)


SUITES = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "AES128-GCM-SHA256", "AES256-GCM-SHA384"]


@pytest.mark.parametrize("suite", [*SUITES, "TLS 1.3"])
async def test_talks_tls_with_a_password__TC_086(csms: Csms, suite: str) -> None:
    identity = await csms.add_station()
    await csms.ask("PATCH", f"/stations/{identity}/security", {"profile": 2})
    context = client_context(csms.server_authority)
    if suite != "TLS 1.3":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(suite)
    station = await csms.open(identity, "1.6", tls=context)
    tls = station.ws.transport.get_extra_info("ssl_object")
    assert tls.cipher()[0] == suite or suite == "TLS 1.3"
    key = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True)).public_key()
    assert isinstance(key, (ec.EllipticCurvePublicKey, rsa.RSAPublicKey))
    assert key.key_size >= (224 if isinstance(key, ec.EllipticCurvePublicKey) else 2048)
    assert (await station.boot())["status"] == "Accepted"
    await station.close()
    assert await refused(csms, identity, tls=context, password=None) == 401
    assert await refused(csms, identity) == 401


async def test_refuses_old_tls__TC_086(csms: Csms) -> None:
    context = client_context(csms.server_authority)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.deprecated_call():
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, OSError)):
        await csms.open(await csms.add_station(), "1.6", tls=context)


async def test_talks_tls_with_a_certificate__TC_087(csms: Csms) -> None:
    identity, tls = await by_certificate(csms)
    await boots(csms, identity, tls=tls, password=None)
    assert await refused(csms, identity, tls=client_context(csms.server_authority)) == 401
    other = csms.station_authority.issue("other").client(csms.server_authority)
    assert await refused(csms, identity, tls=other, password=None) == 401


async def test_chooses_the_subprotocol__TC_088(csms: Csms) -> None:
    identity = await csms.add_station()
    with contextlib.suppress(websockets.InvalidStatus, websockets.NegotiationError):
        station = await csms.open(identity, "1.6", subprotocols=["ocpp0.1"])
        assert station.ws.subprotocol is None
        await asyncio.wait_for(station.ws.wait_closed(), 2)
        await station.close()
    station = await csms.open(identity, "1.6", subprotocols=["ocpp0.1", "ocpp1.6"])
    assert station.ws.subprotocol == "ocpp1.6"
    assert (await station.boot())["status"] == "Accepted"
    await station.close()
