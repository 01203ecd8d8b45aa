"""The audit trail is listed, filtered and paged; no route changes it."""


async def test_the_trail_is_newest_first_filtered_and_paged(api, world):
    for name in ("a", "b"):
        assert (await api.post("/api/v1/sites", json={"name": name})).status_code == 201
    assert (await api.patch("/api/v1/sites/2", json={"name": "a"})).status_code == 409
    page = (await api.get("/api/v1/audit-entries", params={"limit": 2})).json()
    assert [(entry["route"], entry["outcome"]) for entry in page["items"]] == [
        ("PATCH /api/v1/sites/{site_id}", "failed"),
        ("POST /api/v1/sites", "done"),
    ]
    assert page["next"]
    rest = (await api.get("/api/v1/audit-entries", params={"cursor": page["next"]})).json()
    assert len(rest["items"]) == 1
    for params, count in (({"outcome": "failed"}, 1), ({"object": "2"}, 1), ({"actor": "key:nobody"}, 0)):
        assert len((await api.get("/api/v1/audit-entries", params=params)).json()["items"]) == count
    since = {"since": "2099-01-01T00:00:00Z"}
    assert (await api.get("/api/v1/audit-entries", params=since)).json()["items"] == []
