"""Column types turn stored values into those of the rows and back."""

from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

from busbar.csms.storage.types import KeyPart, Micros, Word
from busbar.model.versions import Version
from tests.fixtures.rows import NOON


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (Micros(), NOON, 1777896000123457),
        (Micros(), None, None),
        (KeyPart(), None, -1),
        (KeyPart(), 0, 0),
        (Word(Version), Version.V201, "2.0.1"),
        (Word(Version), None, None),
    ],
)
def test_a_value_is_stored_and_comes_back(kind: TypeDecorator[Any], value: object, stored: object) -> None:
    dialect = sqlite.dialect()
    assert kind.process_bind_param(value, dialect) == stored
    assert kind.process_result_value(stored, dialect) == value


def test_an_unknown_word_is_not_made_up() -> None:
    with pytest.raises(ValueError, match=r"9\.9"):
        Word(Version).process_result_value("9.9", sqlite.dialect())
