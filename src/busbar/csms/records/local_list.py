"""The local lists of stations: what each was sent, and what it said of it."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class LocalList(Record, kw_only=True):
    """What a station was sent last, in whole.

    Attributes:
        version: the version of it; int32, rising.
        entries: by the token's value and kind, a digest of its entry, so that the next difference can be told.
        failed: the last part was not taken: the next one is the whole list.
    """

    station_id: int
    version: int
    entries: dict[str, str]
    sent_at: datetime
    failed: bool = False


class ListAnswer(Record, kw_only=True):
    """A station's last word on a list: Accepted, Failed, VersionMismatch, NotSupported (1.6)."""

    station_id: int
    version: int
    status: str
    at: datetime


class ListVersion(Record, kw_only=True):
    """The version that a station last said it has; 0 is none, -1 that it keeps none."""

    station_id: int
    version: int
    at: datetime


class ListSwitch(Record, kw_only=True):
    """Keep the list up to date by itself: of one station, or of a site's stations. `scope`: `station` or `site`."""

    scope: str
    number: int


class ListExclusion(Record, kw_only=True):
    """A token that a station's list must not hold: its customer was cleared there (N10.FR.02), or an operator said so.

    Attributes:
        token: its value, casefolded.
    """

    station_id: int
    token: str
    at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    LocalList: Kind("local_lists", key=("station_id",)),
    ListAnswer: Kind("local_list_answers", key=("station_id",)),
    ListVersion: Kind("local_list_versions", key=("station_id",)),
    ListSwitch: Kind("local_list_switches", key=("organisation_id", "scope", "number")),
    ListExclusion: Kind("local_list_exclusions", key=("station_id", "token")),
}
