"""What the station is set to: the factory values of the table, and only what was set over them.

It must not know what a variable is good for, nor who may set it.
"""

from typing import Final

from busbar.station.blocks.board import Board
from busbar.station.blocks.device.table import BY_NAME, Catalogue, catalogue
from busbar.station.blocks.device.variable import split

_KEPT: Final = "variables"


class Variables:
    """The settings of one station, by their names in this package.

    Args:
        board: what the station is plugged into.
        features: what it is able to do beyond charging (`registry.FEATURES`).

    Raises:
        ValueError: from the constructor, where a factory value is of a name or a type that the table does not know.
    """

    __slots__ = ("_board", "_own", "_set", "_waiting", "features")

    def __init__(self, board: Board, features: frozenset[str] = frozenset()) -> None:
        self._board = board
        self.features = features
        self._own: dict[str, str] = dict(board.config.settings)
        for name, value in self._own.items():
            if name not in BY_NAME or not BY_NAME[name].admits(value):
                raise ValueError(f"no such setting, or no such value of it: {name}={value!r}")
        self._set: dict[str, str] = board.load(_KEPT, dict[str, str], {})
        self._waiting: dict[str, str] | None = None

    @property
    def catalogue(self) -> Catalogue:
        """What variables there are for the CSMS; shared by stations alike."""
        return catalogue(self._board.rules, self.features)

    def text(self, name: str) -> str:
        """Return a value as it is written."""
        found = self._set.get(name)
        if found is None:
            found = self._own.get(name)
        return BY_NAME[name].default if found is None else found

    def shown(self, name: str) -> str:
        """Return a value as the CSMS reads it: what was set, even where it holds after the next restart only."""
        return self.text(name) if self._waiting is None else self._waiting.get(name, self.text(name))

    def number(self, name: str) -> int:
        """Return a whole number."""
        return int(self.text(name))

    def flag(self, name: str) -> bool:
        """Return a boolean."""
        return self.text(name) == "true"

    def members(self, name: str) -> list[str]:
        """Return a list's members."""
        return split(self.text(name))

    def put(self, name: str, value: str) -> None:
        """Set a value that holds at once."""
        if self._waiting is not None:
            self._waiting.pop(name, None)
        if self._set.get(name) != value:
            self._set[name] = value
            self._keep()

    def put_later(self, name: str, value: str) -> None:
        """Set a value that holds after the next restart."""
        self._waiting = {**(self._waiting or {}), name: value}
        self._keep()

    def _keep(self) -> None:
        self._board.keep(_KEPT, {**self._set, **(self._waiting or {})})
