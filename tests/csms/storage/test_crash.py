"""kill -9 at any point between submitting and being told: nothing that was told is lost, nothing is stored twice."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from busbar.csms.ports import Query, Store
from busbar.csms.storage.opening import make_store
from tests.csms.storage.crash_child import IN_FLIGHT, message

ROOT = Path(__file__).parents[3]
KILLS = 5


def killed(url: str, first: int, after: int) -> list[int]:
    """Let a child store messages, kill it once it has told of `after`, and return all it told."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "tests.csms.storage.crash_child", url, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.readlines()
    return [int(line) for line in told if line.endswith("\n")]


async def stored(store: Store) -> Counter[int]:
    """Return how often each message's event and reading are stored; half a message fails."""
    found: Counter[int] = Counter()
    page, cursor = await store.transactions(Query(limit=1000)), None
    while True:
        for row in page.items:
            numbers = await store.sequence_numbers(row.id)
            readings = (await store.readings(Query(transaction=row.id))).items
            assert len(readings) == len(numbers)
            assert row.events == max(numbers) + 1
            found.update((row.id - 1) * 4 + number for number in numbers)
        cursor = page.next
        if cursor is None:
            return found
        page = await store.transactions(Query(limit=1000, cursor=cursor))


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
async def test_what_was_told_is_stored_once_after_kill_9_and_sending_again_doubles_nothing(store_url: str) -> None:
    chance = random.Random(7)
    told: list[int] = []
    first = 0
    for _ in range(KILLS):
        told += killed(store_url, first, chance.randrange(1, 150))
        first = (max(told) // 4 + 1) * 4 + IN_FLIGHT
    store = make_store(store_url)
    await store.open()
    try:
        found = await stored(store)
        assert set(told) <= set(found)
        everything = sorted(found)
        for number in everything:
            store.submit(message(number), lambda error: None)
        await store.commit(message(everything[-1]))
        again = await stored(store)
        assert set(again) == set(everything)
        assert set(again.values()) == {1}
    finally:
        await store.close()
