"""Certificates of the 1.6 security extension ↔ facts, answers, orders, outcomes; ISO 15118's go the way of `pnc`."""

from typing import Any, Final

from msgspec import UNSET

from busbar.model import trust
from busbar.model.certificates import (
    CertificateHash,
    CertificateUse,
    HashAlgorithm,
    InstalledCertificate,
    SigningUse,
)
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v16 import pnc, pnc_station
from busbar.protocol.wire import v16

_USES: Final = {
    CertificateUse.CSMS_ROOT: v16.CertificateUseEnumType.CENTRAL_SYSTEM_ROOT_CERTIFICATE,
    CertificateUse.MANUFACTURER_ROOT: v16.CertificateUseEnumType.MANUFACTURER_ROOT_CERTIFICATE,
}
_NEUTRAL_USES: Final = {wire: use for use, wire in _USES.items()}


def read_signing(sent: v16.SignCertificateRequest) -> trust.SigningRequested:
    return trust.SigningRequested(csr=sent.csr, use=SigningUse.STATION)


def write_signing(fact: trust.SigningRequested) -> Written:
    if fact.use not in (None, SigningUse.STATION):
        return pnc_station.write_signing(fact)
    return "SignCertificate", v16.SignCertificateRequest(csr=fact.csr)


def write_signing_answer(answer: trust.SigningAnswer) -> v16.SignCertificateResponse:
    statuses = v16.GenericStatusEnumType
    return v16.SignCertificateResponse(status=statuses.ACCEPTED if answer.accepted else statuses.REJECTED)


def read_signing_answer(sent: v16.SignCertificateResponse) -> trust.SigningAnswer:
    return trust.SigningAnswer(accepted=sent.status is v16.GenericStatusEnumType.ACCEPTED)


def read_delivery(sent: v16.CertificateSignedRequest) -> trust.DeliverCertificate:
    return trust.DeliverCertificate(chain=sent.certificate_chain, use=SigningUse.STATION)


def write_delivery(order: trust.DeliverCertificate) -> Written:
    if order.use in (None, SigningUse.STATION):
        return "CertificateSigned", v16.CertificateSignedRequest(certificate_chain=order.chain)
    body = {"certificateChain": order.chain, "certificateType": str(order.use)}
    return pnc.write_order("CertificateSigned", body)


def read_install(sent: v16.InstallCertificateRequest) -> trust.InstallCertificate:
    return trust.InstallCertificate(use=_NEUTRAL_USES[sent.certificate_type], certificate=sent.certificate)


def write_install(order: trust.InstallCertificate) -> Written:
    if order.use in pnc.USES:
        body = {"certificateType": order.use.value, "certificate": order.certificate}
        return pnc.write_order("InstallCertificate", body)
    kind = _USES.get(order.use)
    if kind is None:
        raise unsupported("1.6 has no such root")
    return "InstallCertificate", v16.InstallCertificateRequest(certificate_type=kind, certificate=order.certificate)


def read_list(sent: v16.GetInstalledCertificateIdsRequest) -> trust.ListCertificates:
    return trust.ListCertificates(uses=(_NEUTRAL_USES[sent.certificate_type],))


def write_list(order: trust.ListCertificates) -> Written:
    """Ask for one use of the security extension, or for any of ISO 15118's, which are in a store of their own."""
    if order.uses and set(order.uses) <= pnc.USES:
        body = {"certificateType": [use.value for use in order.uses]}
        return pnc.write_order("GetInstalledCertificateIds", body)
    kind = _USES.get(order.uses[0]) if len(order.uses) == 1 else None
    if kind is None:
        raise unsupported("1.6 lists one use at a time, or several of ISO 15118's")
    return "GetInstalledCertificateIds", v16.GetInstalledCertificateIdsRequest(certificate_type=kind)


def read_listed(
    request: v16.GetInstalledCertificateIdsRequest, sent: v16.GetInstalledCertificateIdsResponse
) -> trust.InstalledCertificates:
    use = _NEUTRAL_USES[request.certificate_type]
    installed = [InstalledCertificate(use, _read_hash(one)) for one in sent.certificate_hash_data or ()]
    return trust.InstalledCertificates(status=sent.status.value, installed=installed)


def write_listed(outcome: Outcome) -> v16.GetInstalledCertificateIdsResponse:
    installed = outcome.installed if isinstance(outcome, trust.InstalledCertificates) else []
    return v16.GetInstalledCertificateIdsResponse(
        status=word(v16.GetInstalledCertificateStatusEnumType, outcome.status),
        certificate_hash_data=[_write_hash(one.certificate) for one in installed] or UNSET,
    )


def read_delete(sent: v16.DeleteCertificateRequest) -> trust.DeleteCertificate:
    return trust.DeleteCertificate(certificate=_read_hash(sent.certificate_hash_data))


def write_delete(order: trust.DeleteCertificate) -> Written:
    if order.use in pnc.USES:
        return pnc.write_order("DeleteCertificate", {"certificateHashData": pnc.hash_body(order.certificate)})
    named = _write_hash(order.certificate)
    return "DeleteCertificate", v16.DeleteCertificateRequest(certificate_hash_data=named)


def _read_hash(sent: v16.CertificateHashDataType) -> CertificateHash:
    algorithm = HashAlgorithm(sent.hash_algorithm.value)
    return CertificateHash(algorithm, sent.issuer_name_hash, sent.issuer_key_hash, sent.serial_number)


def _write_hash(named: CertificateHash) -> v16.CertificateHashDataType:
    return v16.CertificateHashDataType(
        hash_algorithm=v16.HashAlgorithmEnumType(named.algorithm.value),
        issuer_name_hash=named.issuer_name_hash,
        issuer_key_hash=named.issuer_key_hash,
        serial_number=named.serial_number,
    )


def _status(response: type[Any], statuses: type[Any]) -> Any:
    return lambda outcome: response(status=word(statuses, outcome.status))


PART: Final = Part(
    reports={"SignCertificate": Report(read_signing, write_signing_answer, read_signing_answer)},
    facts={trust.SigningRequested: write_signing},
    calls={
        "CertificateSigned": Call(
            read_delivery, read_status, _status(v16.CertificateSignedResponse, v16.CertificateSignedStatusEnumType)
        ),
        "InstallCertificate": Call(
            read_install, read_status, _status(v16.InstallCertificateResponse, v16.InstallCertificateStatusEnumType)
        ),
        "GetInstalledCertificateIds": Call(read_list, read_listed, write_listed),
        "DeleteCertificate": Call(
            read_delete, read_status, _status(v16.DeleteCertificateResponse, v16.DeleteCertificateStatusEnumType)
        ),
    },
    orders={
        trust.DeliverCertificate: write_delivery,
        trust.InstallCertificate: write_install,
        trust.ListCertificates: write_list,
        trust.DeleteCertificate: write_delete,
    },
)
