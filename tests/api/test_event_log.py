"""The log of events is switched on, kept for as long as asked, and switched off."""

import pytest

from busbar.api.tail import kept_log

LOG = "/api/v1/event-log"


async def test_it_is_switched_on_changed_and_off(world, api) -> None:
    assert (await api.get(LOG)).status_code == 404
    first = (await api.put(LOG, json={"keep_hours": 2})).json()
    kept = await kept_log(world.store)
    longer = (await api.put(LOG, json={"keep_hours": 24})).json()
    assert (first["keep_hours"], longer["keep_hours"], longer["since"]) == (2, 24, first["since"])
    assert (await api.get(LOG)).json() == longer
    assert (await kept_log(world.store)).generation == kept.generation
    assert (await api.delete(LOG)).status_code == 204
    assert (await api.delete(LOG)).status_code == 404
    await api.put(LOG, json={"keep_hours": 2})
    assert (await kept_log(world.store)).generation == kept.generation + 1


@pytest.mark.parametrize("hours", [0, 145, "x", None])
async def test_events_are_kept_for_an_hour_to_six_days(api, hours) -> None:
    assert (await api.put(LOG, json={"keep_hours": hours})).status_code == 400
