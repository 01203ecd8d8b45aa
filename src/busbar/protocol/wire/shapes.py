"""What the generated wire modules are made of: the base of every payload, customData, and checks JSON Schema has.

The generated modules beside this one come from `tools/gen_wire.py`.
"""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

MAX_DEPTH: Final = 32
_VENDOR_LIMIT: Final = 255

# 1.6 J §4.1.2 and 2.x part 2 §2.1 both define integer as 32 bits; the schemas leave it open.
Int = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Time = Annotated[datetime, Meta(tz=True)]


class Payload(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One JSON object of a message: immutable, no unknown fields."""


class CustomData:
    """A vendor's extension of any 2.x object: `vendorId` and whatever else it carries, kept as received."""

    __slots__ = ("fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomData) and self.fields == other.fields

    __hash__ = None  # type: ignore[assignment]

    @property
    def vendor_id(self) -> str:
        """Return who defined the other fields."""
        vendor: str = self.fields["vendorId"]
        return vendor


def read_custom(kind: type, value: Any) -> CustomData:
    """Make customData of decoded JSON (msgspec dec_hook). Raises ValueError in msgspec's own words."""
    if kind is not CustomData:
        raise NotImplementedError(kind)
    if not isinstance(value, dict):
        raise ValueError("Expected `object`, got something else")
    vendor = value.get("vendorId", msgspec.UNSET)
    if vendor is msgspec.UNSET:
        raise ValueError("Object missing required field `vendorId`")
    if not isinstance(vendor, str):
        raise ValueError("Expected `str`, got something else")
    if len(vendor) > _VENDOR_LIMIT:
        raise ValueError(f"Expected `str` of length <= {_VENDOR_LIMIT}")
    require_depth(value)
    return CustomData(value)


def write_custom(value: Any) -> Any:
    """Give back the JSON of customData (msgspec enc_hook)."""
    if isinstance(value, CustomData):
        return value.fields
    raise NotImplementedError(type(value))


def require_depth(value: Any) -> None:
    """Refuse free JSON that is nested deeper than MAX_DEPTH. Raises ValueError."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise ValueError("Expected less nesting")


def require_tenths(value: float | msgspec.UnsetType) -> None:
    """Refuse a number with more than one decimal (1.6 `multipleOf: 0.1`). Raises ValueError."""
    if value is not msgspec.UNSET and round(value, 1) != value:
        raise ValueError("Expected a multiple of 0.1")
