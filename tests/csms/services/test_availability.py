"""The newest status of each connector stands."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.availability import AvailabilityIntent
from busbar.csms.rows import Connector
from busbar.csms.services.availability import CONNECTORS_LIMIT, connector_status, contradicts
from busbar.model.facts import StatusChanged
from busbar.model.orders import ChangeAvailability
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


def test_a_variables_value_moves_the_connector_too__G01_FR_04(world) -> None:
    world.tell(status(world, 1))
    changes, happenings = connector_status(
        world.view, Place(1, 1), ConnectorStatus.FAULTED, world.at(2), now=world.at(3)
    )
    assert world.view.connectors[1, 1].status is ConnectorStatus.FAULTED
    assert (len(changes), len(happenings)) == (1, 1)


async def test_what_is_wanted_and_what_was_answered_are_kept__G03_FR_05(stand) -> None:
    await stand.end(ChangeAvailability(operative=False, place=Place(1)), "Scheduled")
    (intent,) = await stand.store.find(AvailabilityIntent, station_id=1)
    assert (intent.evse, intent.connector, intent.operative, intent.status) == (1, 0, False, "Scheduled")


def _intent(**more) -> AvailabilityIntent:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return AvailabilityIntent(
        **({"station_id": 7, "evse": 1, "connector": 0, "operative": False, "wanted_at": at} | more)
    )


def _connector(status: ConnectorStatus, evse: int = 1, minutes: float = 1) -> Connector:
    at = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    return Connector(station_id=7, evse=evse, connector=1, status=status, changed_at=at)


@pytest.mark.parametrize(
    ("operative", "status", "contrary"),
    [
        (False, ConnectorStatus.AVAILABLE, True),
        (False, ConnectorStatus.UNAVAILABLE, False),
        (True, ConnectorStatus.UNAVAILABLE, True),
        (True, ConnectorStatus.OCCUPIED, False),
        (True, ConnectorStatus.FAULTED, False),
        (False, ConnectorStatus.FAULTED, False),
    ],
)
def test_a_station_contradicts_by_its_status__G03_FR_07(operative: bool, status, contrary: bool) -> None:
    assert contradicts(_intent(operative=operative), [_connector(status)]) is contrary


def test_only_the_place_that_is_meant_and_what_was_said_since_count() -> None:
    assert not contradicts(_intent(), [_connector(ConnectorStatus.AVAILABLE, evse=2)])
    assert not contradicts(_intent(), [_connector(ConnectorStatus.AVAILABLE, minutes=-1)])
    assert contradicts(_intent(evse=0), [_connector(ConnectorStatus.AVAILABLE, evse=2)])
