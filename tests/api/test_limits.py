"""Limits over the interface."""


async def test_a_limit_is_added_listed_and_removed(api) -> None:
    made = await api.post("/api/v1/usage-limits", json={"token": "CARD", "period": "day", "energy_wh": 5000})
    assert made.status_code == 201, made.text
    (row,) = (await api.get("/api/v1/usage-limits")).json()["items"]
    assert (row["token"], row["period"], row["energy_wh"]) == ("card", "day", 5000.0)
    assert (await api.delete("/api/v1/usage-limits/1")).status_code == 204
    assert (await api.delete("/api/v1/usage-limits/1")).status_code == 404


async def test_a_limit_is_of_one_token_or_group_and_money_has_a_currency(api) -> None:
    for body in ({}, {"token": "A", "group": "B"}, {"token": "A", "cost_minor": 5}):
        assert (await api.post("/api/v1/usage-limits", json={"period": "day"} | body)).status_code == 400
