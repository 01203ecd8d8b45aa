"""What ends a connection that was let in: broken messages, another serial number; and what a wrong signature does."""

import json
from functools import partial

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.gateway.limits import Rate
from busbar.csms.records.security import SecurityEvent, SigningCertificate, StationSecurity
from busbar.csms.rows import CommandState
from busbar.model.orders import ClearCache
from tests.fixtures.certificates import Authority
from tests.fixtures.signing import signed

BOOT = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}


async def events(rig) -> list[str]:
    await rig.node.journal.flush(final=True)
    return [row.type for row in await rig.store.find(SecurityEvent)]


async def test_too_many_messages_that_cannot_even_be_answered_end_the_connection(start):
    rig = await start(broken_messages=Rate(burst=3, per_s=0))
    await rig.add()
    client = await rig.connect()
    for _ in range(9):  # what is answered holds itself back
        assert (await client.call("Nonsense", {}))[0] == 4
    for _ in range(3):
        await client.ws.send("not JSON")
    assert (await client.call("Heartbeat", {}))[0] == 3
    await client.ws.send("not JSON")
    assert await client.closed() == 1008
    assert await events(rig) == ["InvalidMessages"]


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def test_another_serial_number_than_the_certificates_ends_the_connection__B01_FR_12(site, version):
    def boot(serial: str):
        if version == "ocpp1.6":
            return {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": serial}
        return {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M", "serialNumber": serial}}

    await site.put(3)
    client = await site.knock(3, version=version)
    assert (await client.call("BootNotification", boot("SN1")))[0] == 3
    await client.ws.send(json.dumps([2, "x", "BootNotification", boot("SN2")]))
    assert await client.closed() == 1008
    event = await site.noticed("InvalidChargingStationCertificate")
    assert "'SN2'" in event.info


async def register(rig, issued) -> None:
    station = await rig.station()
    await rig.store.put(
        SigningCertificate(
            station_id=station.id,
            thumbprint=issued.certificate.fingerprint(SHA256()).hex(),
            certificate=issued.certificate.public_bytes(Encoding.DER),
            label="meter",
            added_at=issued.certificate.not_valid_before_utc,
        )
    )
    await rig.node.station_changed(station.id)


@pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
async def test_a_signed_call_is_taken_in_unless_its_signature_is_wrong(rig, tmp_path, version):
    authority = Authority(tmp_path)
    issued, unknown = authority.issue("SN1"), authority.issue("SN1")
    client = await rig.connect(subprotocols=[version])
    good, foreign = (signed(one, "BootNotification", BOOT) for one in (issued, unknown))
    assert (await client.call("BootNotification-Signed", foreign))[0] == 3  # nobody knows its key
    await register(rig, issued)
    assert (await client.call("BootNotification-Signed", good))[0] == 3
    assert (await client.call("BootNotification-Signed", foreign))[0] == 3
    wrong = good | {"payload": foreign["payload"][:-4] + "AAAA"}
    forged = good | {"signature": foreign["signature"]}
    for made in (forged, wrong):
        answer = await client.call("BootNotification-Signed", made)
        assert answer[0] == 4
    assert answer[2] in ("SecurityError", "FormatViolation", "ProtocolError")
    assert (await client.call("BootNotification-Signed", forged))[2] == "SecurityError"
    assert await events(rig) == ["InvalidMessages"]


@pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
async def test_a_signed_answer_counts_unless_its_signature_is_wrong(rig, tmp_path, version):
    authority = Authority(tmp_path)
    issued, other = authority.issue("SN1"), authority.issue("SN1")
    client = await rig.connect(subprotocols=[version])
    await client.boot()
    await register(rig, issued)
    station = await rig.station()
    good = signed(issued, "ClearCache", {"status": "Accepted"}, kind=3)
    bad = good | {"signature": signed(other, "ClearCache", {}, kind=3)["signature"]}
    for payload, state in ((good, CommandState.ACCEPTED), (bad, CommandState.ERROR)):
        command = await rig.node.dispatch(station, ClearCache(), wait_s=0, requested_by="test")
        await client.answer(payload)
        command = await rig.until(partial(ended, rig, command.id))
        assert command.state is state
    assert command.error == "SecurityError"
    if version == "ocpp2.1":
        assert (await client.read())[:1] == [5]
    assert await events(rig) == ["InvalidMessages"]


async def ended(rig, command_id: str):
    command = await rig.store.command(command_id)
    return command if command.state.final else None


async def test_a_displaced_pending_use_is_counted_once(site):
    """Two devices of the new profile at once: both may stay as far as the profile goes."""
    await site.put(1, pending_profile=2)
    first, second = await site.knock(2), await site.knock(2)
    await second.boot()
    assert await first.closed() == 1008
    row = await site.rig.store.get(StationSecurity, site.station_id)
    assert (row.profile, row.pending_profile) == (2, None)
