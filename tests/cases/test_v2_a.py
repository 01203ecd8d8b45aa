"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block A, security."""

import asyncio
import ssl

import pytest
import websockets

from tests.cases.rig import PASSWORD, Csms, Refused, Station
from tests.cases.server import serving
from tests.cases.steps_a import connect, held_by, holder, register, renew, request_for, sign, tell, trusting
from tests.cases.steps_b import boot
from tests.fixtures.certificates import Authority

BOTH = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
NEW_PASSWORD = "another-word-of-the-station"
SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)

NOT_RUN: dict[str, str] = {}


async def boots(station: Station) -> None:
    assert (await station.boot())["status"] == "Accepted"
    await station.close()


async def refused(csms: Csms, identity: str, version: str, **options: object) -> None:
    with pytest.raises(websockets.InvalidStatus) as denied:
        await csms.open(identity, version, **options)  # type: ignore[arg-type]
    assert denied.value.response.status_code == 401


@BOTH
async def test_upgrades_with_valid_credentials__TC_A_01(csms: Csms, version: str) -> None:
    await boots(await csms.open(await csms.add_station(), version))


@BOTH
async def test_upgrades_with_valid_credentials_over_tls__TC_A_01(csms: Csms, version: str) -> None:
    identity = await csms.add_station(security_profile=2)
    await boots(await csms.open(identity, version, tls=trusting(csms)))


@BOTH
async def test_refuses_another_user_name__TC_A_02(csms: Csms, version: str) -> None:
    identity = await csms.add_station()
    await refused(csms, identity, version, user=f"{identity}Invalid")


@BOTH
async def test_refuses_a_wrong_password__TC_A_03(csms: Csms, version: str) -> None:
    await refused(csms, await csms.add_station(), version, password="z*-_=:+|@.aZ09aZ09zz")


@BOTH
@pytest.mark.parametrize("suite", SUITES)
async def test_has_a_good_certificate_for_each_suite__TC_A_04(csms: Csms, version: str, suite: str) -> None:
    identity = await csms.add_station(security_profile=2)
    context = trusting(csms)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    station = await csms.open(identity, version, tls=context)
    tls = station.ws.transport.get_extra_info("ssl_object")
    assert tls.version() == "TLSv1.2"
    assert tls.cipher()[0] == suite
    shown = tls.getpeercert()
    assert (("commonName", "localhost"),) in shown["subject"]
    assert shown["serialNumber"]
    await boots(station)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
@BOTH
async def test_refuses_an_old_tls_version__TC_A_06(csms: Csms, version: str) -> None:
    identity = await csms.add_station(security_profile=2)
    old = trusting(csms)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)) as ended:
        await csms.open(identity, version, tls=old)
    assert "NO_PROTOCOLS" not in str(ended.value)  # it is the server who ended it
    await boots(await csms.open(identity, version, tls=trusting(csms)))


@BOTH
@pytest.mark.parametrize("suite", SUITES)
async def test_takes_a_station_with_its_certificate__TC_A_07(csms: Csms, version: str, suite: str) -> None:
    held = await holder(csms)
    context = held.context(csms)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    await boots(await csms.open(held.identity, version, password=None, tls=context))


@BOTH
@pytest.mark.parametrize("fault", ["unknown", "expired"])
async def test_ends_the_handshake_of_a_bad_certificate__TC_A_08(csms: Csms, version: str, fault: str) -> None:
    held = await holder(csms)
    if fault == "unknown":
        bad = Authority(csms.station_authority.folder, csms.name("Nobody's Root")).issue(held.serial)
    else:
        bad = csms.station_authority.issue(held.serial, days=(-9, -2))
    for most in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = bad.client(csms.server_authority)
        context.maximum_version = most
        with pytest.raises((ssl.SSLError, ConnectionError, websockets.InvalidMessage)):
            await csms.open(held.identity, version, password=None, tls=context)
    await boots(await connect(csms, held, version))


@BOTH
async def test_refuses_the_certificate_of_another_station__TC_A_08(csms: Csms, version: str) -> None:
    held = await holder(csms)
    other = csms.station_authority.issue(f"{held.serial}-other").client(csms.server_authority)
    await refused(csms, held.identity, version, password=None, tls=other)
    await boots(await connect(csms, held, version))


@BOTH
@pytest.mark.parametrize("route", ["security", "variables"])
async def test_gives_a_new_password__TC_A_09(csms: Csms, version: str, route: str) -> None:
    async with csms.booted(version) as station:
        asked, command = await give(csms, station, route, "Accepted")
        assert asked == {
            "setVariableData": [{**PASSWORD_VARIABLE, "attributeType": "Actual", "attributeValue": NEW_PASSWORD}]
        }
        assert command["state"] == "accepted"
    await boots(await csms.open(station.identity, version, password=NEW_PASSWORD))
    await refused(csms, station.identity, version)


