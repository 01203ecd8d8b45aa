"""A block is made once, and only when it is needed."""

from typing import cast

from busbar.station.blocks.block import Block
from busbar.station.blocks.fittings import Fittings


class One(Block):
    """A block."""


def test_a_block_is_made_once_and_only_when_needed() -> None:
    fittings = Fittings(*[cast("None", None)] * 8)  # type: ignore[arg-type]
    assert fittings.known(One) is None
    assert list(fittings.made()) == []
    made = fittings.get(One)
    assert fittings.get(One) is made
    assert fittings.known(One) is made
    assert list(fittings.made()) == [made]
    assert made.fittings is fittings
