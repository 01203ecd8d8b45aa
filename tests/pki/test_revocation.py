from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.pki import revocation
from busbar.pki.hashes import hash_data
from busbar.pki.pem import Malformed
from busbar.pki.revocation import Reason, Revoked

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_list_names_what_was_taken_back__M07_FR_06(hierarchy) -> None:
    one, two = hierarchy.leaf(serial=11), hierarchy.leaf(serial=12)
    made = revocation.make_list(hierarchy.sub, [Revoked(11, NOON, Reason.SUPERSEDED)], 3, NOON)
    sub = hierarchy.sub.certificate
    for encoding in (Encoding.DER, Encoding.PEM):
        read = revocation.read_list(made.public_bytes(encoding))
        assert revocation.is_revoked(read, hash_data(one, sub), sub)
        assert not revocation.is_revoked(read, hash_data(two, sub), sub)  # M07.FR.07
    assert made.next_update_utc == NOON + timedelta(days=7)


def test_a_list_of_another_authority_says_nothing(hierarchy, other_hierarchy) -> None:
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    foreign = revocation.make_list(other_hierarchy.sub, [], 1, NOON)
    with pytest.raises(Malformed, match="another authority"):
        revocation.is_revoked(foreign, named, None)


def test_a_list_that_somebody_else_signed_says_nothing(hierarchy, other_hierarchy) -> None:
    forger = type(hierarchy.sub)(hierarchy.sub.certificate, other_hierarchy.sub.key)
    named = hash_data(hierarchy.leaf(), hierarchy.sub.certificate)
    with pytest.raises(Malformed, match="not signed"):
        revocation.is_revoked(revocation.make_list(forger, [], 1, NOON), named, hierarchy.sub.certificate)


@pytest.mark.parametrize("data", [b"", b"garbage", b"-----BEGIN X509 CRL-----\nAA", b"x" * 1_048_577])
def test_garbage_is_no_list(data: bytes) -> None:
    with pytest.raises(Malformed):
        revocation.read_list(data)
