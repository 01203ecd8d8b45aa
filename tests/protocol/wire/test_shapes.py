"""The base of the wire types: frozen structs, customData, bounded free JSON, tenths."""

import msgspec
import pytest

from busbar.protocol.wire import v16, v21, v201
from busbar.protocol.wire.shapes import (
    MAX_DEPTH,
    CustomData,
    Payload,
    read_custom,
    require_depth,
    require_tenths,
    write_custom,
)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_custom_data_keeps_what_it_does_not_know() -> None:
    fields = {"vendorId": "com.example", "a": [1, {"b": None}]}
    custom = read_custom(CustomData, fields)
    assert custom.vendor_id == "com.example"
    assert write_custom(custom) == fields
    assert custom == CustomData(dict(fields))
    assert custom != CustomData({"vendorId": "com.example"})


@pytest.mark.parametrize("value", ["x", [], {}, {"vendorId": 1}, {"vendorId": "x" * 256}, {"vendorId": None}])
def test_custom_data_without_a_proper_vendor_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^(Expected|Object missing)"):
        read_custom(CustomData, value)


def test_the_hooks_refuse_other_types() -> None:
    with pytest.raises(NotImplementedError):
        read_custom(int, {})
    with pytest.raises(NotImplementedError):
        write_custom(object())


def test_free_json_has_a_bound() -> None:
    require_depth(nested(MAX_DEPTH - 1))
    require_depth({"a": {"b": nested(MAX_DEPTH - 3)}})
    with pytest.raises(ValueError, match="less nesting"):
        require_depth(nested(MAX_DEPTH))


@pytest.mark.parametrize("value", [0.0, 0.1, 0.3, 21.7, -4.9, 1e15, 1e308, -1e308, 32, msgspec.UNSET])
def test_tenths_are_taken(value: float) -> None:
    require_tenths(value)


@pytest.mark.parametrize("value", [0.15, 1e-5, 21.75, -0.01])
def test_more_than_one_decimal_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"multiple of 0\.1"):
        require_tenths(value)


@pytest.mark.parametrize("module", [v16, v201, v21])
def test_every_struct_is_a_frozen_untracked_payload(module: object) -> None:
    kinds = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    kinds.remove(Payload)
    assert len(kinds) > 50
    for kind in kinds:
        config = kind.__struct_config__
        assert (config.frozen, config.forbid_unknown_fields, config.gc) == (True, True, False)