@BOTH
@pytest.mark.parametrize("route", ["security", "variables"])
async def test_keeps_the_old_password_where_the_new_is_rejected__TC_A_10(csms: Csms, version: str, route: str) -> None:
    async with csms.booted(version) as station:
        _, command = await give(csms, station, route, "Rejected")
        assert command["state"] == "rejected"
    await boots(await csms.open(station.identity, version, password=PASSWORD))
    await refused(csms, station.identity, version, password=NEW_PASSWORD)


PASSWORD_VARIABLE = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}


async def give(csms: Csms, station: Station, route: str, status: str) -> tuple[dict, dict]:
    """Give the station the new password, by the route for it or by that for any variable."""
    path, body = f"/stations/{station.identity}/security/password", {"password": NEW_PASSWORD}
    if route == "variables":
        path = f"/stations/{station.identity}/commands/set-variables"
        variable = {"component": "SecurityCtrlr", "variable": "BasicAuthPassword", "value": NEW_PASSWORD}
        body = {"variables": [variable]}  # type: ignore[dict-item]
    answer = {"setVariableResult": [{"attributeStatus": status, **PASSWORD_VARIABLE}]}
    return await station.during(csms.post(path, body), "SetVariables", answer)


@BOTH
async def test_renews_the_certificate_of_a_station__TC_A_11(csms: Csms, version: str) -> None:
    held = await holder(csms)
    station = await connect(csms, held, version)
    await station.boot()
    held.issued = await renew(csms, station, held.serial, "ChargingStationCertificate")
    assert len(await held_by(csms, held.identity, "accepted")) == 1
    await station.close()
    station = await connect(csms, held, version)
    assert await station.call("Heartbeat")
    await station.close()


@BOTH
async def test_renews_the_certificate_of_an_iso15118_controller__TC_A_12(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await renew(csms, station, f"{station.identity}-SECC", "V2GCertificate")
        assert len(await held_by(csms, station.identity, "accepted")) == 1


@BOTH
async def test_renews_a_combined_certificate__TC_A_13(csms: Csms, version: str) -> None:
    held = await holder(csms)
    station = await connect(csms, held, version)
    await station.boot()
    held.issued = await renew(csms, station, held.serial, None)
    await station.close()
    await (await connect(csms, held, version)).close()


@BOTH
async def test_goes_on_with_the_old_certificate_where_the_new_is_rejected__TC_A_14(csms: Csms, version: str) -> None:
    held = await holder(csms)
    station = await connect(csms, held, version)
    await station.boot()
    await renew(csms, station, held.serial, "ChargingStationCertificate", "Rejected")
    await tell(station, "InvalidChargingStationCertificate")
    assert len(await held_by(csms, held.identity, "rejected")) == 1
    events = await csms.get("/security-events", station=held.identity)
    assert [one["type"] for one in events["items"]] == ["InvalidChargingStationCertificate"]
    await station.quiet()
    await station.close()
    await boots(await connect(csms, held, version))


PRIORITY = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "NetworkConfigurationPriority"}}


async def raise_by_commands(csms: Csms, station: Station, profile: int) -> None:
    """Raise the profile in the three steps of the case, each asked for by itself."""
    path = f"/stations/{station.identity}/commands"
    connection = {
        "slot": 1,
        "url": "wss://csms.example/ocpp",
        "interface": "Wired0",
        "message_timeout_s": 30,
        "version": "OCPP20",
        "security_profile": profile,
    }
    asking = csms.post(f"{path}/set-network-profile", connection)
    asked, _ = await station.during(asking, "SetNetworkProfile", {"status": "Accepted"})
    assert asked["configurationSlot"] == 1
    assert asked["connectionData"] == {
        "messageTimeout": 30,
        "ocppCsmsUrl": "wss://csms.example/ocpp",
        "ocppInterface": "Wired0",
        "ocppTransport": "JSON",
        "ocppVersion": "OCPP20",
        "securityProfile": profile,
    }
    variable = {"component": "OCPPCommCtrlr", "variable": "NetworkConfigurationPriority", "value": "1,0"}
    asking = csms.post(f"{path}/set-variables", {"variables": [variable]})
    answer = {"setVariableResult": [{"attributeStatus": "Accepted", **PRIORITY}]}
    asked, _ = await station.during(asking, "SetVariables", answer)
    assert asked == {"setVariableData": [{**PRIORITY, "attributeType": "Actual", "attributeValue": "1,0"}]}
    asking = csms.post(f"{path}/reset", {"kind": "Immediate"})
    asked, _ = await station.during(asking, "Reset", {"status": "Accepted"})
    assert asked == {"type": "Immediate"}


async def raise_at_once(csms: Csms, station: Station, profile: int) -> None:
    """Raise the profile by the route for it."""
    body = {"profile": profile, "slot": 1, "connection": {"url": "wss://csms.example/ocpp"}, "reset": True}
    task = asyncio.create_task(csms.post(f"/stations/{station.identity}/security/profile", body))
    filled = await station.expect("SetNetworkProfile", {"status": "Accepted"})
    assert filled["configurationSlot"] == 1
    assert filled["connectionData"]["securityProfile"] == profile
    assert filled["connectionData"]["ocppTransport"] == "JSON"
    assert filled["connectionData"]["ocppVersion"] == "OCPP20"
    asked = await station.expect("SetVariables", {"setVariableResult": [{"attributeStatus": "Accepted", **PRIORITY}]})
    assert asked == {"setVariableData": [{**PRIORITY, "attributeType": "Actual", "attributeValue": "1"}]}
    await station.expect("Reset", {"status": "Accepted"})
    assert (await task)["state"] == "accepted"


