"""The content key of a meter reading: what makes two readings the same one. It must not know any database."""

from zlib import crc32

from busbar.csms.rows import Reading
from busbar.csms.storage.times import to_micros

NOTHING = -1
"""Stands for None in key columns, since NULL is never equal to NULL."""


def digest(samples: bytes) -> int:
    """Return length and CRC of the samples: enough to tell apart those of one place at one instant, and cheap."""
    return len(samples) << 32 | crc32(samples)


def reading_key(row: Reading) -> tuple[int, int, int, int, int, int]:
    """Return (time, station, EVSE, connector, transaction, digest): unique, and the order of lists."""
    evse, connector, transaction = row.evse, row.connector, row.transaction
    return (
        to_micros(row.at),
        row.station_id,
        NOTHING if evse is None else evse,
        NOTHING if connector is None else connector,
        NOTHING if transaction is None else transaction,
        digest(row.samples),
    )
