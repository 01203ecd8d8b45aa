"""Stations by the dozen from one seed: what each is and speaks.

It must not know how a station runs, nor who its drivers are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar

from busbar.model.certificates import CertificateUse
from busbar.model.versions import Version
from busbar.protocol.versions import RULES
from busbar.station.config import Shelf, StationConfig
from busbar.station.link import Endpoint
from busbar.station.quirks import QUIRKS
from busbar.station.virtual.populations import Place
from busbar.station.virtual.vehicle import Supply

_AC: Final = Supply()
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What a station begins with of security; see `StationConfig`, whose fields these are."""

    profile: int | None = None
    secure_url: str = ""
    roots: tuple[tuple[CertificateUse, str], ...] = ()
    certificate: tuple[str, str] | None = field(default=None, repr=False)
    key_kind: str = "ecdsa"
    tells_starts: bool = False


_PLAIN: Final = Security()


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSpec:
    """One virtual station: who it is, what it speaks, what its EVSEs can give, and where it stands (None: nowhere).

    With `swaps` its EVSEs are slots for batteries; with a `shelf` it is a local controller.
    """

    identity: str
    version: Version
    password: str | None = None
    evses: int = 1
    supply: Supply = _AC
    vendor: str = "Busbar"
    model: str = "Virtual"
    serial: str | None = None
    firmware: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    swaps: bool = False
    shelf: Shelf | None = None
    security: Security = _PLAIN

    def config(self) -> StationConfig:
        """Return what the core wants to know."""
        return StationConfig(
            identity=self.identity,
            version=self.version,
            vendor=self.vendor,
            model=self.model,
            serial=self.serial,
            firmware=self.firmware,
            evses=self.evses,
            line=self.supply.line,
            swaps=self.swaps,
            shelf=self.shelf,
            settings=self.settings,
            security_profile=self.security.profile,
            roots=self.security.roots,
            certificate=self.security.certificate,
            key_kind=self.security.key_kind,
            tells_starts=self.security.tells_starts,
            connector_type="cCCS2" if self.supply.dc else "sType2",
            phases=0 if self.supply.dc else self.supply.phases,
            power_w=round(self.supply.most_w),
        )

    def endpoint(self, url: str) -> Endpoint:
        """Return how it connects to the CSMS at `url`."""
        subprotocol = RULES[self.version].subprotocol
        return Endpoint(
            url=url,
            identity=self.identity,
            subprotocol=subprotocol,
            password=self.password,
            secure_url=self.security.secure_url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A mix of stations; the same scenario always gives the same stations.

    Attributes:
        versions: how often each version comes, relative to the others; each comes at least once where `count` allows.
        dc_share: how likely a station is a DC charger (0 to 1).
        settings: factory settings of all stations, by the core's names.
        places: how often each kind of place comes; none for stations that stand nowhere.
        quirks: how often each way of retrying comes (`quirks.QUIRKS`), over the settings; none for the standard's.
    """

    count: int
    seed: int = 1
    prefix: str = "CS"
    versions: Mapping[Version, float] = field(default_factory=lambda: dict.fromkeys(Version, 1.0))
    dc_share: float = 0.2
    settings: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[Place, float] = field(default_factory=dict)
    quirks: Mapping[str, float] = field(default_factory=dict)

    def stations(self, password: Callable[[str], str | None] = lambda _: None) -> list[StationSpec]:
        """Return the stations; `password` gives each identity's password."""
        chance = Random(self.seed)  # noqa: S311
        certain = list(self.versions)[: self.count]
        more = chance.choices(list(self.versions), list(self.versions.values()), k=self.count - len(certain))
        return [self._station(n, version, password, chance) for n, version in enumerate(certain + more, start=1)]

    def _station(
        self, number: int, version: Version, password: Callable[[str], str | None], chance: Random
    ) -> StationSpec:
        identity = f"{self.prefix}-{number:04d}"
        quirk = _drawn(self.quirks, Random(f"{self.seed} quirk {number}"))  # noqa: S311
        place = _drawn(self.places, Random(f"{self.seed} place {number}"))  # noqa: S311
        dc = chance.random() < self.dc_share and place is not Place.HOME
        return StationSpec(
            identity=identity,
            version=version,
            password=password(identity),
            evses=chance.choice((1, 1, 2)),
            supply=Supply(dc=True, max_power_w=chance.choice((50_000.0, 150_000.0)))
            if dc
            else Supply(max_current_a=chance.choice((16.0, 32.0))),
            model="Virtual DC" if dc else "Virtual AC",
            settings={**self.settings, **({} if quirk is None else QUIRKS[quirk])},
            place=place,
        )


def _drawn(weights: Mapping[T, float], chance: Random) -> T | None:
    return chance.choices(list(weights), list(weights.values()))[0] if weights else None
