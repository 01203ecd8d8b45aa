"""API keys over the interface."""


async def test_a_new_key_is_shown_once_and_works(api):
    answer = await api.post("/api/v1/api-keys", json={"label": "billing"})
    assert answer.status_code == 201
    made = answer.json()
    listed = (await api.get("/api/v1/api-keys")).json()["items"]
    assert [item["label"] for item in listed] == ["tests", "billing"]
    assert all("key" not in item and "secret" not in item for item in listed)
    opened = await api.get("/api/v1/totals", headers={"Authorization": f"Bearer {made['key']}"})
    assert opened.status_code == 200


async def test_a_key_cannot_expire_in_the_past(api):
    answer = await api.post("/api/v1/api-keys", json={"label": "x", "expires_at": "2020-01-01T00:00:00Z"})
    assert answer.json()["errors"] == [{"field": "expires_at", "reason": "lies in the past"}]


async def test_an_expiry_needs_its_zone_and_a_key_its_label(api):
    for body, field in (
        ({"label": "x", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"label": ""}, "label"),
        ({}, "label"),
        ({"label": "x" * 101}, "label"),
        ({"label": "x\x00"}, "label"),
        ({"label": "x", "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
    ):
        answer = await api.post("/api/v1/api-keys", json=body)
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_key_that_does_not_exist_cannot_be_removed(api):
    assert (await api.delete("/api/v1/api-keys/none")).status_code == 404
