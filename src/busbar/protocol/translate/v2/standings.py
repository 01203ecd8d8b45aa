"""What 2.x stations ask about certificates, and what vehicles ask for; `wire` has the version's types."""

import contextlib
from datetime import UTC
from typing import Any

import msgspec
from msgspec import UNSET

from busbar.model import trust
from busbar.model.certificates import CertificateStanding, Standing, StatusRequest, StatusSource
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Report, Written, read_status
from busbar.protocol.translate.v2.hashes import read_hash, read_target, write_hash, write_target


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 ask about certificates."""
    made = Standings(wire)
    return Part(
        reports={
            "GetCertificateStatus": Report(made.read_asked, made.write_status_answer, made.read_status_answer),
            "Get15118EVCertificate": Report(made.read_vehicle, made.write_vehicle_answer, made.read_vehicle_answer),
        },
        facts={
            trust.CertificateStatusAsked: made.write_asked,
            trust.VehicleCertificateRequested: made.write_vehicle,
        },
    )


def part_21(wire: Any) -> Part:
    """Return what only 2.1 has: how a whole chain stands."""
    made = Standings(wire)
    return Part(
        reports={
            "GetCertificateChainStatus": Report(made.read_chain, made.write_chain_answer, made.read_chain_answer),
        },
        facts={trust.ChainStatusAsked: made.write_chain},
    )


class Standings:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    # how certificates stand

    def read_asked(self, sent: Any) -> trust.CertificateStatusAsked:
        return trust.CertificateStatusAsked(target=read_target(sent.ocsp_request_data))

    def write_asked(self, fact: trust.CertificateStatusAsked) -> Written:
        return "GetCertificateStatus", self._wire.GetCertificateStatusRequest(
            ocsp_request_data=write_target(self._wire, fact.target)
        )

    def write_status_answer(self, answer: trust.CertificateStatusAnswer) -> Any:
        """Write the responder's answer, or that there is none where it is longer than this version has room for."""
        kind = self._wire.GetCertificateStatusResponse
        if answer.ocsp is not None:
            with contextlib.suppress(msgspec.ValidationError):
                return msgspec.convert({"status": "Accepted", "ocspResult": answer.ocsp}, kind)
        return kind(status=self._wire.GetCertificateStatusEnumType.FAILED)

    def read_status_answer(self, sent: Any) -> trust.CertificateStatusAnswer:
        return trust.CertificateStatusAnswer(ocsp=sent.ocsp_result or None)

    def read_chain(self, sent: Any) -> trust.ChainStatusAsked:
        asked = tuple(
            StatusRequest(read_hash(one.certificate_hash_data), StatusSource(one.source.value), tuple(one.urls))
            for one in sent.certificate_status_requests
        )
        return trust.ChainStatusAsked(requests=asked)

    def write_chain(self, fact: trust.ChainStatusAsked) -> Written:
        wire = self._wire
        asked = [
            wire.CertificateStatusRequestInfoType(
                certificate_hash_data=write_hash(self._wire, one.certificate),
                source=wire.CertificateStatusSourceEnumType(one.source.value),
                urls=list(one.urls),
            )
            for one in fact.requests
        ]
        return "GetCertificateChainStatus", wire.GetCertificateChainStatusRequest(certificate_status_requests=asked)

    def write_chain_answer(self, answer: trust.ChainStatusAnswer) -> Any:
        wire = self._wire
        told = [
            wire.CertificateStatusType(
                certificate_hash_data=write_hash(self._wire, one.certificate),
                source=wire.CertificateStatusSourceEnumType(one.source.value),
                status=wire.CertificateStatusEnumType(one.standing.value),
                next_update=seconds(one.next_update),
            )
            for one in answer.standings
        ]
        return wire.GetCertificateChainStatusResponse(certificate_status=told)

    def read_chain_answer(self, sent: Any) -> trust.ChainStatusAnswer:
        told = tuple(
            CertificateStanding(
                read_hash(one.certificate_hash_data),
                StatusSource(one.source.value),
                Standing(one.status.value),
                one.next_update.astimezone(UTC),
            )
            for one in sent.certificate_status
        )
        return trust.ChainStatusAnswer(standings=told)

    # a vehicle's certificate

    def read_vehicle(self, sent: Any) -> trust.VehicleCertificateRequested:
        most = getattr(sent, "maximum_contract_certificate_chains", UNSET)
        return trust.VehicleCertificateRequested(
            schema_version=sent.iso15118_schema_version,
            update=sent.action is self._wire.CertificateActionEnumType.UPDATE,
            exi=sent.exi_request,
            most_chains=None if most is UNSET else most,
            preferred_emaids=tuple(getattr(sent, "prioritized_emai_ds", None) or ()),
        )

    def write_vehicle(self, fact: trust.VehicleCertificateRequested) -> Written:
        kind, actions = self._wire.Get15118EVCertificateRequest, self._wire.CertificateActionEnumType
        newer: dict[str, Any] = {}
        if "prioritized_emai_ds" in kind.__struct_fields__:
            newer["maximum_contract_certificate_chains"] = UNSET if fact.most_chains is None else fact.most_chains
            newer["prioritized_emai_ds"] = list(fact.preferred_emaids) or UNSET
        return "Get15118EVCertificate", kind(
            iso15118_schema_version=fact.schema_version,
            action=actions.UPDATE if fact.update else actions.INSTALL,
            exi_request=fact.exi,
            **newer,
        )

    def write_vehicle_answer(self, answer: trust.VehicleCertificateAnswer) -> Any:
        kind, statuses = self._wire.Get15118EVCertificateResponse, self._wire.Iso15118EVCertificateStatusEnumType
        counted = answer.remaining is not None and "remaining_contracts" in kind.__struct_fields__
        newer = {"remaining_contracts": answer.remaining} if counted else {}
        return kind(status=statuses.ACCEPTED if answer.accepted else statuses.FAILED, exi_response=answer.exi, **newer)

    def read_vehicle_answer(self, sent: Any) -> trust.VehicleCertificateAnswer:
        remaining = getattr(sent, "remaining_contracts", UNSET)
        return trust.VehicleCertificateAnswer(
            accepted=read_status(None, sent).accepted,
            exi=sent.exi_response,
            remaining=None if remaining is UNSET else remaining,
        )
