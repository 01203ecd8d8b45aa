"""Plug & Charge: whether a contract certificate may charge (C07), how certificates stand, what vehicles are given.

Nothing here goes out: what others say was asked before, and None is that they did not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from busbar.csms.changes import Change, RowAdded
from busbar.csms.records.authorization import Explanation
from busbar.csms.records.certificates import CertificatePolicy, TrustRoot
from busbar.csms.services.questions import Found, Lookup, StandingQuestion, VehicleQuestion
from busbar.csms.services.view import AskNeed, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.certificates import (
    CertificateHash,
    CertificateStanding,
    CertificateUse,
    ContractVerdict,
    Standing,
    StatusSource,
)
from busbar.model.facts import TokenAnswer, TokenPresented
from busbar.model.trust import (
    CertificateStatusAnswer,
    CertificateStatusAsked,
    ChainStatusAnswer,
    ChainStatusAsked,
    VehicleCertificateAnswer,
    VehicleCertificateRequested,
)
from busbar.model.values import AuthorizationStatus
from busbar.pki import chains, pem
from busbar.pki.chains import Link, Verdict
from busbar.pki.pem import Malformed
from busbar.pki.requests import Unfit, common_name

_ROOTS: Final = RowNeed(TrustRoot, (("use", (CertificateUse.MO_ROOT, CertificateUse.V2G_ROOT)),))
_POLICY: Final = RowNeed(CertificatePolicy, ())  # its organisation's
_EMAID_LENGTH: Final = 14
"""Country, provider and contract without hyphens; a check digit may follow."""
_MOST_LOOKUPS: Final = 4
# C07.FR.13: the certificate is good, the contract is not.
_CANCELLED: Final = frozenset(
    {
        AuthorizationStatus.BLOCKED,
        AuthorizationStatus.EXPIRED,
        AuthorizationStatus.INVALID,
        AuthorizationStatus.UNKNOWN,
    }
)
_REFUSALS: Final = {
    ContractVerdict.EXPIRED: AuthorizationStatus.EXPIRED,  # C07.FR.15
    ContractVerdict.REVOKED: AuthorizationStatus.INVALID,  # C07.FR.16
    ContractVerdict.CHAIN_ERROR: AuthorizationStatus.INVALID,  # C07.FR.17
}


def presented_needs(fact: TokenPresented, view: StationView) -> Sequence[Need]:
    """Return what the verdict on a contract certificate lacks; nothing for a token without one."""
    if fact.certificate is None and not fact.certificate_targets:
        return ()
    missing = [need for need in (_ROOTS, _POLICY) if need not in view.found]
    if missing:
        return missing
    ask = AskNeed(_question(fact, view))
    return () if ask in view.found else (ask,)


def judged(fact: TokenPresented, view: StationView, decision: Decision, at: datetime) -> Decision:
    """Add to the verdict on a token the one on its contract certificate, which comes first (C07.FR.13 to 17)."""
    if fact.certificate is None and not fact.certificate_targets:
        return decision
    answer = decision.answer
    if not isinstance(answer, TokenAnswer):
        return decision
    verdict = _verdict(fact, view, at)
    if verdict in _REFUSALS:
        return Decision(TokenAnswer(status=_REFUSALS[verdict], certificate=verdict), _explained(decision, verdict))
    answer.certificate = ContractVerdict.CONTRACT_CANCELLED if answer.status in _CANCELLED else ContractVerdict.ACCEPTED
    return decision


def _explained(decision: Decision, verdict: ContractVerdict) -> list[Change]:
    """Return the record of the judgement with the certificate as its reason."""
    rows = (change.row for change in decision.changes if isinstance(change, RowAdded))
    why = f"the contract certificate: {verdict.value}"
    return [
        RowAdded(replace(row, status=_REFUSALS[verdict], rules=(), why=why))
        for row in rows
        if isinstance(row, Explanation)
    ]


def _verdict(fact: TokenPresented, view: StationView, at: datetime) -> ContractVerdict:
    if fact.certificate is not None:
        chain = _chain(fact.certificate)
        found = chains.judge(chain, _roots(view), at)
        if found is Verdict.EXPIRED:
            return ContractVerdict.EXPIRED
        if found is Verdict.BROKEN or not _names(chain[0], fact.token.value, view):
            return ContractVerdict.CHAIN_ERROR
    question = _question(fact, view)
    heard: Sequence[Found | None] = view.found[AskNeed(question)] or [None] * len(question.lookups)
    standings = [Standing.FAILED if one is None else one.standing for one in heard]
    if Standing.REVOKED in standings:
        return ContractVerdict.REVOKED
    # C07.FR.05: what nobody vouches for is not taken for good
    return ContractVerdict.ACCEPTED if set(standings) <= {Standing.GOOD} else ContractVerdict.CHAIN_ERROR


def _question(fact: TokenPresented, view: StationView) -> StandingQuestion:
    """Ask about what the station names, else about all of the chain that name a responder."""
    links = chains.links(_chain(fact.certificate), _roots(view)) if fact.certificate is not None else []
    if fact.certificate_targets:
        lookups = [
            Lookup(target.certificate, StatusSource.OCSP, (target.responder_url,), _issuer(target.certificate, links))
            for target in fact.certificate_targets
        ]
    else:
        lookups = [
            Lookup(link.named(), StatusSource.OCSP, (link.responder_url,), link.issuer.public_bytes(Encoding.DER))
            for link in links
            if link.responder_url
        ]
    return StandingQuestion(tuple(lookups[:_MOST_LOOKUPS]))


def _issuer(named: CertificateHash, links: Sequence[Link]) -> bytes | None:
    found = (link.issuer for link in links if link.named(named.algorithm).matches(named))
    return next((issuer.public_bytes(Encoding.DER) for issuer in found), None)


def _chain(text: str | None) -> list[x509.Certificate]:
    try:
        return pem.read_chain(text or "")
    except Malformed:
        return []


def _roots(view: StationView) -> list[x509.Certificate]:
    rows: Sequence[TrustRoot] = view.found[_ROOTS]
    return [pem.read_certificate(row.pem) for row in rows]


def _names(leaf: x509.Certificate, emaid: str, view: StationView) -> bool:
    """Tell whether a contract certificate is the token's: nobody may charge with another one's contract."""
    if any(row.any_common_name for row in view.found[_POLICY]):
        return True
    try:
        return _plain(common_name(leaf.subject)) == _plain(emaid)
    except Unfit:
        return False


def _plain(emaid: str) -> str:
    """Return an eMAID without hyphens, case and check digit."""
    return emaid.replace("-", "").casefold()[:_EMAID_LENGTH]


def status_needs(fact: CertificateStatusAsked, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the question to the responder."""
    return _missing(_status_question(fact), view)


