"""The door over real sockets and real TLS: every profile against every offer, before, during and after an upgrade."""

import ssl

import pytest
import websockets

from busbar.csms.gateway.limits import Rate
from busbar.csms.records.security import EventOrigin, Refusal, RevokedCertificate, SecurityEvent, StationSecurity
from busbar.csms.services.credentials import hash_secret
from tests.csms.gateway.conftest import KEY, Site
from tests.fixtures.certificates import Authority

PROFILES = range(4)


@pytest.mark.parametrize("own", PROFILES)
async def test_exactly_the_stations_profile_is_let_in__A00_FR_001_A00_FR_002(site, own):
    await site.put(own)
    assert [await site.admitted(offered) for offered in PROFILES] == [offered == own for offered in PROFILES]


@pytest.mark.parametrize(("own", "new"), [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (3, 2)])
async def test_an_upgrade_lets_both_in_until_the_new_one_is_used_and_then_it_alone__A05_FR_07(site, own, new):
    await site.put(own, pending_profile=new)
    for _ in range(2):  # during: the old one changes nothing
        assert [await site.admitted(offered) for offered in PROFILES if offered not in (own, new)] == [False, False]
        assert await site.admitted(own)
    assert (await site.row()).pending_profile == new
    assert await site.admitted(new)
    row = await site.row()
    assert (row.profile, row.pending_profile) == (new, None)
    assert [await site.admitted(offered) for offered in PROFILES] == [offered == new for offered in PROFILES]
    event = await site.noticed("ReconfigurationOfSecurityParameters")
    assert (event.origin, event.station_id) == (EventOrigin.CSMS, site.station_id)


async def test_after_a_crash_in_the_middle_of_an_upgrade_both_are_let_in_and_then_the_new_one_alone(site, start):
    await site.put(1, pending_profile=2)
    other = await start(site.rig.store, host="localhost", tls=site.rig.node.settings.tls, tls_port=0)
    again = Site(other, site.authority, site.station_id)
    assert await again.admitted(1)
    assert await again.admitted(2)
    assert not await again.admitted(1)


async def test_the_first_use_on_one_node_is_known_on_the_others(site, start):
    await site.put(1, pending_profile=2)
    other = await start(site.rig.store, site.rig.bus, host="localhost", tls=site.rig.node.settings.tls, tls_port=0)
    there = Site(other, site.authority, site.station_id)
    assert await site.admitted(2)
    await other.until(lambda: other.node.directory.security(site.station_id).pending_profile is None)
    assert not await there.admitted(1)


async def test_a_change_that_was_taken_back_meanwhile_is_not_used(site):
    await site.put(1, pending_profile=2)
    await site.rig.store.put(StationSecurity(station_id=site.station_id, profile=1))
    client = await site.knock(2)
    assert await client.closed() == 1008
    assert (await site.row()).profile == 1
    assert not await site.admitted(2)


@pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
async def test_profile_0_is_never_for_2_x(site, version):
    await site.put(0)
    assert not await site.admitted(0, version=version)


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def test_tls_and_certificates_serve_every_version__TC_A_04_TC_A_07_TC_086_TC_087(site, version):
    await site.put(2)
    assert await site.admitted(2, version=version)
    await site.put(3)
    assert await site.admitted(3, version=version)


async def test_a_certificate_of_another_station_opens_nothing__A00_FR_405(site):
    await site.put(3)
    other = await site.rig.add("CS2")
    names = {"certificate_name": "SN2", "certificate_organisation": "Operator"}
    await site.rig.store.put(StationSecurity(station_id=other.id, profile=3, **names))
    await site.rig.node.station_changed(other.id)
    shown = site.authority.issue("SN2")
    assert await site.admitted(3, identity="CS2", shown=shown)
    assert not await site.admitted(3, shown=shown)
    assert not await site.admitted(3, shown=site.authority.issue("SN10"))
    event = await site.noticed("InvalidChargingStationCertificate")  # A00.FR.408
    assert (event.critical, event.station_id) == (True, site.station_id)
    assert "certificate of another station" in event.info


