from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.records.certificates import CertificatePolicy, TrustRoot
from busbar.csms.rows import Station, Token
from busbar.csms.services import decisions
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.questions import Found, StandingQuestion, VehicleQuestion
from busbar.csms.services.view import AskNeed, Context, RowNeed, StationView, TokenNeed, Tokens
from busbar.model.certificates import (
    CertificateHash,
    CertificateUse,
    ContractVerdict,
    HashAlgorithm,
    Standing,
    StatusRequest,
    StatusSource,
    StatusTarget,
)
from busbar.model.facts import TokenPresented
from busbar.model.trust import (
    CertificateStatusAnswer,
    CertificateStatusAsked,
    ChainStatusAsked,
    VehicleCertificateAnswer,
    VehicleCertificateRequested,
)
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.pki import authority, pem
from busbar.pki.authority import Issuer, Services, Validity
from busbar.pki.hashes import hash_data

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NEXT = NOON + timedelta(days=1)
EMAID = "DE-ABC-C12345678-9"
ROOT_KEY, SUB_KEY = authority.make_key(), authority.make_key()
LONG = Validity(at=NOON, days=3650)
ROOT = Issuer(authority.make_root(authority.name("MO Root"), ROOT_KEY, 1, LONG), ROOT_KEY)
SUB = Issuer(authority.make_authority(authority.name("MO Sub"), SUB_KEY.public_key(), ROOT, 2, LONG), SUB_KEY)
LEAF = authority.issue_end(
    authority.name("DEABCC12345678"),
    SUB_KEY.public_key(),
    SUB,
    3,
    Validity(at=NOON, days=30),
    Services(ocsp_url="http://ocsp/"),
)
CHAIN: str = pem.write_chain([LEAF, SUB.certificate])
NAMED = hash_data(LEAF, SUB.certificate)
TARGET = StatusTarget(NAMED, "http://station-says/")


def trusted(certificate=ROOT.certificate) -> TrustRoot:
    return TrustRoot(
        fingerprint=pem.fingerprint(certificate),
        use=CertificateUse.MO_ROOT,
        label="",
        subject="",
        pem=pem.write_chain([certificate]),
        not_after=NEXT,
        added_at=NOON,
    )


class World:
    """A station, what is stored, and what others answer."""

    def __init__(self) -> None:
        self.view = StationView(Station(id=7, identity="CS-7"), Version.V21, 1)
        self.rows = [trusted()]
        self.tokens = {EMAID.casefold(): Token(key=EMAID.casefold(), value=EMAID, kind="eMAID")}
        self.answer = lambda question: tuple(Found(Standing.GOOD, NEXT, b"DER") for _ in question.lookups)
        self.asked = []
        self.changes = []

    def tell(self, fact, at: datetime = NOON):
        context = Context(Tokens(policy=Policy()), lambda: 1)
        while needs := decisions.needs(fact, self.view, context.tokens):
            for need in needs:
                if isinstance(need, TokenNeed):
                    context.tokens.put(need.key, self.tokens.get(need.key))
                elif isinstance(need, AskNeed):
                    self.asked.append(need.question)
                    self.view.found[need] = self.answer(need.question)
                elif isinstance(need, RowNeed):
                    self.view.found[need] = tuple(r for r in self.rows if isinstance(r, need.kind))
        decision = decisions.decide(fact, self.view, context, at)
        self.changes = decision.changes
        self.view.found.clear()
        return decision.answer


@pytest.fixture
def world() -> World:
    return World()


def presented(emaid: str = EMAID, **fields) -> TokenPresented:
    return TokenPresented(token=IdToken(emaid, "eMAID"), **{"certificate": CHAIN} | fields)


def standing(value: Standing):
    return lambda question: tuple(Found(value, NEXT) for _ in question.lookups)


def test_a_good_contract_may_charge__C07_FR_14(world: World) -> None:
    answer = world.tell(presented())
    assert (answer.status, answer.certificate) == (AuthorizationStatus.ACCEPTED, ContractVerdict.ACCEPTED)
    ((lookup,),) = [question.lookups for question in world.asked]
    assert (lookup.urls, lookup.certificate) == (("http://ocsp/",), NAMED)  # C07.FR.05
    assert lookup.issuer == SUB.certificate.public_bytes(Encoding.DER)


def test_a_token_without_a_certificate_asks_nobody(world: World) -> None:
    answer = world.tell(TokenPresented(token=IdToken(EMAID, "eMAID")))
    assert (answer.status, answer.certificate) == (AuthorizationStatus.ACCEPTED, None)
    assert world.asked == []


