import pytest

from busbar.pki import pem
from busbar.pki.pem import Malformed


def test_reads_what_it_writes(hierarchy) -> None:
    chain = [hierarchy.leaf(), hierarchy.sub.certificate]
    text = pem.write_chain(chain)
    assert pem.read_chain(text) == chain
    assert pem.read_certificate(pem.write_chain(chain[:1])) == chain[0]
    with pytest.raises(Malformed, match="single"):
        pem.read_certificate(text)


@pytest.mark.parametrize(
    "text",
    ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "é" * 9, "x" * 65_537],
)
def test_refuses_garbage(text: str) -> None:
    with pytest.raises(Malformed):
        pem.read_chain(text)


def test_refuses_too_many(hierarchy) -> None:
    with pytest.raises(Malformed, match="1 to 10"):
        pem.read_chain(pem.write_chain([hierarchy.sub.certificate] * 11))


def test_reads_der_and_base64(hierarchy) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    der = hierarchy.sub.certificate.public_bytes(Encoding.DER)
    assert pem.read_der(pem.read_base64(pem.write_base64(der))) == hierarchy.sub.certificate
    assert pem.read_base64("AA\nAA") == b"\0\0\0"
    for bad in (b"", b"x", b"x" * 65_537):
        with pytest.raises(Malformed):
            pem.read_der(bad)
    with pytest.raises(Malformed):
        pem.read_base64("é")


def test_a_fingerprint_is_of_the_whole_certificate(hierarchy) -> None:
    assert len(pem.fingerprint(hierarchy.sub.certificate)) == 64
    assert pem.fingerprint(hierarchy.sub.certificate) != pem.fingerprint(hierarchy.root.certificate)
