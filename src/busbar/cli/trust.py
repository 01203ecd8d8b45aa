"""From settings to who signs certificates and who is asked about them; `bootstrap` puts them to work."""

import shlex
import ssl
from pathlib import Path
from typing import Final

from busbar.cli.settings import Settings, SettingsError
from busbar.csms.trust.authorities import BuiltIn, CertificateAuthority, Command, Est, Nobody
from busbar.csms.trust.fetching import Fetcher
from busbar.csms.trust.provider import Provider
from busbar.csms.trust.standings import Standings
from busbar.csms.trust.vault import Vault
from busbar.pki.authority import Services

OPERATOR: Final = "operator"
V2G: Final = "v2g"
SECRET_LIMIT: Final = 4096


def authority(settings: Settings) -> CertificateAuthority:
    """Make who signs stations' certificates: a command, else an EST server, else the vaults. Raises SettingsError."""
    if settings.sign_command is not None:
        return Command(_words(settings.sign_command))
    if settings.est_url is not None:
        return _est(settings, settings.est_url)
    if settings.pki_dir is not None:
        services = Services(ocsp_url=settings.certificate_ocsp_url, crl_url=settings.certificate_crl_url)
        operator, v2g = (Vault(settings.pki_dir / name, services) for name in (OPERATOR, V2G))
        return BuiltIn(operator, v2g, settings.certificate_days)
    return Nobody()


def standings(settings: Settings) -> Standings:
    """Make who asks responders and reads revocation lists."""
    return Standings(Fetcher(outside_hosts(settings)))


def outside_hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts that may be asked and told though they are in private networks."""
    hosts = (host.strip().lower() for host in settings.outside_hosts.split(","))
    return frozenset(host for host in hosts if host)


def provider(settings: Settings) -> Provider:
    """Make who asks for vehicles' contract certificates. Raises SettingsError."""
    path = settings.contract_provider_token_file
    token = None if path is None else secret("contract_provider_token_file", path)
    return Provider(settings.contract_provider_url, token)


def _est(settings: Settings, url: str) -> Est:
    if not url.startswith("https://"):
        raise SettingsError("setting est_url: begins with https://")
    try:
        context = ssl.create_default_context(cafile=settings.est_ca_file)
    except (OSError, ssl.SSLError):
        raise SettingsError("setting est_ca_file: cannot be read, or holds no certificate in PEM") from None
    if settings.est_login_file is None:
        return Est(url, context)
    name, colon, password = secret("est_login_file", settings.est_login_file).partition(":")
    if not colon:
        raise SettingsError("setting est_login_file: the file holds no NAME:PASSWORD")
    return Est(url, context, (name, password))


def _words(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError:
        words = ()
    if not words:
        raise SettingsError("setting sign_command: not a command")
    return words


def secret(setting: str, path: Path) -> str:
    """Return what a file of one secret holds. Raises SettingsError."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"setting {setting}: the file cannot be read") from None
    if not 1 <= len(text.strip()) <= SECRET_LIMIT:
        raise SettingsError(f"setting {setting}: the file holds no secret, or too much")
    return text.strip()
