"""The application as a whole: every route is closed to strangers, bounded, and silent about its inside."""

import logging
import re

import pytest

OIDC = ("", "/{name}", "/{name}/callback", "/{name}/code")
OPEN = {"/healthz", "/readyz", "/metrics", "/login", "/login/ticket", "/logout"} | {f"/login/oidc{end}" for end in OIDC}


async def test_every_route_but_the_open_ones_refuses_a_request_without_a_key(world, stranger):
    tried = 0
    for path, operations in world.app.openapi_schema.to_schema()["paths"].items():
        for method in operations:
            if path in OPEN:
                continue
            url = re.sub(r"\{[^}]*\}", "1", path)
            answer = await stranger.request(method.upper(), url, json={} if method in ("post", "patch") else None)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"] == "urn:problem-type:busbar:unauthenticated"
            assert answer.headers["www-authenticate"].startswith("Bearer")
            tried += 1
    assert tried > 30


async def test_an_unexpected_failure_shows_an_id_that_is_in_the_log_and_nothing_else(world, api, caplog, monkeypatch):
    async def fail():
        raise RuntimeError("secret inside")

    monkeypatch.setattr(world.store, "totals", fail)
    with caplog.at_level(logging.ERROR):
        answer = await api.get("/api/v1/totals")
    assert answer.status_code == 500
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "id"}
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert problem["id"] in caplog.text
    assert "secret inside" in caplog.text


async def test_a_body_over_the_bound_is_refused(api):
    answer = await api.post("/api/v1/sites", json={"name": "x" * 300_000})
    assert answer.status_code == 413
    assert answer.json()["type"].endswith("too-large")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/stations/x/y/z"])
async def test_an_unknown_path_is_a_problem(api, path):
    answer = await api.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_is_a_problem(api):
    answer = await api.put("/api/v1/stations", json={})
    assert answer.status_code == 405
    assert answer.json()["type"].endswith("method-not-allowed")


async def test_every_answer_keeps_browsers_careful(api):
    for path in ("/api/v1/totals", "/api/v1/nothing", "/healthz"):
        headers = (await api.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
