"""The own account of a key; test_people has that of a person."""

import pytest


async def test_a_key_sees_what_it_may(api):
    shown = (await api.get("/api/v1/account")).json()
    assert (shown["name"], shown["organisation_id"], shown["platform"], shown["user_id"]) == ("tests", 1, True, None)
    assert shown["rights"] == ["admin", "command", "configure", "log", "read"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "password", {"old": "a", "new": "b"}),
        ("POST", "second-factor", {"password": "a"}),
        ("POST", "second-factor/confirm", {"code": "123456"}),
        ("POST", "second-factor/remove", {"password": "a"}),
        ("GET", "logins", None),
        ("DELETE", "logins/abc", None),
    ],
)
async def test_a_key_has_no_password_and_no_sessions(api, method, path, body):
    assert (await api.request(method, f"/api/v1/account/{path}", json=body)).status_code == 403
