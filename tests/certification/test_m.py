"""Part 6, 2.14: certificates in the station's store."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from busbar.model.certificates import CertificateUse
from busbar.model.versions import Version
from busbar.pki.hashes import hash_data
from busbar.pki.pem import read_certificate
from busbar.station.config import StationConfig
from tests.certification.rig import TWO, Case, playing
from tests.fixtures.certificates import Authority

CSMS = "CSMSRootCertificate"
MAKER = "ManufacturerRootCertificate"
ROOTS = [
    pytest.param(CSMS, id="csms"),
    pytest.param(MAKER, id="maker"),
    pytest.param("V2GRootCertificate", id="v2g"),
    pytest.param("MORootCertificate", id="mo"),
]


def named(pem: str) -> dict[str, str]:
    """Return how OCPP names a certificate that signed itself."""
    certificate = read_certificate(pem)
    name = hash_data(certificate, certificate)
    return {
        "hashAlgorithm": name.algorithm,
        "issuerNameHash": name.issuer_name_hash,
        "issuerKeyHash": name.issuer_key_hash,
        "serialNumber": name.serial_number,
    }


async def install(case: Case, use: str, pem: str, status: str = "Accepted") -> None:
    await case.call("InstallCertificate", {"certificateType": use, "certificate": pem}, status=status)


async def installed(case: Case, *uses: str) -> list[tuple[str, dict[str, str]]]:
    """Return what is in the store, by use and name."""
    asked = {"certificateType": list(uses)} if uses else {}
    answer = await case.call("GetInstalledCertificateIds", asked, status="Accepted")
    chains = answer["certificateHashDataChain"]
    return [(one["certificateType"], one["certificateHashData"]) for one in chains]


def having(*roots: tuple[CertificateUse, str]) -> Callable[[StationConfig], StationConfig]:
    return lambda config: replace(config, roots=roots)


@pytest.fixture
def root(tmp_path: Path) -> str:
    return Authority(tmp_path, "Root").path.read_text()


@TWO
@pytest.mark.parametrize("use", ROOTS)
async def test_installs_and_tells_a_root__TC_M_01__TC_M_02__TC_M_03__TC_M_04__TC_M_12__TC_M_13__TC_M_14__TC_M_16(
    version: Version, use: str, root: str
) -> None:
    async with playing(version) as case:
        await install(case, use, root)
        assert (use, named(root)) in await installed(case, use)


@TWO
async def test_installs_nothing_that_ran_out__TC_M_07(version: Version, root: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "Old")
    old = authority.issue("Old root", days=(-20, -10)).chain.read_text()
    async with playing(version, build=having((CertificateUse.CSMS_ROOT, root))) as case:
        await install(case, CSMS, old, "Rejected")
        assert await installed(case, CSMS) == [(CSMS, named(root))]


@TWO
async def test_installs_no_root_that_the_old_one_did_not_sign__TC_M_09(
    version: Version, root: str, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "Other").path.read_text()
    settings = {"AdditionalRootCertificateCheck": "true"}
    async with playing(version, settings=settings, build=having((CertificateUse.CSMS_ROOT, root))) as case:
        await install(case, CSMS, other, "Rejected")
        assert await installed(case, CSMS) == [(CSMS, named(root))]


@TWO
@pytest.mark.parametrize("uses", [pytest.param((CSMS, MAKER), id="M_17"), pytest.param((), id="M_18")])
async def test_tells_roots_of_several_uses__TC_M_17__TC_M_18(
    version: Version, uses: tuple[str, ...], root: str, tmp_path: Path
) -> None:
    maker = Authority(tmp_path, "Maker").path.read_text()
    async with playing(version) as case:
        await install(case, CSMS, root)
        await install(case, MAKER, maker)
        found = await installed(case, *uses)
        assert (CSMS, named(root)) in found
        assert (MAKER, named(maker)) in found


@TWO
async def test_tells_that_there_is_none__TC_M_19(version: Version) -> None:
    async with playing(version) as case:
        asked = {"certificateType": ["MORootCertificate"]}
        answer = await case.call("GetInstalledCertificateIds", asked, status="NotFound")
        assert "certificateHashDataChain" not in answer


async def delete(case: Case, name: dict[str, Any], status: str | set[str]) -> None:
    await case.call("DeleteCertificate", {"certificateHashData": name}, status=status)


@TWO
async def test_deletes_a_root__TC_M_20(version: Version, root: str, tmp_path: Path) -> None:
    async with playing(version) as case:
        await install(case, CSMS, root)
        other = Authority(tmp_path, "Other").path.read_text()
        await install(case, CSMS, other)
        await delete(case, named(root), "Accepted")
        assert await installed(case, CSMS) == [(CSMS, named(other))]


@TWO
async def test_deletes_nothing_that_it_has_not__TC_M_22(version: Version, root: str, tmp_path: Path) -> None:
    other = Authority(tmp_path, "Other").path.read_text()
    async with playing(version) as case:
        await install(case, CSMS, root)
        await delete(case, named(other), "NotFound")


@TWO
async def test_does_not_delete_its_own_certificate__TC_M_23(version: Version, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "Stations")
    root, own = authority.path.read_text(), authority.issue("S-1")
    pair = own.chain.read_text(), own.key.read_text()
    certificate = hash_data(own.certificate, authority.certificate)
    name = named(root) | {"issuerKeyHash": certificate.issuer_key_hash, "serialNumber": certificate.serial_number}
    roots = ((CertificateUse.CSMS_ROOT, root),)
    async with playing(version, build=lambda config: replace(config, roots=roots, certificate=pair)) as case:
        await delete(case, name, {"NotFound", "Failed"})
        assert case.runner.station.way(3).chain == pair[0]
