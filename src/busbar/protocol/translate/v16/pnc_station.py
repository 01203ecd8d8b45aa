"""ISO 15118 in 1.6 as the station says it: its messages inside DataTransfer, and its answers to those of the CSMS.

The shapes are `pnc`'s; an answer names no message, so what was asked is needed to read it.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from busbar.model import trust
from busbar.model.certificates import ContractVerdict, StatusTarget
from busbar.model.facts import Answer, Fact, TokenAnswer, TokenPresented
from busbar.model.orders import Outcome
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.translate.errors import improper
from busbar.protocol.translate.translator import Written
from busbar.protocol.translate.v16.pnc import (
    VENDOR,
    Shape,
    TokenShape,
    Word,
    decode,
    hash_body,
    knows_order,
    write_order,
)
from busbar.protocol.wire import v16


class _Signed(Shape, kw_only=True):
    status: Word


class _Standing(Shape, kw_only=True):
    status: Word
    ocsp_result: Annotated[str, Meta(max_length=18_000)] | UnsetType = UNSET


class _Contract(Shape, kw_only=True):
    status: Word
    exi_response: Annotated[str, Meta(max_length=18_000)] = ""


class _Info(Shape, kw_only=True):
    status: AuthorizationStatus
    group_id_token: TokenShape | UnsetType = UNSET


class _Verdict(Shape, kw_only=True):
    id_token_info: _Info
    certificate_status: ContractVerdict | UnsetType = UNSET


def write_signing(fact: trust.SigningRequested) -> Written:
    """Write SignCertificate for ISO 15118."""
    return write_order("SignCertificate", {"csr": fact.csr, "certificateType": str(fact.use)})


def write_authorize(fact: TokenPresented) -> Written:
    """Write Authorize with a contract certificate."""
    body: dict[str, Any] = {"idToken": fact.token.value}
    if fact.certificate is not None:
        body["certificate"] = fact.certificate
    if fact.certificate_targets:
        body["iso15118CertificateHashData"] = [_target(one) for one in fact.certificate_targets]
    return write_order("Authorize", body)


def write_asked(fact: trust.CertificateStatusAsked) -> Written:
    """Write GetCertificateStatus."""
    return write_order("GetCertificateStatus", {"ocspRequestData": _target(fact.target)})


def write_vehicle(fact: trust.VehicleCertificateRequested) -> Written:
    """Write Get15118EVCertificate."""
    action = "Update" if fact.update else "Install"
    body = {"iso15118SchemaVersion": fact.schema_version, "action": action, "exiRequest": fact.exi}
    return write_order("Get15118EVCertificate", body)


def _target(one: StatusTarget) -> dict[str, str]:
    return hash_body(one.certificate) | {"responderURL": one.responder_url}


def read_answer(fact: Fact, sent: v16.DataTransferResponse) -> Answer:
    """Read the CSMS's answer to a message of ours; one that was not taken says no. Raises Untranslatable."""
    taken = sent.status is v16.DataTransferStatus.ACCEPTED
    match fact:
        case trust.SigningRequested():
            return trust.SigningAnswer(accepted=taken and decode(_Signed, sent.data).status == "Accepted")
        case trust.CertificateStatusAsked():
            return trust.CertificateStatusAnswer(ocsp=_ocsp(decode(_Standing, sent.data)) if taken else None)
        case trust.VehicleCertificateRequested() if taken:
            said = decode(_Contract, sent.data)
            return trust.VehicleCertificateAnswer(accepted=said.status == "Accepted", exi=said.exi_response)
        case trust.VehicleCertificateRequested():
            return trust.VehicleCertificateAnswer(accepted=False)
        case TokenPresented() if taken:
            return _verdict(decode(_Verdict, sent.data))
        case TokenPresented():
            return TokenAnswer(status=AuthorizationStatus.INVALID)
        case _:
            raise improper("an answer to nothing that was asked")


def _ocsp(said: _Standing) -> str | None:
    return (said.ocsp_result or None) if said.status == "Accepted" else None


def _verdict(said: _Verdict) -> TokenAnswer:
    info = said.id_token_info
    group = IdToken(info.group_id_token.id_token, info.group_id_token.type) if info.group_id_token else None
    return TokenAnswer(status=info.status, group=group, certificate=said.certificate_status or None)


def write_outcome(request: v16.DataTransferRequest, outcome: Outcome) -> v16.DataTransferResponse | None:
    """Write the answer to a message of the CSMS; None where it is another vendor's."""
    if request.vendor_id != VENDOR or not knows_order(request.message_id):
        return None
    body: dict[str, Any] = {"status": outcome.status}
    if outcome.reason:
        body["statusInfo"] = {"reasonCode": outcome.reason} | (
            {"additionalInfo": outcome.detail} if outcome.detail else {}
        )
    if isinstance(outcome, trust.InstalledCertificates) and outcome.installed:
        body["certificateHashDataChain"] = [
            {
                "certificateType": one.use.value,
                "certificateHashData": hash_body(one.certificate),
                "childCertificateHashData": [hash_body(child) for child in one.children],
            }
            for one in outcome.installed
        ]
    return v16.DataTransferResponse(status=v16.DataTransferStatus.ACCEPTED, data=msgspec.json.encode(body).decode())


FACTS: Final[dict[type, Callable[[Any], Written]]] = {
    trust.CertificateStatusAsked: write_asked,
    trust.VehicleCertificateRequested: write_vehicle,
}
