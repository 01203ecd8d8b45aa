"""The file that says what a station is: `busbar station --config FILE.toml`.

    url = "ws://127.0.0.1:9000/ocpp"
    identity = "CS-1"
    version = "2.0.1"
    password_file = "password.txt"     # or `password`; relative paths are the file's
    evses = 2
    state = "station.db"
    [hardware]                         # what each EVSE can give
    max_current_a = 32
    [ev]                               # the EV that comes where nobody says which
    capacity_wh = 52000
    [offering]                         # where it is a local controller: firmware that it publishes
    folder = "firmware"
    [settings]                         # factory values, over the standard's
    HeartbeatInterval = "60"
    [security]                         # see `SecurityFile`
    csms = "csms-root.pem"
    [control]                          # the control interface on loopback
    port = 8090
    token_file = "control.txt"
    [[faults]]                         # as in fault scripts
    kind = "cut"
    at_s = 60

It must not know how a station runs.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from busbar.cli.station_security import SecurityFile
from busbar.model.versions import Version
from busbar.station.config import Shelf
from busbar.station.faults import Fault, Script
from busbar.station.scenario import StationSpec
from busbar.station.virtual.vehicle import Supply, Vehicle

_MOST_BYTES: Final = 1 << 20
_LEAST_SECRET: Final = 8

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e7)]
Volts = Annotated[float, msgspec.Meta(gt=0, le=1500)]
Phases = Annotated[int, msgspec.Meta(ge=1, le=3)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Hardware(_Part, frozen=True):
    """What the station is built of; `virtual` is what this program can act out by itself."""

    adapter: Literal["virtual"] = "virtual"
    dc: bool = False
    voltage_v: Volts = 230.0
    phases: Phases = 3
    max_current_a: Positive = 32.0
    max_power_w: Positive = 50_000.0


class Ev(_Part, frozen=True):
    """The EV that comes where nobody says which."""

    capacity_wh: Positive = 60_000.0
    stored_wh: Annotated[float, msgspec.Meta(ge=0, le=1e7)] = 15_000.0
    target: Share = 1.0
    phases: Phases = 3
    max_current_a: Positive = 16.0
    max_power_w: Positive = 100_000.0
    taper_from: Share = 0.8
    efficiency: Share = 0.92
    iso15118: bool = False
    bidirectional: bool = False
    reserve: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.2

    def vehicle(self) -> Vehicle:
        """Return one more of these EVs."""
        return Vehicle(**msgspec.structs.asdict(self))


class Control(_Part, frozen=True):
    """Where the control interface listens on loopback (0: a free port), and where its token is written."""

    token_file: Path
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0


class Offering(_Part, frozen=True):
    """Where a local controller keeps firmware for others, and the address at which they reach it."""

    folder: Path
    host: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] = "127.0.0.1"


class StationFile(_Part, frozen=True):
    """What a station is."""

    url: Annotated[str, msgspec.Meta(pattern="^wss?://", max_length=512)]
    identity: Annotated[str, msgspec.Meta(min_length=1, max_length=48)]
    version: Version = Version.V21
    password: str | None = None
    password_file: Path | None = None
    vendor: Name = "Busbar"
    model: Name = "Virtual"
    serial: Name | None = None
    firmware: Name | None = None
    evses: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    state: Path | None = None
    ledger: Path | None = None
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] | None = None
    hardware: Hardware = Hardware()
    ev: Ev = Ev()
    swaps: bool = False
    offering: Offering | None = None
    settings: dict[str, str] = {}
    security: SecurityFile = SecurityFile()
    control: Control | None = None
    faults: tuple[Fault, ...] = ()
    seed: int = 1

    def spec(self, folder: Path) -> StationSpec:
        """Return the station, with its certificates out of `folder`. Raises ValueError, OSError."""
        parts = msgspec.structs.asdict(self.hardware)
        del parts["adapter"]
        return StationSpec(
            identity=self.identity,
            version=self.version,
            password=self.password,
            evses=self.evses,
            supply=Supply(**parts),
            vendor=self.vendor,
            model=self.model,
            serial=self.serial,
            firmware=self.firmware,
            settings=self.settings,
            security=self.security.read(folder),
            swaps=self.swaps,
            shelf=None if self.offering is None else Shelf(str(self.offering.folder), self.offering.host),
        )

    def script(self) -> Script | None:
        """Return what goes wrong; None where nothing does."""
        return Script(faults=self.faults, seed=self.seed) if self.faults else None


def read(path: Path) -> StationFile:
    """Read a file. Paths come back absolute, the password read. Raises ValueError that says what is wrong, OSError."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{path}: larger than {_MOST_BYTES} bytes")
    try:
        # not strict: TOML has whole numbers where floats are meant, but no paths
        found = msgspec.convert(tomllib.loads(path.read_text()), StationFile, dec_hook=_path)
    except (ValueError, msgspec.ValidationError) as error:
        raise ValueError(f"{path}: {error}") from None
    if found.password is not None and found.password_file is not None:
        raise ValueError(f"{path}: password or password_file, not both")
    folder = path.parent
    changes: dict[str, object] = {
        name: folder / value for name in ("state", "ledger") if (value := getattr(found, name)) is not None
    }
    if found.password_file is not None:
        changes["password"] = secret(folder / found.password_file)
    if found.control is not None:
        token_file = folder / found.control.token_file
        changes["control"] = msgspec.structs.replace(found.control, token_file=token_file)
    if found.offering is not None:
        changes["offering"] = msgspec.structs.replace(found.offering, folder=folder / found.offering.folder)
    return msgspec.structs.replace(found, **changes)


def secret(path: Path) -> str:
    """Return the secret in a file, without the space around it. Raises ValueError where it is too short, OSError."""
    text = path.read_text().strip()
    if len(text) < _LEAST_SECRET:
        raise ValueError(f"{path}: a secret has at least {_LEAST_SECRET} characters")
    return text


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise ValueError(f"{value!r} is not a path")
