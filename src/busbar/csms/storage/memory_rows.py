"""A table in memory that shows a scope only its own rows. It must not know any table."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

from busbar.csms.tenancy import Scope, current

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Rows(dict[K, V]):
    """Rows by key. Within a scope, reading finds the rows that it sees, and deleting removes no other."""

    def __init__(self, sees: Callable[[Any, Scope], bool]) -> None:
        super().__init__()
        self._sees = sees

    def _shown(self, row: V) -> bool:
        scope = current()
        return scope is None or self._sees(row, scope)

    def __iter__(self) -> Iterator[K]:
        return (key for key, row in super().items() if self._shown(row))

    def __len__(self) -> int:
        return super().__len__() if current() is None else sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) and self._shown(super().__getitem__(key))  # type: ignore[index]

    def values(self) -> Any:
        """Return the rows that are seen."""
        return [row for row in super().values() if self._shown(row)]

    def items(self) -> Any:
        """Return the keys and rows that are seen."""
        return [(key, row) for key, row in super().items() if self._shown(row)]

    def get(self, key: Any, default: Any = None) -> Any:
        """Return a row that is seen."""
        return super().__getitem__(key) if key in self else default

    def pop(self, key: Any, default: Any = None) -> Any:
        """Remove and return a row that is seen."""
        return super().pop(key) if key in self else default
