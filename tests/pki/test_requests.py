import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA224, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.pki import authority, requests
from busbar.pki.authority import KeyKind
from busbar.pki.pem import Malformed
from busbar.pki.requests import Expected, Unfit

EXPECTED = Expected(common_names=("SN100", "CS-1"), organisation="Owner")


def request(subject=None, key=None, *extensions, algorithm=None) -> x509.CertificateSigningRequest:
    key = key or authority.make_key()
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject or authority.name("SN100", "Owner"))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, algorithm or SHA256())


def test_takes_the_request_of_a_station__A00_FR_511() -> None:
    requests.check(request(), EXPECTED)
    requests.check(request(authority.name("CS-1", "Owner"), authority.make_key(KeyKind.RSA)), EXPECTED)
    ed = x509.CertificateSigningRequestBuilder().subject_name(authority.name("SN100", "Owner"))
    requests.check(ed.sign(ed448.Ed448PrivateKey.generate(), None), EXPECTED)


@pytest.mark.parametrize("name", ["SN10", "SN1000", "sn100", "", "x" * 65, "SN100\n"])
def test_refuses_another_common_name__A00_FR_511(name: str) -> None:
    try:
        subject = authority.name(name, "Owner")
    except ValueError:
        return
    with pytest.raises(Unfit, match="common name"):
        requests.check(request(subject), EXPECTED)


def test_refuses_another_owner__A00_FR_508() -> None:
    with pytest.raises(Unfit, match="organisation"):
        requests.check(request(authority.name("SN100", "Other")), EXPECTED)
    with pytest.raises(Unfit, match="organisation"):
        requests.check(request(authority.name("SN100")), EXPECTED)


@pytest.mark.parametrize("name", ["csms.example.org", "10.0.0.1", "[::1]", "::1", "https://x", "wss://csms"])
def test_refuses_a_name_that_passes_for_an_address__A00_FR_513(name: str) -> None:
    with pytest.raises(Unfit, match="address"):
        requests.check(request(authority.name(name)), Expected(common_names=()))


def test_lets_a_vehicle_controller_name_itself() -> None:
    requests.check(request(authority.name("DE-ABC-SECC-1")), Expected(common_names=()))


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        rsa.generate_private_key(public_exponent=3, key_size=2048),
        ec.generate_private_key(ec.SECP192R1()),
    ],
)
def test_refuses_weak_keys__A00_FR_501(key: authority.PrivateKey) -> None:
    with pytest.raises(Unfit, match="weak"):
        requests.check(request(key=key), EXPECTED)


def test_refuses_another_kind_of_key() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(authority.name("SN100", "Owner"))
    with pytest.raises(Unfit):
        requests.check(builder.sign(ed25519.Ed25519PrivateKey.generate(), None), EXPECTED)


def test_refuses_a_weak_hash__A00_FR_503() -> None:
    with pytest.raises(Unfit, match="hash"):
        requests.check(request(algorithm=SHA224()), EXPECTED)


def test_refuses_a_request_that_another_key_signed() -> None:
    der = bytearray(request().public_bytes(Encoding.DER))
    der[-5] ^= 1
    with pytest.raises(Unfit, match="own key"):
        requests.check(x509.load_der_x509_csr(bytes(der)), EXPECTED)


def test_refuses_foreign_names_and_authority() -> None:
    foreign = x509.SubjectAlternativeName([x509.DNSName("csms.example.org")])
    usage = dict.fromkeys(("content_commitment", "data_encipherment", "key_agreement", "crl_sign"), False)
    signs = x509.KeyUsage(
        digital_signature=True,
        key_encipherment=False,
        key_cert_sign=True,
        encipher_only=False,
        decipher_only=False,
        **usage,
    )
    for extension in (foreign, x509.BasicConstraints(ca=True, path_length=None), signs):
        with pytest.raises(Unfit):
            requests.check(request(None, None, extension), EXPECTED)


def test_takes_its_own_name_as_another_name() -> None:
    requests.check(request(None, None, x509.SubjectAlternativeName([x509.DNSName("SN100")])), EXPECTED)


@pytest.mark.parametrize(
    "text", ["", "garbage", "é", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END", "x" * 5501]
)
def test_refuses_garbage(text: str) -> None:
    with pytest.raises(Malformed):
        requests.read_request(text)


def test_knows_a_request_again_however_it_is_broken_into_lines() -> None:
    pem = request().public_bytes(Encoding.PEM).decode()
    again = pem.replace("\n", "\r\n")
    assert requests.identity(requests.read_request(pem)) == requests.identity(requests.read_request(again))
    assert requests.identity(requests.read_request(pem)) != requests.identity(request())
