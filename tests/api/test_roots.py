from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from busbar.csms.records.certificates import Inventory, RootInstallation
from busbar.csms.records.security import StationSecurity
from busbar.model.certificates import CertificateUse, InstalledCertificate
from busbar.model.trust import DeleteCertificate, InstallCertificate, ListCertificates
from busbar.pki import authority, pem
from busbar.pki.authority import Issuer, Validity
from busbar.pki.hashes import hash_data

NOW = datetime.now(UTC)
KEY = authority.make_key()
ROOT = authority.make_root(authority.name("Root"), KEY, 0xABC, Validity(at=NOW, days=99))
OTHER = authority.make_root(authority.name("Other"), KEY, 0xDEF, Validity(at=NOW, days=99))
LEAF = authority.issue_end(authority.name("L"), KEY.public_key(), Issuer(ROOT, KEY), 3, Validity(at=NOW, days=9))
PEM = pem.write_chain([ROOT])
CSMS = CertificateUse.CSMS_ROOT


async def test_a_root_is_added_once_and_removed(api) -> None:
    made = await api.post("/api/v1/roots", json={"use": "MORootCertificate", "certificate": PEM, "label": "MO"})
    assert (made.status_code, made.json()["subject"], made.json()["fingerprint"]) == (
        201,
        "CN=Root",
        pem.fingerprint(ROOT),
    )
    again = await api.post("/api/v1/roots", json={"use": "MORootCertificate", "certificate": PEM})
    assert again.status_code == 409
    (listed,) = (await api.get("/api/v1/roots")).json()["items"]
    assert listed["pem"] == PEM
    path = f"/api/v1/roots/{pem.fingerprint(ROOT)}/MORootCertificate"
    assert (await api.delete(path)).status_code == 204
    assert (await api.delete(path)).status_code == 404


@pytest.mark.parametrize("text", ["garbage", pem.write_chain([LEAF]), pem.write_chain([ROOT, OTHER])])
async def test_what_is_no_root_is_not_added(api, text: str) -> None:
    answer = await api.post("/api/v1/roots", json={"use": "MORootCertificate", "certificate": text})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "certificate"


async def test_a_root_is_put_into_a_station__M05(api, world) -> None:
    await world.add_station("CS1")
    await api.post("/api/v1/roots", json={"use": "CSMSRootCertificate", "certificate": PEM})
    path = "/api/v1/stations/CS1/commands/install-certificate"
    for body in ({"certificate": PEM}, {"root": pem.fingerprint(ROOT)}):
        assert (await api.post(path, json={"use": "CSMSRootCertificate"} | body)).status_code == 200
    assert [order for _, order, _ in world.dispatcher.asked] == [InstallCertificate(use=CSMS, certificate=PEM)] * 2
    for body in ({}, {"certificate": "x"}, {"root": "ab" * 32}, {"certificate": PEM, "root": "ab" * 32}):
        assert (await api.post(path, json={"use": "CSMSRootCertificate"} | body)).status_code == 400


async def test_a_station_is_asked_what_is_installed__M03(api, world) -> None:
    await world.add_station("CS1")
    path = "/api/v1/stations/CS1/commands/get-installed-certificate-ids"
    await api.post(path, json={"uses": ["CSMSRootCertificate", "V2GCertificateChain"]})
    await api.post(path, json={})
    assert [order for _, order, _ in world.dispatcher.asked] == [
        ListCertificates(uses=(CSMS, CertificateUse.V2G_CHAIN)),
        ListCertificates(),
    ]


def named(certificate=ROOT) -> Any:
    return hash_data(certificate, certificate)


def body(certificate=ROOT, **fields: Any) -> dict[str, Any]:
    name = named(certificate)
    return {
        "hash_algorithm": name.algorithm.value,
        "issuer_name_hash": name.issuer_name_hash,
        "issuer_key_hash": name.issuer_key_hash,
        "serial_number": name.serial_number.upper(),
    } | fields


async def report(world, *certificates) -> None:
    found = [InstalledCertificate(CSMS, named(one)) for one in certificates]
    await world.store.put(Inventory(station_id=1, use=CSMS, installed=found, reported_at=NOW))


async def test_a_certificate_is_deleted_by_the_name_the_station_gave_it__M04_FR_07(api, world) -> None:
    await world.add_station("CS1")
    await report(world, ROOT, OTHER)
    answer = await api.post("/api/v1/stations/CS1/commands/delete-certificate", json=body())
    assert answer.status_code == 200
    ((_, order, _),) = world.dispatcher.asked
    assert isinstance(order, DeleteCertificate)
    assert order.certificate == named()  # as the station spells it, not the request
    assert order.use is CSMS


async def test_the_last_root_of_the_csms_goes_only_by_force(api, world) -> None:
    await world.add_station("CS1")
    await report(world, ROOT)
    await world.store.put(StationSecurity(station_id=1, profile=2))
    path = "/api/v1/stations/CS1/commands/delete-certificate"
    refused = await api.post(path, json=body())
    assert refused.status_code == 409
    assert "last root" in refused.json()["errors"][0]["reason"]
    unknown = await api.post(path, json=body(OTHER))
    assert unknown.status_code == 409
    assert world.dispatcher.asked == []
    assert (await api.post(path, json=body(force=True))).status_code == 200
    assert (await api.post(path, json=body(serial_number="xyz"))).status_code == 400


async def test_the_store_of_a_station_is_shown_with_its_drift(api, world) -> None:
    await world.add_station("CS1")
    empty = (await api.get("/api/v1/stations/CS1/installed-certificates")).json()
    assert empty == {"reported_at": None, "installed": [], "installations": [], "drift": []}
    await report(world, OTHER)
    sent = RootInstallation(
        station_id=1, use=CSMS, fingerprint="f", pem=PEM, status="Accepted", at=NOW - timedelta(hours=1)
    )
    await world.store.put(sent)
    shown = (await api.get("/api/v1/stations/CS1/installed-certificates")).json()
    assert [one["certificate"]["serial_number"] for one in shown["installed"]] == ["def"]
    assert [one["status"] for one in shown["installations"]] == ["Accepted"]
    assert {one["kind"] for one in shown["drift"]} == {"missing", "foreign"}
