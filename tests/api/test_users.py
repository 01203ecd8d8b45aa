"""People are invited, changed, let set a new password, and removed."""

import pytest

from busbar.csms.grants import Grant, Role
from busbar.csms.records.access import Identity, Ticket, User

INPUT = {"email": "Ann@Example.com", "name": "Ann", "grants": [{"role": "support"}]}


async def test_a_person_is_invited_shown_changed_and_removed(api, world):
    made = await api.post("/api/v1/users", json=INPUT)
    assert made.status_code == 201
    where = made.headers["location"]
    shown = (await api.get(where)).json()
    assert (shown["email"], shown["has_password"], shown["second_factor"]) == ("ann@example.com", False, False)
    changed = (await api.patch(where, json={"name": "A", "grants": [{"role": "admin"}]})).json()
    assert (changed["name"], changed["grants"]) == ("A", [{"role": "admin", "sites": None}])
    assert len((await api.get("/api/v1/users")).json()["items"]) == 1
    assert (await api.delete(where)).status_code == 204
    assert (await api.get(where)).status_code == 404
    assert (await api.patch(where, json={"name": "x"})).status_code == 404


async def test_of_somebody_who_is_removed_no_account_at_a_provider_stays(api, world):
    where = (await api.post("/api/v1/users", json=INPUT)).headers["location"]
    (user,) = await world.store.find(User)
    row = Identity(
        issuer="i", subject="s", user_id=user.id, provider="p", provisioned=False, created_at=user.created_at
    )
    await world.store.insert(row)
    assert (await api.delete(where)).status_code == 204
    assert await world.store.find(Identity) == []


async def test_a_reset_gives_a_ticket_and_takes_the_second_factor_off(api, world):
    where = (await api.post("/api/v1/users", json=INPUT)).headers["location"]
    (user,) = await world.store.find(User)
    await world.store.change(User, (user.id,), values={"totp": b"x", "recovery": [b"y"]}, expected={})
    answer = await api.post(f"{where}/reset")
    assert answer.status_code == 200
    assert answer.json()["user"]["second_factor"] is False
    assert len(await world.store.find(Ticket)) == 2
    assert answer.json()["ticket"] not in repr(await world.store.find(Ticket))


@pytest.mark.parametrize("email", ["", "a", "a@", "@a", "a b@c", "a@b@c", "x" * 250 + "@a.de"])
async def test_what_is_no_email_is_refused(api, email):
    assert (await api.post("/api/v1/users", json=INPUT | {"email": email})).status_code == 400


async def test_who_may_more_is_left_alone(api, world):
    site = await world.store.add_site("home")
    strong = (await api.post("/api/v1/users", json=INPUT | {"grants": [{"role": "admin"}]})).headers["location"]
    del site
    keys = world.app.state.backend.keys
    _, text = await keys.make("operator", grants=(Grant(Role.OPERATOR),), organisation_id=1)
    headers = {"Authorization": f"Bearer {text}"}
    for method, path in (("PATCH", strong), ("DELETE", strong), ("POST", f"{strong}/reset")):
        assert (await api.request(method, path, json={}, headers=headers)).status_code == 403
