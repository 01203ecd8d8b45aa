"""The virtual payment terminal."""

from decimal import Decimal

import pytest

from busbar.station.payment import Receipt, Settle
from busbar.station.workers.terminal import settle


async def test_it_settles() -> None:
    assert await settle(Settle("psp-1", Decimal("1.5"))) == Receipt("R-psp-1")
    with pytest.raises(ValueError, match="negative"):
        await settle(Settle("psp-1", Decimal(-1)))
