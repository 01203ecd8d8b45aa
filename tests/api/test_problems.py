"""Problem documents."""

import pytest

from busbar.api.problems import HANDLERS, Kind, Problem, invalid, missing, respond
from busbar.csms.ports import StoreUnavailable, Unstorable


def test_every_kind_has_its_own_type_and_an_error_status():
    assert len({kind.slug for kind in Kind}) == len(Kind)
    assert all(400 <= kind.status < 600 for kind in Kind)


def test_a_problem_names_its_type_field_and_reason():
    response = respond(invalid("limit", "too large"))
    assert response.status_code == 400
    assert response.content.type == "urn:problem-type:busbar:invalid-request"
    assert [(error.field, error.reason) for error in response.content.errors] == [("limit", "too large")]


def test_what_is_missing_is_named():
    assert respond(missing("station")).content.detail == "no such station"


def test_the_status_and_headers_go_out():
    response = respond(Problem(Kind.UNAVAILABLE, headers={"Retry-After": "2"}), incident="abc")
    assert response.status_code == response.content.status == 503
    assert response.headers["Retry-After"] == "2"
    assert response.content.id == "abc"


def test_nothing_falls_past_the_handlers():
    assert Exception in HANDLERS


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"identity": "a", "zz": 1}, "zz", "unknown field"),
        ({}, "identity", "required"),
        ({"identity": 7}, "identity", "Expected `str`, got `int`"),
        (
            {"identity": "a b"},
            "identity",
            r"has characters that are not taken here; the pattern is ^(?!\.+$)[0-9A-Za-z*\-_=+|@.]+$",
        ),
    ],
)
async def test_a_reason_is_in_plain_words(api, body, field, reason):
    answer = await api.post("/api/v1/stations", json=body)
    assert answer.json()["errors"] == [{"field": field, "reason": reason}]


async def test_all_wrong_inputs_of_a_query_are_named_at_once(api):
    answer = await api.get("/api/v1/stations?online=perhaps&site_id=x")
    assert {error["field"] for error in answer.json()["errors"]} == {"online", "site_id"}


async def test_a_body_that_is_no_text_is_the_callers_mistake(api):
    answer = await api.post("/api/v1/tokens", content=b'{"value":"\xff"}', headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "body", "reason": "not UTF-8"}]


def test_what_can_never_be_stored_is_the_callers_mistake_and_no_outage():
    assert HANDLERS[Unstorable](None, Unstorable("NUL")).status_code == 400
    assert HANDLERS[StoreUnavailable](None, StoreUnavailable("gone")).status_code == 503
