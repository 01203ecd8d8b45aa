"""What a peer's certificate says, and which certificates are revoked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.gateway.certificates import (
    NO_REVOCATIONS,
    CertificateError,
    Revocations,
    read_certificate,
    read_certificates,
)
from tests.fixtures.certificates import Authority, Issued

NOW = datetime.now(UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def read(issued: Issued):
    return read_certificate(issued.certificate.public_bytes(Encoding.DER))


def test_a_certificate_says_whose_it_is_and_how_long(authority):
    issued = authority.issue("SN100", "Operator")
    certificate = read(issued)
    assert (certificate.name, certificate.organisations) == ("SN100", ("Operator",))
    assert certificate.number == issued.certificate.serial_number
    assert certificate.thumbprint == issued.certificate.fingerprint(SHA256()).hex()
    assert certificate.valid_at(NOW)
    assert not certificate.valid_at(NOW - timedelta(days=2))
    assert not certificate.valid_at(NOW + timedelta(days=31))


def test_a_certificate_without_an_owner_has_none(authority):
    assert read(authority.issue("SN100", None)).organisations == ()


def test_what_is_no_certificate_raises(authority):
    with pytest.raises(ValueError, match="parsing"):
        read_certificate(b"x")


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_revocation_list_names_its_certificates_only(authority, encoding):
    revoked, good = authority.issue("SN1"), authority.issue("SN2")
    revocations = Revocations([authority.revoke(revoked, encoding=encoding)], [authority.certificate], NOW)
    assert read(revoked) in revocations
    assert read(good) not in revocations
    assert not revocations.stale
    assert read(revoked) not in NO_REVOCATIONS


def test_the_same_number_of_another_issuer_is_not_revoked(authority, tmp_path):
    other = Authority(tmp_path, "Other Root")
    revoked, theirs = authority.issue("SN1"), other.issue("SN1")
    path = authority.revoke(revoked)
    authority.revoked.append(theirs.certificate.serial_number)
    path = authority.revoke()
    assert read(theirs) not in Revocations([path], [authority.certificate, other.certificate], NOW)


def test_a_list_past_its_time_still_revokes_and_is_told(authority):
    revoked = authority.issue("SN1")
    path = authority.revoke(revoked, days=-1)
    revocations = Revocations([path], [authority.certificate], NOW)
    assert read(revoked) in revocations
    assert revocations.stale == [path]


def test_a_list_of_somebody_else_is_refused(authority, tmp_path):
    (tmp_path / "other").mkdir()
    impostor = Authority(tmp_path / "other")  # of the same name
    path = impostor.revoke(impostor.issue("SN1"))
    with pytest.raises(CertificateError, match="signed by none"):
        Revocations([path], [authority.certificate], NOW)


def test_files_that_are_missing_or_hold_something_else_are_named(tmp_path, authority):
    with pytest.raises(CertificateError, match="absent cannot be read"):
        read_certificates(tmp_path / "absent")
    (tmp_path / "odd").write_bytes(b"-----BEGIN X-----")
    with pytest.raises(CertificateError, match="odd holds no certificate in PEM"):
        read_certificates(tmp_path / "odd")
    with pytest.raises(CertificateError, match="odd holds no certificate revocation list"):
        Revocations([tmp_path / "odd"], [authority.certificate], NOW)