async def test_an_unknown_or_expired_certificate_ends_the_handshake__A00_FR_407_TC_A_08(site, tmp_path):
    await site.put(3)
    (tmp_path / "other").mkdir()
    for shown in (Authority(tmp_path / "other").issue("SN1"), site.authority.issue("SN1", days=(-9, -1))):
        with pytest.raises((ssl.SSLError, websockets.InvalidMessage, ConnectionError)):
            await site.knock(3, shown=shown)
    assert await site.admitted(3)


async def test_a_revoked_certificate_opens_nothing_and_ends_its_connection(site):
    await site.put(3)
    client = await site.knock(3)
    await client.boot()
    thumbprint = site.rig.node.sessions[site.station_id].admitted.certificate.thumbprint
    await site.rig.store.put(
        RevokedCertificate(thumbprint=thumbprint, at=(await site.rig.station()).connected_at, reason="")
    )
    site.rig.bus.publish("busbar.changed.revocations", b"")
    assert await client.closed() == 1008
    assert not await site.admitted(3)
    await site.rig.node.journal.flush()
    assert [row.reason for row in await site.rig.store.find(Refusal)] == ["certificate revoked"]


async def test_refusals_are_kept_with_their_reasons(site):
    assert not await site.admitted(1, "wrong")
    assert not await site.admitted(2)
    assert not await site.admitted(1, identity="NOBODY")
    await site.rig.node.journal.flush()
    rows = await site.rig.store.find(Refusal)
    assert [(row.station_id, row.reason, row.identity, row.status) for row in rows] == [
        (0, "unknown identity", "NOBODY", 401),
        (site.station_id, "security profile 2 is not the station's", "CS1", 401),
        (site.station_id, "wrong password", "CS1", 401),
    ]
    assert {row.type for row in await site.rig.store.find(SecurityEvent)} == {
        "FailedToAuthenticateAtCsms",
        "SecurityProfileMismatch",
    }


async def test_a_password_of_unknown_outcome_is_let_in_beside_the_old_one(site):
    new = hash_secret(KEY, b"another secret")
    await site.put(1, pending_secret=new)
    assert await site.admitted(1)
    assert await site.admitted(1, "another secret")
    assert (await site.row()).secret == new
    assert not await site.admitted(1)
    assert (await site.noticed("ReplacedPasswordUsed")).critical
    assert await site.admitted(1, "another secret")


async def test_the_operators_new_password_ends_the_connection(site):
    client = await site.knock(1)
    await client.boot()
    await site.rig.store.set_station_secret(site.station_id, hash_secret(KEY, b"another secret"))
    await site.rig.node.station_changed(site.station_id)
    assert await client.closed() == 1008
    assert not await site.admitted(1)


async def test_another_profile_ends_the_connection__A00_FR_002(site):
    client = await site.knock(1)
    await client.boot()
    await site.put(1, pending_profile=2)
    assert (await client.call("Heartbeat", {}))[0] == 3
    await site.put(2)
    assert await client.closed() == 1008


async def test_devices_that_displace_each_other_are_slowed_down_and_told(start):
    rig = await start(displacements=Rate(burst=2, per_s=0))
    await rig.add()
    clients = []
    for _ in range(3):
        clients.append(await rig.connect())
        await clients[-1].boot()
    assert await rig.refusal() == 429
    assert (await clients[-1].call("Heartbeat", {}))[0] == 3
    await rig.node.journal.flush(final=True)
    events = {row.type: row for row in await rig.store.find(SecurityEvent)}
    assert events["DuplicateConnection"].critical
    assert events["ConnectionDisplaced"].count == 2
    await clients[-1].ws.close()
    await rig.until(lambda: not rig.node.sessions)
    await (await rig.connect()).boot()


async def test_a_node_that_ends_lets_nobody_in(start):
    rig = await start()
    await rig.add()
    rig.node.door.open = lambda: False
    assert await rig.refusal() == 503


async def test_what_cannot_be_judged_is_refused(site, monkeypatch, caplog):
    await site.put(3)
    monkeypatch.setattr("busbar.csms.gateway.door.read_certificate", lambda der: 1 / 0)
    with pytest.raises(websockets.InvalidStatus) as refused:
        await site.knock(3)
    assert refused.value.response.status_code == 500