@BOTH
@pytest.mark.parametrize("how", [raise_by_commands, raise_at_once])
async def test_raises_the_profile_from_1_to_2__TC_A_19(csms: Csms, version: str, how) -> None:
    async with csms.booted(version) as station:
        await how(csms, station, 2)
    await boots(await csms.open(station.identity, version, tls=trusting(csms)))
    await refused(csms, station.identity, version)
    await (await csms.open(station.identity, version, tls=trusting(csms))).close()


@BOTH
@pytest.mark.parametrize("how", [raise_by_commands, raise_at_once])
async def test_raises_the_profile_from_2_to_3__TC_A_19(csms: Csms, version: str, how) -> None:
    identity, serial = await csms.add_station(security_profile=2), csms.name("SN")
    await register(csms, identity, serial, profile=None)
    station = await csms.open(identity, version, tls=trusting(csms))
    await station.boot()
    issued = await renew(csms, station, serial, "ChargingStationCertificate")
    await how(csms, station, 3)
    await station.close()
    shown = issued.client(csms.server_authority)
    await boots(await csms.open(identity, version, password=None, tls=shown))
    await refused(csms, identity, version, tls=trusting(csms))
    await (await csms.open(identity, version, password=None, tls=shown)).close()


@BOTH
async def test_a_station_that_waits_may_ask_for_a_certificate_when_it_is_told__B02_FR_09(
    csms: Csms, version: str
) -> None:
    station = await csms.open(await csms.add_station(registration="Pending"), version)
    assert (await boot(station))["status"] == "Pending"
    csr, _ = request_for(station.identity)
    with pytest.raises(Refused, match="SecurityError"):
        await station.call("SignCertificate", {"csr": csr})
    await renew(csms, station, station.identity, "ChargingStationCertificate")
    assert len(await held_by(csms, station.identity, "accepted")) == 1
    await station.close()


@BOTH
async def test_a_station_with_an_expired_certificate_waits_for_another__A00_FR_429(
    tmp_path_factory: pytest.TempPathFactory, version: str
) -> None:
    async with serving(tmp_path_factory.mktemp("lenient"), tls_expired_clients=True) as csms:
        held = await holder(csms)
        held.issued = csms.station_authority.issue(held.serial, days=(-9, -2))
        await refused(csms, held.identity, version, password=None, tls=held.context(csms))
        await csms.ask("PATCH", f"/stations/{held.identity}/security", {"expired_allowed": True})
        station = await connect(csms, held, version)
        assert (await boot(station))["status"] == "Pending"
        asked = await station.expect("TriggerMessage", {"status": "Accepted"})
        assert asked == {"requestedMessage": "SignChargingStationCertificate"}
        with pytest.raises(Refused, match="SecurityError"):
            await station.status(1, "Available")
        held.issued = await sign(csms, station, held.serial, "ChargingStationCertificate")
        await station.close()
        await boots(await connect(csms, held, version))
        async with asyncio.timeout(5):
            while not (await csms.get("/security-events", type="InvalidChargingStationCertificate"))["items"]:
                await asyncio.sleep(0.1)


async def test_asks_again_for_a_certificate_that_the_station_discarded__A02_FR_29(csms: Csms) -> None:
    held = await holder(csms)
    station = await connect(csms, held, "2.1")
    await station.boot()
    await renew(csms, station, held.serial, "ChargingStationCertificate")
    policy = await csms.get("/certificate-policy")
    await csms.ask("PUT", "/certificate-policy", policy | {"renew": True})
    try:
        await tell(station, "DiscardedRenewedClientCertificate")
        asked = await station.expect("TriggerMessage", {"status": "Accepted"})
    finally:
        await csms.ask("PUT", "/certificate-policy", policy)
    assert asked == {"requestedMessage": "SignChargingStationCertificate"}
    await sign(csms, station, held.serial, "ChargingStationCertificate")
    assert len(await held_by(csms, held.identity, "discarded")) == 1
    await station.close()


async def test_notes_failed_handshakes__A00_FR_408(csms: Csms) -> None:
    held = await holder(csms)
    bad = csms.station_authority.issue(held.serial, days=(-9, -2)).client(csms.server_authority)
    bad.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await csms.open(held.identity, password=None, tls=bad)
    async with asyncio.timeout(5):
        while True:
            page = await csms.get("/security-events", origin="csms", type="InvalidChargingStationCertificate")
            if any("TLS handshake failed" in (one["info"] or "") for one in page["items"]):
                break
            await asyncio.sleep(0.1)
