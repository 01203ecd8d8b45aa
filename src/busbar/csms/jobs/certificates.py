"""Has requests signed and hands the certificates over, takes certificates back, and tells which end soon.

Each step is stored before the next, so a crash repeats at most the step under way: an issued certificate is never
asked for again, and a delivery under the same key is the same command.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from busbar.csms.happenings import AnyHappening, CertificateExpiring, CertificateFailed, CertificateIssued
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import NeverConnected, Query, Search, StoreUnavailable, Test
from busbar.csms.records.certificates import (
    CertificatePolicy,
    HolderState,
    Revocation,
    SigningAsk,
    SigningRequest,
    SigningState,
    StationCertificate,
)
from busbar.csms.records.kind import Record
from busbar.csms.rows import Station
from busbar.csms.services.certificates import current, delivery, trigger_name
from busbar.csms.trust.authorities import AuthorityAway, CertificateAuthority, SigningRefused
from busbar.model.orders import Trigger
from busbar.pki import chains, pem, requests
from busbar.pki.pem import Malformed
from busbar.pki.revocation import Reason
from busbar.protocol.errors import ProtocolViolation

EVERY_S: Final = 20.0
WAKES: Final = ("busbar.event.certificate.requested.*",)
MOST_TRIES: Final = 12
FIRST_PAUSE_S: Final = 15
LONGEST_PAUSE_S: Final = 3600
AGAIN: Final = timedelta(days=7)
"""How often the coming end of a certificate is told, and its renewal triggered."""
BATCH: Final = 100
AT_ONCE: Final = 8
CLAIM: Final = timedelta(minutes=2)
"""How long a request belongs to who began to have it signed: longer than any authority may take."""
BY: Final = "busbar"

log = logging.getLogger(__name__)


class Policies:
    """What each organisation wants of certificates."""

    def __init__(self, rows: Sequence[CertificatePolicy]) -> None:
        self._by_owner = {row.organisation_id: row for row in rows}
        self.most_days = max(row.warn_days for row in (CertificatePolicy(), *rows))

    def of(self, row: Record) -> CertificatePolicy:
        """Return the policy of a record's organisation."""
        return self._by_owner.get(row.organisation_id) or CertificatePolicy()


@dataclass(frozen=True, slots=True)
class Certificates:
    """The job, with the authority that signs."""

    authority: CertificateAuthority

    async def look(self, desk: Desk) -> None:
        """Do all that is due."""
        policies = Policies(await desk.store.find(CertificatePolicy))
        due = Test("next_try_at", "<=", datetime.now(UTC))
        waiting = await _due(desk, SigningRequest, Test("state", "=", SigningState.REQUESTED), due)
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._guard(gate, desk, row, policies.of(row)) for row in waiting))
        for row in await _due(desk, SigningRequest, Test("state", "=", SigningState.ISSUED)):
            await _deliver(desk, row)
        for revocation in await _due(desk, Revocation, Test("pending", "=", True)):
            await self._revoke(desk, revocation)
        await _watch(desk, policies)
        await self.authority.refresh()

    async def _guard(self, gate: asyncio.Semaphore, desk: Desk, row: SigningRequest, policy: CertificatePolicy) -> None:
        """Have one request signed that nobody else works on; what breaks with it holds no other up."""
        async with gate:
            claim, was = datetime.now(UTC) + CLAIM, {"state": row.state, "next_try_at": row.next_try_at}
            if not await desk.store.change(SigningRequest, (row.id,), values={"next_try_at": claim}, expected=was):
                return
            try:
                await self._sign(desk, row, policy)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("the request %s could not be signed", row.id)
                await _fail(desk, row, "an internal error; see the log", final=row.attempts + 1 >= MOST_TRIES)

    async def _sign(self, desk: Desk, row: SigningRequest, policy: CertificatePolicy) -> None:
        try:
            chain = checked(await self.authority.sign(row.csr, row.use), row, policy, datetime.now(UTC))
        except (SigningRefused, Malformed) as error:
            await _fail(desk, row, str(error), final=True)
            return
        except AuthorityAway as error:
            await _fail(desk, row, str(error), final=row.attempts + 1 >= MOST_TRIES)
            return
        at, leaf = datetime.now(UTC), pem.read_chain(chain)[0]
        values = {
            "state": SigningState.ISSUED,
            "chain": chain,
            "fingerprint": pem.fingerprint(leaf),
            "issued_at": at,
            "error": None,
        }
        if await _change(desk, row, values):
            use = None if row.use is None else row.use.value
            fingerprint, ends = pem.fingerprint(leaf), leaf.not_valid_after_utc
            await _tell(
                desk,
                row.station_id,
                lambda name: CertificateIssued(station=name, at=at, fingerprint=fingerprint, use=use, not_after=ends),
            )

    async def _revoke(self, desk: Desk, row: Revocation) -> None:
        try:
            done = await self.authority.revoke(row.serial_number, Reason(row.reason))
        except AuthorityAway as error:
            await desk.store.change(
                Revocation, (row.fingerprint,), values={"error": str(error)}, expected={"pending": True}
            )
            return
        values: dict[str, Any] = {"pending": False, "done_at": datetime.now(UTC), "error": None}
        if not done:
            values = {"pending": False, "error": "this authority takes certificates back elsewhere, by hand"}
        await desk.store.change(Revocation, (row.fingerprint,), values=values, expected={"pending": True})


