"""How a station reaches its CSMS: network connection profiles, and the order that stores one in a slot (2.x)."""

from dataclasses import dataclass, field

from busbar.model.orders import Order


@dataclass(slots=True, kw_only=True)
class AccessPoint:
    """A mobile network's access point (APNType). `authentication` is PAP, CHAP, NONE or AUTO."""

    apn: str
    authentication: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sim_pin: int | None = field(default=None, repr=False)
    preferred_network: str | None = None
    only_preferred_network: bool | None = None


@dataclass(slots=True, kw_only=True)
class PrivateNetwork:
    """A VPN (VPNType). `kind` is IKEv2, IPSec, L2TP or PPTP; `key` is the shared secret."""

    server: str
    user: str
    password: str = field(repr=False)
    key: str = field(repr=False)
    kind: str
    group: str | None = None


@dataclass(slots=True, kw_only=True)
class NetworkProfile:
    """Where and how to connect.

    Attributes:
        version: OCPP12 to OCPP21, required in 2.0.1; None where the station shall choose (2.1).
        interface: Wired0 to Wired3, Wireless0 to Wireless3, Any (2.1).
        identity, password: the station's own for this profile (2.1).
    """

    url: str
    interface: str
    transport: str = "JSON"
    message_timeout_s: int
    security_profile: int
    version: str | None = None
    identity: str | None = None
    password: str | None = field(default=None, repr=False)
    access_point: AccessPoint | None = None
    private_network: PrivateNetwork | None = None


@dataclass(slots=True, kw_only=True)
class SetNetworkProfile(Order):
    """Store a network profile in a slot of the station."""

    slot: int
    profile: NetworkProfile
