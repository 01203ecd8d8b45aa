"""Our decoder against `jsonschema` on the schemas of the PyPI package `ocpp`, for every message of every version.

For each place in each schema the generator gives values on both sides of each constraint, inside an otherwise minimal
message; both sides must judge alike, but for DIFFERENCES, which docs/reference/wire-differences.md explains.
"""

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import ocpp
import pytest
from jsonschema.validators import validator_for

from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.actions import ACTIONS
from busbar.protocol.errors import ErrorCode, RemoteProtocolError

FOLDERS = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}
DOCS = Path(__file__).parents[2] / "docs/reference/wire-differences.md"
TIME = "2026-01-01T12:00:00Z"
TIMES = (
    (TIME, "time"),
    ("2026-01-01T12:00:00.123456Z", "time"),
    ("2026-01-01T12:00:00.1234567891Z", "time"),
    ("2026-01-01T12:00:00+05:30", "time"),
    ("2026-01-01T12:00:00-00:00", "time"),
    ("2024-02-29T23:59:59Z", "time"),
    ("9999-12-31T23:59:59Z", "time"),
    ("2026-01-01t12:00:00z", "time in small letters"),
    ("2026-01-01 12:00:00Z", "time with a space"),
    ("2026-12-31T23:59:60Z", "leap second"),
    ("9999-12-31T23:59:59-01:00", "time beyond the calendar"),
    ("0001-01-01T00:00:00+01:00", "time beyond the calendar"),
    ("2026-01-01T12:00:00", "time without a zone"),
    ("2026-01-01T12:00Z", "not a time"),
    ("2026-01-01T12:00:00+0530", "offset without a colon"),
    ("2026-02-30T12:00:00Z", "not a time"),
    ("2026-13-01T12:00:00Z", "not a time"),
    ("2026-01-01T24:00:00Z", "not a time"),
    ("2026-01-01T12:00:00,5Z", "not a time"),
    ("2026-01-01", "not a time"),
    ("1767268800", "not a time"),
    ("", "not a time"),
)
# label → who accepts what the other refuses; every other disagreement is a failure
DIFFERENCES = {
    "integer beyond 32 bits": "schema",
    "integer written as a float": "schema",
    "time beyond the calendar": "schema",
    "time with a space": "busbar",
    "offset without a colon": "busbar",
    "unit missing in one of two schemas": "busbar",
}
CODES = {
    "field missing": {ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION},
    "too few items": {ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION},
    "too many items": {ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION},
    "unknown field": {ErrorCode.FORMAT_VIOLATION},
    "wrong type": {ErrorCode.TYPE_CONSTRAINT_VIOLATION},
    "text too long": {ErrorCode.PROPERTY_CONSTRAINT_VIOLATION},
    "no such value": {ErrorCode.PROPERTY_CONSTRAINT_VIOLATION},
    "number too small": {ErrorCode.PROPERTY_CONSTRAINT_VIOLATION},
    "number too large": {ErrorCode.PROPERTY_CONSTRAINT_VIOLATION},
    "not a time": {ErrorCode.PROPERTY_CONSTRAINT_VIOLATION},
    "time without a zone": {ErrorCode.PROPERTY_CONSTRAINT_VIOLATION},
}
Case = tuple[str, Any]


def load(version: Version, action: str, kind: str) -> dict[str, Any]:
    folder = Path(ocpp.__file__).parent / FOLDERS[version] / "schemas"
    path = folder / f"{action}{'' if version is Version.V16 and kind == 'Request' else kind}.json"
    if not path.exists():
        path = folder / f"{action}.json"
    schema = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    return resolved(schema, schema.get("definitions", {}))


