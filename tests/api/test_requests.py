"""Placing a request: its row first, then its command, each once."""

import pytest

from busbar.api.problems import Problem
from busbar.api.requests import check_location
from busbar.csms.ports import StoreUnavailable
from busbar.csms.records.logs import LogRequest

URL = "/api/v1/stations/CS1/logs"
BODY = {"location": "https://logs.example/x"}


@pytest.mark.parametrize(
    "location", ["https://h/x", "HTTP://h:80/x", "ftp://u:p@h/", "ftps://h", "sftp://h/x", "https://h/x?a=b"]
)
def test_a_url_that_a_station_can_use_is_taken(location) -> None:
    check_location(location)


@pytest.mark.parametrize(
    "location", ["", "x", "file:///x", "javascript:1", "https://", "https://[x", "https://h/#f", "https://h/?a=/"]
)
def test_any_other_is_refused__N01_FR_27_28(location) -> None:
    with pytest.raises(Problem):
        check_location(location)


async def test_the_row_is_there_before_the_command(world, api) -> None:
    await world.add_station()
    seen = []
    dispatch = world.dispatcher.dispatch

    async def spy(station, order, **options):
        seen.extend(await world.store.find(LogRequest, station_id=station.id))
        return await dispatch(station, order, **options)

    world.dispatcher.dispatch = spy
    made = (await api.post(URL, json=BODY)).json()
    assert [(row.id, row.key) for row in seen] == [(made["id"], f"LogRequest:{made['id']}")]


async def test_a_crash_before_the_command_is_made_up_for_by_the_same_key(world, api) -> None:
    await world.add_station()
    world.dispatcher.error = StoreUnavailable("gone")
    headers = {"Idempotency-Key": "k"}
    assert (await api.post(URL, json=BODY, headers=headers)).status_code == 503
    world.dispatcher.error = None
    answer = await api.post(URL, json=BODY, headers=headers)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    assert len(await world.store.find(LogRequest)) == 1
