from pathlib import Path

import pytest

from busbar.cli import trust
from busbar.cli.settings import Settings, SettingsError
from busbar.csms.trust.authorities import BuiltIn, Command, Est, Nobody


def test_a_command_comes_before_a_server_and_a_server_before_the_vaults(tmp_path: Path) -> None:
    assert isinstance(trust.authority(Settings()), Nobody)
    vaults = Settings(pki_dir=tmp_path, certificate_days=9, certificate_ocsp_url="http://o/")
    made = trust.authority(vaults)
    assert isinstance(made, BuiltIn)
    assert (made.operator.folder, made.v2g.folder, made.days) == (tmp_path / "operator", tmp_path / "v2g", 9)
    assert made.operator.services.ocsp_url == "http://o/"
    server = trust.authority(Settings(pki_dir=tmp_path, est_url="https://ca.example.org/.well-known/est"))
    assert isinstance(server, Est)
    command = trust.authority(Settings(sign_command="/bin/sign --profile 'a b'", est_url="https://ca.example.org"))
    assert command == Command(("/bin/sign", "--profile", "a b"))


def test_secrets_come_from_files_and_are_not_shown(tmp_path: Path) -> None:
    login, token = tmp_path / "login", tmp_path / "token"
    login.write_text("name:pass:word\n")
    token.write_text("secret\n")
    est = trust.authority(Settings(est_url="https://ca/", est_login_file=login))
    assert isinstance(est, Est)
    assert est.auth == ("name", "pass:word")
    assert "word" not in repr(est)
    provider = trust.provider(Settings(contract_provider_url="http://p/", contract_provider_token_file=token))
    assert (provider.url, provider.token) == ("http://p/", "secret")
    assert trust.provider(Settings()).url is None


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"est_url": "http://ca/"}, "est_url"),
        ({"est_url": "https://ca/", "est_ca_file": "/nowhere"}, "est_ca_file"),
        ({"est_url": "https://ca/", "est_login_file": "/nowhere"}, "est_login_file"),
        ({"est_url": "https://ca/", "est_login_file": "/dev/null"}, "est_login_file"),
        ({"sign_command": "'"}, "sign_command"),
        ({"sign_command": " "}, "sign_command"),
    ],
)
def test_what_is_wrong_is_named(settings: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        trust.authority(Settings(**settings))


def test_a_login_has_a_colon(tmp_path: Path) -> None:
    path = tmp_path / "login"
    path.write_text("name")
    with pytest.raises(SettingsError, match="NAME:PASSWORD"):
        trust.authority(Settings(est_url="https://ca/", est_login_file=path))


def test_hosts_are_a_list() -> None:
    made = trust.standings(Settings(outside_hosts=" Ocsp.Local, 10.0.0.1,,"))
    assert made.fetcher.hosts == frozenset({"ocsp.local", "10.0.0.1"})
