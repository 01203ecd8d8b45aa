"""Who charges where: EVs as they are registered, and when they come, stay and how much they want, by kind of place.

Arrivals, lengths of stay and energy: ElaadNL, "Open Datasets for Electric Mobility Research" (2020), the Netherlands:
distribution of arrival times on weekdays (here summed to hours), mean session length by arrival time, distribution of
energy demand per charging event. EVs: the most registered models there (2024), weights in thousands of registrations.
How a stay scatters about its mean, and how many come in a day, are assumptions of ours.
It must not know how a visit is acted out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from busbar.model.values import IdToken
from busbar.station.virtual.vehicle import Vehicle
from busbar.station.virtual.visits import Visit

_DAY_S: Final = 86_400.0
_BETWEEN_S: Final = 300.0
_LEAST_STAY_S: Final = 300.0
_SCATTER: Final = 0.5
_SHARES: Final = (0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)


class Place(StrEnum):
    """Where a station stands."""

    HOME = "home"
    WORK = "work"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How one kind of place is used.

    Attributes:
        per_day: visits of an EVSE on an average day.
        arrivals: the share of arrivals in each hour of the day, in percent.
        stay_h: the mean stay of those who arrive in each hour.
        energy_kwh: the energy that the _SHARES percent of events with the most of it exceed.
    """

    per_day: float
    arrivals: tuple[float, ...]
    stay_h: tuple[float, ...]
    energy_kwh: tuple[float, ...]


