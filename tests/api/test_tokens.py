"""Tokens over the interface."""

import asyncio

import pytest


async def test_a_token_is_added_shown_changed_and_removed(api, world):
    told = []

    async def hear(data):
        told.append(data)

    await world.bus.subscribe("busbar.changed.token", hear)
    body = {"value": "DEADbeef", "kind": "ISO14443", "group": "fleet", "label": "Van 7"}
    answer = await api.post("/api/v1/tokens", json=body)
    assert answer.status_code == 201
    where = answer.headers["location"]
    shown = (await api.get(where)).json()
    assert shown == body | {"status": "Accepted", "expires_at": None, "site_id": None}
    changed = await api.patch("/api/v1/tokens/deadBEEF", json={"status": "Blocked", "group": None})
    assert changed.json() == shown | {"status": "Blocked", "group": None}
    assert (await world.store.token("deadbeef")).status == "Blocked"
    assert (await api.delete(where)).status_code == 204
    for method in ("get", "delete"):
        assert (await getattr(api, method)(where)).status_code == 404
    assert (await api.patch(where, json={})).status_code == 404
    async with asyncio.timeout(5):
        while len(told) < 3:
            await asyncio.sleep(0)
    assert set(told) == {b"deadbeef"}


async def test_a_value_is_unique_without_regard_to_case(api):
    await api.post("/api/v1/tokens", json={"value": "ABC"})
    answer = await api.post("/api/v1/tokens", json={"value": "abc"})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "value"


@pytest.mark.parametrize("value", ["a|b", "a@b.c", "tag#1", "50%", "a?b", "+43=x"])
async def test_a_value_with_marks_can_be_found_by_its_location(api, value):
    where = (await api.post("/api/v1/tokens", json={"value": value})).headers["location"]
    assert (await api.get(where)).json()["value"] == value


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "value"),
        ({"value": ""}, "value"),
        ({"value": "x" * 256}, "value"),
        ({"value": "a/b"}, "value"),
        ({"value": "a\x00"}, "value"),
        ({"value": "a\n"}, "value"),
        ({"value": "a", "kind": "x" * 21}, "kind"),
        ({"value": "a", "status": "Great"}, "status"),
        ({"value": "a", "expires_at": "tomorrow"}, "expires_at"),
        ({"value": "a", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"value": "a", "label": "x" * 101}, "label"),
        ({"value": "a", "label": "x\x00"}, "label"),
        ({"value": "a", "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({"value": "a", "group": ""}, "group"),
        ({"value": "a", "key": "b"}, "key"),
    ],
)
async def test_bad_input_names_its_field(api, body, field):
    answer = await api.post("/api/v1/tokens", json=body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_tokens_are_found_page_by_page_and_by_their_start(api):
    for number in range(5):
        await api.post("/api/v1/tokens", json={"value": f"A{number}"})
    await api.post("/api/v1/tokens", json={"value": "B0"})
    first = (await api.get("/api/v1/tokens?limit=4&q=a")).json()
    rest = (await api.get("/api/v1/tokens", params={"limit": 4, "q": "a", "cursor": first["next"]})).json()
    assert [item["value"] for item in first["items"] + rest["items"]] == [f"A{n}" for n in range(5)]
    assert rest["next"] is None


async def test_a_time_is_shown_in_utc_and_stays_inside_the_calendar_when_changed(api):
    made = await api.post("/api/v1/tokens", json={"value": "T", "expires_at": "2030-01-01T02:00:00+02:00"})
    assert made.json()["expires_at"] == "2030-01-01T00:00:00Z"
    answer = await api.patch("/api/v1/tokens/T", json={"expires_at": "0001-01-01T00:00:00+14:00"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "expires_at"


async def test_of_many_who_add_a_token_at_once_one_does(api) -> None:
    answers = await asyncio.gather(*(api.post("/api/v1/tokens", json={"value": "SAME"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_many_tokens_are_imported_at_once_and_replace_those_that_exist(api) -> None:
    await api.post("/api/v1/tokens", json={"value": "A"})
    tokens = [{"value": "a", "status": "Blocked"}, {"value": "B"}, {"value": "b", "label": "last"}]
    assert (await api.post("/api/v1/tokens/import", json={"tokens": tokens})).json() == {"stored": 2}
    assert (await api.get("/api/v1/tokens/A")).json()["status"] == "Blocked"
    assert (await api.get("/api/v1/tokens/b")).json()["label"] == "last"


async def test_a_token_is_imported_for_a_site_that_is_there(api) -> None:
    tokens = [{"value": "A"}, {"value": "B", "site_id": 9}]
    answer = await api.post("/api/v1/tokens/import", json={"tokens": tokens})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "site_id")
    assert (await api.get("/api/v1/tokens")).json()["items"] == []
