"""The port to what a station is built of besides its controller: contactors, locks, meters, readers, displays.

`virtual.hardware` stands for it where there is none. It must not know the core.
"""

from typing import Protocol, runtime_checkable

from busbar.station.effects import Effect
from busbar.station.events import Event, Metered


@runtime_checkable
class Hardware(Protocol):
    """What a station is built of besides its controller. Times are in seconds of the loop's clock."""

    @property
    def idle(self) -> bool:
        """Tell whether nobody uses the station."""

    def start(self, now: float) -> None:
        """Begin."""

    def power_cycle(self, now: float) -> list[Event]:
        """Lose power and get it back; return what the station finds after PoweredOn."""

    def readings(self, now: float, *, all_evses: bool = False) -> list[Metered]:
        """Read the meters of the EVSEs whose contactor is closed, or of all."""

    def perform(self, effect: Effect, now: float) -> list[Event]:
        """Do a SwitchContactor, SetLimit, Lock, Show or GiveContract, and return what comes of it."""

    def next_due(self) -> float | None:
        """Return when `on_due` wants to be called."""

    def on_due(self, now: float) -> list[Event]:
        """Return what happens at `now`."""

    def finish(self, now: float) -> None:
        """See that everybody leaves and nobody comes."""

    def kept(self) -> dict[str, bytes]:
        """Return what must outlast a power cut."""