PATTERNS: Final = {
    Place.HOME: Pattern(
        0.8,
        (2.13, 0.53, 0.21, 0.12, 0.11, 0.08, 0.17, 0.57, 1.38, 1.13, 1.13, 1.54,
         2.18, 2.23, 2.68, 3.65, 5.68, 12.15, 17.02, 11.54, 9.10, 8.93, 9.12, 6.62),
        (9.1, 8.9, 7.2, 5.7, 4.65, 4.3, 4.6, 4.5, 3.2, 3.5, 3.4, 3.75,
         4.2, 4.7, 7.05, 14.85, 15.35, 14.7, 13.8, 13.0, 12.15, 11.15, 10.15, 9.6),
        (99.9, 73.4, 59.6, 51.4, 40.4, 31.9, 24.9, 19.4, 14.6, 10.1, 6.6, 3.3, 0.0),
    ),
    Place.WORK: Pattern(
        1.0,
        (0.03, 0.0, 0.0, 0.01, 0.13, 1.43, 4.33, 14.26, 26.66, 18.07, 7.73, 4.94,
         5.40, 5.28, 3.99, 3.04, 2.04, 1.02, 0.58, 0.51, 0.30, 0.14, 0.08, 0.04),
        (8.25, 8.25, 8.25, 8.25, 8.25, 8.25, 8.5, 8.4, 7.85, 6.2, 4.75, 4.0,
         3.65, 3.25, 2.65, 2.25, 2.1, 2.6, 2.55, 2.55, 2.55, 2.55, 2.55, 2.55),
        (95.7, 48.2, 31.9, 26.1, 19.2, 14.4, 10.9, 8.8, 7.4, 6.2, 4.7, 2.7, 0.0),
    ),
    Place.PUBLIC: Pattern(
        1.5,
        (0.98, 0.45, 0.24, 0.16, 0.16, 0.22, 0.73, 3.23, 7.86, 7.72, 5.11, 4.66,
         5.35, 5.35, 5.02, 5.12, 5.66, 8.34, 10.91, 8.06, 5.05, 3.96, 3.37, 2.28),
        (10.0, 9.9, 9.5, 8.45, 6.85, 5.6, 5.25, 5.15, 4.95, 4.0, 2.95, 2.85,
         2.95, 3.0, 3.05, 3.55, 4.65, 10.95, 12.45, 11.7, 11.3, 11.05, 10.5, 10.15),
        (99.8, 63.6, 41.6, 29.0, 16.4, 11.3, 8.6, 7.2, 6.1, 4.9, 3.4, 1.6, 0.0),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvModel:
    """An EV as it is sold.

    Attributes:
        weight: how often it comes, relative to the others.
        taper_from: the state of charge above which DC charging slows down (an assumption of ours).
    """

    name: str
    weight: float
    capacity_wh: float
    phases: int
    max_current_a: float
    max_power_w: float
    taper_from: float = 0.8


EV_MODELS: Final = (
    EvModel("Tesla Model 3", 49.8, 57_500, 3, 16, 170_000, 0.6),
    EvModel("Tesla Model Y", 32.6, 57_500, 3, 16, 170_000, 0.6),
    EvModel("Kia Niro", 27.8, 64_800, 3, 16, 80_000),
    EvModel("Volkswagen ID.3", 22.3, 58_000, 3, 16, 120_000, 0.7),
    EvModel("Skoda Enyaq", 19.9, 58_000, 3, 16, 124_000, 0.7),
    EvModel("Hyundai Kona", 19.5, 64_000, 3, 16, 77_000),
    EvModel("Peugeot 208", 17.2, 46_300, 1, 32, 101_000, 0.7),
    EvModel("Volkswagen ID.4", 15.8, 77_000, 3, 16, 135_000, 0.7),
    EvModel("Renault Zoe", 14.8, 52_000, 3, 32, 46_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The drivers of one kind of place; the same `chance` gives the same visits.

    Attributes:
        starts_at_s: the time of day when the first of them may come, in seconds.
    """

    tokens: Sequence[IdToken]
    place: Place
    starts_at_s: float = 0.0
    models: Sequence[EvModel] = EV_MODELS

    def visits(self, chance: Random) -> Iterator[Visit]:
        """Give visits without end; one EVSE's never overlap."""
        free_at = self.starts_at_s
        for arrival, stay_s in self._stays(chance):
            arrives = max(arrival, free_at + _BETWEEN_S)
            yield Visit(
                after_s=arrives - free_at,
                token=chance.choice(self.tokens),
                vehicle=self._vehicle(chance),
                plugs_first=chance.random() < 0.7,
                charge_s=stay_s,
                stays_when_full=True,
                ends_with_token=chance.random() < 0.6,
            )
            free_at = arrives + stay_s

    def _stays(self, chance: Random) -> Iterator[tuple[float, float]]:
        """Give arrivals, rising, and lengths of stay; none before the start."""
        pattern, day = PATTERNS[self.place], 0
        while True:
            number = int(pattern.per_day) + (chance.random() < pattern.per_day % 1)
            hours = chance.choices(range(24), pattern.arrivals, k=number)
            for hour, second in sorted((hour, chance.uniform(0, 3600)) for hour in hours):
                mean_s = pattern.stay_h[hour] * 3600
                stay_s = max(_LEAST_STAY_S, chance.triangular((1 - _SCATTER) * mean_s, (1 + _SCATTER) * mean_s, mean_s))
                arrival = day * _DAY_S + hour * 3600 + second
                if arrival >= self.starts_at_s:
                    yield arrival, stay_s
            day += 1

    def _vehicle(self, chance: Random) -> Vehicle:
        model = chance.choices(self.models, [model.weight for model in self.models])[0]
        wanted_wh = min(0.9 * model.capacity_wh, 1000 * energy_kwh(self.place, chance.uniform(0, 100)))
        return Vehicle(
            capacity_wh=model.capacity_wh,
            stored_wh=model.capacity_wh - wanted_wh,
            phases=model.phases,
            max_current_a=model.max_current_a,
            max_power_w=model.max_power_w,
            taper_from=model.taper_from,
        )


def energy_kwh(place: Place, share: float) -> float:
    """Return the energy that `share` percent of a place's events exceed, between the published points in a line."""
    known = PATTERNS[place].energy_kwh
    for low, high, most, least in zip(_SHARES, _SHARES[1:], known, known[1:], strict=False):
        if share <= high:
            return most - (most - least) * (share - low) / (high - low)
    return known[-1]
