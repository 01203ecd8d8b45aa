"""What cannot be said carries the code that its sender gets, and none of the content."""

import pytest

from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.protocol.translate.errors import Untranslatable, improper, required, unsupported, word
from busbar.protocol.wire import v16


def test_each_kind_has_its_code() -> None:
    assert unsupported("x").code is ErrorCode.NOT_SUPPORTED
    assert improper("x").code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION
    assert isinstance(improper("x"), ProtocolViolation)


@pytest.mark.parametrize("value", [0, "", False, 1])
def test_a_required_value_may_be_empty_but_not_none(value: object) -> None:
    assert required(value, "field") is value


def test_a_required_value_that_is_none_names_its_field() -> None:
    with pytest.raises(Untranslatable) as error:
        required(None, "seqNo")
    assert error.value.code is ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION
    assert error.value.description == "seqNo is required"


def test_a_word_that_the_version_lacks_is_not_repeated() -> None:
    assert word(v16.ResetType, "Hard") is v16.ResetType.HARD
    with pytest.raises(Untranslatable) as error:
        word(v16.ResetType, "Secret")
    assert error.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION
    assert "Secret" not in str(error.value)
