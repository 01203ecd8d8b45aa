"""How 2.x names a certificate on the wire ↔ its neutral name; `wire` is the version's module of types."""

from typing import Any

from msgspec import UNSET

from busbar.model.certificates import CertificateHash, HashAlgorithm, StatusTarget


def read_hash(sent: Any) -> CertificateHash:
    """Read the name of a certificate (CertificateHashDataType, OCSPRequestDataType)."""
    return CertificateHash(
        HashAlgorithm(sent.hash_algorithm.value), sent.issuer_name_hash, sent.issuer_key_hash, sent.serial_number
    )


def write_hash(wire: Any, named: CertificateHash) -> Any:
    """Write the name of a certificate."""
    return wire.CertificateHashDataType(**_names(wire, named))


def read_target(sent: Any) -> StatusTarget:
    """Read a certificate with its responder (OCSPRequestDataType)."""
    return StatusTarget(read_hash(sent), sent.responder_url)


def write_target(wire: Any, target: StatusTarget) -> Any:
    """Write a certificate with its responder."""
    return wire.OCSPRequestDataType(**_names(wire, target.certificate), responder_url=target.responder_url)


def status_info(wire: Any, reason: str | None, detail: str | None) -> Any:
    """Write why something was answered so."""
    return UNSET if reason is None else wire.StatusInfoType(reason_code=reason, additional_info=detail or UNSET)


def _names(wire: Any, named: CertificateHash) -> dict[str, Any]:
    return {
        "hash_algorithm": wire.HashAlgorithmEnumType(named.algorithm.value),
        "issuer_name_hash": named.issuer_name_hash,
        "issuer_key_hash": named.issuer_key_hash,
        "serial_number": named.serial_number,
    }
