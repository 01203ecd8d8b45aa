"""Verifies the signatures of messages by the certificates that are registered (2.x part 4 §7). Knows no connection."""

from collections.abc import Mapping
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm

from busbar.protocol.signed import Signature

_HASHES: Final[dict[str, HashAlgorithm]] = {"ES256": SHA256(), "RS256": SHA256(), "RS384": SHA384()}
_P256_BYTES: Final = 32

Key = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def signing_key(der: bytes) -> Key:
    """Return the key of a certificate (DER) that signs messages. Raises ValueError where it is none of §7.3."""
    key = x509.load_der_x509_certificate(der).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ValueError("messages are signed by RSA or ECDSA with P-256")


def genuine(signature: Signature, keys: Mapping[str, Key]) -> bool | None:
    """Tell whether a signature is good; None where its certificate is not registered. `keys` are by thumbprint."""
    if not signature.thumbprint:
        return any(_verified(signature, key) for key in keys.values()) if keys else None
    key = keys.get(signature.thumbprint)
    return None if key is None else _verified(signature, key)


def _verified(signature: Signature, key: Key) -> bool:
    algorithm = _HASHES[signature.algorithm]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            if not signature.algorithm.startswith("RS"):
                return False
            key.verify(signature.signature, signature.content, padding.PKCS1v15(), algorithm)
        else:
            if signature.algorithm != "ES256" or len(signature.signature) != 2 * _P256_BYTES:
                return False
            r, s = (
                int.from_bytes(part) for part in (signature.signature[:_P256_BYTES], signature.signature[_P256_BYTES:])
            )
            key.verify(encode_dss_signature(r, s), signature.content, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True
