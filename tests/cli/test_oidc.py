import pytest

from busbar.cli.oidc import api_settings
from busbar.cli.settings import Settings, SettingsError

GOOD = '[[provider]]\nname = "idp"\nissuer = "https://idp.example"\nclient_id = "c"\nclient_secret_file = "s"\n'


def test_providers_come_from_a_file_and_wrong_ones_are_named(tmp_path) -> None:
    path = tmp_path / "oidc.toml"
    (tmp_path / "s").write_text("secret\n")
    path.write_text(GOOD)
    home = {"oidc_file": path, "public_url": "https://csms.example", "behind_https": True}
    (found,) = api_settings(Settings(**home)).providers
    assert (found.provider.name, found.secret) == ("idp", "secret")
    assert "secret" not in repr(found).replace("client_secret_file", "").replace("second", "")
    wrong = {
        "issuer": GOOD.replace("https", "http"),
        "roles": GOOD + "provision = true\n",
        "names": GOOD + GOOD.replace("idp.example", "other.example"),
        "issuers": GOOD + GOOD.replace('"idp"', '"other"'),
        "unknown": GOOD + "unknown = 1\n",
    }
    for text in wrong.values():
        path.write_text(text)
        with pytest.raises(SettingsError, match="oidc_file"):
            api_settings(Settings(**home))
    path.write_text(GOOD)
    with pytest.raises(SettingsError, match="public_url"):
        api_settings(Settings(oidc_file=path))
