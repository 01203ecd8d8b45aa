"""The OpenAPI document."""

import jsonschema
import pytest

from busbar.api.document import METHODS


@pytest.fixture
async def document(api):
    answer = await api.get("/openapi.json", headers={"Authorization": ""})
    assert answer.status_code == 200
    return answer.json()


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


async def test_every_route_is_in_the_document(world, document):
    listed = {
        (path, method.upper()) for path, item in document["paths"].items() for method in item if method in METHODS
    }
    served = set()
    for route in world.app.routes:
        if route.path == "/" or route.path.startswith(("/console", "/openapi.json")):
            continue
        path = route.path
        for kind in (":str", ":int"):
            path = path.replace(kind, "")
        served |= {(path, method) for method in route.methods if method != "OPTIONS"}
    assert listed == served
    assert len(listed) > 40


async def test_the_document_is_openapi_3_1_and_whole(document):
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for reference in references(document):
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


async def test_every_operation_has_a_name_a_summary_and_problems(document):
    names = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            names.add(operation["operationId"])
            assert operation["summary"]
            assert operation["tags"]
            assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}
            assert not {"400", "401", "404"} & operation["responses"].keys()
            for parameter in operation.get("parameters", ()):
                assert (parameter["in"] == "path") == (f"{{{parameter['name']}}}" in path), (method, path)
    assert len(names) == sum(map(len, document["paths"].values()))
    assert {"listStations", "call", "follow"} <= names


async def test_an_answer_fits_its_schema(api, world, document):
    await world.add_session((await world.add_station()).id, 1)
    for path in ("/api/v1/stations", "/api/v1/sessions", "/api/v1/totals"):
        schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator(schema | {"components": document["components"]})
        validator.validate((await api.get(path)).json())


async def test_a_problem_fits_its_schema(api, document):
    problem = (await api.get("/api/v1/stations?limit=0")).json()
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(problem)


async def test_bounds_are_in_the_document(document):
    parameters = {item["name"]: item["schema"] for item in document["paths"]["/api/v1/stations"]["get"]["parameters"]}
    assert (parameters["limit"]["minimum"], parameters["limit"]["maximum"]) == (1, 1000)
    identity = document["components"]["schemas"]["StationInput"]["properties"]["identity"]
    assert (identity["minLength"], identity["maxLength"]) == (1, 48)


async def test_there_is_no_page_that_asks_a_foreign_network(api):
    for path in ("/openapi.json/swagger", "/openapi.json/redoc", "/schema", "/schema/scalar"):
        answer = await api.get(path)
        assert answer.status_code == 404
        assert "<script" not in answer.text


async def test_open_routes_need_no_key(document):
    assert document["paths"]["/healthz"]["get"]["security"] == []
    assert document["paths"]["/api/v1/totals"]["get"].get("security", document["security"]) == [{"key": []}]


async def test_no_type_is_named_by_its_module(document):
    assert "StationPage" in document["components"]["schemas"]
    assert not [name for name in document["components"]["schemas"] if "busbar" in name]