def status_asked(fact: CertificateStatusAsked, view: StationView, _context: Context, _at: datetime) -> Decision:
    """Hand on the responder's answer, whatever it says (M06.FR.02), or that there is none (M06.FR.04)."""
    heard: Sequence[Found | None] = view.found[_status_question(fact)] or [None]
    found = heard[0]
    return Decision(CertificateStatusAnswer(ocsp=None if found is None else pem.write_base64(found.der)))


def _status_question(fact: CertificateStatusAsked) -> AskNeed:
    lookup = Lookup(fact.target.certificate, StatusSource.OCSP, (fact.target.responder_url,))
    return AskNeed(StandingQuestion((lookup,)))


def chain_needs(fact: ChainStatusAsked, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the question to responders and to who publishes revocation lists (M07.FR.01, M07.FR.04)."""
    return _missing(_chain_question(fact), view)


def chain_asked(fact: ChainStatusAsked, view: StationView, _context: Context, at: datetime) -> Decision:
    """Say how each certificate stands (M07.FR.08)."""
    heard: Sequence[Found | None] = view.found[_chain_question(fact)] or [None] * len(fact.requests)
    standings = tuple(
        CertificateStanding(request.certificate, request.source, Standing.FAILED, at)
        if found is None
        else CertificateStanding(request.certificate, request.source, found.standing, found.next_update)
        for request, found in zip(fact.requests, heard, strict=True)
    )
    return Decision(ChainStatusAnswer(standings=standings))


def _chain_question(fact: ChainStatusAsked) -> AskNeed:
    return AskNeed(StandingQuestion(tuple(Lookup(one.certificate, one.source, one.urls) for one in fact.requests)))


def vehicle_needs(fact: VehicleCertificateRequested, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the question to the provider of contract certificates (M01.FR.01)."""
    return _missing(_vehicle_question(fact), view)


def vehicle_requested(
    fact: VehicleCertificateRequested, view: StationView, _context: Context, _at: datetime
) -> Decision:
    """Hand on what the provider has for a vehicle, or that there is nothing."""
    answer: VehicleCertificateAnswer | None = view.found[_vehicle_question(fact)]
    return Decision(answer or VehicleCertificateAnswer(accepted=False))


def _vehicle_question(fact: VehicleCertificateRequested) -> AskNeed:
    question = VehicleQuestion(fact.schema_version, fact.update, fact.exi, fact.most_chains, fact.preferred_emaids)
    return AskNeed(question)


def _missing(need: AskNeed, view: StationView) -> Sequence[Need]:
    return () if need in view.found else (need,)
