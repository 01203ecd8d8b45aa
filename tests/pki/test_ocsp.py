from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import ocsp as library

from busbar.model.certificates import CertificateHash, HashAlgorithm, Standing
from busbar.pki import authority, ocsp
from busbar.pki.authority import Issuer, KeyKind, Validity
from busbar.pki.hashes import hash_data
from busbar.pki.pem import Malformed
from busbar.pki.revocation import Reason, Revoked

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
def test_a_question_names_the_certificate(hierarchy, algorithm: HashAlgorithm) -> None:
    leaf = hierarchy.leaf(serial=0xABCDEF)
    named = hash_data(leaf, hierarchy.sub.certificate, algorithm)
    der = ocsp.make_request(named)
    assert ocsp.read_request(der) == named
    by_library = library.OCSPRequestBuilder().add_certificate(
        leaf, hierarchy.sub.certificate, library.load_der_ocsp_request(der).hash_algorithm
    )
    assert library.load_der_ocsp_request(der).issuer_key_hash == by_library.build().issuer_key_hash


def test_the_key_hash_of_an_rsa_key_is_that_of_the_library() -> None:
    key = authority.make_key(KeyKind.RSA)
    root = authority.make_root(authority.name("R"), key, 7, Validity(at=NOON, days=9))
    der = ocsp.make_request(hash_data(root, root))
    from cryptography.hazmat.primitives.hashes import SHA256

    expected = library.OCSPRequestBuilder().add_certificate(root, root, SHA256()).build()
    assert library.load_der_ocsp_request(der).issuer_key_hash == expected.issuer_key_hash


@pytest.mark.parametrize(
    ("issued", "revoked", "standing"),
    [
        (True, None, Standing.GOOD),
        (False, None, Standing.UNKNOWN),
        (True, Revoked(1000, NOON, Reason.KEY_COMPROMISE), Standing.REVOKED),
        (True, Revoked(1000, NOON), Standing.REVOKED),
    ],
)
def test_an_answer_says_how_a_certificate_stands__M07_FR_03(hierarchy, issued, revoked, standing) -> None:
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    der = ocsp.make_answer(named, hierarchy.sub, issued, revoked, NOON)
    heard = ocsp.read_answer(der, named, hierarchy.sub.certificate, NOON)
    assert heard.standing is standing
    assert heard.next_update == NOON + timedelta(days=1)
    assert heard.der == der


def responder(issuer: Issuer, *, days: int = 30) -> Issuer:
    key = authority.make_key()
    made = authority.issue_responder(authority.name("OCSP"), key.public_key(), issuer, 77, Validity(at=NOON, days=days))
    return Issuer(made, key)


def test_a_responder_that_the_authority_made_may_answer(hierarchy, other_hierarchy) -> None:
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    good = ocsp.make_answer(named, hierarchy.sub, True, None, NOON, responder(hierarchy.sub))
    assert ocsp.read_answer(good, named, hierarchy.sub.certificate, NOON).standing is Standing.GOOD
    foreign = ocsp.make_answer(named, hierarchy.sub, True, None, NOON, responder(other_hierarchy.sub))
    with pytest.raises(Malformed, match="signed"):
        ocsp.read_answer(foreign, named, hierarchy.sub.certificate, NOON)


def test_a_leaf_may_not_answer(hierarchy) -> None:
    key = authority.make_key()
    leaf = authority.issue_end(authority.name("L"), key.public_key(), hierarchy.sub, 9, Validity(at=NOON, days=9))
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    forged = ocsp.make_answer(named, hierarchy.sub, True, None, NOON, Issuer(leaf, key))
    with pytest.raises(Malformed, match="signed"):
        ocsp.read_answer(forged, named, hierarchy.sub.certificate, NOON)


def test_an_answer_about_another_certificate_or_time_is_none(hierarchy) -> None:
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    other = hash_data(hierarchy.leaf(serial=4), hierarchy.sub.certificate)
    der = ocsp.make_answer(named, hierarchy.sub, True, None, NOON)
    with pytest.raises(Malformed, match="another certificate"):
        ocsp.read_answer(der, other, None, NOON)
    for at in (NOON + timedelta(days=2), NOON - timedelta(hours=1)):
        with pytest.raises(Malformed, match="another time"):
            ocsp.read_answer(der, named, None, at)


def test_an_authority_does_not_answer_for_another(hierarchy, other_hierarchy) -> None:
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    der = ocsp.make_answer(named, other_hierarchy.sub, True, None, NOON)
    with pytest.raises(Malformed, match="refused"):
        ocsp.read_answer(der, named, None, NOON)


@pytest.mark.parametrize("der", [b"", b"garbage", b"\x30\x03\x0a\x01\x06", b"x" * 20_000])
def test_garbage_is_no_answer(hierarchy, der: bytes) -> None:
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    with pytest.raises(Malformed):
        ocsp.read_answer(der, named, None, NOON)
    with pytest.raises(Malformed):
        ocsp.read_request(der)


@pytest.mark.parametrize(
    ("names", "keys", "serial"), [("00", "00", "1"), ("zz", "00", "1"), ("00" * 32, "00" * 32, "g")]
)
def test_hashes_that_are_none_cannot_be_asked_about(names: str, keys: str, serial: str) -> None:
    with pytest.raises(Malformed):
        ocsp.make_request(CertificateHash(HashAlgorithm.SHA256, names, keys, serial))
