"""What a charging station is before anybody configures it: identity, version, hardware, factory settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from busbar.model.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class StationConfig:
    """The build of one station; every EVSE has one connector.

    Attributes:
        evses: how many EVSEs it has (1.6: connectors).
        settings: factory values of variables by the names of `blocks.variables`, over the defaults there;
            what the CSMS sets later is kept and wins.
    """

    identity: str
    version: Version
    vendor: str = "Busbar"
    model: str = "Virtual"
    serial: str | None = None
    firmware: str | None = None
    evses: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
