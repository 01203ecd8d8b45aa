"""The TLS side of a listener: certificates and trust out of files, made into a context. Opens no socket.

Sessions are never resumed by tickets, since a resumed one skips the look at a client's certificate; a new context is
made whenever a file changes, which forgets the rest.
"""

import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.gateway.certificates import (
    NO_REVOCATIONS,
    CertificateError,
    Revocations,
    read_certificates,
    read_file,
)
from busbar.csms.services.security_events import INVALID_CERTIFICATE, NO_TLS, NO_TLS_SUITE, OLD_TLS

MIN_RSA_BITS: Final = 2048
MIN_EC_BITS: Final = 224
_FORWARD_SECRECY: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
_EVENTS: Final = {
    "CERTIFICATE_VERIFY_FAILED": INVALID_CERTIFICATE,  # A00.FR.408
    "UNSUPPORTED_PROTOCOL": OLD_TLS,
    "NO_SHARED_CIPHER": NO_TLS_SUITE,
}
_NO_CHECK_TIME: Final = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, for which Python has no name
_STATIC_RSA: Final = ("AES128-GCM-SHA256", "AES256-GCM-SHA384")


class TlsPolicy(StrEnum):
    """Which cipher suites are taken.

    `ocpp-certification` has all four that A00.FR.318 and A00.FR.421 ask for; two of them (static RSA) keep no forward
    secrecy, and `forward-secrecy` leaves these out. TLS 1.3 and ECDHE with RSA are in both.
    """

    FORWARD_SECRECY = "forward-secrecy"
    OCPP_CERTIFICATION = "ocpp-certification"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Where certificates and trust are.

    Attributes:
        chains: a chain (PEM, leaf first) and its key; one for each kind of key, ECDSA and RSA.
        client_authorities: who may issue a station's certificate; without it none is asked for (profile 3 is off).
        revocation_lists: one list (PEM or DER) signed by one of those, or a folder of them (`*.crl`).
        expired_clients: leave dates of stations' chains to who judges the upgrade, which knows the leaf's (A00.FR.429).
    """

    chains: tuple[tuple[Path, Path], ...]
    client_authorities: Path | None = None
    revocation_lists: Path | None = None
    policy: TlsPolicy = TlsPolicy.FORWARD_SECRECY
    expired_clients: bool = False

    def __iter__(self) -> Iterator[Path]:
        """Give every file."""
        for chain in self.chains:
            yield from chain
        if self.client_authorities is not None:
            yield self.client_authorities
        yield from self.lists()

    def lists(self) -> tuple[Path, ...]:
        """Return the revocation lists that there are now."""
        path = self.revocation_lists
        if path is None:
            return ()
        return tuple(sorted(path.glob("*.crl"))) if path.is_dir() else (path,)


@dataclass(frozen=True, slots=True)
class Tls:
    """What a TLS listener works with until a file changes."""

    context: ssl.SSLContext
    revocations: Revocations


def load(files: TlsFiles) -> Tls:
    """Read the files into a context and its revocations. Raises CertificateError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # A00.FR.313, A00.FR.416
    suites = _FORWARD_SECRECY + (_STATIC_RSA if files.policy is TlsPolicy.OCPP_CERTIFICATION else ())
    context.set_ciphers(":".join(suites))
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION  # A00.FR.321, A00.FR.424
    context.options |= ssl.OP_NO_TICKET | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 0
    for chain, key in files.chains:
        _load_chain(context, chain, key)
    if files.client_authorities is None:
        return Tls(context, NO_REVOCATIONS)
    authorities, at = read_certificates(files.client_authorities), datetime.now(UTC)
    if files.expired_clients:
        context.verify_flags |= _NO_CHECK_TIME
        authorities = [one for one in authorities if one.not_valid_before_utc <= at <= one.not_valid_after_utc]
        if not authorities:
            raise CertificateError(f"{files.client_authorities} holds no authority that is in its time")
    _trust(context, files.client_authorities, authorities)
    return Tls(context, Revocations(files.lists(), authorities, at))


def watch(context: ssl.SSLContext, failed: Callable[[str, str], None]) -> None:
    """Have every failed handshake told: the security event that it is, and the reason.

    Who it was is not known here. A flood costs one call each.
    """

    class Watched(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                failed(*_told(error))
                raise

    context.sslobject_class = Watched


def _told(error: ssl.SSLError) -> tuple[str, str]:
    reason = getattr(error, "verify_message", None) or error.reason or "broken"
    return _EVENTS.get(error.reason or "", NO_TLS), f"TLS handshake failed: {reason}"


def stamps(files: TlsFiles) -> tuple[tuple[int, int], ...]:
    """Return what tells that a file changed; a file that is not there has stamps too."""
    return tuple(_stamp(path) for path in files)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return (state.st_mtime_ns, state.st_ino)


def _load_chain(context: ssl.SSLContext, chain: Path, key: Path) -> None:
    leaf = read_certificates(chain)[0]
    if not _strong(leaf):
        raise CertificateError(f"the key of {chain} is too short: RSA takes {MIN_RSA_BITS} bits, EC {MIN_EC_BITS}")
    read_file(key)
    try:
        context.load_cert_chain(chain, key, password="")
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or "not a key in PEM without a passphrase"
        raise CertificateError(f"{key} is not the key of {chain} ({reason})") from None


def _strong(certificate: x509.Certificate) -> bool:
    """Tell whether a key is as strong as 112 bits (A00.FR.501, A00.FR.502)."""
    match certificate.public_key():
        case rsa.RSAPublicKey(key_size=bits) | dsa.DSAPublicKey(key_size=bits):
            return bits >= MIN_RSA_BITS
        case ec.EllipticCurvePublicKey(curve=curve):
            return curve.key_size >= MIN_EC_BITS
    return False


def _trust(context: ssl.SSLContext, path: Path, authorities: Sequence[x509.Certificate]) -> None:
    """Ask for a client certificate; who has none may still come with a password (profile 2)."""
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an operator may trust an issuing authority alone
    try:
        context.load_verify_locations(cadata="".join(one.public_bytes(Encoding.PEM).decode() for one in authorities))
    except ssl.SSLError as error:
        raise CertificateError(f"{path} cannot be trusted ({error.reason})") from None
