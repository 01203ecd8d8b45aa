"""A 2.x station's own certificates and its store of roots ↔ facts, orders, outcomes; `wire` has the version's types."""

from typing import Any

from msgspec import UNSET

from busbar.model import trust
from busbar.model.certificates import CertificateUse, InstalledCertificate, SigningUse
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.hashes import read_hash, status_info, write_hash


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 say of a station's certificates."""
    made = Certificates(wire)
    return Part(
        reports={
            "SignCertificate": Report(made.read_signing, made.write_signing_answer, made.read_signing_answer),
        },
        facts={trust.SigningRequested: made.write_signing},
        calls={
            "CertificateSigned": Call(made.read_delivery, read_status, made.write_delivered),
            "InstallCertificate": Call(made.read_install, read_status, made.write_installed),
            "GetInstalledCertificateIds": Call(made.read_list, made.read_listed, made.write_listed),
            "DeleteCertificate": Call(made.read_delete, read_status, made.write_deleted),
        },
        orders={
            trust.DeliverCertificate: made.write_delivery,
            trust.InstallCertificate: made.write_install,
            trust.ListCertificates: made.write_list,
            trust.DeleteCertificate: made.write_delete,
        },
    )


class Certificates:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    # a station's own certificate

    def read_signing(self, sent: Any) -> trust.SigningRequested:
        root, number = getattr(sent, "hash_root_certificate", UNSET), getattr(sent, "request_id", UNSET)
        return trust.SigningRequested(
            csr=sent.csr,
            use=_use(sent.certificate_type),
            request_id=None if number is UNSET else number,
            root=None if root is UNSET else read_hash(root),
        )

    def write_signing(self, fact: trust.SigningRequested) -> Written:
        kind = self._wire.SignCertificateRequest
        newer: dict[str, Any] = {}
        if "request_id" in kind.__struct_fields__:
            newer["request_id"] = UNSET if fact.request_id is None else fact.request_id
            newer["hash_root_certificate"] = write_hash(self._wire, fact.root) if fact.root else UNSET
        return "SignCertificate", kind(csr=fact.csr, certificate_type=self._signing_use(fact.use), **newer)

    def _signing_use(self, use: SigningUse | None) -> Any:
        return UNSET if use is None else word(self._wire.CertificateSigningUseEnumType, use.value)

    def write_signing_answer(self, answer: trust.SigningAnswer) -> Any:
        statuses = self._wire.GenericStatusEnumType
        return self._wire.SignCertificateResponse(
            status=statuses.ACCEPTED if answer.accepted else statuses.REJECTED,
            status_info=status_info(self._wire, answer.reason, answer.detail),
        )

    def read_signing_answer(self, sent: Any) -> trust.SigningAnswer:
        outcome = read_status(None, sent)
        return trust.SigningAnswer(accepted=outcome.accepted, reason=outcome.reason, detail=outcome.detail)

    def read_delivery(self, sent: Any) -> trust.DeliverCertificate:
        number = getattr(sent, "request_id", UNSET)
        return trust.DeliverCertificate(
            chain=sent.certificate_chain,
            use=_use(sent.certificate_type),
            request_id=None if number is UNSET else number,
        )

    def write_delivery(self, order: trust.DeliverCertificate) -> Written:
        """Echo the use (A02.FR.14) and, in 2.1, the request's id (A02.FR.25)."""
        kind = self._wire.CertificateSignedRequest
        numbered = order.request_id is not None and "request_id" in kind.__struct_fields__
        newer = {"request_id": order.request_id} if numbered else {}
        return "CertificateSigned", kind(
            certificate_chain=order.chain, certificate_type=self._signing_use(order.use), **newer
        )

    def write_delivered(self, outcome: Outcome) -> Any:
        return self._wire.CertificateSignedResponse(
            status=word(self._wire.CertificateSignedStatusEnumType, outcome.status),
            status_info=status_info(self._wire, outcome.reason, outcome.detail),
        )

    # a station's store

    def read_install(self, sent: Any) -> trust.InstallCertificate:
        use = CertificateUse(sent.certificate_type.value)
        return trust.InstallCertificate(use=use, certificate=sent.certificate)

    def write_install(self, order: trust.InstallCertificate) -> Written:
        use = word(self._wire.InstallCertificateUseEnumType, order.use.value)
        return "InstallCertificate", self._wire.InstallCertificateRequest(
            certificate_type=use, certificate=order.certificate
        )

    def write_installed(self, outcome: Outcome) -> Any:
        return self._wire.InstallCertificateResponse(
            status=word(self._wire.InstallCertificateStatusEnumType, outcome.status),
            status_info=status_info(self._wire, outcome.reason, outcome.detail),
        )

    def read_list(self, sent: Any) -> trust.ListCertificates:
        uses = tuple(CertificateUse(one.value) for one in sent.certificate_type or ())
        return trust.ListCertificates(uses=uses)

    def write_list(self, order: trust.ListCertificates) -> Written:
        uses = [word(self._wire.GetCertificateIdUseEnumType, use.value) for use in order.uses]
        return "GetInstalledCertificateIds", self._wire.GetInstalledCertificateIdsRequest(
            certificate_type=uses or UNSET
        )

    def read_listed(self, request: Any, sent: Any) -> trust.InstalledCertificates:
        outcome = read_status(request, sent)
        return trust.InstalledCertificates(
            status=outcome.status,
            reason=outcome.reason,
            detail=outcome.detail,
            installed=[_installed(one) for one in sent.certificate_hash_data_chain or ()],
        )

    def write_listed(self, outcome: Outcome) -> Any:
        installed = outcome.installed if isinstance(outcome, trust.InstalledCertificates) else []
        return self._wire.GetInstalledCertificateIdsResponse(
            status=word(self._wire.GetInstalledCertificateStatusEnumType, outcome.status),
            status_info=status_info(self._wire, outcome.reason, outcome.detail),
            certificate_hash_data_chain=[self._chain(one) for one in installed] or UNSET,
        )

    def _chain(self, one: InstalledCertificate) -> Any:
        return self._wire.CertificateHashDataChainType(
            certificate_hash_data=write_hash(self._wire, one.certificate),
            certificate_type=word(self._wire.GetCertificateIdUseEnumType, one.use.value),
            child_certificate_hash_data=[write_hash(self._wire, child) for child in one.children] or UNSET,
        )

    def read_delete(self, sent: Any) -> trust.DeleteCertificate:
        return trust.DeleteCertificate(certificate=read_hash(sent.certificate_hash_data))

    def write_delete(self, order: trust.DeleteCertificate) -> Written:
        return "DeleteCertificate", self._wire.DeleteCertificateRequest(
            certificate_hash_data=write_hash(self._wire, order.certificate)
        )

    def write_deleted(self, outcome: Outcome) -> Any:
        return self._wire.DeleteCertificateResponse(
            status=word(self._wire.DeleteCertificateStatusEnumType, outcome.status),
            status_info=status_info(self._wire, outcome.reason, outcome.detail),
        )


def _use(sent: Any) -> SigningUse | None:
    return None if sent is UNSET else SigningUse(sent.value)


def _installed(sent: Any) -> InstalledCertificate:
    return InstalledCertificate(
        use=CertificateUse(sent.certificate_type.value),
        certificate=read_hash(sent.certificate_hash_data),
        children=tuple(read_hash(child) for child in sent.child_certificate_hash_data or ()),
    )
