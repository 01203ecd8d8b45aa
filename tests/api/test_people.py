"""Accounts: invitation, password, sessions, second factor, throttling; and nothing told to strangers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from busbar.api.people import Tries
from busbar.api.problems import Problem
from busbar.csms.grants import EVERYTHING, Grant, Role
from busbar.csms.records.access import AuditEntry, Login, Ticket, User
from busbar.csms.services import accounts

PASSWORD = "correct horse battery"
EMAIL = "ann@example.com"


async def invite(api: Any, email: str = EMAIL, **fields: Any) -> dict[str, Any]:
    answer = await api.post("/api/v1/users", json={"email": email, "grants": [{"role": "operator"}], **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def join(api: Any, stranger: Any, email: str = EMAIL) -> int:
    """Invite somebody and set their password; return their number."""
    invited = await invite(api, email)
    answer = await stranger.post("/login/ticket", json={"ticket": invited["ticket"], "password": PASSWORD})
    assert answer.status_code == 204, answer.text
    return int(invited["user"]["id"])


async def enter(client: Any, password: str = PASSWORD, email: str = EMAIL, **more: str) -> Any:
    return await client.post("/login", json={"email": email, "password": password, **more})


async def test_an_invited_person_sets_a_password_once_and_comes_in(api: Any, stranger: Any, world: Any) -> None:
    invited = await invite(api)
    body = {"ticket": invited["ticket"], "password": PASSWORD}
    assert (await stranger.post("/login/ticket", json=body)).status_code == 204
    assert (await stranger.post("/login/ticket", json=body)).status_code == 401
    answer = await enter(stranger)
    assert answer.status_code == 204
    assert "HttpOnly" in answer.headers["set-cookie"]
    account = (await stranger.get("/api/v1/account")).json()
    assert (account["name"], account["rights"]) == (EMAIL, ["command", "configure", "log", "read"])
    (user,) = await world.store.find(User)
    assert user.password.startswith(b"$argon2id$")
    assert PASSWORD.encode() not in user.password
    (login,) = await world.store.find(Login)
    assert login.id not in answer.headers["set-cookie"]
    assert await world.store.find(Ticket) == []


async def test_a_weak_password_leaves_the_ticket_good(api: Any, stranger: Any) -> None:
    invited = await invite(api)
    for weak in ("short", EMAIL + "x", "aaaaaaaaaaaaaaaa"):
        answer = await stranger.post("/login/ticket", json={"ticket": invited["ticket"], "password": weak})
        assert answer.status_code == 400, weak
    answer = await stranger.post("/login/ticket", json={"ticket": invited["ticket"], "password": PASSWORD})
    assert answer.status_code == 204


async def test_a_late_ticket_is_refused(api: Any, stranger: Any, world: Any) -> None:
    invited = await invite(api)
    late = datetime.now(UTC) - timedelta(seconds=1)
    await world.store.change(
        Ticket, (accounts.token_hash(invited["ticket"]),), values={"expires_at": late}, expected={}
    )
    answer = await stranger.post("/login/ticket", json={"ticket": invited["ticket"], "password": PASSWORD})
    assert answer.status_code == 401


async def test_an_unknown_person_and_a_wrong_password_look_the_same(api: Any, stranger: Any) -> None:
    await join(api, stranger)
    wrong, unknown = await enter(stranger, "wrong"), await enter(stranger, email="nobody@example.com")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401


async def test_many_failures_are_slowed_down_and_others_are_not(api: Any, stranger: Any) -> None:
    await join(api, stranger)
    await join(api, stranger, "bob@example.com")
    for _ in range(Tries.MOST["pair"]):
        assert (await enter(stranger, "wrong")).status_code == 401
    answer = await enter(stranger)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert (await enter(stranger, email="bob@example.com")).status_code == 204


async def test_many_wrong_tickets_are_slowed_down(stranger: Any) -> None:
    body = {"ticket": "x" * 24, "password": PASSWORD}
    statuses = [(await stranger.post("/login/ticket", json=body)).status_code for _ in range(Tries.MOST["pair"] + 1)]
    assert statuses == [401] * Tries.MOST["pair"] + [429]


async def test_each_login_is_another_session_which_can_be_seen_and_ended(api: Any, stranger: Any, world: Any) -> None:
    await join(api, stranger)
    await enter(stranger)
    first = stranger.cookies["busbar"]
    await enter(stranger)
    assert stranger.cookies["busbar"] != first
    logins = (await stranger.get("/api/v1/account/logins")).json()["items"]
    assert [login["current"] for login in logins] == [True, False]
    origin = {"Origin": "http://testserver.local"}
    other = logins[1]["id"]
    assert (await stranger.delete(f"/api/v1/account/logins/{other}", headers=origin)).status_code == 204
    assert (await stranger.delete(f"/api/v1/account/logins/{other}", headers=origin)).status_code == 404
    assert len(await world.store.find(Login)) == 1
    assert (await stranger.get("/api/v1/account")).status_code == 200
    assert (await stranger.post("/logout")).status_code == 204
    assert await world.store.find(Login) == []


async def test_a_session_needs_our_own_origin_to_change_anything(api: Any, stranger: Any) -> None:
    await join(api, stranger)
    await enter(stranger)
    body = {"name": "x"}
    for headers in ({}, {"Origin": "https://evil.example"}):
        assert (await stranger.post("/api/v1/sites", json=body, headers=headers)).status_code == 403


async def test_who_is_disabled_or_has_another_password_is_out_at_once(api: Any, stranger: Any) -> None:
    number = await join(api, stranger)
    await enter(stranger)
    origin = {"Origin": "http://testserver.local"}
    change = {"old": PASSWORD, "new": PASSWORD + "!"}
    wrong = await stranger.post("/api/v1/account/password", json=change | {"old": "x"}, headers=origin)
    assert wrong.status_code == 403
    assert (await stranger.post("/api/v1/account/password", json=change, headers=origin)).status_code == 204
    assert (await stranger.get("/api/v1/account")).status_code == 401
    assert (await enter(stranger)).status_code == 401
    assert (await enter(stranger, PASSWORD + "!")).status_code == 204
    assert (await api.patch(f"/api/v1/users/{number}", json={"disabled": True})).json()["disabled"] is True
    assert (await stranger.get("/api/v1/account")).status_code == 401
    assert (await enter(stranger, PASSWORD + "!")).status_code == 401


async def test_a_second_factor_is_confirmed_then_needed_and_no_code_counts_twice(
    api: Any, stranger: Any, world: Any
) -> None:
    await join(api, stranger)
    await enter(stranger)
    origin = {"Origin": "http://testserver.local"}
    began = await stranger.post("/api/v1/account/second-factor", json={"password": PASSWORD}, headers=origin)
    totp, at = pyotp.TOTP(began.json()["secret"]), datetime.now(UTC)
    confirm = "/api/v1/account/second-factor/confirm"
    assert (await stranger.post(confirm, json={"code": "000000"}, headers=origin)).status_code in (400, 200)
    codes = (await stranger.post(confirm, json={"code": totp.at(at)}, headers=origin)).json()["codes"]
    (user,) = await world.store.find(User)
    assert began.json()["secret"].encode() not in user.totp
    without = await enter(stranger)
    assert (without.status_code, without.json()["type"]) == (401, "urn:problem-type:busbar:second-factor-needed")
    assert (await enter(stranger, code=totp.at(at))).status_code == 401, "the code that confirmed it"
    following = totp.at(at + timedelta(seconds=30))
    assert (await enter(stranger, code=following)).status_code == 204
    assert (await enter(stranger, code=following)).status_code == 401
    assert (await enter(stranger, code=codes[0])).status_code == 204
    assert (await enter(stranger, code=codes[0])).status_code == 401


async def test_nobody_gives_or_takes_more_than_they_have(api: Any, stranger: Any, world: Any) -> None:
    site = await world.store.add_site("home")
    keys = world.app.state.backend.keys
    _, text = await keys.make("local", grants=(Grant(Role.ADMIN, (site.id,)), Grant(Role.ADMIN)), organisation_id=1)
    headers = {"Authorization": f"Bearer {text}"}
    unknown = {"email": "x@example.com", "grants": [{"role": "support", "sites": [99]}]}
    assert (await stranger.post("/api/v1/users", json=unknown, headers=headers)).status_code == 400
    taken = await invite(api)
    again = await api.post("/api/v1/users", json={"email": EMAIL.upper(), "grants": []})
    assert again.status_code == 409
    assert taken["user"]["grants"] == [{"role": "operator", "sites": None}]


async def test_logins_and_refusals_are_in_the_audit_trail_without_secrets(api: Any, stranger: Any, world: Any) -> None:
    await join(api, stranger)
    await enter(stranger, "wrong")
    await enter(stranger)
    await stranger.get("/api/v1/users")
    rows = await world.store.find(AuditEntry)
    assert [(row.route, row.status, row.outcome) for row in rows] == [
        ("POST /api/v1/users", 201, "done"),
        ("POST /login/ticket", 204, "done"),
        ("POST /login", 401, "refused"),
        ("POST /login", 204, "done"),
        ("GET /api/v1/users", 403, "refused"),
    ]
    assert rows[-1].actor == "user:1"
    assert PASSWORD not in repr(rows)


def test_memory_of_failures_is_bounded_and_forgets_with_time() -> None:
    tries = Tries(limit=3)
    for number in range(10):
        tries.failed(f"p{number}", "a", 0.0)
    assert len(tries._failed) == 3
    tries = Tries()
    for _ in range(5):
        tries.failed("p", "a", 0.0)
    with pytest.raises(Problem):
        tries.check("p", "a", 1.0)
    tries.check("p", "a", Tries.PERIOD_S + 1)
    assert EVERYTHING
