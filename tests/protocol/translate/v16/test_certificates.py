import pytest

from busbar.model import trust
from busbar.model.certificates import (
    CertificateHash,
    CertificateUse,
    HashAlgorithm,
    InstalledCertificate,
    SigningUse,
)
from busbar.model.orders import Outcome
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator
from busbar.protocol.translate.errors import Untranslatable

V16 = Version.V16
SPEAKER = translator(V16)
NAMED = CertificateHash(HashAlgorithm.SHA256, "aa", "bb", "c1")


@pytest.mark.parametrize(
    ("order", "action", "outcome"),
    [
        (
            trust.DeliverCertificate(chain="PEM", use=SigningUse.STATION),
            "CertificateSigned",
            Outcome(status="Rejected"),
        ),
        (
            trust.InstallCertificate(use=CertificateUse.CSMS_ROOT, certificate="PEM"),
            "InstallCertificate",
            Outcome(status="Accepted"),
        ),
        (
            trust.ListCertificates(uses=(CertificateUse.MANUFACTURER_ROOT,)),
            "GetInstalledCertificateIds",
            trust.InstalledCertificates(
                status="Accepted", installed=[InstalledCertificate(CertificateUse.MANUFACTURER_ROOT, NAMED)]
            ),
        ),
        (trust.DeleteCertificate(certificate=NAMED), "DeleteCertificate", Outcome(status="NotFound")),
    ],
)
def test_orders_of_the_security_extension_come_back(order, action: str, outcome: Outcome) -> None:
    written, payload = SPEAKER.from_order(order)
    assert written == action
    request = codec.decode_request(V16, action, codec.encode(payload))
    assert SPEAKER.to_order(action, request) == order
    response = codec.decode_response(V16, action, codec.encode(SPEAKER.from_outcome(action, outcome)))
    assert SPEAKER.to_outcome(action, request, response) == outcome


def test_a_signing_request_is_for_the_connection__A02_FR_11() -> None:
    action, payload = SPEAKER.from_fact(trust.SigningRequested(csr="CSR"))
    fact = SPEAKER.to_fact(action, codec.decode_request(V16, action, codec.encode(payload)))
    assert fact == trust.SigningRequested(csr="CSR", use=SigningUse.STATION)
    for accepted in (True, False):
        answer = trust.SigningAnswer(accepted=accepted)
        assert SPEAKER.to_answer(action, SPEAKER.from_answer(action, answer)) == answer


def test_what_16_has_not_is_said_so() -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(trust.InstallCertificate(use=CertificateUse.OEM_ROOT, certificate="PEM"))
    for uses in ((), (CertificateUse.CSMS_ROOT, CertificateUse.V2G_ROOT)):
        with pytest.raises(Untranslatable):
            SPEAKER.from_order(trust.ListCertificates(uses=uses))
