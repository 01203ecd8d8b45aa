"""The newest status of each connector stands."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.services.availability import CONNECTORS_LIMIT
from busbar.model.facts import StatusChanged
from busbar.model.values import STATION, ConnectorStatus, Place

FIRST = Place(1, 1)


def status(world, minutes, what=ConnectorStatus.AVAILABLE, place=FIRST, **more) -> StatusChanged:
    at = None if minutes is None else world.at(minutes)
    return StatusChanged(place=place, status=what, at=at, **more)


def test_connectors_and_the_station_are_kept_apart(world) -> None:
    for place in (Place(1, 1), Place(1, 2), Place(2, 1), STATION):
        world.tell(status(world, 1, place=place))
    assert set(world.connectors) == {(1, 1), (1, 2), (2, 1), (0, 0)}


def test_a_late_older_status_changes_nothing(world) -> None:
    world.tell(status(world, 10, ConnectorStatus.CHARGING))
    decision = world.tell(status(world, 5))
    assert not decision.changes
    assert world.connectors[1, 1].status is ConnectorStatus.CHARGING


def test_a_status_of_the_same_second_stands(world) -> None:
    world.tell(status(world, 10, ConnectorStatus.CHARGING))
    world.tell(status(world, 10, ConnectorStatus.FINISHING))
    assert world.connectors[1, 1].status is ConnectorStatus.FINISHING


def test_without_a_time_it_is_ours(world) -> None:
    world.tell(status(world, None))
    assert world.connectors[1, 1].changed_at == world.at(600)


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)])
def test_a_clock_that_is_wrong_blocks_no_later_status(world, at) -> None:
    fact = status(world, 0, ConnectorStatus.FAULTED)
    fact.at = at
    world.tell(fact)
    assert world.connectors[1, 1].changed_at == world.at(600)
    world.tell(status(world, 601), at=world.at(602))
    assert world.connectors[1, 1].status is ConnectorStatus.AVAILABLE


def test_a_clock_a_little_ahead_blocks_no_later_status(world) -> None:
    world.tell(status(world, 660, ConnectorStatus.CHARGING), at=world.at(600))
    world.tell(status(world, 605), at=world.at(605))
    assert world.connectors[1, 1].status is ConnectorStatus.AVAILABLE


def test_only_news_is_told(world) -> None:
    assert world.tell(status(world, 1)).happenings
    assert not world.tell(status(world, 2)).happenings
    (told,) = world.tell(status(world, 3, ConnectorStatus.FAULTED, error="GroundFailure")).happenings
    assert told.connector.error == "GroundFailure"


def test_connectors_are_bounded(world) -> None:
    for number in range(CONNECTORS_LIMIT + 10):
        assert world.tell(status(world, 1, place=Place(number + 1, 1))).answer
    assert len(world.view.connectors) == CONNECTORS_LIMIT
    world.tell(status(world, 2, ConnectorStatus.FAULTED))
    assert world.connectors[1, 1].status is ConnectorStatus.FAULTED
    assert world.connectors[1, 1].changed_at - world.T0 == timedelta(minutes=2)
