"""Column types that turn stored values into those of the rows. It must not know any table."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from busbar.csms.storage.digest import NOTHING
from busbar.csms.storage.times import from_micros, to_micros

Number = BigInteger().with_variant(Integer, "sqlite")
"""A generated key: SQLite generates only for INTEGER."""

Exact = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by code points on both databases, so that cursors and prefixes mean the same."""


class Micros(TypeDecorator[datetime]):
    """An aware time in UTC, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Return what is stored."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """Return what is read."""
        return None if value is None else from_micros(value)


class KeyPart(TypeDecorator[int]):
    """An integer or None inside a unique key, where NULL would never be equal to NULL."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int:
        """Return what is stored."""
        return NOTHING if value is None else value

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> int | None:
        """Return what is read."""
        return None if value == NOTHING else value


class Word(TypeDecorator[StrEnum]):
    """A member of an enumeration, kept as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, _dialect: Dialect) -> str | None:
        """Return what is stored."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> StrEnum | None:
        """Return what is read."""
        return None if value is None else self.words(value)


class Json(TypeDecorator[Any]):
    """A value of some type, kept as JSON."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any | None, _dialect: Dialect) -> bytes | None:
        """Return what is stored."""
        return None if value is None else msgspec.json.encode(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> Any:
        """Return what is read."""
        return None if value is None else msgspec.json.decode(value, type=self.kind)
