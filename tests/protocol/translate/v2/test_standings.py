from datetime import UTC, datetime

import pytest

from busbar.model import trust
from busbar.model.certificates import (
    CertificateHash,
    CertificateStanding,
    HashAlgorithm,
    Standing,
    StatusRequest,
    StatusSource,
    StatusTarget,
)
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator

BOTH = [Version.V201, Version.V21]
NAMED = CertificateHash(HashAlgorithm.SHA512, "aa", "bb", "c1")
AT = datetime(2026, 5, 1, tzinfo=UTC)


def said(version: Version, fact: object) -> object:
    action, payload = translator(version).from_fact(fact)
    return translator(version).to_fact(action, codec.decode_request(version, action, codec.encode(payload)))


def answered(version: Version, action: str, answer: object) -> object:
    written = translator(version).from_answer(action, answer)
    return translator(version).to_answer(action, codec.decode_response(version, action, codec.encode(written)))


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("ocsp", [None, "AAAA"])
def test_a_status_is_asked_and_answered__M06_FR_02(version: Version, ocsp: str | None) -> None:
    fact = trust.CertificateStatusAsked(target=StatusTarget(NAMED, "http://o/"))
    assert said(version, fact) == fact
    answer = trust.CertificateStatusAnswer(ocsp=ocsp)
    assert answered(version, "GetCertificateStatus", answer) == answer


def test_an_answer_that_the_version_has_no_room_for_is_none__M06_FR_04() -> None:
    answer = trust.CertificateStatusAnswer(ocsp="A" * 6000)
    assert answered(Version.V21, "GetCertificateStatus", answer) == answer
    assert answered(Version.V201, "GetCertificateStatus", answer) == trust.CertificateStatusAnswer()


def test_a_chain_is_asked_about__M07_FR_08() -> None:
    request = StatusRequest(NAMED, StatusSource.CRL, ("http://a/", "http://b/"))
    fact = trust.ChainStatusAsked(requests=(request,))
    assert said(Version.V21, fact) == fact
    answer = trust.ChainStatusAnswer(standings=(CertificateStanding(NAMED, StatusSource.CRL, Standing.FAILED, AT),))
    assert answered(Version.V21, "GetCertificateChainStatus", answer) == answer


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("update", [True, False])
def test_a_vehicle_asks_for_its_certificate__M01_M02(version: Version, update: bool) -> None:
    fact = trust.VehicleCertificateRequested(schema_version="urn:x", update=update, exi="AAAA")
    assert said(version, fact) == fact
    answer = trust.VehicleCertificateAnswer(accepted=update, exi="BBBB")
    assert answered(version, "Get15118EVCertificate", answer) == answer


def test_a_vehicle_of_15118_20_has_several_contracts() -> None:
    fact = trust.VehicleCertificateRequested(
        schema_version="urn:x", update=False, exi="AAAA", most_chains=2, preferred_emaids=("E1", "E2")
    )
    assert said(Version.V21, fact) == fact
    answer = trust.VehicleCertificateAnswer(accepted=True, exi="BBBB", remaining=1)
    assert answered(Version.V21, "Get15118EVCertificate", answer) == answer
    assert answered(Version.V201, "Get15118EVCertificate", answer).remaining is None
