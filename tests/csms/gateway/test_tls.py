"""The context of a TLS listener, tried by handshakes in memory."""

import os
import ssl
import time
from pathlib import Path

import pytest

from busbar.csms.gateway import tls
from busbar.csms.gateway.certificates import CertificateError
from busbar.csms.gateway.tls import TlsFiles, TlsPolicy
from tests.fixtures.certificates import Authority, Issued, client_context, new_key

ECDSA, RSA = "ECDHE-ECDSA-AES128-GCM-SHA256", "AES128-GCM-SHA256"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def files(*issued: Issued, **others) -> TlsFiles:
    return TlsFiles(chains=tuple((one.chain, one.key) for one in issued), **others)


class Link:
    """Two ends of TLS, joined in memory."""

    def __init__(self, server: ssl.SSLContext, client: ssl.SSLContext, session=None, name="localhost") -> None:
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.server = server.wrap_bio(up, down, server_side=True)
        self.client = client.wrap_bio(down, up, server_hostname=name, session=session)
        waiting = [self.client, self.server]
        for _ in range(6):
            for end in list(waiting):
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    continue
                waiting.remove(end)
        assert not waiting


def client(version=ssl.TLSVersion.TLSv1_2, ciphers=None, issued=None) -> ssl.SSLContext:
    context = client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    if issued:
        context.load_cert_chain(issued.chain, issued.key)
    return context


@pytest.mark.parametrize(
    "suite",
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
    ],
)
def test_both_chains_serve_every_required_suite__A00_FR_318_A00_FR_421(authority, suite):
    made = tls.load(files(authority.server(), authority.server("rsa"), policy=TlsPolicy.OCPP_CERTIFICATION)).context
    link = Link(made, client(ciphers=suite))
    assert link.client.cipher()[0] == suite
    assert link.client.compression() is None  # A00.FR.321


def test_forward_secrecy_is_the_default_and_leaves_static_rsa_out(authority):
    made = tls.load(files(authority.server(), authority.server("rsa"))).context
    with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
        Link(made, client(ciphers=RSA))
    assert Link(made, client()).client.cipher()[0].startswith("ECDHE-ECDSA")
    assert Link(made, client(ssl.TLSVersion.TLSv1_3)).client.version() == "TLSv1.3"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_than_tls_1_2_is_refused__A00_FR_315_A00_FR_418(authority, version):
    made = tls.load(files(authority.server("rsa"), policy=TlsPolicy.OCPP_CERTIFICATION)).context
    with pytest.raises(ssl.SSLError):
        Link(made, client(version, "AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"))


def test_cbc_suites_are_refused__A00_FR_322(authority):
    made = tls.load(files(authority.server("rsa"), policy=TlsPolicy.OCPP_CERTIFICATION)).context
    with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
        Link(made, client(ciphers="AES128-SHA:ECDHE-RSA-AES128-SHA256"))


def test_a_client_may_leave_out_the_server_name(authority):
    made = tls.load(files(authority.server())).context
    assert Link(made, client(), name=None).client.version() == "TLSv1.2"


def test_a_client_certificate_is_asked_for_but_not_demanded(authority):
    stations = files(authority.server(), client_authorities=authority.path)
    made = tls.load(stations).context
    assert Link(made, client()).server.getpeercert(True) is None
    shown = authority.issue("SN1")  # without any extended key usage: A00.FR.514
    assert Link(made, client(issued=shown)).server.getpeercert(True)
    assert Link(tls.load(files(authority.server())).context, client(issued=shown)).server.getpeercert(True) is None


def test_an_unknown_or_expired_client_certificate_ends_the_handshake__A00_FR_407(authority, tmp_path):
    made = tls.load(files(authority.server(), client_authorities=authority.path)).context
    (tmp_path / "other").mkdir()
    for shown in (Authority(tmp_path / "other").issue("SN1"), authority.issue("SN1", days=(-20, -10))):
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
            Link(made, client(issued=shown))


def test_an_issuing_authority_may_be_trusted_without_its_root(authority, tmp_path):
    key = new_key()
    issued = authority.issue("SN1", key=key)
    made = tls.load(files(authority.server(), client_authorities=issued.chain)).context
    assert Link(made, client(issued=issued)).server.getpeercert(True)


def test_a_tls_1_3_session_is_not_resumed(authority):
    made = tls.load(files(authority.server())).context
    context = client(ssl.TLSVersion.TLSv1_3)
    first = Link(made, context)
    first.server.write(b"x")
    first.client.read()
    assert first.client.session is None or not first.client.session.has_ticket


