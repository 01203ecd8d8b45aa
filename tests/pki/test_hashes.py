import pytest
from cryptography.x509 import ocsp

from busbar.model.certificates import CertificateHash, HashAlgorithm
from busbar.pki import hashes
from busbar.pki.hashes import HASHES, hash_data


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
def test_names_are_those_of_OCSP(hierarchy, algorithm: HashAlgorithm) -> None:
    leaf, sub = hierarchy.leaf(serial=0x0A0B), hierarchy.sub.certificate
    by_library = ocsp.OCSPRequestBuilder().add_certificate(leaf, sub, HASHES[algorithm]()).build()
    assert hashes.of_request(by_library) == hash_data(leaf, sub, algorithm)
    assert hash_data(leaf, sub, algorithm).serial_number == "a0b"


def test_a_name_may_be_spelt_in_every_way() -> None:
    one = CertificateHash(HashAlgorithm.SHA256, "AB", "cd", "00Ff")
    assert one.matches(CertificateHash(HashAlgorithm.SHA256, "ab", "CD", "ff"))
    assert not one.matches(CertificateHash(HashAlgorithm.SHA384, "ab", "CD", "ff"))
    assert not one.matches(CertificateHash(HashAlgorithm.SHA256, "ab", "CD", "fe"))
    assert one.serial == 255
    assert CertificateHash(HashAlgorithm.SHA256, "", "", "xyz").serial is None
