"""Our decoder against `jsonschema` on the schemas of the PyPI package `ocpp`, for every message of every version.

For each place in each schema the generator gives values on both sides of each constraint, inside an otherwise minimal
message; both sides must judge alike, but for DIFFERENCES, which docs/reference/wire-differences.md explains.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from jsonschema.validators import validator_for

from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode, RemoteProtocolError
from tests.fixtures.schemas import ENCODER, MESSAGES, cases, load, varied

DOCS = Path(__file__).parents[2] / "docs/reference/wire-differences.md"
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


def judge(version: Version, action: str, kind: str, text: bytes) -> RemoteProtocolError | None:
    decode = codec.decode_request if kind == "Request" else codec.decode_response
    try:
        decoded = decode(version, action, text)
    except RemoteProtocolError as error:
        return error
    again = codec.encode(decoded)
    assert decode(version, action, again) == decoded
    return None


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
