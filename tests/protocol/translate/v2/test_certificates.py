from datetime import UTC, datetime

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

BOTH = [Version.V201, Version.V21]
NAMED = CertificateHash(HashAlgorithm.SHA384, "aa", "bb", "c1")
AT = datetime(2026, 5, 1, tzinfo=UTC)


def round_trip(version: Version, order: object, outcome: Outcome) -> None:
    speaker = translator(version)
    action, payload = speaker.from_order(order)
    read = codec.decode_request(version, action, codec.encode(payload))
    assert speaker.to_order(action, read) == order
    response = codec.decode_response(version, action, codec.encode(speaker.from_outcome(action, outcome)))
    assert speaker.to_outcome(action, read, response) == outcome


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("use", [None, SigningUse.STATION, SigningUse.V2G])
def test_a_signing_request_and_its_certificate_have_the_same_use__A02_FR_14(version: Version, use) -> None:
    speaker = translator(version)
    action, payload = speaker.from_fact(trust.SigningRequested(csr="CSR", use=use))
    assert speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload))).use is use
    round_trip(version, trust.DeliverCertificate(chain="PEM", use=use), Outcome(status="Rejected", reason="X"))


def test_a_request_has_its_number_and_authority__A02_FR_25() -> None:
    speaker = translator(Version.V21)
    fact = trust.SigningRequested(csr="CSR", use=SigningUse.V2G20, request_id=7, root=NAMED)
    action, payload = speaker.from_fact(fact)
    assert speaker.to_fact(action, codec.decode_request(Version.V21, action, codec.encode(payload))) == fact
    order = trust.DeliverCertificate(chain="PEM", use=SigningUse.V2G20, request_id=7)
    round_trip(Version.V21, order, Outcome(status="Accepted"))
    older = translator(Version.V201)
    with pytest.raises(Untranslatable):
        older.from_order(order)


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("accepted", [True, False])
def test_an_answer_says_whether_the_request_is_taken__A02_FR_12(version: Version, accepted: bool) -> None:
    answer = trust.SigningAnswer(accepted=accepted, reason="InvalidCSR", detail="why")
    written = translator(version).from_answer("SignCertificate", answer)
    sent = codec.decode_response(version, "SignCertificate", codec.encode(written))
    assert translator(version).to_answer("SignCertificate", sent) == answer


@pytest.mark.parametrize("version", BOTH)
def test_the_store_of_a_station__M03_M04_M05(version: Version) -> None:
    chain = InstalledCertificate(CertificateUse.V2G_CHAIN, NAMED, (NAMED, NAMED))
    listed = trust.InstalledCertificates(status="Accepted", installed=[chain])
    round_trip(version, trust.ListCertificates(uses=(CertificateUse.CSMS_ROOT, CertificateUse.V2G_CHAIN)), listed)
    round_trip(version, trust.ListCertificates(), trust.InstalledCertificates(status="NotFound"))
    install = trust.InstallCertificate(use=CertificateUse.MO_ROOT, certificate="PEM")
    round_trip(version, install, Outcome(status="Failed"))
    round_trip(version, trust.DeleteCertificate(certificate=NAMED), Outcome(status="NotFound"))


def test_an_OEM_root_is_of_21() -> None:
    order = trust.InstallCertificate(use=CertificateUse.OEM_ROOT, certificate="PEM")
    round_trip(Version.V21, order, Outcome(status="Accepted"))
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_order(order)
