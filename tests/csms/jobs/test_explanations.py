"""Old explanations go, and new ones stay."""

from datetime import UTC, datetime, timedelta

from busbar.csms.jobs.explanations import Explanations
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.authorization import Explanation
from busbar.csms.storage.memory import MemoryStore
from busbar.model.values import AuthorizationStatus


async def test_what_is_older_than_it_is_kept_goes() -> None:
    store = MemoryStore()
    await store.open()
    for days in (1, 100, 200):
        at = datetime.now(UTC) - timedelta(days=days)
        fields = {"station_id": 1, "token": "a", "occasion": "start", "why": "", "at": at}
        await store.insert(Explanation(status=AuthorizationStatus.ACCEPTED, **fields))
    await Explanations().look(Desk(store, None, None, lambda *_: None))
    assert [row.id for row in await store.find(Explanation)] == [1]
