"""2.x customer information: what a station holds of a customer ↔ neutral; `wire` is the version's module of types."""

from typing import Any

from msgspec import UNSET

from busbar.model.customer import CertificateHash, CustomerInformed, GetCustomerInformation
from busbar.model.facts import Acknowledged
from busbar.protocol.translate.errors import improper, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.device import read_part, write_part
from busbar.protocol.translate.v2.words import read_token, status_writer, token


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 share."""
    customers = Customers(wire)
    informed = wire.NotifyCustomerInformationResponse()
    return Part(
        reports={"NotifyCustomerInformation": Report(_read_informed, lambda _: informed, lambda _: Acknowledged())},
        facts={CustomerInformed: customers.write_informed},
        calls={
            "CustomerInformation": Call(
                _read_get,
                read_status,
                status_writer(wire, wire.CustomerInformationResponse, wire.CustomerInformationStatusEnumType),
            )
        },
        orders={GetCustomerInformation: customers.write_get},
    )


class Customers:
    """Writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def write_get(self, order: GetCustomerInformation) -> Written:
        """Write the order. Raises Untranslatable unless exactly one reference names the customer (N09.FR.04)."""
        wire = self._wire
        if [order.token, order.certificate, order.identifier].count(None) != 2:
            raise improper("a customer is named by a token, a certificate or an identifier: one of them")
        certificate: Any = UNSET
        if order.certificate is not None:
            certificate = wire.CertificateHashDataType(
                hash_algorithm=word(wire.HashAlgorithmEnumType, order.certificate.algorithm),
                issuer_name_hash=order.certificate.issuer_name_hash,
                issuer_key_hash=order.certificate.issuer_key_hash,
                serial_number=order.certificate.serial,
            )
        return "CustomerInformation", wire.CustomerInformationRequest(
            request_id=order.request_id,
            report=order.report,
            clear=order.clear,
            id_token=UNSET if order.token is None else token(wire, order.token),
            customer_certificate=certificate,
            customer_identifier=UNSET if order.identifier is None else order.identifier,
        )

    def write_informed(self, fact: CustomerInformed) -> Written:
        return "NotifyCustomerInformation", self._wire.NotifyCustomerInformationRequest(
            **write_part(fact.part), data=fact.data
        )


def _read_get(sent: Any) -> GetCustomerInformation:
    certificate = sent.customer_certificate
    return GetCustomerInformation(
        request_id=sent.request_id,
        report=sent.report,
        clear=sent.clear,
        token=read_token(sent.id_token),
        certificate=_read_certificate(certificate) if certificate else None,
        identifier=sent.customer_identifier or None,
    )


def _read_certificate(sent: Any) -> CertificateHash:
    return CertificateHash(
        algorithm=sent.hash_algorithm.value,
        issuer_name_hash=sent.issuer_name_hash,
        issuer_key_hash=sent.issuer_key_hash,
        serial=sent.serial_number,
    )


def _read_informed(sent: Any) -> CustomerInformed:
    return CustomerInformed(part=read_part(sent), data=sent.data)
