"""Our own station against our own CSMS: TLS, certificates asked for and used, new passwords, higher profiles."""

import asyncio
import contextlib
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from busbar.csms.trust.vault import Plan, Vault
from busbar.model.certificates import CertificateUse
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.pki import ocsp
from busbar.pki.authority import Services
from busbar.pki.pem import read_chain, write_chain
from busbar.protocol.versions import RULES
from busbar.station.blocks.security_events import SecurityEvents
from busbar.station.config import StationConfig
from busbar.station.link import Endpoint
from busbar.station.panel import Panel
from busbar.station.runtime import Runner, Surroundings
from busbar.station.store import MemoryStore
from busbar.station.virtual.contracts import Contract
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Supply, Vehicle
from tests.cases.rig import PASSWORD, Csms
from tests.fixtures.web import web_server

ALL = pytest.mark.parametrize("version", list(Version))
NEW_PASSWORD = "00112233445566778899aabbccddeeff00112233"
QUICK = {"RetryBackOffWaitMinimum": "1", "RetryBackOffRandomRange": "0", "RetryBackOffRepeatTimes": "0"}


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.05)


def trusted(csms: Csms) -> tuple[tuple[CertificateUse, str], ...]:
    """The CSMS's root, that of the stations' authority, and that of the authority for ISO 15118."""
    servers, operator = csms.server_authority.path.read_text(), write_chain([csms.operator.root()])
    v2g = write_chain([csms.v2g.root()])
    use = CertificateUse
    return (use.CSMS_ROOT, servers), (use.CSMS_ROOT, operator), (use.V2G_ROOT, v2g)


@contextlib.asynccontextmanager
async def running(
    csms: Csms, identity: str, version: Version, store: MemoryStore | None = None, strength: int = 1, **fields: Any
) -> AsyncIterator[Runner]:
    """Run a station until the end of the block."""
    settings = QUICK | {"CpoName": "Operator"} | fields.pop("settings", {})
    roots = fields.pop("roots", trusted(csms))
    plain, secure = (next(u for u in csms.running.ocpp_urls if u.startswith(kind)) for kind in ("ws:", "wss:"))
    config = StationConfig(
        identity=identity,
        version=version,
        serial=identity,
        settings=settings,
        roots=roots,
        csms_url=secure if strength > 1 else plain,
        secure_url=secure,
        security_profile=strength,
        password=PASSWORD,
        **fields,
    )
    endpoint = Endpoint(url=plain, identity=identity, subprotocol=RULES[version].subprotocol)
    runner = Runner(config, endpoint, VirtualHardware(Supply(), [iter(())], {}), Surroundings(store or MemoryStore()))
    task = asyncio.create_task(runner.run())
    yield runner
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def log(runner: Runner) -> str:
    return runner.station._fittings.get(SecurityEvents).text()


async def owner(csms: Csms, profile: int) -> str:
    """Add a station whose certificates bear its identity."""
    identity = await csms.add_station()
    names = {"certificate_name": identity, "certificate_organisation": "Operator"}
    await csms.ask("PATCH", f"/stations/{identity}/security", names | {"profile": profile})
    return identity


@ALL
async def test_connects_by_tls_and_password__TC_A_04_CS(csms: Csms, version: Version) -> None:
    identity = await owner(csms, 2)
    async with running(csms, identity, version, strength=2) as runner:
        await eventually(lambda: runner.station.online)


@ALL
async def test_ends_the_handshake_of_a_server_that_it_does_not_know__TC_A_05_CS(csms: Csms, version: Version) -> None:
    identity, other = await owner(csms, 2), csms.station_authority.path.read_text()
    roots = ((CertificateUse.CSMS_ROOT, other),)
    async with running(csms, identity, version, roots=roots, strength=2) as runner:
        await eventually(lambda: runner.tally.unreachable > 1)
        assert not runner.connected
        assert log(runner).count("InvalidC") == 1


@ALL
async def test_has_a_certificate_signed_and_connects_by_it__TC_A_11_CS__TC_A_07_CS(
    csms: Csms, version: Version
) -> None:
    identity, store = await owner(csms, 2), MemoryStore()
    async with running(csms, identity, version, store, strength=2) as runner:
        await eventually(lambda: runner.station.online)
        await sign(csms, identity, "ChargingStationCertificate")
        await installed(csms, identity)
    await csms.ask("PATCH", f"/stations/{identity}/security", {"profile": 3})
    async with running(csms, identity, version, store, strength=3) as runner:
        await eventually(lambda: runner.station.online)
        first = runner.station.way(3).chain
        await sign(csms, identity, "ChargingStationCertificate")
        await eventually(lambda: runner.tally.connected == 2 and runner.station.online)
        assert runner.station.way(3).chain != first


