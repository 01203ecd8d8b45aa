from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from busbar.csms.changes import RowAdded, RowPut
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
from busbar.csms.services import certificates, decisions
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.view import Context, RowNeed, StationView, Tokens
from busbar.model.certificates import SigningUse
from busbar.model.orders import Outcome
from busbar.model.trust import DeliverCertificate, SigningRequested
from busbar.model.versions import Version
from busbar.pki import authority, pem
from busbar.pki.authority import Issuer, Validity

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEY = authority.make_key()


def csr(name: str = "SN-7", organisation: str = "Owner", key=KEY) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(authority.name(name, organisation))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture
def view() -> StationView:
    return StationView(Station(id=7, identity="CS-7", serial="SN-7"), Version.V21, 1)


def tell(view: StationView, fact: SigningRequested, *rows):
    """Look up among rows, then decide."""
    context = Context(Tokens(), lambda: 1)
    for _ in range(3):
        for need in decisions.needs(fact, view, context.tokens):
            assert isinstance(need, RowNeed)
            found = [r for r in rows if isinstance(r, need.kind)]
            view.found[need] = tuple(r for r in found if all(getattr(r, k) == v for k, v in need.equal))
    assert decisions.needs(fact, view, context.tokens) == [] or decisions.needs(fact, view, context.tokens) == ()
    decision = decisions.decide(fact, view, context, NOON)
    view.found.clear()
    return decision


def rows_of(decision, kind):
    return [c.row for c in decision.changes if isinstance(c, (RowAdded, RowPut)) and isinstance(c.row, kind)]


def test_a_good_request_is_taken_and_waits__A02_FR_11(view: StationView) -> None:
    decision = tell(view, SigningRequested(csr=csr(), use=SigningUse.STATION, request_id=5))
    assert decision.answer.accepted
    (row,), (ask,) = rows_of(decision, SigningRequest), rows_of(decision, SigningAsk)
    assert (row.state, row.use, row.chain) == (SigningState.REQUESTED, SigningUse.STATION, None)
    assert (ask.asked, ask.request_id, ask.csr_hash) == (1, 5, row.csr_hash)
    assert decision.happenings == [CertificateRequested(station="CS-7", at=NOON)]
    assert decision.errands == []


@pytest.mark.parametrize("text", ["garbage", csr("SN-70"), csr("SN-7", "Other")])
def test_another_request_is_refused_at_once__A02_FR_12(view: StationView, text: str) -> None:
    decision = tell(view, SigningRequested(csr=text, use=SigningUse.STATION), CertificatePolicy(owner="Owner"))
    assert not decision.answer.accepted
    assert decision.answer.reason == "InvalidCSR"
    assert decision.changes == []


def test_a_vehicle_controller_has_a_name_of_its_own__A02_FR_13(view: StationView) -> None:
    fact = SigningRequested(csr=csr("DE-SECC-1", "Other"), use=SigningUse.V2G)
    assert tell(view, fact, CertificatePolicy(owner="Owner")).answer.accepted
    same = SigningRequested(csr=csr("DE-SECC-1"), use=SigningUse.STATION)
    assert not tell(view, same).answer.accepted
    assert tell(view, same, CertificatePolicy(any_common_name=True)).answer.accepted


def test_a_request_may_have_the_name_that_is_registered__A00_FR_405(view: StationView) -> None:
    fact = SigningRequested(csr=csr("SN-8"), use=SigningUse.STATION)
    assert not tell(view, fact, StationSecurity(station_id=7, certificate_name="SN-80")).answer.accepted
    assert tell(view, fact, StationSecurity(station_id=7, certificate_name="SN-8")).answer.accepted


def taken(view: StationView, **fields) -> tuple[SigningRequest, SigningAsk, str]:
    text = csr()
    decision = tell(view, SigningRequested(csr=text, use=SigningUse.STATION, request_id=5))
    (row,), (ask,) = rows_of(decision, SigningRequest), rows_of(decision, SigningAsk)
    return replace(row, id=3, **fields), ask, text


def test_the_same_request_is_not_signed_twice__A02_FR_17(view: StationView) -> None:
    row, ask, text = taken(view, state=SigningState.DELIVERED, chain="PEM")
    decision = tell(view, SigningRequested(csr=text, use=SigningUse.STATION, request_id=6), row, ask)
    assert decision.answer.accepted
    assert rows_of(decision, SigningRequest) == []
    (errand,) = decision.errands
    assert errand.order == DeliverCertificate(chain="PEM", use=SigningUse.STATION, request_id=6)  # A02.FR.25
    assert errand.key is not None
    assert errand.key.endswith(":2")


