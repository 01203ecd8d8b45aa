"""All virtual hardware of one station behind one face: effects and time in, events and meter readings out. Sans-IO.

It must not know the station's core; the real hardware of a station would show the same face.
"""

from collections.abc import Iterator, Mapping, Sequence

from busbar.station.effects import Effect, GiveContract, Lock, OfferSchedule, SetLimit, Show, SwitchContactor
from busbar.station.events import Event, Metered
from busbar.station.virtual.driver import Driver
from busbar.station.virtual.evse import VirtualEvse
from busbar.station.virtual.meter import Ledger
from busbar.station.virtual.vehicle import Supply, Vehicle
from busbar.station.virtual.visits import Visit

_KEY = "hardware.meter."
_EXPORT = "hardware.export."


class VirtualHardware:
    """The EVSEs of a virtual station, with meters that keep their registers through a power cut.

    Args:
        supply: what each EVSE can give.
        visits: the drivers of each EVSE, one iterator for each.
        saved: what `kept` once returned, among other things.
    """

    __slots__ = ("_evses", "_first_wh", "_shown", "drivers")

    def __init__(self, supply: Supply, visits: Sequence[Iterator[Visit]], saved: Mapping[str, bytes]) -> None:
        self._evses = tuple(
            VirtualEvse(number, supply, Ledger.load(saved.get(f"{_KEY}{number}", b"0 0.0")), _exported(saved, number))
            for number in range(1, len(visits) + 1)
        )
        self.drivers = tuple(Driver(evse, coming) for evse, coming in zip(self._evses, visits, strict=True))
        self._shown: dict[int | None, str] | None = None
        self._first_wh = sum(evse.ledger.register_wh for evse in self._evses)

    @property
    def delivered_wh(self) -> int:
        """Return what the meters counted since this object was made."""
        return sum(evse.ledger.register_wh for evse in self._evses) - self._first_wh

    @property
    def idle(self) -> bool:
        """Tell whether no driver is there and no contactor closed."""
        return all(driver.away for driver in self.drivers) and not any(evse.closed for evse in self._evses)

    @property
    def charging(self) -> int:
        """Return how many EVs draw energy."""
        return sum(evse.closed and evse.drawing for evse in self._evses)

    def evse(self, number: int) -> VirtualEvse:
        """Return an EVSE. Raises ValueError where there is none of this number."""
        if not 1 <= number <= len(self._evses):
            raise ValueError(f"there is no EVSE {number}")
        return self._evses[number - 1]

    def plug_in(self, number: int, vehicle: Vehicle, now: float) -> list[Event]:
        """Connect an EV that came without a driver. Raises ValueError where another is there."""
        evse = self.evse(number)
        if evse.vehicle is not None:
            raise ValueError(f"an EV is connected to EVSE {number}")
        return evse.plug_in(vehicle, now)

    def unplug(self, number: int, now: float) -> list[Event]:
        """Disconnect the EV. Raises ValueError where the lock holds the cable."""
        evse = self.evse(number)
        if evse.locked:
            raise ValueError(f"the cable at EVSE {number} is locked")
        return evse.unplug(now)

    def roll_over(self, number: int, now: float) -> None:
        """Let the counter in the meter begin again at zero with the next Wh."""
        self.evse(number).roll_over(now)

    def shown(self, number: int | None) -> str:
        """Return what the display of an EVSE (None: the station's) shows last."""
        return (self._shown or {}).get(number, "")

    def start(self, now: float) -> None:
        """Let the drivers come."""
        for driver in self.drivers:
            driver.await_next(now)

    def power_cycle(self, now: float) -> list[Event]:
        """Cut the power and restore it; return what the station finds after PoweredOn."""
        return [event for evse in self._evses for event in evse.power_cycle(now)]

    def readings(self, now: float, *, all_evses: bool = False) -> list[Metered]:
        """Read the meters of the EVSEs whose contactor is closed, or of all."""
        return [evse.metered(now) for evse in self._evses if all_evses or evse.closed]

    def perform(self, effect: Effect, now: float) -> list[Event]:
        """Move a contactor or a lock, set a limit, show or hand over something, and return what comes of it."""
        if isinstance(effect, Show):
            self._shown = (self._shown or {}) | {effect.evse: effect.text}
        if isinstance(effect, Lock) and 1 <= effect.evse <= len(self._evses):
            self._evses[effect.evse - 1].locked = effect.locked
        if isinstance(effect, GiveContract) and 1 <= effect.evse <= len(self._evses):
            return self._evses[effect.evse - 1].give(effect)
        if isinstance(effect, SetLimit) and 1 <= effect.evse <= len(self._evses):
            evse = self._evses[effect.evse - 1]
            return evse.limit(effect.current_a, effect.power_w, effect.phases, now, effect.discharge_w)
        if isinstance(effect, OfferSchedule) and 1 <= effect.evse <= len(self._evses):
            return self._evses[effect.evse - 1].plan(effect.schedule)
        if not isinstance(effect, SwitchContactor) or not 1 <= effect.evse <= len(self._evses):
            return []
        evse, driver = self._evses[effect.evse - 1], self.drivers[effect.evse - 1]
        was_closed = evse.closed
        events = evse.switch(effect.closed, now)
        if evse.closed is not was_closed:
            driver.on_switched(effect.closed, now)
            if evse.vehicle is not None and evse.vehicle.full:
                driver.on_full(now)
        return events

    def next_due(self) -> float | None:
        """Return when `on_due` wants to be called; None for never."""
        times = [driver.due for driver in self.drivers] + [evse.settles_at() for evse in self._evses]
        return min((time for time in times if time is not None), default=None)

    def on_due(self, now: float) -> list[Event]:
        """Let EVs and drivers do what they do at `now`."""
        events: list[Event] = []
        for evse, driver in zip(self._evses, self.drivers, strict=True):
            if settled := evse.settle(now):
                events += settled
                driver.on_full(now)
            events += driver.on_due(now)
        return events

    def finish(self, now: float) -> None:
        """Let every driver end the visit, and nobody come after."""
        for driver in self.drivers:
            driver.finish(now)

    def kept(self) -> dict[str, bytes]:
        """Return what must outlast a power cut: the registers."""
        kept = {f"{_KEY}{evse.number}": evse.ledger.dump() for evse in self._evses}
        given = ((evse.number, evse.exported) for evse in self._evses)
        return kept | {f"{_EXPORT}{number}": ledger.dump() for number, ledger in given if ledger is not None}


def _exported(saved: Mapping[str, bytes], number: int) -> Ledger | None:
    found = saved.get(f"{_EXPORT}{number}")
    return None if found is None else Ledger.load(found)
