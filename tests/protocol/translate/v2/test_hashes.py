import pytest

from busbar.model.certificates import CertificateHash, HashAlgorithm, StatusTarget
from busbar.protocol.translate.v2 import hashes
from busbar.protocol.wire import v21, v201


@pytest.mark.parametrize("wire", [v201, v21])
@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
def test_a_name_comes_back_as_it_was_written(wire, algorithm: HashAlgorithm) -> None:
    named = CertificateHash(algorithm, "aa", "bb", "cc")
    assert hashes.read_hash(hashes.write_hash(wire, named)) == named
    target = StatusTarget(named, "http://o/")
    assert hashes.read_target(hashes.write_target(wire, target)) == target
    assert hashes.status_info(wire, "Why", None).reason_code == "Why"