def test_a_tls_1_2_session_is_not_resumed_by_another_context(authority):
    made = files(authority.server())
    context = client()
    first = Link(tls.load(made).context, context)
    assert not first.client.session.has_ticket
    again = Link(tls.load(made).context, context, session=first.client.session)
    assert not again.client.session_reused


def test_revocation_lists_are_read_with_the_trust(authority):
    path = authority.revoke(authority.issue("SN1"))
    stations = files(authority.server(), client_authorities=authority.path, revocation_lists=path)
    assert tls.load(stations).revocations is not tls.load(files(authority.server())).revocations


def test_a_folder_holds_any_number_of_lists(authority, tmp_path):
    folder = tmp_path / "lists"
    folder.mkdir()
    watched = files(authority.server(), client_authorities=authority.path, revocation_lists=folder)
    before = tls.stamps(watched)
    path = authority.revoke(authority.issue("SN1"))
    path.rename(folder / path.name)
    assert watched.lists() == (folder / path.name,)
    assert tls.stamps(watched) != before
    tls.load(watched)


def test_what_is_wrong_with_a_file_is_said(authority, tmp_path):
    server, other = authority.server(), authority.server()
    with pytest.raises(CertificateError, match="is not the key of"):
        tls.load(TlsFiles(chains=((server.chain, other.key),)))
    with pytest.raises(CertificateError, match="cannot be read"):
        tls.load(TlsFiles(chains=((server.chain, tmp_path / "absent"),)))
    with pytest.raises(CertificateError, match="holds no certificate"):
        tls.load(files(server, client_authorities=server.key))


def test_a_short_key_is_refused__A00_FR_502(authority):
    from cryptography.hazmat.primitives.asymmetric import rsa

    weak = authority.issue("localhost", key=rsa.generate_private_key(65537, 1024))
    with pytest.raises(CertificateError, match="too short"):
        tls.load(files(weak))


def test_a_changed_file_has_another_stamp(authority):
    server = authority.server()
    watched = files(server, client_authorities=authority.path)
    before = tls.stamps(watched)
    assert tls.stamps(watched) == before
    os.utime(server.chain, ns=(time.time_ns(), time.time_ns() + 10**9))
    assert tls.stamps(watched) != before
    before = tls.stamps(watched)
    authority.path.unlink()
    assert tls.stamps(watched) != before
    assert set(watched) == {server.chain, server.key, authority.path}


def test_an_expired_station_is_left_to_the_door_where_that_is_wanted__A00_FR_429(authority, tmp_path):
    late = client(issued=authority.issue("SN1", days=(-9, -2)))
    trusted = {"client_authorities": authority.path}
    with pytest.raises(ssl.SSLError, match="has expired"):
        Link(tls.load(files(authority.server(), **trusted)).context, late)
    made = tls.load(files(authority.server(), **trusted, expired_clients=True)).context
    assert Link(made, late).server.getpeercert(True)
    stranger = client(issued=Authority(tmp_path, "Other").issue("SN1"))
    with pytest.raises(ssl.SSLError, match="VERIFY"):
        Link(made, stranger)


@pytest.mark.parametrize(
    ("given", "event"),
    [
        ({"version": ssl.TLSVersion.TLSv1_1, "ciphers": "AES128-SHA:@SECLEVEL=0"}, "InvalidTLSVersion"),
        ({"ciphers": "AES128-SHA"}, "InvalidTLSCipherSuite"),
        ({"issued": "late"}, "InvalidChargingStationCertificate"),
    ],
)
def test_a_failed_handshake_is_told_with_its_reason__A00_FR_408(authority, given, event):
    made = tls.load(files(authority.server("rsa"), client_authorities=authority.path)).context
    told = []
    tls.watch(made, lambda *one: told.append(one))
    assert Link(made, client()).client.version() == "TLSv1.2"
    assert told == []
    given = given | ({"issued": authority.issue("SN1", days=(-9, -2))} if "issued" in given else {})
    with pytest.raises(ssl.SSLError):
        Link(made, client(**given))
    assert [name for name, _ in told] == [event]
    assert told[0][1].startswith("TLS handshake failed: ")


def test_what_is_no_tls_is_told(authority):
    made, told = tls.load(files(authority.server())).context, []
    tls.watch(made, lambda *one: told.append(one))
    up = ssl.MemoryBIO()
    up.write(b"GET / HTTP/1.1" + bytes([13, 10, 13, 10]))
    with pytest.raises(ssl.SSLError):
        made.wrap_bio(up, ssl.MemoryBIO(), server_side=True).do_handshake()
    assert told == [("TlsHandshakeFailed", "TLS handshake failed: HTTP_REQUEST")]
