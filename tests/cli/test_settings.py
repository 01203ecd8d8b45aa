"""Settings: order of weight, clear refusals, the key file."""

from pathlib import Path

import pytest

from busbar.cli.settings import SettingsError, load, secret_key


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUSBAR_OCPP_PORT", "BUSBAR_CONFIG"):
        monkeypatch.delenv(name, raising=False)


def test_flags_win_over_environment_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "busbar.toml"
    assert load({}).ocpp_port == 9000
    file.write_text("ocpp_port = 1\n")
    assert load({}, file).ocpp_port == 1
    monkeypatch.setenv("BUSBAR_OCPP_PORT", "2")
    assert load({}, file).ocpp_port == 2
    assert load({"ocpp_port": 3}, file).ocpp_port == 3


def test_the_environment_may_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "busbar.toml"
    file.write_text('ocpp_path = "/charge"\n')
    monkeypatch.setenv("BUSBAR_CONFIG", str(file))
    assert load({}).ocpp_path == "/charge"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ocpp_port = 70000", "ocpp_port"),
        ("unknown = 1", "unknown: there is none"),
        ("ocpp_path = 'x'", "ocpp_path"),
        ("=", "TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "busbar.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=named):
        load({}, file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load({}, tmp_path / "none.toml")


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = secret_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret_key(path) == key


def test_a_broken_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"short")
    with pytest.raises(SettingsError, match="5 bytes"):
        secret_key(path)
    with pytest.raises(SettingsError, match="cannot be made"):
        secret_key(tmp_path / "none" / "key")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "busbar.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not TOML"):
        load({}, file)


def test_an_empty_name_of_the_file_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSBAR_CONFIG", "")
    assert load({}).ocpp_path == "/ocpp"


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:a.db", "sqlite:///", "postgresql:x", ""])
def test_a_database_that_we_do_not_know_is_refused_with_the_forms_that_we_do(url: str) -> None:
    with pytest.raises(SettingsError, match=r"database_url.*sqlite:///PATH.*postgresql"):
        load({"database_url": url})


@pytest.mark.parametrize("path", ["/a b", "/a?b", "/", "//a", "", "/a/"])
def test_a_path_that_no_url_could_have_is_refused(path: str) -> None:
    with pytest.raises(SettingsError, match="ocpp_path"):
        load({"ocpp_path": path})


def test_a_folder_in_the_keys_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        secret_key(tmp_path)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ({"tls_certificate": Path("a")}, "one takes the other"),
        ({"tls_rsa_key": Path("a")}, "one takes the other"),
        ({"ocpp_tls_port": 0}, "ocpp_tls_port takes"),
        ({"ocpp_plain": False}, "no station could connect"),
        ({"tls_policy": "none"}, "tls_policy"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_named(flags: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load(flags)


def test_tls_may_be_all_there_is() -> None:
    tls = {"ocpp_plain": False, "ocpp_tls_port": 0, "tls_certificate": Path("a"), "tls_key": Path("b")}
    assert load(tls).tls_policy == "forward-secrecy"
