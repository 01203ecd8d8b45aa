"""What may not go out of a station's store goes by no route."""

import pytest

from busbar.csms.records.certificates import Inventory
from busbar.csms.records.security import StationSecurity
from busbar.model.certificates import CertificateUse, InstalledCertificate
from busbar.model.versions import Version
from busbar.pki.hashes import hash_data
from tests.api.test_roots import NOW, OTHER, ROOT

CSMS = CertificateUse.CSMS_ROOT
PATH = "/api/v1/stations/CS1"


def raw(certificate) -> dict:
    name = hash_data(certificate, certificate)
    return {
        "certificateHashData": {
            "hashAlgorithm": name.algorithm.value,
            "issuerNameHash": name.issuer_name_hash,
            "issuerKeyHash": name.issuer_key_hash,
            "serialNumber": name.serial_number,
        }
    }


async def world_with(world, version: Version, security: StationSecurity) -> None:
    await world.add_station("CS1", version=version)
    await world.store.put(security)
    found = [InstalledCertificate(CSMS, hash_data(ROOT, ROOT))]
    await world.store.put(Inventory(station_id=1, use=CSMS, installed=found, reported_at=NOW))


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("security", [{"profile": 2}, {"pending_profile": 2}])
async def test_a_raw_call_keeps_the_last_root_of_a_station_on_tls(api, world, version, security) -> None:
    await world_with(world, version, StationSecurity(station_id=1, **security))
    answer = await api.post(f"{PATH}/calls/DeleteCertificate", json=raw(ROOT))
    assert answer.status_code == 409
    assert "last root" in answer.json()["errors"][0]["reason"]
    assert world.dispatcher.asked == []


async def test_a_raw_call_takes_out_nothing_that_was_not_reported__M04_FR_07(api, world) -> None:
    await world_with(world, Version.V201, StationSecurity(station_id=1))
    assert (await api.post(f"{PATH}/calls/DeleteCertificate", json=raw(OTHER))).status_code == 409
    assert world.dispatcher.asked == []


async def test_without_tls_the_last_root_may_go(api, world) -> None:
    await world_with(world, Version.V201, StationSecurity(station_id=1))
    assert (await api.post(f"{PATH}/calls/DeleteCertificate", json=raw(ROOT))).status_code == 200


async def test_a_call_that_is_not_valid_is_left_to_who_says_so(api, world) -> None:
    await world_with(world, Version.V201, StationSecurity(station_id=1))
    assert (await api.post(f"{PATH}/calls/DeleteCertificate", json={"x": 1})).status_code == 200
    assert len(world.dispatcher.asked) == 1
