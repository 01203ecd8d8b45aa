"""What drivers do: one visit at a charging station as data, and habits that make seeded visits without end.

It must not know how a visit is acted out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from busbar.model.values import IdToken
from busbar.station.virtual.vehicle import Vehicle


@dataclass(slots=True, kw_only=True)
class Visit:
    """One driver with one EV, from arrival to departure.

    Attributes:
        after_s: how long the EVSE is free before.
        token: what the driver presents; None for one who waits for a remote start.
        plugs_first: plugs in before presenting the token, else after.
        charge_s: how long the driver lets the EV charge; None until the EV is full.
        stays_when_full: the driver comes back after `charge_s` even where the EV has had enough before.
        ends_with_token: ends by presenting the token again, else by unplugging.
        pause_s: between two things the driver does.
        patience_s: how long the driver waits for the station to do its part.
    """

    after_s: float = 0.0
    token: IdToken | None = None
    vehicle: Vehicle = field(default_factory=Vehicle)
    plugs_first: bool = True
    charge_s: float | None = None
    stays_when_full: bool = False
    ends_with_token: bool = True
    pause_s: float = 1.0
    patience_s: float = 60.0


class Visitors(Protocol):
    """Who comes to a station."""

    def visits(self, chance: Random) -> Iterator[Visit]:
        """Give the visits of one EVSE; the same `chance` gives the same ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the drivers of a scenario behave; pairs are the least and the most, all in between equally likely.

    Attributes:
        tokens: those of good standing.
        odd_tokens: tokens the CSMS does not know, or has blocked, with how likely one is presented (0 to 1).
        until_full: how likely a driver waits until the EV has reached its target.
        ends_with_token: how likely a visit ends with the token instead of the cable.
    """

    tokens: Sequence[IdToken]
    odd_tokens: Sequence[tuple[IdToken, float]] = ()
    away_s: tuple[float, float] = (5.0, 60.0)
    charge_s: tuple[float, float] = (20.0, 120.0)
    until_full: float = 0.1
    plugs_first: float = 0.7
    ends_with_token: float = 0.6
    pause_s: tuple[float, float] = (0.5, 3.0)
    patience_s: float = 30.0

    def visits(self, chance: Random) -> Iterator[Visit]:
        """Give visits without end; the same `chance` gives the same visits."""
        while True:
            until_full = chance.random() < self.until_full
            yield Visit(
                after_s=chance.uniform(*self.away_s),
                token=self._token(chance),
                vehicle=_vehicle(chance, nearly_full=until_full),
                plugs_first=chance.random() < self.plugs_first,
                charge_s=None if until_full else chance.uniform(*self.charge_s),
                ends_with_token=chance.random() < self.ends_with_token,
                pause_s=chance.uniform(*self.pause_s),
                patience_s=self.patience_s,
            )

    def _token(self, chance: Random) -> IdToken:
        drawn = chance.random()
        for token, probability in self.odd_tokens:
            if drawn < probability:
                return token
            drawn -= probability
        return chance.choice(self.tokens)


def _vehicle(chance: Random, *, nearly_full: bool) -> Vehicle:
    """Return an EV as they come; one that is nearly full lacks a few dozen Wh."""
    capacity_wh = chance.choice((36_000.0, 52_000.0, 60_000.0, 77_000.0, 94_000.0))
    target = chance.choice((0.8, 0.8, 0.9, 1.0))
    missing_wh = chance.uniform(20.0, 120.0) if nearly_full else chance.uniform(0.2, 0.7) * capacity_wh
    return Vehicle(
        capacity_wh=capacity_wh,
        stored_wh=max(0.0, target * capacity_wh - missing_wh),
        target=target,
        phases=chance.choice((1, 3, 3)),
        max_current_a=chance.choice((16.0, 16.0, 32.0)),
        max_power_w=chance.choice((50_000.0, 120_000.0, 170_000.0)),
    )
