"""ISO 15118 in 1.6: the messages of 2.0.1 inside DataTransfer, as the OCA's application note on Plug & Charge has them.

The data of both directions is JSON text. A message of this vendor that cannot be read is refused, not handed on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from busbar.model import trust
from busbar.model.certificates import (
    CertificateHash,
    CertificateUse,
    HashAlgorithm,
    InstalledCertificate,
    SigningUse,
    StatusTarget,
)
from busbar.model.facts import Answer, Fact, TokenAnswer, TokenPresented
from busbar.model.orders import Order, Outcome, Trigger
from busbar.model.values import IdToken
from busbar.protocol.translate.errors import improper, unsupported
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Written
from busbar.protocol.wire import v16

VENDOR: Final = "org.openchargealliance.iso15118pnc"
TRIGGERS: Final = frozenset({"SignV2GCertificate", "SignCombinedCertificate"})
"""Messages that only this vendor's TriggerMessage asks for."""
EMAID: Final = "eMAID"
USES: Final = frozenset({CertificateUse.V2G_ROOT, CertificateUse.MO_ROOT, CertificateUse.V2G_CHAIN})
"""What only this way installs and lists; the security extension knows the other roots."""
DATA_LIMIT: Final = 65_536

S = TypeVar("S", bound="Shape")
Text = Annotated[str, Meta(max_length=18_000)]
Word = Annotated[str, Meta(max_length=2_000)]


class Shape(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """A message or a part of one."""


class HashShape(Shape, kw_only=True):
    """CertificateHashDataType; OCSPRequestDataType adds the responder."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: Word
    issuer_key_hash: Word
    serial_number: Word
    responder_url: Word | UnsetType = msgspec.field(default=UNSET, name="responderURL")

    def neutral(self) -> CertificateHash:
        """Return the neutral name."""
        return CertificateHash(self.hash_algorithm, self.issuer_name_hash, self.issuer_key_hash, self.serial_number)

    def target(self) -> StatusTarget:
        """Return the name with its responder. Raises Untranslatable where there is none."""
        if not self.responder_url:
            raise improper("a responderURL is required")
        return StatusTarget(self.neutral(), self.responder_url)


class TokenShape(Shape, kw_only=True):
    """IdTokenType."""

    id_token: Word
    type: Word = EMAID


class Authorize(Shape, kw_only=True):
    """Authorize.req. The note has the eMAID as text, some stations send 2.0.1's object."""

    id_token: Word | TokenShape
    certificate: Text | UnsetType = UNSET
    iso15118_certificate_hash_data: Annotated[list[HashShape], Meta(max_length=4)] = []


class Sign(Shape, kw_only=True):
    """SignCertificate.req."""

    csr: Text
    certificate_type: SigningUse = SigningUse.V2G


class Asked(Shape, kw_only=True):
    """GetCertificateStatus.req."""

    ocsp_request_data: HashShape


class Vehicle(Shape, kw_only=True):
    """Get15118EVCertificate.req."""

    iso15118_schema_version: Word
    action: Word = "Install"
    exi_request: Text


class Signed(Shape, kw_only=True):
    """CertificateSigned.req."""

    certificate_chain: Text
    certificate_type: SigningUse = SigningUse.V2G


class Install(Shape, kw_only=True):
    """InstallCertificate.req."""

    certificate_type: CertificateUse
    certificate: Text


class ListIds(Shape, kw_only=True):
    """GetInstalledCertificateIds.req."""

    certificate_type: Annotated[list[CertificateUse], Meta(max_length=10)] = []


class Delete(Shape, kw_only=True):
    """DeleteCertificate.req."""

    certificate_hash_data: HashShape


class Triggered(Shape, kw_only=True):
    """TriggerMessage.req."""

    requested_message: Word


class ChainShape(Shape, kw_only=True):
    """CertificateHashDataChainType."""

    certificate_type: CertificateUse
    certificate_hash_data: HashShape
    child_certificate_hash_data: list[HashShape] = []


class Reason(Shape, kw_only=True):
    """StatusInfoType."""

    reason_code: Word
    additional_info: Word | UnsetType = UNSET


class Answered(Shape, kw_only=True):
    """What all answers of a station have; only a list has chains."""

    status: Word
    status_info: Reason | UnsetType = UNSET
    certificate_hash_data_chain: list[ChainShape] = []


def _authorize(sent: Authorize) -> Fact:
    token = sent.id_token if isinstance(sent.id_token, TokenShape) else TokenShape(id_token=sent.id_token)
    return TokenPresented(
        token=IdToken(token.id_token, token.type),
        certificate=sent.certificate or None,
        certificate_targets=tuple(one.target() for one in sent.iso15118_certificate_hash_data),
    )


def _vehicle(sent: Vehicle) -> Fact:
    update = sent.action == "Update"
    return trust.VehicleCertificateRequested(
        schema_version=sent.iso15118_schema_version, update=update, exi=sent.exi_request
    )


@dataclass(frozen=True, slots=True)
class _Message:
    shape: type[Any]
    read: Any


_REPORTS: Final = {
    "Authorize": _Message(Authorize, _authorize),
    "SignCertificate": _Message(Sign, lambda m: trust.SigningRequested(csr=m.csr, use=m.certificate_type)),
    "GetCertificateStatus": _Message(
        Asked, lambda m: trust.CertificateStatusAsked(target=m.ocsp_request_data.target())
    ),
    "Get15118EVCertificate": _Message(Vehicle, _vehicle),
}
_ORDERS: Final = {
    "CertificateSigned": _Message(
        Signed, lambda m: trust.DeliverCertificate(chain=m.certificate_chain, use=m.certificate_type)
    ),
    "InstallCertificate": _Message(
        Install, lambda m: trust.InstallCertificate(use=m.certificate_type, certificate=m.certificate)
    ),
    "GetInstalledCertificateIds": _Message(ListIds, lambda m: trust.ListCertificates(uses=tuple(m.certificate_type))),
    "DeleteCertificate": _Message(
        Delete, lambda m: trust.DeleteCertificate(certificate=m.certificate_hash_data.neutral())
    ),
    "TriggerMessage": _Message(Triggered, lambda m: Trigger(message=m.requested_message)),
}


def read_report(sent: v16.DataTransferRequest) -> Fact | None:
    """Read a station's message; None where it is another vendor's. Raises Untranslatable."""
    fact: Fact | None = _read(_REPORTS, sent)
    return fact


def read_order(sent: v16.DataTransferRequest) -> Order | None:
    """Read a message of ours; None where it is another vendor's. Raises Untranslatable."""
    order: Order | None = _read(_ORDERS, sent)
    return order


def knows_order(message: str | UnsetType) -> bool:
    """Tell whether a message is one of the CSMS's by this vendor."""
    return message in _ORDERS


def _read(messages: dict[str, _Message], sent: v16.DataTransferRequest) -> Any:
    if sent.vendor_id != VENDOR:
        return None
    message = messages.get(sent.message_id or "")
    if message is None:
        return None  # answered as an unknown message
    return message.read(decode(message.shape, sent.data))


def decode(shape: type[S], data: str | UnsetType) -> S:
    """Read the JSON of a message. Raises Untranslatable."""
    if isinstance(data, UnsetType) or len(data) > DATA_LIMIT:
        raise improper("the data is missing, or too long")
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.MsgspecError, RecursionError):
        raise improper("the data is not the JSON of this message") from None


