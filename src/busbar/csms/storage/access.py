"""How shared statements reach a database: a function over a SQLAlchemy connection, run where the driver allows."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Access(ABC):
    """One database."""

    blocks: ClassVar[bool]
    """Whether a station's rows are found through `exchange_blocks` and `reading_slots`."""

    @abstractmethod
    async def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads. Raises StoreUnavailable."""

    @abstractmethod
    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in its own transaction and return once it is durable. Raises StoreUnavailable."""