@pytest.mark.parametrize("status", [AuthorizationStatus.INVALID, AuthorizationStatus.BLOCKED, None])
def test_a_cancelled_contract_has_a_good_certificate__C07_FR_13(world: World, status) -> None:
    if status is None:
        world.tokens.clear()
    else:
        world.tokens[EMAID.casefold()].status = status
    answer = world.tell(presented())
    assert answer.status is (status or AuthorizationStatus.UNKNOWN)
    assert answer.certificate is ContractVerdict.CONTRACT_CANCELLED


def test_an_expired_certificate__C07_FR_15(world: World) -> None:
    answer = world.tell(presented(), NOON + timedelta(days=31))
    assert (answer.status, answer.certificate) == (AuthorizationStatus.EXPIRED, ContractVerdict.EXPIRED)


def test_a_revoked_certificate__C07_FR_16(world: World) -> None:
    world.answer = standing(Standing.REVOKED)
    answer = world.tell(presented())
    assert (answer.status, answer.certificate) == (AuthorizationStatus.INVALID, ContractVerdict.REVOKED)


@pytest.mark.parametrize("answer", [standing(Standing.UNKNOWN), lambda _: (None,), lambda _: None])
def test_what_nobody_vouches_for_is_not_taken_for_good__C07_FR_17(world: World, answer) -> None:
    world.answer = answer
    for fact in (presented(), presented(certificate=None, certificate_targets=(TARGET,))):
        said = world.tell(fact)
        assert (said.status, said.certificate) == (AuthorizationStatus.INVALID, ContractVerdict.CHAIN_ERROR)
        (kept,) = [change.row for change in world.changes]
        assert (kept.status, kept.why) == (AuthorizationStatus.INVALID, "the contract certificate: CertChainError")


@pytest.mark.parametrize("certificate", ["garbage", pem.write_chain([LEAF]), pem.write_chain([SUB.certificate, LEAF])])
def test_a_broken_chain__C07_FR_17(world: World, certificate: str) -> None:
    assert world.tell(presented(certificate=certificate)).certificate is ContractVerdict.CHAIN_ERROR


def test_a_chain_of_an_unknown_root__C07_FR_17(world: World) -> None:
    world.rows = []
    assert world.tell(presented()).certificate is ContractVerdict.CHAIN_ERROR


def test_nobody_charges_with_the_contract_of_another(world: World) -> None:
    other = "DE-ABC-C99999999-9"
    world.tokens[other.casefold()] = Token(key=other.casefold(), value=other, kind="eMAID")
    assert world.tell(presented(other)).certificate is ContractVerdict.CHAIN_ERROR
    world.rows.append(CertificatePolicy(any_common_name=True))
    assert world.tell(presented(other)).certificate is ContractVerdict.ACCEPTED


def test_the_station_may_have_checked_the_chain_itself__C07_FR_02(world: World) -> None:
    answer = world.tell(presented(certificate=None, certificate_targets=(TARGET,)))
    assert answer.certificate is ContractVerdict.ACCEPTED
    ((lookup,),) = [question.lookups for question in world.asked]
    assert (lookup.urls, lookup.issuer) == (("http://station-says/",), None)


def test_a_responders_answer_is_handed_on__M06_FR_03(world: World) -> None:
    fact = CertificateStatusAsked(target=TARGET)
    assert world.tell(fact) == CertificateStatusAnswer(ocsp="REVS")
    world.answer = lambda _: (None,)
    assert world.tell(fact) == CertificateStatusAnswer()  # M06.FR.04


def test_each_of_a_chain_is_said_to_stand__M07_FR_08(world: World) -> None:
    other = CertificateHash(HashAlgorithm.SHA256, "aa", "bb", "2")
    requests = (
        StatusRequest(NAMED, StatusSource.OCSP, ("http://o/",)),
        StatusRequest(other, StatusSource.CRL, ("http://c/",)),
    )
    world.answer = lambda _: (Found(Standing.REVOKED, NEXT), None)
    first, second = world.tell(ChainStatusAsked(requests=requests)).standings
    assert (first.certificate, first.standing, first.next_update) == (NAMED, Standing.REVOKED, NEXT)
    assert (second.source, second.standing) == (StatusSource.CRL, Standing.FAILED)  # M07.FR.05
    assert isinstance(world.asked[0], StandingQuestion)


def test_a_vehicle_gets_what_the_provider_has__M01_FR_01(world: World) -> None:
    fact = VehicleCertificateRequested(schema_version="urn:x", update=True, exi="AA", most_chains=2)
    given = VehicleCertificateAnswer(accepted=True, exi="BB", remaining=1)
    world.answer = lambda _: given
    assert world.tell(fact) == given
    assert world.asked == [VehicleQuestion("urn:x", True, "AA", 2, ())]
    world.answer = lambda _: None
    assert world.tell(fact) == VehicleCertificateAnswer(accepted=False)
