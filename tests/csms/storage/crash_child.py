"""A program that stores numbered messages and prints the number of each once it is durable, until it is killed."""

import asyncio
import sys
from datetime import timedelta

from busbar.csms.changes import Change, ReadingStored, TransactionPut
from busbar.csms.storage.opening import make_store
from tests.fixtures.rows import NOON, event, reading, transaction

IN_FLIGHT = 40


def message(number: int) -> list[Change]:
    """Return the changes of a message; four messages are one transaction."""
    session, seq_no = divmod(number, 4)
    at = NOON + timedelta(seconds=number)
    row = transaction(session + 1, events=seq_no + 1, last_seq_no=seq_no)
    return [
        TransactionPut(row),
        event(session + 1, seq_no, at=at),
        ReadingStored(reading(transaction=session + 1, at=at)),
    ]


async def main(url: str, first: int) -> None:
    """Store messages from `first` on, without end."""
    store = make_store(url)
    await store.open()

    def send(number: int) -> None:
        def done(error: BaseException | None) -> None:
            if error is None:
                sys.stdout.write(f"{number}\n")
                sys.stdout.flush()
                send(number + IN_FLIGHT)

        store.submit(message(number), done)

    for number in range(first, first + IN_FLIGHT):
        send(number)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