def resolved(schema: Any, definitions: dict[str, Any]) -> Any:
    """Put every definition in its place, which is the same schema and a faster one."""
    if isinstance(schema, list):
        return [resolved(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return resolved(definitions[schema["$ref"].removeprefix("#/definitions/")], definitions)
    return {key: resolved(value, definitions) for key, value in schema.items() if key not in ("definitions", "$id")}


def minimal(schema: dict[str, Any]) -> Any:
    """Return the smallest value that a schema takes."""
    match schema.get("type"):
        case "object":
            return {name: minimal(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [minimal(schema["items"])] * schema.get("minItems", 0)
        case "string" if "enum" in schema:
            return schema["enum"][0]
        case "string":
            return TIME if schema.get("format") == "date-time" else "x"
        case "integer" | "number":
            least = schema.get("minimum", min(schema.get("maximum", 1), 1))
            return int(least) if schema["type"] == "integer" else least
        case "boolean":
            return True
    return "anything"


def varied(schema: dict[str, Any], chance: random.Random) -> Any:
    """Return a valid value with about half of the optional fields."""
    match schema.get("type"):
        case "object":
            chosen = [
                n for n in schema.get("properties", {}) if n in schema.get("required", ()) or chance.random() < 0.5
            ]
            return {name: varied(schema["properties"][name], chance) for name in chosen}
        case "array":
            most = min(schema.get("maxItems", 3), 3)
            return [varied(schema["items"], chance) for _ in range(max(schema.get("minItems", 0), most))]
        case "string" if "enum" in schema:
            return chance.choice(schema["enum"])
        case "string" if schema.get("format") != "date-time":
            return "".join(chance.choices('aZ9 -_"\\/é漢😀\n', k=min(schema.get("maxLength", 30), 30)))
        case "integer":
            return chance.randint(int(schema.get("minimum", -(2**31))), int(schema.get("maximum", 2**31 - 1)))
        case "number" if "multipleOf" not in schema:
            return chance.uniform(float(schema.get("minimum", -1e9)), float(schema.get("maximum", 1e9)))
    return minimal(schema)


def cases(schema: dict[str, Any], message: str = "") -> Iterator[Case]:
    """Give labelled values on both sides of each constraint of a schema and of all that is in it."""
    match schema.get("type"):
        case "object":
            yield from object_cases(schema, message)
        case "array":
            yield from array_cases(schema, message)
        case "string" if "enum" in schema:
            yield from (("value", value) for value in schema["enum"])
            added = "Hertz" if message.startswith("StopTransaction") and "Celcius" in schema["enum"] else "Fahrenheits"
            label = "unit missing in one of two schemas" if added == "Hertz" else "no such value"
            yield from ((label, added), ("no such value", schema["enum"][0] + " "), ("wrong type", 1), ("null", None))
        case "string" if schema.get("format") == "date-time":
            yield from ((label, text) for text, label in TIMES)
            yield from (("wrong type", 1767268800), ("null", None))
        case "string":
            yield from (("text", ""), ("text", "é漢😀"), ("wrong type", 1), ("wrong type", True), ("null", None))
            if "maxLength" in schema:
                yield from (("text", c * schema["maxLength"]) for c in "x😀")
                yield from (("text too long", c * (schema["maxLength"] + 1)) for c in "x😀")
        case "integer":
            yield from number_cases(schema)
            yield from (
                ("wrong type", 1.5),
                ("integer beyond 32 bits", 2**31),
                ("integer beyond 32 bits", -(2**31) - 1),
            )
            yield ("integer written as a float", float(minimal(schema)))
        case "number":
            yield from number_cases(schema)
            yield from (("number", Decimal("0.3")), ("number", 10**12), ("more decimals", Decimal("0.15")))
        case "boolean":
            yield from (("boolean", False), ("wrong type", 0), ("wrong type", "true"), ("null", None))
        case None:
            yield from (("anything", value) for value in (None, 1, [1, {"a": []}], {"b": "x"}))


def object_cases(schema: dict[str, Any], message: str) -> Iterator[Case]:
    least = minimal(schema)
    yield from (("object", least), ("unknown field", least | {"zzz": 1}), ("null", None))
    yield from (("wrong type", []), ("wrong type", "x"), ("wrong type", 1))
    for name, inner in schema.get("properties", {}).items():
        if name in least:
            yield "field missing", {key: value for key, value in least.items() if key != name}
        for label, value in cases(inner, message):
            yield label, least | {name: value}


def array_cases(schema: dict[str, Any], message: str) -> Iterator[Case]:
    low, item = schema.get("minItems", 0), minimal(schema["items"])
    yield from (("wrong type", {}), ("wrong type", item if not isinstance(item, list) else 1), ("null", None))
    yield ("too few items" if low else "array"), []
    if "maxItems" in schema:
        yield "array", [item] * schema["maxItems"]
        yield "too many items", [item] * (schema["maxItems"] + 1)
    for label, value in cases(schema["items"], message):
        yield label, [value] * max(low, 1)


def number_cases(schema: dict[str, Any]) -> Iterator[Case]:
    yield from (("number", minimal(schema)), ("wrong type", "1"), ("wrong type", False), ("null", None))
    if "minimum" in schema:
        low = int(schema["minimum"])
        yield from (("number", low), ("number too small", low - 1))
    if "maximum" in schema:
        high = int(schema["maximum"])
        yield from (("number", high), ("number too large", high + 1))


def judge(version: Version, action: str, kind: str, text: bytes) -> RemoteProtocolError | None:
    decode = codec.decode_request if kind == "Request" else codec.decode_response
    try:
        decoded = decode(version, action, text)
    except RemoteProtocolError as error:
        return error
    again = codec.encode(decoded)
    assert decode(version, action, again) == decoded
    return None


ENCODER = msgspec.json.Encoder(decimal_format="number")
MESSAGES = [
    (version, action, kind)
    for version, actions in ACTIONS.items()
    for action, types in actions.items()
    for kind in (("Request", "Response") if types.response else ("Request",))
]


def verdicts(version: Version, action: str, kind: str) -> Iterator[tuple[str, bytes, bool, RemoteProtocolError | None]]:
    """Give (label, payload, the schema's verdict, ours)."""
    schema = load(version, action, kind)
    oracle = validator_for(schema)(schema, format_checker=jsonschema.FormatChecker(["date-time"]))
    for label, value in cases(schema, f"{action}{kind}"):
        text = ENCODER.encode(value)
        error = judge(version, action, kind, text)
        if value is None:
            assert (error is None) is (not schema.get("required")), "null means no payload"
        else:
            yield label, text, oracle.is_valid(value), error


def test_every_message_gets_the_verdict_of_its_schema() -> None:
    wrong, labels, differing = [], set(), set()
    for version, action, kind in MESSAGES:
        for label, text, valid, error in verdicts(version, action, kind):
            labels.add(label)
            if valid is (error is None):
                assert error is None or error.code in CODES.get(label, {error.code}), (version, action, label, error)
            elif DIFFERENCES.get(label) == ("schema" if valid else "busbar"):
                differing.add(label)
            else:
                wrong.append(f"{version} {action}{kind} {label} {text[:80]!r}: schema {valid}, ours {error}")
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:30])
    assert differing == set(DIFFERENCES)
    assert labels >= CODES.keys()


@pytest.mark.parametrize(("version", "action", "kind"), MESSAGES)
def test_varied_messages_are_taken_and_written_unchanged(version: Version, action: str, kind: str) -> None:
    schema, chance = load(version, action, kind), random.Random(f"{version}{action}{kind}")
    decode = codec.decode_request if kind == "Request" else codec.decode_response
    for _ in range(4):
        value = varied(schema, chance)
        assert validator_for(schema)(schema).is_valid(value)
        decoded = decode(version, action, json.dumps(value).encode())
        written = json.loads(codec.encode(decoded))
        assert written == value


def test_the_differences_are_documented() -> None:
    text = DOCS.read_text()
    assert not [label for label in DIFFERENCES if label not in text]