def write_answer(answer: Answer) -> v16.DataTransferResponse:
    """Write the answer to a station's message. Raises Untranslatable for one that no message of this vendor has."""
    match answer:
        case TokenAnswer():
            body = _verdict(answer)
        case trust.SigningAnswer():
            body = {"status": "Accepted" if answer.accepted else "Rejected"}
            if answer.reason:
                body["statusInfo"] = {"reasonCode": answer.reason, "additionalInfo": answer.detail or ""}
        case trust.CertificateStatusAnswer():
            body = {"status": "Failed"} if answer.ocsp is None else {"status": "Accepted", "ocspResult": answer.ocsp}
        case trust.VehicleCertificateAnswer():
            body = {"status": "Accepted" if answer.accepted else "Failed", "exiResponse": answer.exi}
        case _:
            raise unsupported("no message of this vendor is answered so")
    return v16.DataTransferResponse(status=v16.DataTransferStatus.ACCEPTED, data=_text(body))


def _verdict(answer: TokenAnswer) -> dict[str, Any]:
    info: dict[str, Any] = {"status": answer.status.value}
    if answer.expires_at is not None:
        info["cacheExpiryDateTime"] = _time(answer.expires_at)
    if answer.group is not None:
        info["groupIdToken"] = {"idToken": answer.group.value, "type": answer.group.kind or "Central"}
    body: dict[str, Any] = {"idTokenInfo": info}
    if answer.certificate is not None:
        body["certificateStatus"] = answer.certificate.value
    return body


def _time(at: datetime) -> str:
    return seconds(at).isoformat().replace("+00:00", "Z")


def write_order(action: str, body: dict[str, Any]) -> Written:
    """Write a message of ours."""
    return "DataTransfer", v16.DataTransferRequest(vendor_id=VENDOR, message_id=action, data=_text(body))


def write_trigger(order: Trigger) -> Written:
    """Write the trigger of a message that only this vendor has."""
    return write_order("TriggerMessage", {"requestedMessage": order.message})


def hash_body(named: CertificateHash) -> dict[str, str]:
    """Return the JSON of a certificate's name."""
    return {
        "hashAlgorithm": named.algorithm.value,
        "issuerNameHash": named.issuer_name_hash,
        "issuerKeyHash": named.issuer_key_hash,
        "serialNumber": named.serial_number,
    }


def read_outcome(request: v16.DataTransferRequest, sent: v16.DataTransferResponse) -> Outcome | None:
    """Read a station's answer to a message of ours; None where it was another vendor's. Raises Untranslatable."""
    if request.vendor_id != VENDOR or request.message_id not in _ORDERS:
        return None
    if sent.status is not v16.DataTransferStatus.ACCEPTED or sent.data is UNSET:
        return Outcome(status=sent.status.value)
    said = decode(Answered, sent.data)
    reason, detail = None, None
    if said.status_info:
        reason, detail = said.status_info.reason_code, said.status_info.additional_info or None
    if request.message_id != "GetInstalledCertificateIds":
        return Outcome(status=said.status, reason=reason, detail=detail)
    installed = [
        InstalledCertificate(
            one.certificate_type,
            one.certificate_hash_data.neutral(),
            tuple(child.neutral() for child in one.child_certificate_hash_data),
        )
        for one in said.certificate_hash_data_chain
    ]
    return trust.InstalledCertificates(status=said.status, reason=reason, detail=detail, installed=installed)


def _text(body: dict[str, Any]) -> str:
    return msgspec.json.encode(body).decode()
