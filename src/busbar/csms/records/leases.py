"""Leases: which node does a job that only one may do."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class Lease(Record, kw_only=True):
    """The right of one holder to do something until a time."""

    name: str
    holder: str
    until: datetime


KINDS: Final[dict[type[Record], Kind]] = {Lease: Kind("leases", key=("name",))}
