"""TLS as a station uses it (security profiles 2 and 3): what it trusts, what it shows, and why a connection failed.

It must not know when a station connects, nor where its certificates are kept.
"""

import os
import ssl
from functools import lru_cache
from tempfile import TemporaryDirectory
from typing import Final

from busbar.station.events import Obstacle

# A00.FR.318, .319: what TLS 1.2 may use; TLS 1.3 has only good ones
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:AES128-GCM-SHA256:AES256-GCM-SHA384"
_VERSIONS: Final = frozenset(
    {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION", "NO_PROTOCOLS_AVAILABLE"}
)
_CREDENTIALS: Final = frozenset(
    {
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "TLSV1_ALERT_ACCESS_DENIED",
        "TLSV1_ALERT_UNKNOWN_CA",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    }
)
_SUITES: Final = frozenset({"NO_SHARED_CIPHER", "SSLV3_ALERT_HANDSHAKE_FAILURE", "WRONG_CIPHER_RETURNED"})


@lru_cache(maxsize=64)
def context(roots: tuple[str, ...], chain: str | None = None, key: str | None = None) -> ssl.SSLContext:
    """Return a context that trusts these roots alone, checks the server's name, and shows a certificate.

    Without roots it trusts whom the system trusts.

    Stations that trust the same share one (A00.FR.307, .308, .314, .412). Raises ValueError for what is no certificate.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(_CIPHERS)
    # a root that its predecessor signed is a root, too (M05.FR.10)
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        if roots:
            made.load_verify_locations(cadata="".join(roots))
        else:
            made.load_default_certs()
        if chain is not None and key is not None:
            _show(made, chain, key)
    except ssl.SSLError as error:
        raise ValueError(f"unusable certificate: {error.reason}") from None
    return made


def _show(made: ssl.SSLContext, chain: str, key: str) -> None:
    """Load the station's certificate, which the library only reads from files: there for a moment, for us alone."""
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "own.pem")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key + "\n" + chain)
        made.load_cert_chain(path)


def obstacle(error: BaseException) -> Obstacle:
    """Say what a failed handshake was about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Obstacle.CERTIFICATE
    reason = getattr(error, "reason", None)
    if reason in _VERSIONS:
        return Obstacle.TLS_VERSION
    if reason in _CREDENTIALS:
        return Obstacle.CREDENTIALS
    return Obstacle.CIPHERS if reason in _SUITES else Obstacle.OTHER
