"""From settings to what the interface knows of itself and of providers of OpenID Connect."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from busbar.api.backend import ApiSettings
from busbar.cli.settings import Settings, SettingsError
from busbar.cli.trust import outside_hosts, secret
from busbar.csms.services.oidc import Provider
from busbar.csms.trust.openid import Relation

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class File(msgspec.Struct, forbid_unknown_fields=True):
    """What stands in the file of providers."""

    provider: list[Provider] = []


def api_settings(settings: Settings) -> ApiSettings:
    """Return the interface's settings. Raises SettingsError."""
    providers = () if settings.oidc_file is None else _providers(settings, settings.oidc_file)
    return ApiSettings(secure_cookies=settings.behind_https, public_url=settings.public_url or "", providers=providers)


def _providers(settings: Settings, path: Path) -> tuple[Relation, ...]:
    try:
        found = msgspec.convert(tomllib.loads(path.read_text()), File).provider
    except OSError as error:
        raise SettingsError(f"setting oidc_file: {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"setting oidc_file: {path}: {error}") from None
    if settings.public_url is None or not _is_safe(settings.public_url):
        raise SettingsError("setting oidc_file: takes public_url, with https unless it is loopback")
    if settings.public_url.startswith("https:") and not settings.behind_https:
        raise SettingsError("setting oidc_file: public_url is https, so behind_https has to be on")
    if len({one.name for one in found}) < len(found):
        raise SettingsError(f"setting oidc_file: {path}: two providers have one name")
    if len({one.issuer for one in found}) < len(found):  # or who comes by one would have the rights that another gives
        raise SettingsError(f"setting oidc_file: {path}: two providers have one issuer")
    return tuple(_relation(settings, path, one) for one in found)


def _relation(settings: Settings, path: Path, provider: Provider) -> Relation:
    where = f"setting oidc_file: {path}: {provider.name}"
    if not _is_safe(provider.issuer):
        raise SettingsError(f"{where}: issuer takes https, unless it is loopback")
    if "openid" not in provider.scopes:
        raise SettingsError(f"{where}: scopes takes openid")
    if provider.provision and not provider.roles:
        raise SettingsError(f"{where}: provision takes roles, or nobody new could do anything")
    kept = provider.client_secret_file
    text = None if kept is None else secret("client_secret_file", path.parent / kept)
    return Relation(provider, text, outside_hosts(settings))


def _is_safe(text: str) -> bool:
    url = urlsplit(text)
    return bool(url.hostname) and (url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK))
