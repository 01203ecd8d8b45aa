"""How a gateway node listens and what it allows. Reads nothing."""

from dataclasses import dataclass, field
from typing import Final

from busbar.csms.gateway.limits import Rate
from busbar.csms.gateway.sockets import Bounds
from busbar.csms.gateway.tls import TlsFiles

PER_ADDRESS: Final = Rate(burst=100, per_s=5)
PER_IDENTITY: Final = Rate(burst=20, per_s=0.5)
DISPLACED: Final = Rate(burst=10, per_s=1 / 30)
BROKEN: Final = Rate(burst=100, per_s=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """How a node listens and what it allows.

    Attributes:
        key: for the keyed hashes of passwords.
        path: what stands before the identity.
        strict_404: an unknown identity is told so (404), which certification wants and attackers like.
        port, tls_port: None is off; 0 takes a free one.
        tls: certificates and trust of the TLS port.
        tries_per_address, tries_per_identity: refused upgrades; a good one costs nothing.
        displacements: new connections of a station that still has one.
        broken_messages: what one connection may send that breaks the rules.
    """

    key: bytes = field(repr=False)
    host: str = "127.0.0.1"
    port: int | None = 0
    tls_port: int | None = None
    tls: TlsFiles | None = None
    path: str = "/ocpp"
    heartbeat_interval_s: int = 300
    ping_interval_s: float = 60.0
    pong_timeout_s: float = 20.0
    call_timeout_s: float = 30.0
    handshake_timeout_s: float = 10.0
    max_message_bytes: int = 256 * 1024
    max_connections: int = 50_000
    max_connections_per_address: int = 10_000
    strict_404: bool = False
    tries_per_address: Rate = PER_ADDRESS
    tries_per_identity: Rate = PER_IDENTITY
    displacements: Rate = DISPLACED
    broken_messages: Rate = BROKEN

    @property
    def bounds(self) -> Bounds:
        """What the sockets are held to."""
        return Bounds(
            max_message_bytes=self.max_message_bytes,
            handshake_timeout_s=self.handshake_timeout_s,
            ping_interval_s=self.ping_interval_s,
            pong_timeout_s=self.pong_timeout_s,
            max_connections=self.max_connections,
            max_connections_per_address=self.max_connections_per_address,
        )
