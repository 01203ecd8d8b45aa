"""Tells outside listeners what they want to know: again until they have taken it, each on its own.

An event is stored in the commit of what happened, and becomes one delivery per webhook that wants it. Deliveries are
made at least once: a listener knows a repeated one by its id.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from busbar.csms.changes import RowAdded, RowGone
from busbar.csms.jobs.brokers import publish
from busbar.csms.jobs.runner import Desk
from busbar.csms.policies import all_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.webhooks import Delivery, DeliveryState, OutgoingEvent, Webhook
from busbar.csms.services.outgoing import delivery, next_try, settled, signed, wants
from busbar.csms.trust.fetching import Fetcher, Unreachable

EVERY_S: Final = 5.0
PAGE: Final = 200
AT_ONCE: Final = 20
ANSWER_LIMIT: Final = 64 * 1024
KEEP: Final = timedelta(days=7)

Render = Callable[[bytes], Awaitable[bytes]]
"""From a happening's JSON to what is told of it."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Webhooks:
    """The deliveries of a server.

    Attributes:
        hosts: who may be told though inside a private network.
        tried: how many tries led to each state; `pending` is one that is made again.
    """

    render: Render
    hosts: frozenset[str]
    tried: Counter[DeliveryState] = field(default_factory=Counter)
    _pruned_at: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))

    async def look(self, desk: Desk) -> None:
        """Make and try what is due. Raises StoreUnavailable."""
        hooks = {hook.id: hook for hook in await all_of(desk.store, Webhook)}
        await self._fan_out(desk, [hook for hook in hooks.values() if hook.active])
        await self._deliver(desk, hooks)
        if datetime.now(UTC) > self._pruned_at + timedelta(hours=1):
            self._pruned_at = datetime.now(UTC)
            await self._prune(desk)

    async def _fan_out(self, desk: Desk, hooks: list[Webhook]) -> None:
        """Make deliveries of the events that webhooks have not had yet; those that have had the same go on together.

        Where the process dies between the deliveries of a page and the cursor behind it, they are made again.
        """
        while hooks:
            cursor = min(hook.cursor for hook in hooks)
            behind = [hook for hook in hooks if hook.cursor == cursor]
            found = (await desk.store.look(OutgoingEvent, Search(tests=(Test("id", ">", cursor),), limit=PAGE))).items
            now = datetime.now(UTC)
            events = settled(found, cursor, now)
            if events:
                await desk.store.commit(
                    [RowAdded(delivery(hook, event, now)) for hook in behind for event in events if _wants(hook, event)]
                )
            for hook in behind if events else ():
                hook.cursor = events[-1].id or cursor
                values, expected = {"cursor": hook.cursor}, {"cursor": cursor}
                await desk.store.change(Webhook, (hook.id,), values=values, expected=expected)
            if len(events) < PAGE:
                hooks = [hook for hook in hooks if hook not in behind]

    async def _deliver(self, desk: Desk, hooks: dict[int | None, Webhook]) -> None:
        tests = (Test("state", "=", DeliveryState.PENDING), Test("next_at", "<=", datetime.now(UTC)))
        due = (await desk.store.look(Delivery, Search(tests=tests, limit=PAGE))).items
        for begin in range(0, len(due), AT_ONCE):
            part = due[begin : begin + AT_ONCE]
            tried = await asyncio.gather(*(self._try(desk, hooks.get(row.webhook_id), row) for row in part))
            await asyncio.gather(*(_keep(desk, before, row) for before, row in zip(part, tried, strict=True)))
            self.tried.update(row.state for row in tried)
        if len(due) == PAGE:
            desk.bus.publish("busbar.job.webhooks", b"")

    async def _try(self, desk: Desk, hook: Webhook | None, row: Delivery) -> Delivery:
        """Tell once, and return what came of it."""
        event = await desk.store.get(OutgoingEvent, row.event_id)
        now = datetime.now(UTC)
        if hook is None or event is None or not hook.active:
            gone = "the webhook is gone or off" if event is not None else "the event is no longer kept"
            return replace(row, state=DeliveryState.FAILED, answer=gone, finished_at=now)
        attempts = row.attempts + 1
        try:
            await self._tell(hook, event, now)
        except Unreachable as error:
            again = next_try(attempts, now)
            state = DeliveryState.FAILED if again is None else DeliveryState.PENDING
            finished = now if again is None else None
            return replace(
                row, state=state, attempts=attempts, answer=str(error), next_at=again or now, finished_at=finished
            )
        return replace(row, state=DeliveryState.DELIVERED, attempts=attempts, answer="taken", finished_at=now)

    async def _tell(self, hook: Webhook, event: OutgoingEvent, now: datetime) -> None:
        message_id = f"evt_{event.id}"
        data = msgspec.Raw(await self.render(event.happening))
        body = msgspec.json.encode({"id": message_id, "type": event.name, "timestamp": event.at, "data": data})
        headers = signed(hook.secret, message_id, now, body)
        if hook.url.startswith(("mqtt:", "mqtts:")):
            await publish(hook.url, event.name, body)
        else:
            fetcher = Fetcher(self.hosts)
            await fetcher.send(hook.url, body, headers | {"Content-Type": "application/json"}, ANSWER_LIMIT)

    async def _prune(self, desk: Desk) -> None:
        """Forget what is older than a week."""
        before = datetime.now(UTC) - KEEP
        while events := (await desk.store.look(OutgoingEvent, _older("at", before))).items:
            await desk.store.commit([RowGone(OutgoingEvent, (event.id,)) for event in events])
        while told := (await desk.store.look(Delivery, _older("created_at", before))).items:
            await desk.store.commit([RowGone(Delivery, (row.id,)) for row in told])


def _wants(hook: Webhook, event: OutgoingEvent) -> bool:
    return event.organisation_id == hook.organisation_id and wants(hook.events, event.name)


async def _keep(desk: Desk, before: Delivery, row: Delivery) -> None:
    """Keep what came of a try, unless somebody asked for another one meanwhile."""
    changed = {name: getattr(row, name) for name in ("state", "attempts", "answer", "next_at", "finished_at")}
    expected = {"state": before.state, "attempts": before.attempts, "next_at": before.next_at}
    await desk.store.change(Delivery, (row.id,), values=changed, expected=expected)


def _older(field: str, before: datetime) -> Search:
    return Search(tests=(Test(field, "<", before),), limit=1000)
