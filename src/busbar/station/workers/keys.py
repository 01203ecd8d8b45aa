"""Makes keys and signing requests, in a thread of their own. It must not know what a certificate is for."""

import asyncio

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from busbar.station.keys import KeyMade, MakeKey


async def make_key(work: MakeKey) -> KeyMade:
    """Make a key and its request. Raises ValueError for a kind or a name that there cannot be."""
    return await asyncio.to_thread(_make, work)


def _make(work: MakeKey) -> KeyMade:
    key = _new_key(work.kind)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, work.common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, work.organisation),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256())
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    return KeyMade(text, request.public_bytes(Encoding.PEM).decode("ascii"))


def _new_key(kind: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    match kind:
        case "ecdsa":
            return ec.generate_private_key(ec.SECP256R1())
        case "rsa":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case _:
            raise ValueError("no such kind of key")
