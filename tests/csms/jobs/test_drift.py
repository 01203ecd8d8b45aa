"""Drift is told once when it begins and once when it is over; stations are asked only where that is switched on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import ConnectionOpened
from busbar.csms.happenings import ConfigurationDrifted
from busbar.csms.jobs import drift
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.templates import Drift, Template, Wanted
from busbar.csms.services.device_model import path
from busbar.csms.storage.memory import MemoryStore
from busbar.model.orders import GetVariables, VariableName
from busbar.model.versions import Version
from busbar.protocol.translate import TRANSLATORS

NOW = datetime.now(UTC)
NAME = VariableName(variable="Interval", component="C")


@dataclass
class Scene:
    """A store with one station, and what the job told and asked."""

    store: MemoryStore
    told: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    async def dispatch(self, station: Any, order: Any, **_: Any) -> None:
        TRANSLATORS[station.version].from_order(order)
        self.asked.append(order)

    def publish(self, _station_id: int, happenings: Any) -> None:
        self.told.extend(happenings)

    async def look(self) -> list[Any]:
        """Run the job and return what it told this time."""
        self.told.clear()
        await drift.look(
            Desk(self.store, LocalBus(), cast("Any", self), lambda _, happenings: self.told.extend(happenings))
        )
        return self.told

    async def know(self, text: str, path_: str = path(NAME)) -> None:
        row = ModelValue(station_id=1, path=path_, attribute="Actual", value=text, at=NOW, source="read")
        await self.store.put(row)

    async def template(self, **fields: Any) -> Template:
        base = {"name": "t", "values": [Wanted(NAME, "60")], "watched": True, "changed_at": NOW}
        return await self.store.insert(Template(**base | fields))

    async def drifts(self) -> list[Drift]:
        return await self.store.find(Drift)


@pytest.fixture
async def scene() -> Scene:
    store = MemoryStore()
    await store.open()
    row = await store.add_station("CS1", secret=None)
    await store.commit([ConnectionOpened(row.id, await store.next_epoch(row.id), Version.V201, NOW, "")])
    return Scene(store)


async def test_a_station_that_differs_is_kept_and_told_once(scene: Scene) -> None:
    await scene.template()
    await scene.know("61")
    (told,) = await scene.look()
    assert isinstance(told, ConfigurationDrifted)
    assert (told.station, told.template, told.variables) == ("CS1", "t", [path(NAME)])
    (row,) = await scene.drifts()
    assert await scene.look() == []
    assert await scene.drifts() == [row]


async def test_the_end_of_a_drift_is_told(scene: Scene) -> None:
    await scene.template()
    await scene.know("61")
    await scene.look()
    await scene.know("60")
    (told,) = await scene.look()
    assert told.variables == []
    assert await scene.drifts() == []


async def test_nothing_is_said_of_what_is_not_known_or_not_watched(scene: Scene) -> None:
    await scene.template()
    assert await scene.look() == []
    await scene.template(name="other", watched=False)
    assert await scene.look() == []


async def test_a_drift_goes_with_its_template(scene: Scene) -> None:
    template = await scene.template()
    await scene.know("61")
    await scene.look()
    await scene.store.put(Template(**{**{f: getattr(template, f) for f in template.__struct_fields__}, "vendor": "X"}))
    await scene.look()
    assert await scene.drifts() == []
    await scene.store.put(template)
    await scene.look()
    await scene.store.remove(Template, template.id)
    await scene.look()
    assert await scene.drifts() == []


async def test_a_station_is_asked_only_where_that_is_switched_on(scene: Scene) -> None:
    await scene.template()
    await scene.look()
    assert scene.asked == []
    await scene.template(name="asking", refreshed=True)
    await scene.look()
    assert scene.asked == [GetVariables(names=[NAME])]


async def test_a_station_is_asked_within_its_limits_and_only_when_it_is_there(scene: Scene) -> None:
    limit = VariableName(variable="ItemsPerMessage", component="DeviceDataCtrlr", variable_instance="GetVariables")
    other = VariableName(variable="Other", component="C")
    await scene.know("1", path(limit))
    await scene.template(refreshed=True, values=[Wanted(NAME, "60"), Wanted(other, "1")])
    await scene.look()
    assert [len(order.names) for order in scene.asked] == [1, 1]
    await scene.store.all_offline()
    scene.asked.clear()
    await scene.look()
    assert scene.asked == []


async def test_names_that_the_version_has_no_word_for_harm_nothing(scene: Scene) -> None:
    await scene.template(refreshed=True, values=[Wanted(VariableName(variable="Key"), "60")])
    await scene.look()
    assert scene.asked == []
