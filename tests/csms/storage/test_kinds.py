from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Double, LargeBinary, Text
from sqlalchemy.dialects import postgresql

from busbar.csms.records.kind import Kind, Record
from busbar.csms.records.leases import Lease
from busbar.csms.records.replays import Replay
from busbar.csms.storage.kinds import FORMS, Json, bare, column
from busbar.csms.storage.types import Exact, Micros, Number, Word

PLAIN = Kind("things", key=("id",))
AT = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (int, BigInteger),
        (bool, Boolean),
        (float, Double),
        (str, Text),
        (bytes, LargeBinary),
        (datetime, Micros),
        (Colour, Word),
        (list[int], Json),
        (dict[str, Any], Json),
        (int | str, Json),
    ],
)
def test_a_type_becomes_its_column_and_none_makes_it_nullable(annotation: Any, kind: type) -> None:
    assert isinstance(column("field", annotation, PLAIN).type, kind)
    assert column("field", annotation, PLAIN).nullable is False
    assert column("field", annotation | None, PLAIN).nullable is True
    assert isinstance(column("field", annotation | None, PLAIN).type, kind)


def test_a_text_key_sorts_by_code_points_and_a_generated_one_counts() -> None:
    assert column("id", str, PLAIN).type is Exact
    numbered = column("id", int | None, Kind("things", key=("id",), generated=True))
    assert numbered.type is Number
    assert numbered.autoincrement is True
    assert numbered.nullable is False


def test_bare_finds_the_type_without_none() -> None:
    assert bare(int | None) == (int, True)
    assert bare(int) == (int, False)
    assert bare(int | str | None) == (int | str | None, True)


def test_json_goes_in_and_out_as_its_type() -> None:
    kind = Json(list[int])
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert kind.process_bind_param([1, 2], dialect) == b"[1,2]"
    assert kind.process_result_value(b"[1,2]", dialect) == [1, 2]
    assert kind.process_bind_param(None, dialect) is kind.process_result_value(None, dialect) is None


def test_a_form_gives_stored_values_and_keys() -> None:
    lease = Lease(name="jobs", holder="a", until=AT)
    form = FORMS[Lease]
    assert dict(zip(form.names, form.values(lease), strict=True)) == {
        "organisation_id": 1,
        "name": "jobs",
        "holder": "a",
        "until": 1_000_000,
    }
    assert form.key_of(lease) == form.key_values(("jobs",)) == ("jobs",)


def test_a_generated_key_is_left_out_of_what_is_added() -> None:
    assert "id" not in FORMS[Replay].add.columns
    assert "id" in FORMS[Replay].put.columns


def test_every_record_says_whose_it_is() -> None:
    assert all("organisation_id" in form.names for form in FORMS.values())
    assert Record().organisation_id == 1
