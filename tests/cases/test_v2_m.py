"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block M, certificates for ISO 15118."""

from base64 import b64decode

import pytest
from cryptography.x509 import ocsp

from tests.cases.rig import Csms
from tests.cases.steps_m import EXI, below_the_root, delete, entry, install, named, respond, retrieve, root

BOTH = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
ALGORITHMS = ("SHA256", "SHA384", "SHA512")
ROOTS = ("CSMSRootCertificate", "ManufacturerRootCertificate", "V2GRootCertificate", "MORootCertificate")
SCHEMA = "urn:iso:15118:2:2013:MsgDef"
SCHEMA_20 = "urn:iso:std:iso:15118:-20:CommonMessages"

NOT_RUN: dict[str, str] = {}


@BOTH
@pytest.mark.parametrize("use", ROOTS)
async def test_installs_a_root__TC_M_01__TC_M_02__TC_M_03__TC_M_04(csms: Csms, version: str, use: str) -> None:
    async with csms.booted(version) as station:
        command = await install(csms, station, use, root(csms))
        assert command["state"] == "accepted"


@BOTH
async def test_takes_it_that_a_root_could_not_be_installed__TC_M_05(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        command = await install(csms, station, "CSMSRootCertificate", root(csms), "Failed")
        assert command["state"] == "rejected"
        shown = await csms.get(f"/stations/{station.identity}/installed-certificates")
        assert [one["status"] for one in shown["installations"]] == ["Failed"]


async def test_installs_the_root_of_vehicles__TC_M_101(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        assert (await install(csms, station, "OEMRootCertificate", root(csms)))["state"] == "accepted"


@BOTH
@pytest.mark.parametrize("use", ROOTS)
async def test_retrieves_roots__TC_M_12__TC_M_13__TC_M_14__TC_M_16(csms: Csms, version: str, use: str) -> None:
    async with csms.booted(version) as station:
        made = root(csms).certificate
        for algorithm in ALGORITHMS:
            data = named(made, made, algorithm)
            await retrieve(csms, station, [use], [entry(use, data)])
            shown = await csms.get(f"/stations/{station.identity}/installed-certificates")
            (held,) = shown["installed"]
            assert held["use"] == use
            assert list(held["certificate"].values()) == list(data.values())


@BOTH
async def test_retrieves_the_chain_of_the_controller__TC_M_15(csms: Csms, version: str) -> None:
    use = "V2GCertificateChain"
    async with csms.booted(version) as station:
        top = csms.v2g.root()
        children = [named(below_the_root(csms), top), named(top, top)]
        await retrieve(csms, station, [use], [entry(use, named(top, top), *children)])
        shown = await csms.get(f"/stations/{station.identity}/installed-certificates")
        assert [list(child.values()) for child in shown["installed"][0]["children"]] == [
            list(child.values()) for child in children
        ]


@BOTH
async def test_retrieves_roots_of_two_uses__TC_M_17(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        uses = list(ROOTS[:2])
        made = [root(csms).certificate for _ in uses]
        await retrieve(csms, station, uses, [entry(use, named(one, one)) for use, one in zip(uses, made, strict=True)])
        shown = await csms.get(f"/stations/{station.identity}/installed-certificates")
        assert [one["use"] for one in shown["installed"]] == uses


@BOTH
async def test_retrieves_all__TC_M_18(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        made, top = root(csms).certificate, csms.v2g.root()
        chains = [entry(use, named(made, made)) for use in ROOTS]
        chains.append(entry("V2GCertificateChain", named(top, top), named(below_the_root(csms), top)))
        await retrieve(csms, station, [], chains)
        shown = await csms.get(f"/stations/{station.identity}/installed-certificates")
        assert {one["use"] for one in shown["installed"]} == {*ROOTS, "V2GCertificateChain"}


@BOTH
async def test_takes_it_that_there_are_none__TC_M_19(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await retrieve(csms, station, ["ManufacturerRootCertificate"], None, status="NotFound")
        assert (await csms.get(f"/stations/{station.identity}/installed-certificates"))["installed"] == []


@BOTH
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_deletes_a_root__TC_M_20(csms: Csms, version: str, algorithm: str) -> None:
    use = "CSMSRootCertificate"
    async with csms.booted(version) as station:
        made = root(csms)
        await install(csms, station, use, made)
        data = named(made.certificate, made.certificate, algorithm)
        await retrieve(csms, station, [use], [entry(use, data)])
        assert (await delete(csms, station, data, "Accepted"))["state"] == "accepted"
        assert (await csms.get(f"/stations/{station.identity}/installed-certificates"))["installed"] == []


@BOTH
async def test_takes_it_that_a_root_was_not_deleted__TC_M_21(csms: Csms, version: str) -> None:
    use = "CSMSRootCertificate"
    async with csms.booted(version) as station:
        made = root(csms)
        await install(csms, station, use, made)
        data = named(made.certificate, made.certificate) | {"issuerKeyHash": "00AB" * 16, "serialNumber": "00A1B2"}
        await retrieve(csms, station, [use], [entry(use, data)])
        assert (await delete(csms, station, data, "Failed"))["state"] == "rejected"
        assert len((await csms.get(f"/stations/{station.identity}/installed-certificates"))["installed"]) == 1


@BOTH
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_tells_how_a_certificate_stands__TC_M_24(csms: Csms, version: str, algorithm: str) -> None:
    respond(csms)
    async with csms.booted(version) as station:
        certificate = below_the_root(csms)
        data = named(certificate, csms.v2g.root(), algorithm) | {"responderURL": f"{csms.outside.url}/ocsp"}
        answer = await station.call("GetCertificateStatus", {"ocspRequestData": data})
        assert answer["status"] == "Accepted"
        found = ocsp.load_der_ocsp_response(b64decode(answer["ocspResult"], validate=True))
        assert found.certificate_status is ocsp.OCSPCertStatus.GOOD
        assert found.serial_number == certificate.serial_number


@BOTH
@pytest.mark.parametrize("action", ["Install", "Update"])
async def test_brings_a_vehicle_its_contract__TC_M_26__TC_M_28(csms: Csms, version: str, action: str) -> None:
    respond(csms)
    async with csms.booted(version) as station:
        asked = {"iso15118SchemaVersion": SCHEMA, "action": action, "exiRequest": "RVhJ"}
        answer = await station.call("Get15118EVCertificate", asked)
        assert answer == {"status": "Accepted", "exiResponse": EXI[action]}


async def test_brings_a_vehicle_contracts_by_iso_15118_20__TC_M_100(csms: Csms) -> None:
    respond(csms)
    async with csms.booted("2.1") as station:
        asked = {
            "iso15118SchemaVersion": SCHEMA_20,
            "action": "Install",
            "exiRequest": "RVhJ",
            "maximumContractCertificateChains": 2,
            "prioritizedEMAIDs": ["DEABC123456789"],
        }
        answer = await station.call("Get15118EVCertificate", asked)
        assert (answer["status"], answer["exiResponse"]) == ("Accepted", EXI["Install"])
