"""Webhooks over the interface."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import RowAdded
from busbar.csms.records.webhooks import Delivery, DeliveryState, OutgoingEvent, Webhook

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
GIVEN = {"name": "billing", "url": "https://example.org/hook", "events": ["session.*"]}


async def happen(world, hours, name="session.changed"):
    if await world.store.station("CS1") is None:
        await world.add_station()
    row = OutgoingEvent(station_id=1, at=NOON + timedelta(hours=hours), name=name, happening=b"{}")
    await world.store.commit([RowAdded(row)])


async def test_a_webhook_is_made_with_a_secret_that_is_shown_once(api, world):
    await happen(world, 0)
    made = (await api.post("/api/v1/webhooks", json=GIVEN)).json()
    row = await world.store.get(Webhook, made["id"])
    assert base64.b64decode(made["secret"].removeprefix("whsec_")) == row.secret
    assert row.cursor == 1, "what happened before is not told"
    shown = (await api.get(f"/api/v1/webhooks/{made['id']}")).json()
    assert "secret" not in shown
    assert shown["events"] == ["session.*"]


@pytest.mark.parametrize(
    "bad",
    [
        {"url": "ftp://example.org"},
        {"url": "https://"},
        {"url": "https://h:99999/"},
        {"url": "nonsense"},
        {"events": []},
        {"events": ["Session"]},
        {"events": ["*.changed"]},
        {"name": ""},
    ],
)
async def test_what_nobody_could_be_told_at_or_of_is_refused(api, bad):
    assert (await api.post("/api/v1/webhooks", json=GIVEN | bad)).status_code == 400


async def test_a_webhook_is_changed_listed_and_removed_and_nodes_hear_of_it(api, world, monkeypatch):
    heard = []
    monkeypatch.setattr(world.bus, "publish", lambda subject, _: heard.append(subject))
    number = (await api.post("/api/v1/webhooks", json=GIVEN)).json()["id"]
    changed = await api.patch(f"/api/v1/webhooks/{number}", json={"active": False, "name": "other"})
    assert (changed.json()["active"], changed.json()["name"], changed.json()["url"]) == (False, "other", GIVEN["url"])
    assert len((await api.get("/api/v1/webhooks")).json()["items"]) == 1
    assert (await api.delete(f"/api/v1/webhooks/{number}")).status_code == 204
    assert (await api.get(f"/api/v1/webhooks/{number}")).status_code == 404
    assert heard.count("busbar.changed.webhook") == 3


async def test_a_webhook_that_is_on_again_is_not_told_what_happened_while_it_was_off(api, world):
    number = (await api.post("/api/v1/webhooks", json=GIVEN)).json()["id"]
    await api.patch(f"/api/v1/webhooks/{number}", json={"active": False})
    for hours in range(3):
        await happen(world, hours)
    await api.patch(f"/api/v1/webhooks/{number}", json={"active": True})
    assert (await world.store.get(Webhook, number)).cursor == 3
    await happen(world, 4)
    await api.patch(f"/api/v1/webhooks/{number}", json={"active": True, "name": "other"})
    assert (await world.store.get(Webhook, number)).cursor == 3


async def test_a_password_in_a_url_is_not_shown(api):
    made = await api.post("/api/v1/webhooks", json=GIVEN | {"url": "mqtt://me:hidden@broker/topic"})
    assert made.json()["url"] == "mqtt://me:***@broker/topic"


async def test_deliveries_are_listed_and_tried_again(api, world):
    number = (await api.post("/api/v1/webhooks", json=GIVEN)).json()["id"]
    values = {"webhook_id": number, "event": "session.changed", "created_at": NOON, "next_at": NOON}
    for event_id, state in ((1, DeliveryState.DELIVERED), (2, DeliveryState.FAILED)):
        await world.store.insert(Delivery(event_id=event_id, state=state, attempts=30, **values))
    path = f"/api/v1/webhooks/{number}/deliveries"
    assert [item["event_id"] for item in (await api.get(path)).json()["items"]] == [2, 1]
    [failed] = (await api.get(path, params={"state": "failed"})).json()["items"]
    again = (await api.post(f"{path}/{failed['id']}/retry")).json()
    assert (again["state"], again["attempts"]) == ("pending", 0)
    assert (await api.post(f"/api/v1/webhooks/{number}/deliveries/99/retry")).status_code == 404


async def test_a_span_of_events_is_told_again(api, world):
    number = (await api.post("/api/v1/webhooks", json=GIVEN)).json()["id"]
    for hours in range(4):
        await happen(world, hours)
    await happen(world, 1, "station.booted")
    span = {"since": (NOON + timedelta(hours=1)).isoformat(), "until": (NOON + timedelta(hours=3)).isoformat()}
    answer = await api.post(f"/api/v1/webhooks/{number}/replay", json=span)
    assert (answer.status_code, answer.json()) == (202, {"count": 2})
    assert [row.event_id for row in await world.store.find(Delivery)] == [2, 3]
