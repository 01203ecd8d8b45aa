from busbar.model.certificates import CertificateHash, HashAlgorithm


def test_a_name_may_be_spelt_in_every_way() -> None:
    one = CertificateHash(HashAlgorithm.SHA256, "AB", "cd", "00Ff")
    assert one.matches(CertificateHash(HashAlgorithm.SHA256, "ab", "CD", "ff"))
    assert not one.matches(CertificateHash(HashAlgorithm.SHA384, "ab", "CD", "ff"))
    assert not one.matches(CertificateHash(HashAlgorithm.SHA256, "ab", "CD", "fe"))
    assert one.serial == 255
    assert CertificateHash(HashAlgorithm.SHA256, "", "", "xyz").serial is None