def checked(text: str, row: SigningRequest, policy: CertificatePolicy, at: datetime) -> str:
    """Return what an authority gave as it is sent, leaf first and without the root. Raises Malformed."""
    found = pem.read_chain(text)
    key = requests.read_request(row.csr).public_key()
    leaf = next((one for one in found if one.public_key() == key), None)
    if leaf is None:
        raise Malformed("the authority signed another key")
    if not chains.is_valid(leaf, at):  # A02.FR.06
        raise Malformed("the authority's certificate is not valid now")
    chain = pem.write_chain(chains.climb(leaf, found))
    if len(chain) > policy.chain_limit:  # A02.FR.16
        raise Malformed("the authority's chain is longer than stations take")
    return chain


async def _deliver(desk: Desk, row: SigningRequest) -> None:
    """Hand over what was issued. A station that is not there asks again when it comes back (A02.FR.17)."""
    station = await _station(desk, row.station_id)
    ask = await desk.store.get(SigningAsk, row.station_id, row.csr_hash)
    errand = delivery(row, ask)
    if station is None or errand is None:
        await _change(desk, row, {"state": SigningState.FAILED, "error": "the station is gone"})
        return
    try:
        await desk.dispatcher.dispatch(
            station, errand.order, wait_s=0, requested_by=BY, idempotency_key=errand.key, ttl_s=errand.ttl_s
        )
    except (ProtocolViolation, NeverConnected) as error:
        log.warning("station %s cannot be sent its certificate: %s", station.identity, error)
        await _change(desk, row, {"state": SigningState.FAILED, "error": "the station's version cannot take it"})
        return
    await _change(desk, row, {"state": SigningState.DELIVERED})


async def _fail(desk: Desk, row: SigningRequest, why: str, *, final: bool) -> None:
    """Note a failure; tell the first one and the last."""
    at = datetime.now(UTC)
    pause = min(FIRST_PAUSE_S * 2**row.attempts, LONGEST_PAUSE_S)
    values: dict[str, Any] = {
        "attempts": row.attempts + 1,
        "next_try_at": at + timedelta(seconds=pause),
        "error": why,
        "state": SigningState.FAILED if final else row.state,
    }
    if await _change(desk, row, values) and (final or row.attempts == 0):
        await _tell(desk, row.station_id, lambda name: CertificateFailed(station=name, at=at, reason=why))


async def _watch(desk: Desk, policies: Policies) -> None:
    """Tell of certificates in use that end soon, and have them renewed where the operator wants it."""
    at = datetime.now(UTC)
    soon = await _due(
        desk,
        StationCertificate,
        Test("state", "=", HolderState.ACCEPTED),
        Test("not_after", ">", at),
        Test("not_after", "<=", at + timedelta(days=policies.most_days)),
    )
    for row in soon:
        policy = policies.of(row)
        if row.not_after > at + timedelta(days=policy.warn_days):
            continue
        if row.warned_at is not None and row.warned_at > at - AGAIN:
            continue
        station = await _station(desk, row.station_id)
        used = current(await desk.store.find(StationCertificate, station_id=row.station_id))
        if station is None or used.get(row.use) != row:
            continue
        use = None if row.use is None else row.use.value
        expiring = CertificateExpiring(
            station=station.identity, at=at, fingerprint=row.fingerprint, use=use, not_after=row.not_after
        )
        if policy.renew:
            await _trigger(desk, station, row, at)
        key, expected = (row.station_id, row.fingerprint), {"warned_at": row.warned_at}
        if await desk.store.change(StationCertificate, key, values={"warned_at": at}, expected=expected):
            desk.publish(station.id, [expiring])


async def _trigger(desk: Desk, station: Station, row: StationCertificate, at: datetime) -> None:
    order = Trigger(message=trigger_name(row.use))
    key = f"renew:{row.fingerprint}:{at:%Y-%m-%d}"
    try:
        await desk.dispatcher.dispatch(station, order, wait_s=0, requested_by=BY, idempotency_key=key)
    except (ProtocolViolation, NeverConnected) as error:
        log.warning("station %s cannot be asked to renew its certificate: %s", station.identity, error)


async def _due(desk: Desk, kind: type[Any], *tests: Test) -> Sequence[Any]:
    return (await desk.store.look(kind, Search(tests=tests, limit=BATCH))).items


async def _change(desk: Desk, row: SigningRequest, values: dict[str, Any]) -> bool:
    kind: type[Record] = SigningRequest
    return await desk.store.change(kind, (row.id,), values=values, expected={"state": row.state})


async def _station(desk: Desk, station_id: int) -> Station | None:
    found = (await desk.store.stations(Query(station_id=station_id, limit=1))).items
    return found[0] if found else None


async def _tell(desk: Desk, station_id: int, make: Any) -> None:
    station = await _station(desk, station_id)
    if station is not None:
        happening: AnyHappening = make(station.identity)
        desk.publish(station_id, [happening])
