"""Work on keys: what is asked of whoever makes them, and what comes back."""

from dataclasses import dataclass, field

from busbar.station.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeKey(Work):
    """Make a key pair and a request to have it certified (A02.FR.02, .03).

    `kind` is `ecdsa` (P-256) or `rsa` (2048 bits).
    """

    kind: str
    common_name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class KeyMade:
    """A private key (PKCS 8, PEM), which only the station's store may hold (A02.FR.05), and its request (PEM)."""

    key: str = field(repr=False)
    csr: str
