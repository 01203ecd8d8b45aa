"""What a translator says when something has no form on the other side."""

from enum import StrEnum
from typing import TypeVar

from busbar.protocol.errors import ErrorCode, ProtocolViolation

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)


class Untranslatable(ProtocolViolation):
    """A message or order that has no meaning on the other side; `code` is what its sender gets.

    The text is constant: nothing of the content is repeated.
    """


def unsupported(description: str) -> Untranslatable:
    """Say that a known thing is not supported here."""
    return Untranslatable(ErrorCode.NOT_SUPPORTED, description)


def improper(description: str) -> Untranslatable:
    """Say that a value cannot be said in this version."""
    return Untranslatable(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, description)


def required(value: Value | None, field: str) -> Value:
    """Return a value that the other side cannot do without. Raises Untranslatable for None."""
    if value is None:
        raise Untranslatable(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, f"{field} is required")
    return value


def word(kind: type[Word], text: str) -> Word:
    """Return the member of a wire enum that is spelt `text`. Raises Untranslatable where there is none."""
    try:
        return kind(text)
    except ValueError:
        raise improper(f"this version has no such {kind.__name__}") from None
