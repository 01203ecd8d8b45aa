"""The registry: who obeys what, without two for one."""

from typing import ClassVar

import pytest

from busbar.model.orders import ClearCache
from busbar.station import events as ev
from busbar.station.blocks import registry
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.table import BY_NAME, TABLE


class One(Block):
    """A block for tests."""

    def hear(self, _: object) -> None: ...

    ORDERS: ClassVar = {ClearCache: hear}
    EVENTS: ClassVar = {ev.CablePluggedIn: hear}


class Other(Block):
    """Another."""

    EVENTS: ClassVar = One.EVENTS


@pytest.mark.parametrize("table", ["ORDERS", "TRIGGERS", "TIMERS", "VALUES", "CHECKS", "WRITES"])
def test_nobody_takes_what_another_has(table: str) -> None:
    keys = [key for block in registry.BLOCKS for key in getattr(block, table)]
    assert len(keys) == len(set(keys))
    assert set(getattr(registry, table)) == set(keys)


def test_more_than_one_may_hear_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BLOCKS", (One, Other))
    assert [block for block, _ in registry.hearers()[ev.CablePluggedIn]] == [One, Other]


def test_values_checks_and_writes_are_of_declared_variables() -> None:
    assert {*registry.VALUES, *registry.CHECKS, *registry.WRITES} <= set(BY_NAME)


def test_a_feature_of_the_table_shows_by_an_order() -> None:
    assert {row.feature for row in TABLE if row.feature} <= set(registry.SIGNS)
    assert {feature for feature, order in registry.SIGNS.items() if order in registry.ORDERS} == registry.FEATURES
