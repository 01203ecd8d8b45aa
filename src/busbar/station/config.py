"""What a charging station is before anybody configures it: identity, version, hardware, factory settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from busbar.energy.rates import Line
from busbar.model.certificates import CertificateUse
from busbar.model.monitoring import MonitorSetting
from busbar.model.versions import Version

_LINE: Final = Line()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a local controller keeps what it offers, and the address at which other stations reach it."""

    folder: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationConfig:
    """The build of one station; every EVSE has one connector.

    Attributes:
        evses: how many EVSEs it has (1.6: connectors).
        line: what each EVSE is connected to.
        trusted_roots: PEM certificates that servers of files may come from, beside those that the system trusts.
        hard_wired_monitors, preconfigured_monitors: what it watches from the start (2.x); the former cannot be changed.
        vendors: what it answers to vendors' messages: the data by vendorId and messageId, "" for any messageId.
        shelf: given where it is a local controller that offers firmware to other stations (L03).
        roots: certificates in its store when it leaves the factory: what for, PEM. One of the manufacturer's, if any,
            must have issued the certificate that signs new firmware.
        certificate: its own chain and the private key (PEM), for security profile 3.
        key_kind: of keys that it makes, `ecdsa` or `rsa`.
        tells_starts: each start is a security event (A04.FR.01): one more message, which few who run fleets want.
        settings: factory values of variables by the names of `blocks.device.table`, over the defaults there;
            what the CSMS sets later is kept and wins.
        csms_url: where it connects unless the CSMS gave it other network profiles, without the identity.
        secure_url: where it connects with TLS, once a 1.6 station rises to it; empty for the same host and port.
        security_profile: how it connects there, None for what the address and the password come to; `password`: by
            what, until the CSMS sets another.
        swaps: its EVSEs are slots for batteries (2.1 block S).
        connector_type: what its connectors are (2.x ConnectorEnumType).
        phases: of its supply: 1 or 3, 0 for DC.
        power_w: the most that an EVSE can give.
    """

    identity: str
    version: Version
    vendor: str = "Busbar"
    model: str = "Virtual"
    serial: str | None = None
    firmware: str | None = None
    evses: int = 1
    line: Line = _LINE
    trusted_roots: str = ""
    hard_wired_monitors: tuple[MonitorSetting, ...] = ()
    preconfigured_monitors: tuple[MonitorSetting, ...] = ()
    vendors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shelf: Shelf | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    csms_url: str = ""
    secure_url: str = ""
    security_profile: int | None = None
    password: str | None = field(default=None, repr=False)
    swaps: bool = False
    connector_type: str = "sType2"
    phases: int = 3
    power_w: int = 22_080
    roots: tuple[tuple[CertificateUse, str], ...] = ()
    certificate: tuple[str, str] | None = field(default=None, repr=False)
    key_kind: str = "ecdsa"
    tells_starts: bool = False
