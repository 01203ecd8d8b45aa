import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from typer.testing import CliRunner

from busbar.cli.main import app
from busbar.pki import authority, chains, pem, revocation
from busbar.pki.hashes import hash_data

RUNNER = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run("init", "--dir", str(tmp_path / "pki"), "--owner", "Owner", "--v2g")
    return tmp_path / "pki"


def run(*words: str, status: int = 0) -> str:
    done = RUNNER.invoke(app, ["pki", *words])
    assert done.exit_code == status, done.output
    return done.output


def verdict(folder: Path, path: Path, hierarchy: str = "operator") -> chains.Verdict:
    root = pem.read_certificate((folder / hierarchy / "root.pem").read_text())
    return chains.judge(pem.read_chain(path.read_text()), [root], datetime.now(UTC))


def test_init_makes_hierarchies_once(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"operator", "v2g", "mo"}
    assert "already" in run("init", "--dir", str(folder), status=2)


def test_a_server_gets_a_key_and_a_chain(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run("issue", "server", "csms.example.org", "--also", "10.0.0.1", "--dir", str(folder), "--out", str(out))
    assert said.strip() == str(out / "csms.example.org.pem")
    key = load_pem_private_key((out / "csms.example.org.key").read_bytes(), None)
    leaf = pem.read_chain((out / "csms.example.org.pem").read_text())[0]
    assert leaf.public_key() == key.public_key()
    assert verdict(folder, out / "csms.example.org.pem") is chains.Verdict.GOOD
    assert stat.S_IMODE((out / "csms.example.org.key").stat().st_mode) == 0o600
    assert "PRIVATE" not in said


def test_a_station_may_bring_its_request(folder: Path, tmp_path: Path) -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(authority.name("SN-1", "Owner"))
    request = builder.sign(authority.make_key(), SHA256()).public_bytes(Encoding.PEM)
    (tmp_path / "csr").write_bytes(request)
    words = ("--dir", str(folder), "--csr", str(tmp_path / "csr"), "--out", str(tmp_path), "--hierarchy", "v2g")
    run("issue", "station", "SN-1", *words)
    assert verdict(folder, tmp_path / "SN-1.pem", "v2g") is chains.Verdict.GOOD
    assert not (tmp_path / "SN-1.key").exists()
    assert "serial number" in run("issue", "station", "SN-2", *words, status=2)
    (tmp_path / "csr").write_text("garbage")
    assert "PEM" in run("issue", "station", "SN-1", *words, status=2)


def test_what_is_taken_back_is_on_the_list(folder: Path, tmp_path: Path) -> None:
    run("issue", "station", "SN/1", "--dir", str(folder), "--out", str(tmp_path))
    line = run("list", "--dir", str(folder))
    assert "valid" in line
    run("revoke", line.split()[0], "--reason", "keyCompromise", "--dir", str(folder))
    assert "revoked" in run("list", "--dir", str(folder))
    leaf, issuer = pem.read_chain((tmp_path / "SN_1.pem").read_text())
    for _ in range(2):
        crl = revocation.read_list((folder / "operator" / "crl.pem").read_bytes())
        assert revocation.is_revoked(crl, hash_data(leaf, issuer), issuer)
        run("crl", "--dir", str(folder))
    assert "no certificate" in run("revoke", "1", "--dir", str(folder), status=2)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    for words in (("list",), ("crl",), ("issue", "station", "S"), ("revoke", "1")):
        assert "Traceback" not in run(*words, "--dir", str(tmp_path / "none"), status=2)
