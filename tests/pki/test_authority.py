from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.verification import PolicyBuilder, Store

from busbar.pki import authority, chains
from busbar.pki.authority import Issuer, KeyKind, Services, Validity

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_server_certificate_passes_where_the_web_is_strict__A00_FR_510(hierarchy) -> None:
    key = authority.make_key().public_key()
    made = authority.issue_server(
        "csms.example.org", ["127.0.0.1"], "Owner", key, hierarchy.sub, 9, Validity(at=NOON, days=90)
    )
    verifier = PolicyBuilder().store(Store([hierarchy.root.certificate])).time(NOON)
    for name in (x509.DNSName("csms.example.org"), x509.IPAddress(__import__("ipaddress").ip_address("127.0.0.1"))):
        assert verifier.build_server_verifier(name).verify(made, [hierarchy.sub.certificate])
    assert made.subject.rfc4514_string() == "O=Owner,CN=csms.example.org"


def test_a_certificate_begins_in_the_past__A02_FR_06(hierarchy) -> None:
    leaf = hierarchy.leaf(days=90)
    assert leaf.not_valid_before_utc == NOON - timedelta(hours=1)
    assert leaf.not_valid_after_utc == NOON + timedelta(days=90)
    assert leaf.serial_number == 1000


def test_a_station_certificate_has_no_extended_key_usage__A00_FR_514(hierarchy) -> None:
    leaf = hierarchy.leaf(services=Services(ocsp_url="http://o/", crl_url="http://c/"))
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert not chains.is_authority(leaf)
    assert leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name == [x509.UniformResourceIdentifier("http://c/")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (KeyKind.EC_P256, ec.EllipticCurvePublicKey),
        (KeyKind.EC_P521, ec.EllipticCurvePublicKey),
        (KeyKind.RSA, rsa.RSAPublicKey),
    ],
)
def test_a_root_of_each_kind_of_key_can_issue(kind: KeyKind, expected: type) -> None:
    key = authority.make_key(kind)
    root = Issuer(authority.make_root(authority.name("R", domain="V2G"), key, 1, Validity(at=NOON, days=9)), key)
    leaf = authority.issue_end(
        authority.name("L"), authority.make_key().public_key(), root, 2, Validity(at=NOON, days=5)
    )
    assert isinstance(root.certificate.public_key(), expected)
    assert chains.judge([leaf], [root.certificate], NOON) is chains.Verdict.GOOD
