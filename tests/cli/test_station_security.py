"""The part of a station's file about security: files are read, and what is wrong with them is said."""

from pathlib import Path

import pytest

from busbar.cli.station_file import read
from busbar.model.certificates import CertificateUse
from busbar.model.versions import Version
from busbar.station.scenario import Security
from tests.fixtures.certificates import Authority

HEAD = 'url = "ws://127.0.0.1:9000/ocpp"\nidentity = "CS-1"\nversion = "1.6"\n'


def security(folder: Path, text: str) -> Security:
    path = folder / "station.toml"
    path.write_text(f"{HEAD}[security]\n{text}")
    return read(path).spec(folder).security


def test_all_that_a_station_trusts_and_shows(tmp_path: Path) -> None:
    root, maker = Authority(tmp_path), Authority(tmp_path, "Maker")
    own = root.issue("CS-1")
    (tmp_path / "both.pem").write_text(root.path.read_text() + maker.path.read_text())
    text = f"""
profile = 3
secure_url = "wss://127.0.0.1:9443/ocpp"
csms = "both.pem"
manufacturer = "{maker.path}"
certificate = "{own.chain.name}"
key = "{own.key.name}"
key_kind = "rsa"
tells_starts = true
"""
    path = tmp_path / "station.toml"
    path.write_text(f"{HEAD}[security]\n{text}")
    spec = read(path).spec(tmp_path)
    config, endpoint = spec.config(), spec.endpoint("ws://127.0.0.1:9000/ocpp")
    assert config.version is Version.V16
    use = CertificateUse
    assert [one for one, _ in config.roots] == [use.CSMS_ROOT, use.CSMS_ROOT, use.MANUFACTURER_ROOT]
    assert config.roots[1][1] == config.roots[2][1] == maker.path.read_text()
    assert config.certificate == (own.chain.read_text(), own.key.read_text())
    assert (config.security_profile, config.key_kind, config.tells_starts) == (3, "rsa", True)
    assert endpoint.secure_url == "wss://127.0.0.1:9443/ocpp"
    assert own.key.read_text() not in repr(spec)


def test_without_a_word_of_it_there_is_none(tmp_path: Path) -> None:
    assert security(tmp_path, "") == Security()


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ('csms = "none.pem"', "none.pem"),
        ('csms = "station.toml"', "PEM"),
        ('key = "x.key"', "certificate and key"),
        ("profile = 4", "profile"),
        ('secure_url = "ws://x"', "secure_url"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, flaw: str) -> None:
    with pytest.raises((ValueError, OSError), match=flaw):
        security(tmp_path, text)
