"""The list of tokens that a station may judge by itself: the same for every OCPP version."""

from dataclasses import dataclass, field

from busbar.model.facts import TokenAnswer
from busbar.model.orders import Order, Outcome
from busbar.model.values import IdToken


@dataclass(slots=True, kw_only=True)
class ListEntry:
    """A token of the list and the verdict on it; without a verdict, the token leaves the list (D01.FR.17)."""

    token: IdToken
    verdict: TokenAnswer | None = None


@dataclass(slots=True, kw_only=True)
class SendLocalList(Order):
    """Replace a station's list (`full`), or put entries into it and take others out (SendLocalList)."""

    version: int
    full: bool
    entries: list[ListEntry] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class GetLocalListVersion(Order):
    """Ask which version of the list a station has (GetLocalListVersion)."""


@dataclass(slots=True, kw_only=True)
class LocalListVersion(Outcome):
    """The version of a station's list: 0 where it has none, -1 where it keeps no list (1.6 §5.10, D02.FR.03)."""

    status: str = "Accepted"
    version: int
