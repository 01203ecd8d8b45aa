"""The part `[security]` of a station's file: its profile, whom it trusts, and by what it proves itself.

It must not know how a connection is secured.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from cryptography import x509

from busbar.model.certificates import CertificateUse
from busbar.pki.pem import read_chain, write_chain
from busbar.station.scenario import Security

_MOST_BYTES: Final = 1 << 20


class SecurityFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a station is to begin with; files are PEM, their paths relative to the station's file.

    Attributes:
        profile: the security profile; without one it is what the address and the password come to.
        secure_url: where a 1.6 station connects once it rises to TLS.
        csms, manufacturer, v2g, contracts: roots of servers, firmware, ISO 15118 and contracts.
        certificate, key: the station's own, leaf first; both or none.
        key_kind: of the keys that it makes.
        tells_starts: each start is a security event.
    """

    profile: Annotated[int, msgspec.Meta(ge=0, le=3)] | None = None
    secure_url: Annotated[str, msgspec.Meta(pattern="^wss://", max_length=512)] | None = None
    csms: Path | None = None
    manufacturer: Path | None = None
    v2g: Path | None = None
    contracts: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_kind: Literal["ecdsa", "rsa"] = "ecdsa"
    tells_starts: bool = False

    def read(self, folder: Path) -> Security:
        """Read the files. Raises ValueError that says what is wrong, OSError."""
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("security: certificate and key, or none of them")
        roots = {
            CertificateUse.CSMS_ROOT: self.csms,
            CertificateUse.MANUFACTURER_ROOT: self.manufacturer,
            CertificateUse.V2G_ROOT: self.v2g,
            CertificateUse.MO_ROOT: self.contracts,
        }
        own = None
        if self.certificate is not None and self.key is not None:
            own = write_chain(_chain(folder / self.certificate)), _text(folder / self.key)
        return Security(
            profile=self.profile,
            secure_url=self.secure_url or "",
            roots=tuple(
                (use, write_chain([one]))
                for use, path in roots.items()
                if path is not None
                for one in _chain(folder / path)
            ),
            certificate=own,
            key_kind=self.key_kind,
            tells_starts=self.tells_starts,
        )


def _chain(path: Path) -> list[x509.Certificate]:
    try:
        return read_chain(_text(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"larger than {_MOST_BYTES} bytes")
    return path.read_text("ascii")