def test_a_request_that_waits_is_only_counted(view: StationView) -> None:
    row, ask, text = taken(view)
    decision = tell(view, SigningRequested(csr=text, use=SigningUse.STATION), row, ask)
    assert rows_of(decision, SigningRequest) == []
    assert rows_of(decision, SigningAsk)[0].asked == 2
    assert decision.errands == []
    assert len(decision.happenings) == 1


def test_a_request_that_failed_is_tried_anew(view: StationView) -> None:
    row, ask, text = taken(view, state=SigningState.FAILED, attempts=9)
    (anew,) = rows_of(tell(view, SigningRequested(csr=text, use=SigningUse.STATION), row, ask), SigningRequest)
    assert (anew.id, anew.state, anew.attempts) == (3, SigningState.REQUESTED, 0)


def test_a_station_cannot_pile_up_requests(view: StationView) -> None:
    row, _, _ = taken(view)
    waiting = [replace(row, id=n, csr_hash=str(n)) for n in range(certificates.OPEN_LIMIT)]
    decision = tell(view, SigningRequested(csr=csr(key=authority.make_key()), use=SigningUse.STATION), *waiting)
    assert not decision.answer.accepted


def chain() -> str:
    root = authority.make_root(authority.name("R"), KEY, 1, Validity(at=NOON, days=9))
    leaf = authority.issue_end(
        authority.name("SN-7"), KEY.public_key(), Issuer(root, KEY), 0xABC, Validity(at=NOON, days=5)
    )
    return pem.write_chain([leaf, root])


def command(state: CommandState = CommandState.ACCEPTED) -> Command:
    return Command(
        id="c1",
        station_id=7,
        action="CertificateSigned",
        payload=b"{}",
        created_at=NOON,
        expires_at=NOON,
        state=state,
    )


@pytest.mark.parametrize(
    ("outcome", "state", "holds"),
    [
        (Outcome(status="Accepted"), CommandState.ACCEPTED, HolderState.ACCEPTED),
        (Outcome(status="Rejected", reason="Why"), CommandState.REJECTED, HolderState.REJECTED),
        (None, CommandState.TIMED_OUT, HolderState.UNKNOWN),
        (None, CommandState.UNKNOWN, HolderState.UNKNOWN),
    ],
)
def test_what_a_station_made_of_its_certificate_is_noted__A02_FR_07(view, outcome, state, holds) -> None:
    order = DeliverCertificate(chain=chain(), use=SigningUse.STATION)
    concluded = conclude(order, command(state), outcome, view, NOON)
    (change,) = concluded.changes
    assert isinstance(change, RowPut)
    row = change.row
    assert isinstance(row, StationCertificate)
    assert (row.state, row.serial_number, row.subject, row.command_id) == (holds, "abc", "CN=SN-7", "c1")
    assert row.not_after == NOON + timedelta(days=5)
    told = CertificateDelivered(station="CS-7", at=NOON, fingerprint=row.fingerprint, state=holds.value)
    assert concluded.happenings == [told]


def test_what_never_arrived_is_not_noted(view: StationView) -> None:
    order = DeliverCertificate(chain=chain(), use=SigningUse.STATION)
    assert conclude(order, command(CommandState.EXPIRED), None, view, NOON).changes == []
    garbage = DeliverCertificate(chain="x")
    assert conclude(garbage, command(), Outcome(status="Accepted"), view, NOON).changes == []


def test_the_newest_accepted_certificate_is_the_one_in_use__A02_FR_15(view: StationView) -> None:
    order = DeliverCertificate(chain=chain(), use=SigningUse.STATION)
    (change,) = conclude(order, command(), Outcome(status="Accepted"), view, NOON).changes
    old = change.row
    new = replace(old, fingerprint="new", not_before=old.not_before + timedelta(days=1))
    refused = replace(new, fingerprint="no", not_before=new.not_before + timedelta(days=1), state=HolderState.REJECTED)
    assert certificates.current([new, refused, old])[SigningUse.STATION] is new
    assert certificates.trigger_name(None) == "SignCombinedCertificate"
