"""Turns of starts: where a limit holds sessions together, one of them at a time is decided on, whichever the node.

A turn is a record that compare-and-set gives to one station; it goes in the commit of what was decided. One that was
never given back, since its node or its connection died, ends by itself. Decides nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.ports import Conflict, Store, StoreUnavailable
from busbar.csms.records.authorization import Turn
from busbar.csms.tenancy import organisation

LASTS: Final = timedelta(seconds=5)
WAIT_S: Final = 15.0
PAUSE_S: Final = 0.02


async def take_turn(
    store: Store, key: str, holder: str, wait: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Wait for the turn of a key in the organisation of the scope, for a station. Raises StoreUnavailable.

    Also where others held it for too long: no answer is better than one that counts what it cannot know.
    """
    waited = 0.0
    while not await _taken(store, key, holder):
        if waited >= WAIT_S:
            raise StoreUnavailable(f"too many sessions begin at once with {key}")
        await wait(PAUSE_S)
        waited += PAUSE_S


async def _taken(store: Store, key: str, holder: str) -> bool:
    now = datetime.now(UTC)
    until = now + LASTS
    row = await store.get(Turn, organisation(), key)
    if row is None:
        try:
            await store.insert(Turn(key=key, holder=holder, until=until))
        except Conflict:
            return False
        return True
    if row.until > now and row.holder != holder:
        return False
    before = {"holder": row.holder, "until": row.until}
    return await store.change(
        Turn, (row.organisation_id, key), values={"holder": holder, "until": until}, expected=before
    )
