"""How OCPP names a certificate: hashes of its issuer's name and key, and its serial number."""

from hashlib import new as new_hash
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from busbar.model.certificates import CertificateHash, HashAlgorithm
from busbar.pki.pem import Malformed

HASHES: Final[dict[HashAlgorithm, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    HashAlgorithm.SHA256: hashes.SHA256,
    HashAlgorithm.SHA384: hashes.SHA384,
    HashAlgorithm.SHA512: hashes.SHA512,
}


def hash_data(
    certificate: x509.Certificate, issuer: x509.Certificate, algorithm: HashAlgorithm = HashAlgorithm.SHA256
) -> CertificateHash:
    """Name a certificate; the issuer of a root is the root. The key's hash is of its bits alone (RFC 6960 §4.1.1)."""
    return CertificateHash(
        algorithm=algorithm,
        issuer_name_hash=name_hash(certificate.issuer, algorithm),
        issuer_key_hash=key_hash(issuer.public_key(), algorithm),
        serial_number=f"{certificate.serial_number:x}",
    )


def name_hash(name: x509.Name, algorithm: HashAlgorithm) -> str:
    """Return the hash of a name as DER in hexadecimal digits."""
    return new_hash(algorithm.value.lower(), name.public_bytes()).hexdigest()


def key_hash(key: CertificatePublicKeyTypes, algorithm: HashAlgorithm) -> str:
    """Return the hash of a public key's bit string in hexadecimal digits."""
    return new_hash(algorithm.value.lower(), key_bits(key)).hexdigest()


def key_bits(key: CertificatePublicKeyTypes) -> bytes:
    """Return the bits that a SubjectPublicKeyInfo holds, without its header. Raises Malformed for odd kinds of key."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    if isinstance(key, (ed448.Ed448PublicKey, ed25519.Ed25519PublicKey)):
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    raise Malformed("a key of a kind that OCPP does not use")


def of_request(request: ocsp.OCSPRequest) -> CertificateHash | None:
    """Return what an OCSP request asks about; None where its hash is not one of OCPP's."""
    algorithm = algorithm_of(request.hash_algorithm)
    if algorithm is None:
        return None
    return CertificateHash(
        algorithm, request.issuer_name_hash.hex(), request.issuer_key_hash.hex(), f"{request.serial_number:x}"
    )


def algorithm_of(algorithm: hashes.HashAlgorithm) -> HashAlgorithm | None:
    """Return OCPP's name of a hash algorithm, None where it has none."""
    return next((name for name, kind in HASHES.items() if isinstance(algorithm, kind)), None)
