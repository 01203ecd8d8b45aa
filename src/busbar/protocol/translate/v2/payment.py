"""2.1's ad hoc payment (C18 to C25); `wire` is the version's module of types."""

from datetime import UTC
from typing import Any

from msgspec import UNSET

from busbar.model import payment
from busbar.model.payment import Address, SettlementAnswer, SettlementStatus, VatAnswer
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.tariffs import number


def part_21(wire: Any) -> Part:
    """Return what only 2.1 has."""
    own = _Payment(wire)
    return Part(
        reports={
            "NotifySettlement": Report(own.read_settled, own.write_settlement_answer, own.read_settlement_answer),
            "VatNumberValidation": Report(own.read_vat, own.write_vat_answer, own.read_vat_answer),
        },
        facts={payment.PaymentSettled: own.write_settled, payment.VatNumberAsked: own.write_vat},
        calls={
            "NotifyWebPaymentStarted": Call(
                lambda sent: payment.NotifyWebPayment(evse=sent.evse_id, timeout_s=sent.timeout),
                read_status,
                lambda _: wire.NotifyWebPaymentStartedResponse(),
            )
        },
        orders={
            payment.NotifyWebPayment: lambda order: (
                "NotifyWebPaymentStarted",
                wire.NotifyWebPaymentStartedRequest(evse_id=order.evse, timeout=order.timeout_s),
            )
        },
    )


class _Payment:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def read_settled(self, sent: Any) -> payment.PaymentSettled:
        return payment.PaymentSettled(
            psp_ref=sent.psp_ref,
            status=SettlementStatus(sent.status.value),
            amount=number(sent.settlement_amount),
            at=sent.settlement_time.astimezone(UTC),
            transaction_id=sent.transaction_id or None,
            info=sent.status_info or None,
            receipt_id=sent.receipt_id or None,
            receipt_url=sent.receipt_url or None,
            vat_number=sent.vat_number or None,
            vat_company=_read_address(sent.vat_company),
        )

    def write_settled(self, fact: payment.PaymentSettled) -> Written:
        return "NotifySettlement", self._wire.NotifySettlementRequest(
            psp_ref=fact.psp_ref,
            status=self._wire.PaymentStatusEnumType(fact.status.value),
            settlement_amount=float(fact.amount),
            settlement_time=seconds(fact.at),
            transaction_id=fact.transaction_id or UNSET,
            status_info=fact.info or UNSET,
            receipt_id=fact.receipt_id or UNSET,
            receipt_url=fact.receipt_url or UNSET,
            vat_number=fact.vat_number or UNSET,
            vat_company=self._write_address(fact.vat_company),
        )

    def write_settlement_answer(self, answer: SettlementAnswer) -> Any:
        return self._wire.NotifySettlementResponse(
            receipt_url=answer.receipt_url or UNSET, receipt_id=answer.receipt_id or UNSET
        )

    def read_settlement_answer(self, sent: Any) -> SettlementAnswer:
        return SettlementAnswer(receipt_url=sent.receipt_url or None, receipt_id=sent.receipt_id or None)

    def read_vat(self, sent: Any) -> payment.VatNumberAsked:
        return payment.VatNumberAsked(number=sent.vat_number, evse=None if sent.evse_id is UNSET else sent.evse_id)

    def write_vat(self, fact: payment.VatNumberAsked) -> Written:
        evse = UNSET if fact.evse is None else fact.evse
        return "VatNumberValidation", self._wire.VatNumberValidationRequest(vat_number=fact.number, evse_id=evse)

    def write_vat_answer(self, answer: VatAnswer) -> Any:
        wire, statuses = self._wire, self._wire.GenericStatusEnumType
        return wire.VatNumberValidationResponse(
            vat_number=answer.number,
            evse_id=UNSET if answer.evse is None else answer.evse,
            status=statuses.ACCEPTED if answer.accepted else statuses.REJECTED,
            status_info=wire.StatusInfoType(reason_code=answer.reason) if answer.reason else UNSET,
            company=self._write_address(answer.company),
        )

    def read_vat_answer(self, sent: Any) -> VatAnswer:
        return VatAnswer(
            number=sent.vat_number,
            accepted=sent.status is self._wire.GenericStatusEnumType.ACCEPTED,
            evse=None if sent.evse_id is UNSET else sent.evse_id,
            company=_read_address(sent.company),
            reason=sent.status_info.reason_code if sent.status_info else None,
        )

    def _write_address(self, address: Address | None) -> Any:
        if address is None:
            return UNSET
        return self._wire.AddressType(
            name=address.name,
            address1=address.address1,
            address2=address.address2 or UNSET,
            city=address.city,
            postal_code=address.postal_code or UNSET,
            country=address.country,
        )


def _read_address(sent: Any) -> Address | None:
    if sent is UNSET:
        return None
    return Address(
        name=sent.name,
        address1=sent.address1,
        address2=sent.address2 or None,
        city=sent.city,
        postal_code=sent.postal_code or None,
        country=sent.country,
    )
