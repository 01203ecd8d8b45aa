import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.trust.vault import Plan, Vault, VaultError
from busbar.model.certificates import Standing
from busbar.pki import authority, chains, ocsp, pem, revocation
from busbar.pki.authority import KeyKind, Services
from busbar.pki.chains import Verdict
from busbar.pki.hashes import hash_data
from busbar.pki.revocation import Reason

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault(tmp_path / "pki" / "operator", Services(ocsp_url="http://ocsp/"))
    made.create(Plan(name="Test", owner="Owner"), NOON)
    return made


def csr(key=None) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(authority.name("SN-7", "Owner"))
    return builder.sign(key or authority.make_key(), SHA256()).public_bytes(Encoding.PEM).decode()


def test_only_the_owner_reads_keys(vault: Vault) -> None:
    vault.issue_station("SN-1", "Owner", 90, NOON)
    for path in [vault.folder, *vault.folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_hierarchy_is_made_once(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="already"):
        vault.create(Plan(name="Test", owner="Owner"), NOON)
    missing = Vault(tmp_path / "none")
    assert not missing.exists
    with pytest.raises(VaultError, match="cannot be read"):
        missing.root()


def test_what_is_issued_leads_to_the_root(vault: Vault) -> None:
    key = authority.make_key()
    chain = pem.read_chain(vault.sign(csr(key), 90, NOON))
    assert chains.judge(chain, [vault.root()], NOON) is Verdict.GOOD
    assert chain[0].public_key() == key.public_key()
    assert chain[0].subject == authority.name("SN-7", "Owner")
    assert chains.responder_url(chain[0]) == "http://ocsp/"
    server, _ = vault.issue_server("csms.example.org", [], "Owner", 90, NOON)
    assert chains.judge(pem.read_chain(server), [vault.root()], NOON) is Verdict.GOOD


def test_the_same_request_is_signed_once(vault: Vault) -> None:
    request = csr()
    first = vault.sign(request, 90, NOON)
    assert vault.sign(request.replace("\n", "\r\n"), 90, NOON + timedelta(days=1)) == first
    assert vault.sign(csr(), 90, NOON) != first
    assert len(vault.index().entries) == 2


def test_what_was_taken_back_is_on_the_list_and_answered_so(vault: Vault) -> None:
    chain = pem.read_chain(vault.sign(csr(), 90, NOON))
    named = hash_data(chain[0], chain[1])
    serial = f"{chain[0].serial_number:X}"
    assert ocsp.read_answer(vault.answer(named, NOON), named, chain[1], NOON).standing is Standing.GOOD
    assert vault.revoke(serial, Reason.KEY_COMPROMISE, NOON)
    assert not vault.revoke("abc", Reason.KEY_COMPROMISE, NOON)
    crl = revocation.read_list((vault.folder / "crl.pem").read_bytes())
    assert revocation.is_revoked(crl, named, chain[1])
    assert ocsp.read_answer(vault.answer(named, NOON), named, chain[1], NOON).standing is Standing.REVOKED


def test_the_list_is_written_anew_before_it_ends(vault: Vault) -> None:
    assert not vault.list_due(NOON)
    later = NOON + timedelta(days=4)
    assert vault.list_due(later)
    vault.publish(later)
    assert not vault.list_due(later)
    assert vault.index().list_number == 2


def test_other_keys(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "rsa")
    vault.create(Plan(name="Test", owner="Owner", kind=KeyKind.RSA), NOON)
    chain = pem.read_chain(vault.sign(csr(), 90, NOON))
    assert chains.judge(chain, [vault.root()], NOON) is Verdict.GOOD


def test_a_damaged_index_is_told(vault: Vault) -> None:
    (vault.folder / "index.json").write_text("{")
    with pytest.raises(VaultError, match="damaged"):
        vault.sign(csr(), 90, NOON)
