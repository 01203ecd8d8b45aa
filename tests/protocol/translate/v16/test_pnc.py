import json
from datetime import UTC, datetime

import pytest

from busbar.model import facts, trust
from busbar.model.certificates import (
    CertificateHash,
    CertificateUse,
    ContractVerdict,
    HashAlgorithm,
    InstalledCertificate,
    SigningUse,
    StatusTarget,
)
from busbar.model.orders import Outcome, TransferData, Trigger
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator
from busbar.protocol.translate.errors import Untranslatable
from busbar.protocol.translate.v16.pnc import VENDOR

SPEAKER = translator(Version.V16)
NAMED = CertificateHash(HashAlgorithm.SHA256, "aa", "bb", "c1")
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "c1"}
TARGET = HASH | {"responderURL": "http://o/"}


def told(message: str, body: object) -> facts.Fact:
    raw = json.dumps({"vendorId": VENDOR, "messageId": message, "data": json.dumps(body)}).encode()
    return SPEAKER.to_fact("DataTransfer", codec.decode_request(Version.V16, "DataTransfer", raw))


@pytest.mark.parametrize(
    ("message", "body", "fact"),
    [
        (
            "Authorize",
            {"idToken": "DE-ABC-1", "certificate": "PEM", "iso15118CertificateHashData": [TARGET]},
            facts.TokenPresented(
                token=IdToken("DE-ABC-1", "eMAID"),
                certificate="PEM",
                certificate_targets=(StatusTarget(NAMED, "http://o/"),),
            ),
        ),
        (
            "Authorize",
            {"idToken": {"idToken": "DE-ABC-1", "type": "eMAID"}},
            facts.TokenPresented(token=IdToken("DE-ABC-1", "eMAID")),
        ),
        ("SignCertificate", {"csr": "CSR"}, trust.SigningRequested(csr="CSR", use=SigningUse.V2G)),
        (
            "GetCertificateStatus",
            {"ocspRequestData": TARGET},
            trust.CertificateStatusAsked(target=StatusTarget(NAMED, "http://o/")),
        ),
        (
            "Get15118EVCertificate",
            {"iso15118SchemaVersion": "urn:x", "action": "Update", "exiRequest": "AA"},
            trust.VehicleCertificateRequested(schema_version="urn:x", update=True, exi="AA"),
        ),
    ],
)
def test_a_station_speaks_of_plug_and_charge(message: str, body: object, fact: facts.Fact) -> None:
    assert told(message, body) == fact


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (
            facts.TokenAnswer(
                status=AuthorizationStatus.ACCEPTED,
                certificate=ContractVerdict.ACCEPTED,
                expires_at=datetime(2026, 5, 1, tzinfo=UTC),
            ),
            {
                "idTokenInfo": {"status": "Accepted", "cacheExpiryDateTime": "2026-05-01T00:00:00Z"},
                "certificateStatus": "Accepted",
            },
        ),
        (trust.SigningAnswer(accepted=False), {"status": "Rejected"}),
        (trust.CertificateStatusAnswer(ocsp="AA"), {"status": "Accepted", "ocspResult": "AA"}),
        (trust.CertificateStatusAnswer(), {"status": "Failed"}),
        (trust.VehicleCertificateAnswer(accepted=True, exi="BB"), {"status": "Accepted", "exiResponse": "BB"}),
    ],
)
def test_it_is_answered_inside_the_data(answer: facts.Answer, body: object) -> None:
    written = json.loads(codec.encode(SPEAKER.from_answer("DataTransfer", answer)))
    assert written["status"] == "Accepted"
    assert json.loads(written["data"]) == body


@pytest.mark.parametrize("body", [{}, [], {"csr": 1}, {"csr": "x", "certificateType": "Other"}, {"csr": "x" * 18_001}])
def test_a_message_of_the_vendor_that_is_wrong_is_refused(body: object) -> None:
    with pytest.raises(Untranslatable):
        told("SignCertificate", body)


def test_what_is_not_of_this_vendor_stays_as_it_is() -> None:
    assert told("Other", {}) == facts.DataTransferred(vendor_id=VENDOR, message_id="Other", data="{}")
    written = SPEAKER.from_answer("DataTransfer", facts.DataAnswer(status="UnknownVendorId"))
    assert codec.encode(written) == b'{"status":"UnknownVendorId"}'
    order = TransferData(vendor_id="other", message_id="TriggerMessage", data="x")
    assert SPEAKER.to_order(*SPEAKER.from_order(order)) == order


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (trust.DeliverCertificate(chain="PEM", use=SigningUse.V2G), "CertificateSigned"),
        (trust.InstallCertificate(use=CertificateUse.MO_ROOT, certificate="PEM"), "InstallCertificate"),
        (
            trust.ListCertificates(uses=(CertificateUse.V2G_ROOT, CertificateUse.V2G_CHAIN)),
            "GetInstalledCertificateIds",
        ),
        (trust.DeleteCertificate(certificate=NAMED, use=CertificateUse.V2G_ROOT), "DeleteCertificate"),
        (Trigger(message="SignV2GCertificate"), "TriggerMessage"),
    ],
)
def test_the_csms_speaks_of_plug_and_charge(order, message: str) -> None:
    action, payload = SPEAKER.from_order(order)
    request = codec.decode_request(Version.V16, action, codec.encode(payload))
    assert (action, request.vendor_id, request.message_id) == ("DataTransfer", VENDOR, message)
    read = SPEAKER.to_order(action, request)
    assert type(read) is type(order)
    for outcome in ("Accepted", "Rejected"):
        raw = json.dumps({"status": "Accepted", "data": json.dumps({"status": outcome})}).encode()
        response = codec.decode_response(Version.V16, action, raw)
        assert SPEAKER.to_outcome(action, request, response).status == outcome
    refused = codec.decode_response(Version.V16, action, b'{"status":"UnknownVendorId"}')
    assert SPEAKER.to_outcome(action, request, refused) == Outcome(status="UnknownVendorId")


def test_a_list_is_read_out_of_the_data() -> None:
    action, request = SPEAKER.from_order(trust.ListCertificates(uses=(CertificateUse.V2G_CHAIN,)))
    chain = {
        "certificateType": "V2GCertificateChain",
        "certificateHashData": HASH,
        "childCertificateHashData": [HASH],
    }
    raw = json.dumps(
        {"status": "Accepted", "data": json.dumps({"status": "Accepted", "certificateHashDataChain": [chain]})}
    ).encode()
    outcome = SPEAKER.to_outcome(action, request, codec.decode_response(Version.V16, action, raw))
    assert outcome == trust.InstalledCertificates(
        status="Accepted", installed=[InstalledCertificate(CertificateUse.V2G_CHAIN, NAMED, (NAMED,))]
    )
