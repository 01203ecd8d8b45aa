"""Routes of signing and revoked certificates."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from busbar.csms.records.security import SigningCertificate
from tests.fixtures.certificates import Authority

SIGNING, REVOKED = "/api/v1/stations/CS1/signing-certificates", "/api/v1/revoked-certificates"


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


async def test_a_signing_certificate_is_added_listed_and_removed(api, world, authority):
    station = await world.add_station()
    issued = authority.issue("SN1")
    answer = await api.post(SIGNING, json={"certificate": issued.chain.read_text(), "label": "meter"})
    assert answer.status_code == 201
    thumbprint = issued.certificate.fingerprint(SHA256()).hex()
    assert (await api.get(SIGNING)).json()["items"] == [answer.json()]
    assert (answer.json()["thumbprint"], answer.json()["label"]) == (thumbprint, "meter")
    assert world.dispatcher.changed == [station.id]
    assert (await api.delete(f"{SIGNING}/{thumbprint}")).status_code == 204
    assert (await api.delete(f"{SIGNING}/{thumbprint}")).status_code == 404
    assert not await world.store.find(SigningCertificate)


async def test_what_cannot_sign_is_refused(api, world, authority):
    await world.add_station()
    odd = authority.issue("SN1", key=ec.generate_private_key(ec.SECP384R1()))
    for text in ("x", odd.chain.read_text()):
        answer = await api.post(SIGNING, json={"certificate": text})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "certificate")


async def test_a_station_has_so_many_of_them(api, world, authority, monkeypatch):
    monkeypatch.setattr("busbar.api.trust.SIGNERS", 1)
    await world.add_station()
    first, second = ({"certificate": authority.issue("SN1").chain.read_text()} for _ in range(2))
    assert (await api.post(SIGNING, json=first)).status_code == 201
    assert (await api.post(SIGNING, json=second)).status_code == 400


async def test_a_certificate_is_revoked_told_and_taken_back(api, world, authority):
    told = []

    async def hear(data: bytes) -> None:
        told.append(data)

    await world.bus.subscribe("busbar.changed.revocations", hear)
    issued = authority.issue("SN1")
    thumbprint = issued.certificate.fingerprint(SHA256()).hex()
    answer = await api.post(REVOKED, json={"certificate": issued.chain.read_text(), "reason": "stolen"})
    assert (answer.status_code, answer.json()["thumbprint"]) == (201, thumbprint)
    assert (await api.post(REVOKED, json={"thumbprint": thumbprint})).status_code == 201
    assert [item["thumbprint"] for item in (await api.get(REVOKED)).json()["items"]] == [thumbprint]
    assert (await api.delete(f"{REVOKED}/{thumbprint}")).status_code == 204
    assert (await api.delete(f"{REVOKED}/{thumbprint}")).status_code == 404
    while len(told) < 3:
        await asyncio.sleep(0)


@pytest.mark.parametrize("body", [{}, {"thumbprint": "xyz"}, {"thumbprint": "0" * 64, "certificate": "x"}])
async def test_a_revocation_says_which_certificate(api, body):
    assert (await api.post(REVOKED, json=body)).status_code == 400
