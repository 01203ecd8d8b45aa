"""A station's own certificates: which requests are taken, one certificate for the same one, what came of it.

Who signs is not known here: a taken request waits in its row until an authority has signed it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from busbar.csms.changes import Change, RowAdded, RowPut
from busbar.csms.happenings import CertificateDelivered, CertificateRequested
from busbar.csms.records.certificates import (
    CertificatePolicy,
    HolderState,
    SigningAsk,
    SigningRequest,
    SigningState,
    StationCertificate,
)
from busbar.csms.records.security import StationSecurity
from busbar.csms.rows import Command, CommandState, Station
from busbar.csms.services.view import Conclusion, Context, Decision, Errand, Need, RowNeed, StationView, Tokens
from busbar.model.certificates import SigningUse
from busbar.model.orders import Outcome
from busbar.model.trust import DeliverCertificate, SigningAnswer, SigningRequested
from busbar.pki import pem, requests
from busbar.pki.pem import Malformed
from busbar.pki.requests import Expected, Unfit

OPEN_LIMIT: Final = 8
"""Requests of one station that may wait to be signed."""
DELIVERY_TTL_S: Final = 60.0
POLICY: Final = RowNeed(CertificatePolicy, ())  # its organisation's
OWN: Final = (None, SigningUse.STATION)


def signing_needs(fact: SigningRequested, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return what has to be known of a request; nothing for one that cannot be read."""
    found = _identity(fact.csr)
    if found is None:
        return ()
    station = view.station
    wanted: list[Need] = [POLICY, _same(station, found), _asks(station, found), _open(station), _security(station)]
    return [need for need in wanted if need not in view.found]


