"""The device model as one question sees it."""

from typing import Any, ClassVar

import pytest

from busbar.model.orders import VariableName
from busbar.model.versions import Version
from busbar.station.blocks import registry
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.table import BY_NAME
from busbar.station.blocks.device.variable import Scope, Where
from busbar.station.blocks.inventory import Inventory


class Counting(Block):
    """A block that knows a value."""

    VALUES: ClassVar = {"CertificateEntries": lambda block, where: "5"}


def inventory(p: Any) -> Inventory:
    return Inventory(p.station._fittings)


@pytest.mark.parametrize("version", list(Version))
def test_every_variable_is_found_by_its_own_name_at_each_place(play: Any, version: Version) -> None:
    view = inventory(play(version, evses=2))
    for row in view.rows:
        for where in view.wheres(row):
            there = where if version is not Version.V16 else Where()
            assert view.find(view.name(row, where)) == (row, there)


def test_a_component_is_there_as_often_as_its_scope_says(play: Any) -> None:
    view = inventory(play(Version.V21, evses=2))
    counts = {row.scope: len(view.wheres(row)) for row in view.rows}
    assert counts == {Scope.STATION: 1, Scope.EVSE: 2, Scope.CONNECTOR: 2, Scope.SLOT: 3}


def test_who_knows_a_value_is_asked_once_it_is_there(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    p = play(Version.V201)
    row = BY_NAME["CertificateEntries"]
    monkeypatch.setattr(registry, "VALUES", {row.name: (Counting, Counting.VALUES[row.name])})
    assert inventory(p).value(row, Where()) == "0"
    p.station._fittings.get(Counting)
    assert inventory(p).value(row, Where()) == "5"


def test_a_secret_is_described_without_its_value__B07_FR_03(play: Any) -> None:
    p = play(Version.V21)
    p.station._cabinet.variables.put("BasicAuthPassword", "0123456789abcdef")
    found = inventory(p).find(VariableName(component="SecurityCtrlr", variable="BasicAuthPassword"))
    assert not isinstance(found, str)
    item = inventory(p).reported(*found)
    assert (item.attributes[0].value, item.attributes[0].mutability) == (None, "WriteOnly")
    assert item.characteristics is not None
    assert item.characteristics.supports_monitoring