@ALL
async def test_has_a_certificate_for_evs_signed__TC_A_12_CS__TC_M_15_CS(csms: Csms, version: Version) -> None:
    identity = await owner(csms, 1)
    async with running(csms, identity, version) as runner:
        await eventually(lambda: runner.station.online)
        await sign(csms, identity, "V2GCertificate")
        await installed(csms, identity)
        path = f"/stations/{identity}/commands/get-installed-certificate-ids"
        command = await csms.post(path, {"uses": ["V2GCertificateChain"]})
        assert command["status"] == "Accepted"
        shown = await csms.get(f"/stations/{identity}/installed-certificates")
        (held,) = [one for one in shown["installed"] if one["use"] == "V2GCertificateChain"]
        assert held["children"]


@ALL
async def test_takes_a_new_password__TC_A_09_CS(csms: Csms, version: Version) -> None:
    identity, store = await owner(csms, 1), MemoryStore()
    async with running(csms, identity, version, store) as runner:
        await eventually(lambda: runner.station.online)
        command = await csms.post(f"/stations/{identity}/security/password", {"password": NEW_PASSWORD})
        assert command["state"] == "accepted"
        await eventually(lambda: runner.tally.connected == 2)
    async with running(csms, identity, version, store) as runner:
        await eventually(lambda: runner.station.online)
        assert runner.tally.denied == 0


async def test_raises_its_profile_step_by_step__TC_083_CS(csms: Csms) -> None:
    identity = await owner(csms, 1)
    async with running(csms, identity, Version.V16) as runner:
        await eventually(lambda: runner.station.online)
        await csms.post(f"/stations/{identity}/security/password", {"password": NEW_PASSWORD})
        await eventually(lambda: runner.tally.connected == 2)
        await reached(csms, identity)
        await sign(csms, identity, "ChargingStationCertificate")
        await installed(csms, identity)
        for profile in (2, 3):
            await rise(csms, runner, profile)


@ALL
async def test_rises_to_certificates_and_goes_back_from_one_that_is_revoked__A02_FR_28_29__A05__TC_A_19_CS(
    csms: Csms, version: Version
) -> None:
    identity, once = await owner(csms, 1), {"NetworkProfileConnectionAttempts": "1"}
    async with running(csms, identity, version, settings=once) as runner:
        await eventually(lambda: runner.station.online)
        await rise(csms, runner, 2)
        await sign(csms, identity, "ChargingStationCertificate")
        await installed(csms, identity)
        await rise(csms, runner, 3)
        first = runner.station.way(3).chain
        await sign(csms, identity, "ChargingStationCertificate")
        await eventually(lambda: runner.station.way(3).chain != first)
        runner.cut()
        second = await revoke(csms, runner)
        runner.restore()
        await reached(csms, identity)
        assert runner.station.way(3).chain == first
        assert second != thumbprint(runner)
        events = await csms.get("/security-events", station=identity)
        assert "DiscardedRenewedClientCertificate" in [event["type"] for event in events["items"]]

        last = await revoke(csms, runner)
        before = runner.tally.denied
        await eventually(lambda: runner.tally.denied > before + 2)
        assert (runner.connected, profile_of(runner)) == (False, 3)  # A05.FR.06: no weaker one is left
        assert "FailedToAuthenticat" in log(runner)
        await csms.ask("DELETE", f"/revoked-certificates/{last}")
        await reached(csms, identity)


async def rise(csms: Csms, runner: Runner, profile: int) -> None:
    """Have a station use a higher profile, and see that both sides go by it."""
    url = next(url for url in csms.running.ocpp_urls if url.startswith("wss:"))
    slot = {} if runner.version is Version.V16 else {"slot": profile, "connection": {"url": url}}
    path = f"/stations/{runner.identity}/security"
    command = await csms.post(f"{path}/profile", {"profile": profile, "reset": True} | slot)
    assert command["state"] == "accepted"
    await eventually(lambda: runner.station.online and profile_of(runner) == profile)
    await reached(csms, runner.identity)
    assert (await csms.get(path))["profile"] == profile


def profile_of(runner: Runner) -> int:
    return runner.station.network(runner.station.slots[0]).security_profile


def thumbprint(runner: Runner) -> str:
    chain = runner.station.way(3).chain
    assert chain is not None
    return read_chain(chain)[0].fingerprint(SHA256()).hex()


async def revoke(csms: Csms, runner: Runner) -> str:
    """Revoke the certificate that a station uses; return its thumbprint."""
    found = thumbprint(runner)
    await csms.post("/revoked-certificates", {"thumbprint": found})
    return found


async def sign(csms: Csms, identity: str, use: str) -> None:
    command = await csms.post(f"/stations/{identity}/commands/sign-certificate", {"use": use})
    assert command["state"] == "accepted"


async def reached(csms: Csms, identity: str) -> None:
    """Wait until the CSMS goes by the station's present connection: the one before is closed, and answers nothing."""
    async with asyncio.timeout(20):
        path, question = f"/stations/{identity}/commands/trigger", {"message": "Heartbeat"}
        while True:
            answer = await csms.api.post(path, json=question, params={"wait": 1})
            if answer.is_success and answer.json()["state"] == "accepted":
                return
            await asyncio.sleep(0.05)


