"""What was counted a moment ago, for all who ask meanwhile. Knows no route.

Consoles ask again after what happens; on a large network each count takes a good part of a second.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.ports import Overview, Store
from busbar.csms.tenancy import Scope, current

KEEP_S: Final = 2.0
FAULTS: Final = 50
DAY: Final = timedelta(days=1)


class Overviews:
    """The latest counts of each scope, up to a bound; who asks while one is made waits for it."""

    def __init__(self, store: Store, limit: int = 256, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._limit = limit
        self._clock = clock
        self._known: OrderedDict[tuple[Scope | None, datetime | None], tuple[float, asyncio.Future[Overview]]] = (
            OrderedDict()
        )

    async def since(self, since: datetime | None) -> Overview:
        """Return how all is, at most two seconds old, with what began since a time (None: a day ago)."""
        key, now = (current(), since), self._clock()
        known = self._known.get(key)
        if known is None or (known[1].done() and (now - known[0] > KEEP_S or known[1].exception() is not None)):
            counting = self._store.overview(since or datetime.now(UTC) - DAY, FAULTS)
            known = self._known[key] = (now, asyncio.ensure_future(counting))
            self._known.move_to_end(key)
            if len(self._known) > self._limit:
                self._known.popitem(last=False)
        return await asyncio.shield(known[1])
