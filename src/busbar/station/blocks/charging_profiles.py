"""The charging profiles that a station holds: whose place a new one takes, which bear on an EVSE, what survives.

It must not know what a profile's limits come to.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import msgspec

from busbar.model.charging import ChargingProfile, ProfilePurpose, ProfilesReported
from busbar.station.blocks.board import Board
from busbar.station.blocks.evse import Evse

PREFIX: Final = "charging/"
CSMS: Final = "CSO"
_PAGE: Final = 5
P = ProfilePurpose
OF_OTHERS: Final = (P.EXTERNAL, P.LOCAL_GENERATION)
_LASTING: Final = (P.STATION_MAX, P.TX_DEFAULT, P.PRIORITY)  # K01.FR.27; the others may be lost with power


@dataclass(slots=True)
class Held:
    """A profile at an EVSE, or at the station (0).

    Attributes:
        source: who set it: CSO, or another of OCPP's names.
        transaction: the station's own id of the transaction of a TxProfile; None where it waits for one to begin.
    """

    evse: int
    profile: ChargingProfile
    source: str = CSMS
    transaction: str | None = None


class Profiles:
    """All profiles of one station, by id.

    Attributes:
        revision: differs after every change.
    """

    __slots__ = ("_board", "_held", "revision")

    def __init__(self, board: Board) -> None:
        self._board = board
        self.revision = 0
        found = (msgspec.json.decode(raw, type=Held) for _, raw in board.saved(PREFIX))
        self._held: dict[int, Held] = {held.profile.id: held for held in found}

    def __len__(self) -> int:
        return len(self._held)

    def get(self, profile_id: int) -> Held | None:
        """Return a profile by its id."""
        return self._held.get(profile_id)

    def find(self, wanted: Callable[[Held], bool]) -> list[Held]:
        """Return the profiles that fit, by id."""
        return [held for _, held in sorted(self._held.items()) if wanted(held)]

    def put(self, held: Held) -> None:
        """Install a profile in the place of the one with its id (K01.FR.05)."""
        self.revision += 1
        before = self._held.get(held.profile.id)
        self._held[held.profile.id] = held
        if held.profile.purpose in _LASTING:
            self._board.keep(f"{PREFIX}{held.profile.id}", held)
        elif before is not None and before.profile.purpose in _LASTING:
            self._board.forget(f"{PREFIX}{held.profile.id}")

    def remove(self, held: Held) -> None:
        """Let a profile go."""
        self.revision += 1
        self._held.pop(held.profile.id, None)
        if held.profile.purpose in _LASTING:
            self._board.forget(f"{PREFIX}{held.profile.id}")

    def same_place(self, profile: ChargingProfile, evse: int) -> list[Held]:
        """Return the others with a profile's purpose and stack level, at its EVSE and for its time."""
        return self.find(
            lambda held: (
                held.profile.id != profile.id
                and held.evse == evse
                and (held.profile.purpose, held.profile.stack_level) == (profile.purpose, profile.stack_level)
                and _overlap(held.profile, profile)
            )
        )

    def bearing(self, evse: int) -> list[ChargingProfile]:
        """Return what bears on an EVSE but what is external: at one level, its own before the station's."""
        found = self.find(
            lambda held: (
                held.profile.purpose is not P.EXTERNAL
                and (held.evse == evse or (held.evse == 0 and held.profile.purpose is not P.TX))
            )
        )
        return [held.profile for held in sorted(found, key=lambda held: held.evse == 0)]

    def external(self, evse: int) -> list[list[ChargingProfile]]:
        """Return what others than the CSMS allow an EVSE, or (0) the station alone: each holds."""
        found = self.find(lambda held: held.profile.purpose is P.EXTERNAL and held.evse in (0, evse))
        return [[held.profile] for held in found]

    def follow(self, evse: Evse) -> None:
        """Bind a waiting TxProfile to the transaction that began, and let those of others go (1.6 §3.13.1)."""
        transaction = evse.transaction.id if evse.transaction is not None else None
        for held in self.find(lambda held: held.evse == evse.number and held.profile.purpose is P.TX):
            if held.transaction is None and transaction is not None:
                held.transaction = transaction
                self.revision += 1
            elif held.transaction != transaction or (transaction is None and evse.token is None and not evse.asking):
                self.remove(held)


def pages(found: list[Held], request_id: int) -> Iterator[ProfilesReported]:
    """Report profiles: each page is of one place and source, with so many that a message stays small (K09)."""
    place: Callable[[Held], tuple[int, str]] = lambda held: (held.evse, held.source)  # noqa: E731
    for (evse, source), group in groupby(sorted(found, key=place), key=place):
        profiles = [held.profile for held in group]
        for start in range(0, len(profiles), _PAGE):
            page = profiles[start : start + _PAGE]
            yield ProfilesReported(request_id=request_id, evse=evse, source=source, profiles=page)


def _overlap(one: ChargingProfile, other: ChargingProfile) -> bool:
    begins = one.valid_from is None or other.valid_to is None or one.valid_from < other.valid_to
    return begins and (other.valid_from is None or one.valid_to is None or other.valid_from < one.valid_to)