async def installed(csms: Csms, identity: str) -> None:
    """Wait until the station has taken a certificate."""
    async with asyncio.timeout(20):
        while True:
            page = await csms.get("/certificates", station=identity)
            if any(one["state"] == "accepted" for one in page["items"]):
                return
            assert not any(one["state"] == "rejected" for one in page["items"]), page
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def provider(csms: Csms, folder: Path) -> AsyncIterator[tuple[str, Callable[[str], str]]]:
    """Run a provider of contracts whose root the CSMS knows; give its root, and who issues a contract for an EMAID."""
    async with web_server() as web:
        vault = Vault(folder / "mo", Services(ocsp_url=web.url))
        web.answer = lambda _m, _p, body: (200, vault.answer(ocsp.read_request(body), datetime.now(UTC)))
        vault.create(Plan(name="MO", owner="O"), datetime.now(UTC))
        root = write_chain([vault.root()])
        await csms.post("/roots", {"use": "MORootCertificate", "certificate": root})
        yield root, lambda emaid: vault.issue_station(emaid, "MO", 9, datetime.now(UTC))[0]
        assert web.asked


async def customer(csms: Csms) -> str:
    """Add the EMAID of somebody who may charge."""
    emaid = f"DEABC{csms.name('C').replace('-', ''):0>9}"
    return await csms.add_token(emaid, kind="eMAID")


async def charges(csms: Csms, runner: Runner, emaid: str) -> None:
    """See that an EV charges by its contract, and that the CSMS knows by which."""
    hardware = runner.hardware
    assert isinstance(hardware, VirtualHardware)
    await eventually(lambda: hardware.charging == 1 and runner.tally.started == 1)
    (session,) = (await csms.get("/sessions", station=runner.identity, active="true"))["items"]
    kind = None if runner.version is Version.V16 else "eMAID"  # which StartTransaction has no room for
    assert (session["token"], session["token_kind"], session["token_status"]) == (emaid, kind, "Accepted")
    Panel(runner).present(IdToken(emaid, "eMAID"), 1)
    await eventually(lambda: hardware.charging == 0 and runner.idle)


@ALL
@pytest.mark.parametrize("central", [False, True])
async def test_an_ev_charges_by_its_contract__C07__TC_C_50_CS__TC_C_52_CS(
    csms: Csms, version: Version, central: bool, tmp_path: Path
) -> None:
    identity = await owner(csms, 1)
    async with provider(csms, tmp_path) as (root, issue):
        emaid = await customer(csms)
        roots = trusted(csms) if central else (*trusted(csms), (CertificateUse.MO_ROOT, root))
        settings = {"CentralContractValidationAllowed": str(central).lower()}
        async with running(csms, identity, version, roots=roots, settings=settings) as runner:
            await eventually(lambda: runner.station.online)
            Panel(runner).plug_in(1, contract=issue(emaid))
            await charges(csms, runner, emaid)


@ALL
async def test_an_ev_without_a_good_contract_does_not_charge__C07_FR_05(
    csms: Csms, version: Version, tmp_path: Path
) -> None:
    identity = await owner(csms, 1)
    stranger = Vault(tmp_path / "stranger")
    stranger.create(Plan(name="Stranger", owner="O"), datetime.now(UTC))
    async with running(csms, identity, version) as runner:
        await eventually(lambda: runner.station.online)
        emaid = await customer(csms)
        Panel(runner).plug_in(1, contract=stranger.issue_station(emaid, "MO", 9, datetime.now(UTC))[0])
        hardware = runner.hardware
        assert isinstance(hardware, VirtualHardware)
        await eventually(lambda: hardware.shown(1) == "Not authorized")
        assert (hardware.charging, runner.tally.started) == (0, 0)


@ALL
@pytest.mark.parametrize("update", [False, True])
async def test_an_ev_is_given_a_contract_and_charges_by_it__M01__M02__TC_M_26_CS__TC_M_28_CS(
    csms: Csms, version: Version, update: bool, tmp_path: Path
) -> None:
    identity = await owner(csms, 1)
    async with provider(csms, tmp_path) as (root, issue):
        emaid = await customer(csms)
        old, new = issue(emaid), issue(emaid)
        asked = []

        def answer(_method: str, path: str, body: bytes) -> tuple[int, bytes]:
            asked.append((path, json.loads(body)["action"]))
            return 200, json.dumps({"exiResponse": b64encode(new.encode()).decode()}).encode()

        csms.outside.answer = answer
        roots = (*trusted(csms), (CertificateUse.MO_ROOT, root))
        async with running(csms, identity, version, roots=roots) as runner:
            await eventually(lambda: runner.station.online)
            vehicle = Vehicle(contract=Contract(chain=old if update else "", request="RVhJ", update=update))
            Panel(runner).plug_in(1, vehicle)
            await charges(csms, runner, emaid)
            assert vehicle.contract == Contract(chain=new)
        assert asked == [("/contracts", "Update" if update else "Install")]
