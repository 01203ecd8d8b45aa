"""What a request has the dispatcher begin is not confined to the request's scope."""

from typing import Any

from busbar.api.freed import Freed
from busbar.csms.tenancy import Scope, current, scoped


class Listening:
    """Remembers in which scope it was called."""

    def __init__(self) -> None:
        self.heard: list[Scope | None] = []

    async def dispatch(self, *_: Any, **__: Any) -> None:
        self.heard.append(current())

    async def amend(self, *_: Any) -> None:
        self.heard.append(current())

    async def station_changed(self, _: int) -> None:
        self.heard.append(current())


async def test_the_dispatcher_has_no_scope() -> None:
    listening = Listening()
    freed = Freed(listening)  # type: ignore[arg-type]
    with scoped(2):
        await freed.dispatch(None, None)  # type: ignore[arg-type]
        await freed.amend(None, None)  # type: ignore[arg-type]
        await freed.station_changed(1)
        assert current() == Scope(2)
    assert listening.heard == [None] * 3
