"""The installation of new firmware as work. Who does it is the station's hardware; the core must not know how."""

from dataclasses import dataclass, field

from busbar.station.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Install(Work):
    """Install the file that came from `url` and begins with `head`. The result is Installed or Failed."""

    url: str
    sha256: bytes
    head: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Installed:
    """The new firmware is in place, and runs after the next start; `version` as in the boot notification."""

    version: str
