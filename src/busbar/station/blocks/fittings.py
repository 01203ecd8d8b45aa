"""All that a block may reach: the shared parts, the blocks of the core, and any other block. Knows no order."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from busbar.station.blocks.authorization import Authorization
from busbar.station.blocks.availability import Availability
from busbar.station.blocks.block import Block, Own
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.provisioning import Provisioning
from busbar.station.blocks.readings import Readings
from busbar.station.blocks.remote import RemoteControl
from busbar.station.blocks.resetting import Resetting
from busbar.station.blocks.transactions import Transactions


@dataclass(slots=True)
class Fittings:
    """The parts of one station."""

    cabinet: Cabinet
    transactions: Transactions
    authorization: Authorization
    availability: Availability
    provisioning: Provisioning
    readings: Readings
    resetting: Resetting
    remote: RemoteControl
    _made: dict[type[Block], Block] = field(default_factory=dict)

    def get(self, kind: type[Own]) -> Own:
        """Return a block, made now where it was never needed before."""
        found = self._made.get(kind)
        if found is None:
            found = self._made[kind] = kind(self)
        return found  # type: ignore[return-value]

    def known(self, kind: type[Own]) -> Own | None:
        """Return a block only where it was needed before."""
        return self._made.get(kind)  # type: ignore[return-value]

    def made(self) -> Iterator[Block]:
        """Give the blocks that were needed so far."""
        yield from list(self._made.values())
