"""What a 1.6 station says of ISO 15118 is what the CSMS understands, and the other way round."""

import pytest

from busbar.model import facts, orders, trust
from busbar.model.certificates import (
    CertificateHash,
    CertificateUse,
    ContractVerdict,
    HashAlgorithm,
    InstalledCertificate,
    SigningUse,
    StatusTarget,
)
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.protocol.translate import translator
from busbar.protocol.translate.errors import Untranslatable
from busbar.protocol.translate.v16.pnc import VENDOR
from busbar.protocol.wire import v16

SPEAKER = translator(Version.V16)
NAMED = CertificateHash(HashAlgorithm.SHA256, "aa", "bb", "c1")
TARGET = StatusTarget(NAMED, "http://o/")
CONTRACT = IdToken("DE-ABC-1", "eMAID")
PRESENTED = facts.TokenPresented(token=CONTRACT, certificate="PEM", certificate_targets=(TARGET,))
SIGNING = trust.SigningRequested(csr="CSR", use=SigningUse.V2G)
ASKED = trust.CertificateStatusAsked(target=TARGET)
VEHICLE = trust.VehicleCertificateRequested(schema_version="urn:2", update=True, exi="AAAA")
NOT_TAKEN = v16.DataTransferResponse(status=v16.DataTransferStatus.UNKNOWN_VENDOR_ID)


@pytest.mark.parametrize("fact", [PRESENTED, SIGNING, ASKED, VEHICLE])
def test_what_the_station_says_is_understood(fact: facts.Fact) -> None:
    action, payload = SPEAKER.from_fact(fact)
    assert action == "DataTransfer"
    assert SPEAKER.to_fact(action, payload) == fact


@pytest.mark.parametrize(
    ("fact", "answer"),
    [
        (SIGNING, trust.SigningAnswer(accepted=True)),
        (SIGNING, trust.SigningAnswer(accepted=False)),
        (ASKED, trust.CertificateStatusAnswer(ocsp="T0NTUA==")),
        (ASKED, trust.CertificateStatusAnswer(ocsp=None)),
        (VEHICLE, trust.VehicleCertificateAnswer(accepted=True, exi="BBBB")),
        (VEHICLE, trust.VehicleCertificateAnswer(accepted=False)),
        (
            PRESENTED,
            facts.TokenAnswer(
                status=AuthorizationStatus.ACCEPTED,
                group=IdToken("G", "Central"),
                certificate=ContractVerdict.ACCEPTED,
            ),
        ),
        (PRESENTED, facts.TokenAnswer(status=AuthorizationStatus.BLOCKED, certificate=ContractVerdict.REVOKED)),
    ],
)
def test_what_the_csms_answers_is_understood(fact: facts.Fact, answer: facts.Answer) -> None:
    assert SPEAKER.to_answer("DataTransfer", SPEAKER.from_answer("DataTransfer", answer), fact) == answer


@pytest.mark.parametrize(
    ("fact", "answer"),
    [
        (SIGNING, trust.SigningAnswer(accepted=False)),
        (ASKED, trust.CertificateStatusAnswer()),
        (VEHICLE, trust.VehicleCertificateAnswer(accepted=False)),
        (PRESENTED, facts.TokenAnswer(status=AuthorizationStatus.INVALID)),
    ],
)
def test_a_csms_without_iso_15118_says_no(fact: facts.Fact, answer: facts.Answer) -> None:
    assert SPEAKER.to_answer("DataTransfer", NOT_TAKEN, fact) == answer


@pytest.mark.parametrize("data", ["", "[]", '{"status":1}', "x" * 70_000])
def test_an_answer_that_is_none_is_refused(data: str) -> None:
    sent = v16.DataTransferResponse(status=v16.DataTransferStatus.ACCEPTED, data=data)
    with pytest.raises(Untranslatable):
        SPEAKER.to_answer("DataTransfer", sent, SIGNING)


def test_other_vendors_data_stays_as_it_is() -> None:
    said = facts.DataTransferred(vendor_id="v")
    sent = v16.DataTransferResponse(status=v16.DataTransferStatus.ACCEPTED, data="d")
    assert SPEAKER.to_answer("DataTransfer", sent, said) == facts.DataAnswer(status="Accepted", data="d")
    request = v16.DataTransferRequest(vendor_id="v")
    payload = SPEAKER.from_outcome("DataTransfer", orders.Outcome(status="UnknownVendorId"), request)
    assert payload == NOT_TAKEN


INSTALLED = InstalledCertificate(CertificateUse.V2G_CHAIN, NAMED, (NAMED,))


@pytest.mark.parametrize(
    ("order", "outcome"),
    [
        (trust.DeliverCertificate(chain="PEM", use=SigningUse.V2G), orders.Outcome(status="Accepted")),
        (
            trust.InstallCertificate(use=CertificateUse.V2G_ROOT, certificate="PEM"),
            orders.Outcome(status="Rejected", reason="InvalidCertificate", detail="no root"),
        ),
        (
            trust.ListCertificates(uses=(CertificateUse.V2G_CHAIN,)),
            trust.InstalledCertificates(status="Accepted", installed=[INSTALLED]),
        ),
        (trust.ListCertificates(uses=(CertificateUse.V2G_ROOT,)), trust.InstalledCertificates(status="NotFound")),
    ],
)
def test_the_outcome_of_an_order_is_understood(order: orders.Order, outcome: orders.Outcome) -> None:
    action, request = SPEAKER.from_order(order)
    assert isinstance(request, v16.DataTransferRequest)
    assert request.vendor_id == VENDOR
    payload = SPEAKER.from_outcome(action, outcome, request)
    assert SPEAKER.to_outcome(action, request, payload) == outcome
