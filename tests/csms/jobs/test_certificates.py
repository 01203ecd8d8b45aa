import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import ConnectionOpened
from busbar.csms.happenings import CertificateExpiring, CertificateFailed, CertificateIssued
from busbar.csms.jobs.certificates import MOST_TRIES, Certificates
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import NeverConnected
from busbar.csms.records.certificates import (
    CertificatePolicy,
    HolderState,
    Revocation,
    SigningAsk,
    SigningRequest,
    SigningState,
    StationCertificate,
)
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.storage.opening import make_store
from busbar.csms.trust.authorities import AuthorityAway, BuiltIn, SigningRefused
from busbar.csms.trust.vault import Plan, Vault
from busbar.model.certificates import SigningUse
from busbar.model.orders import Trigger
from busbar.model.trust import DeliverCertificate
from busbar.model.versions import Version
from busbar.pki import authority, pem, requests

NOW = datetime.now(UTC)


@dataclass
class Notes:
    """A dispatcher that notes what it is asked, under which key."""

    sent: list[tuple[Any, str]] = field(default_factory=list)
    error: Exception | None = None

    async def dispatch(self, _station: Any, order: Any, *, idempotency_key: str, **_: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append((order, idempotency_key))


@dataclass
class Scripted:
    """An authority that counts, and fails as it is told."""

    inner: BuiltIn
    error: Exception | None = None
    text: str | None = None
    signed: int = 0
    refreshed: int = 0

    async def sign(self, csr: str, use: SigningUse | None) -> str:
        self.signed += 1
        if self.error is not None:
            raise self.error
        return self.text or await self.inner.sign(csr, use)

    async def revoke(self, serial: str, reason: Any) -> bool:
        if self.error is not None:
            raise self.error
        return await self.inner.revoke(serial, reason)

    async def refresh(self) -> None:
        self.refreshed += 1


class World:
    """A job, its desk, and what came of it."""

    def __init__(self, authority_: Scripted, store: Any) -> None:
        self.authority, self.notes, self.told = authority_, Notes(), []
        self.store = store
        self.job = Certificates(authority_)
        self.desk = Desk(self.store, LocalBus(), cast("Any", self.notes), lambda _, found: self.told.extend(found))

    async def request(self, **fields: Any) -> SigningRequest:
        builder = x509.CertificateSigningRequestBuilder().subject_name(authority.name("SN-7", "O"))
        csr = builder.sign(authority.make_key(), SHA256()).public_bytes(Encoding.PEM).decode()
        given = {"use": SigningUse.STATION, "requested_at": NOW, "next_try_at": NOW} | fields
        row = SigningRequest(station_id=1, csr=csr, csr_hash=requests.identity(requests.read_request(csr)), **given)
        ask = SigningAsk(station_id=1, csr_hash=row.csr_hash, asked=2, request_id=5, asked_at=NOW)
        await self.store.put(ask)
        return await self.store.insert(row)

    async def look(self) -> SigningRequest:
        await self.job.look(self.desk)
        (row,) = await self.store.find(SigningRequest, station_id=1)
        return row

    async def hold(self, days: float, **fields: Any) -> StationCertificate:
        given = {"fingerprint": f"f{days}", "use": SigningUse.STATION, "state": HolderState.ACCEPTED} | fields
        ends = NOW + timedelta(days=days)
        row = StationCertificate(
            station_id=1,
            subject="",
            issuer="",
            serial_number="1",
            not_before=ends - timedelta(days=90),
            not_after=ends,
            at=NOW,
            command_id="c",
            **given,
        )
        await self.store.put(row)
        return row


@pytest.fixture(params=["memory", "sqlite"])
async def world(tmp_path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    vault = Vault(tmp_path / "operator")
    vault.create(Plan(name="CA", owner="O"), NOW)
    store = MemoryStore() if request.param == "memory" else make_store(f"sqlite:///{tmp_path / 'a.db'}")
    await store.open()
    made = World(Scripted(BuiltIn(vault, Vault(tmp_path / "v2g"), 90)), store)
    await made.store.add_station("CS1", secret=None)
    await made.store.commit([ConnectionOpened(1, 1, Version.V21, NOW, "")])
    yield made
    await store.close()


async def test_a_request_is_signed_and_its_certificate_sent__A02_FR_14(world: World) -> None:
    await world.request()
    row = await world.look()
    assert row.state is SigningState.DELIVERED
    ((order, key),) = world.notes.sent
    assert order == DeliverCertificate(chain=row.chain, use=SigningUse.STATION, request_id=5)
    assert key == f"certificate:{row.csr_hash}:2"
    leaf, above = pem.read_chain(row.chain)
    assert row.fingerprint == pem.fingerprint(leaf)
    (issued,) = world.told
    assert isinstance(issued, CertificateIssued)
    assert issued.not_after == leaf.not_valid_after_utc
    assert leaf.issuer == above.subject
    await world.look()
    assert (world.authority.signed, len(world.notes.sent), world.authority.refreshed) == (1, 1, 2)


async def test_after_a_crash_what_was_issued_is_delivered_and_not_signed_again(world: World) -> None:
    await world.request(state=SigningState.ISSUED, chain="PEM")
    assert (await world.look()).state is SigningState.DELIVERED
    assert world.authority.signed == 0
    assert world.notes.sent[0][0].chain == "PEM"


async def test_an_authority_that_is_away_is_asked_again_later(world: World) -> None:
    await world.request()
    world.authority.error = AuthorityAway("the authority is away")
    row = await world.look()
    assert (row.state, row.attempts, row.error) == (SigningState.REQUESTED, 1, "the authority is away")
    assert row.next_try_at > datetime.now(UTC)
    await world.look()
    assert world.authority.signed == 1
    assert [type(one) for one in world.told] == [CertificateFailed]
    assert world.notes.sent == []


async def test_it_is_given_up_in_the_end(world: World) -> None:
    await world.request(attempts=MOST_TRIES - 1)
    world.authority.error = AuthorityAway("away")
    assert (await world.look()).state is SigningState.FAILED
    assert len(world.told) == 1


@pytest.mark.parametrize("error", [SigningRefused("no"), None])
async def test_a_refusal_is_final(world: World, error: Exception | None) -> None:
    await world.request()
    world.authority.error = error
    if error is None:
        world.authority.text = "garbage"
    assert (await world.look()).state is SigningState.FAILED
    assert len(world.told) == 1


async def test_what_stations_would_not_take_is_not_sent__A02_FR_16(world: World) -> None:
    await world.request()
    await world.store.put(CertificatePolicy(chain_limit=100))
    row = await world.look()
    assert (row.state, row.error) == (SigningState.FAILED, "the authority's chain is longer than stations take")


async def test_another_keys_certificate_is_not_sent(world: World) -> None:
    await world.request()
    world.authority.text = world.authority.inner.operator.issue_station("SN-7", "O", 9, NOW)[0]
    assert (await world.look()).error == "the authority signed another key"


async def test_a_station_that_cannot_be_sent_one_is_told(world: World) -> None:
    await world.request()
    world.notes.error = NeverConnected()
    assert (await world.look()).state is SigningState.FAILED


async def test_a_certificate_is_taken_back(world: World) -> None:
    await world.request()
    row = await world.look()
    leaf = pem.read_chain(row.chain)[0]
    for fingerprint, serial in ((row.fingerprint, f"{leaf.serial_number:x}"), ("other", "1")):
        await world.store.put(
            Revocation(
                fingerprint=fingerprint,
                station_id=1,
                serial_number=serial,
                reason="superseded",
                requested_at=NOW,
                requested_by="x",
            )
        )
    await world.look()
    ours = await world.store.get(Revocation, row.fingerprint)
    other = await world.store.get(Revocation, "other")
    assert (ours.pending, ours.error, ours.done_at is None) == (False, None, False)
    assert (other.pending, other.done_at) == (False, None)
    assert "by hand" in other.error


async def test_a_revocation_waits_for_the_authority(world: World) -> None:
    world.authority.error = AuthorityAway("away")
    row = Revocation(
        fingerprint="f", station_id=1, serial_number="1", reason="superseded", requested_at=NOW, requested_by="x"
    )
    await world.store.put(row)
    await world.job.look(world.desk)
    found = await world.store.get(Revocation, "f")
    assert (found.pending, found.error) == (True, "away")


async def test_a_coming_end_is_told_once_a_week_and_nothing_is_sent(world: World) -> None:
    await world.hold(10)
    await world.hold(40, use=SigningUse.V2G)
    for _ in range(2):
        await world.job.look(world.desk)
    (told,) = world.told
    assert isinstance(told, CertificateExpiring)
    assert (told.station, told.fingerprint) == ("CS1", "f10")
    assert world.notes.sent == []


async def test_a_renewal_is_triggered_where_the_operator_wants_it__A02(world: World) -> None:
    await world.store.put(CertificatePolicy(renew=True))
    await world.hold(10)
    await world.job.look(world.desk)
    ((order, key),) = world.notes.sent
    assert order == Trigger(message="SignChargingStationCertificate")
    assert key.startswith("renew:f10:")


async def test_a_certificate_that_was_replaced_may_end(world: World) -> None:
    await world.hold(10)
    await world.hold(60)
    await world.hold(20, state=HolderState.REJECTED)
    await world.job.look(world.desk)
    assert world.told == []


async def test_what_breaks_holds_no_other_up(world: World) -> None:
    await world.request()
    world.authority.error = RuntimeError("surprise")
    row = await world.look()
    assert (row.state, row.attempts, row.error) == (SigningState.REQUESTED, 1, "an internal error; see the log")


async def test_two_nodes_do_not_sign_the_same_request(world: World) -> None:
    await world.request()
    await asyncio.gather(world.job.look(world.desk), world.job.look(world.desk))
    assert world.authority.signed == 1


async def test_each_organisation_is_warned_as_it_wants(world: World) -> None:
    await world.store.put(CertificatePolicy(organisation_id=2, warn_days=100))
    await world.hold(90)
    await world.job.look(world.desk)
    assert world.told == []
    await world.store.put(CertificatePolicy(warn_days=100))
    await world.job.look(world.desk)
    assert [type(one) for one in world.told] == [CertificateExpiring]