def signing_requested(fact: SigningRequested, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take a request or refuse it at once (A02.FR.11, A02.FR.12); a known one is answered by its certificate again."""
    found = _identity(fact.csr)
    if found is None:
        return _refused("not a PEM certificate signing request")
    known: tuple[SigningRequest, ...] = view.found[_same(view.station, found)]
    asks: tuple[SigningAsk, ...] = view.found[_asks(view.station, found)]
    times = 1 + (asks[0].asked if asks else 0)
    ask = SigningAsk(station_id=view.station.id, csr_hash=found, asked=times, request_id=fact.request_id, asked_at=at)
    if known:
        return _again(known[0], ask, view, at)
    if len(view.found[_open(view.station)]) >= OPEN_LIMIT:
        return _refused("too many requests are waiting")
    try:
        requests.check(requests.read_request(fact.csr), expected(view, fact.use))
    except (Malformed, Unfit) as error:
        return _refused(str(error))
    row = SigningRequest(
        station_id=view.station.id,
        csr_hash=found,
        csr=fact.csr,
        use=fact.use,
        requested_at=at,
        next_try_at=at,
    )
    changes: list[Change] = [RowAdded(row), RowPut(ask)]
    return Decision(SigningAnswer(accepted=True), changes=changes, happenings=[_told(view.station, at)])


def policy(view: StationView) -> CertificatePolicy:
    """Return what the operator wants, as it was looked up."""
    rows = view.found.get(POLICY, ())
    return rows[0] if rows else CertificatePolicy()


def expected(view: StationView, use: SigningUse | None) -> Expected:
    """Return what a station's request has to say: its serial number, its identity, or the name that is registered.

    An ISO 15118 controller has a name of its own (A02, SeccId).
    """
    wanted, station = policy(view), view.station
    registered = (row.certificate_name for row in view.found.get(_security(station), ()))
    names = tuple(name for name in (station.serial, station.identity, *registered) if name)
    free = wanted.any_common_name or use not in OWN
    return Expected(common_names=() if free else names, organisation=wanted.owner if use in OWN else None)


def delivery(row: SigningRequest, ask: SigningAsk | None) -> Errand | None:
    """Return the call that hands over what was issued; the same for the same time of asking."""
    if row.chain is None:
        return None
    number, asked = (None, 1) if ask is None else (ask.request_id, ask.asked)
    order = DeliverCertificate(chain=row.chain, use=row.use, request_id=number)
    return Errand(order, key=f"certificate:{row.csr_hash}:{asked}", ttl_s=DELIVERY_TTL_S)


def delivered(
    order: DeliverCertificate, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Note what a station made of a certificate (A02.FR.07, A02.FR.08); without an answer it may hold it or not."""
    try:
        leaf = pem.read_chain(order.chain)[0]
    except Malformed:
        return Conclusion()
    if outcome is None and command.state is not CommandState.UNKNOWN and command.state is not CommandState.TIMED_OUT:
        return Conclusion()  # it never arrived
    state = HolderState.UNKNOWN
    if outcome is not None:
        state = HolderState.ACCEPTED if outcome.accepted else HolderState.REJECTED
    row = StationCertificate(
        station_id=view.station.id,
        fingerprint=pem.fingerprint(leaf),
        use=order.use,
        subject=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        serial_number=f"{leaf.serial_number:x}",
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        state=state,
        detail=None if outcome is None else outcome.detail or outcome.reason,
        at=at,
        command_id=command.id,
    )
    happening = CertificateDelivered(
        station=view.station.identity, at=at, fingerprint=row.fingerprint, state=state.value
    )
    return Conclusion(changes=[RowPut(row)], happenings=[happening])


def current(rows: Sequence[StationCertificate]) -> dict[SigningUse | None, StationCertificate]:
    """Return the certificate that a station uses of each kind: the newest that it accepted (A02.FR.15)."""
    accepted = (row for row in rows if row.state is HolderState.ACCEPTED)
    return {row.use: row for row in sorted(accepted, key=lambda row: (row.not_before, row.at))}


def trigger_name(use: SigningUse | None) -> str:
    """Return the message that asks a station for a new request (A02.FR.02, F06)."""
    return _TRIGGERS[use]


_TRIGGERS: Final = {
    None: "SignCombinedCertificate",
    SigningUse.STATION: "SignChargingStationCertificate",
    SigningUse.V2G: "SignV2GCertificate",
    SigningUse.V2G20: "SignV2G20Certificate",
}


def _again(row: SigningRequest, ask: SigningAsk, view: StationView, at: datetime) -> Decision:
    """Answer a request that is sent again: by its certificate, or as soon as there is one (A02.FR.17)."""
    decision = Decision(SigningAnswer(accepted=True), changes=[RowPut(ask)])
    errand = delivery(row, ask)
    if errand is not None:
        decision.errands.append(errand)
        return decision
    if row.state is SigningState.FAILED:  # nobody works on it, and the station still waits: ask the authority anew
        anew = replace(row, state=SigningState.REQUESTED, attempts=0, next_try_at=at)
        decision.changes.append(RowPut(anew))
    decision.happenings.append(_told(view.station, at))
    return decision


def _told(station: Station, at: datetime) -> CertificateRequested:
    return CertificateRequested(station=station.identity, at=at)


def _refused(why: str) -> Decision:
    return Decision(SigningAnswer(accepted=False, reason="InvalidCSR", detail=why))


def _identity(csr: str) -> str | None:
    try:
        return requests.identity(requests.read_request(csr))
    except Malformed:
        return None


def _same(station: Station, csr_hash: str) -> RowNeed:
    return RowNeed(SigningRequest, (("station_id", station.id), ("csr_hash", csr_hash)))


def _asks(station: Station, csr_hash: str) -> RowNeed:
    return RowNeed(SigningAsk, (("station_id", station.id), ("csr_hash", csr_hash)))


def _security(station: Station) -> RowNeed:
    return RowNeed(StationSecurity, (("station_id", station.id),))


def _open(station: Station) -> RowNeed:
    equal: tuple[tuple[str, Any], ...] = (("station_id", station.id), ("state", SigningState.REQUESTED))
    return RowNeed(SigningRequest, equal)
