"""The inputs that lists share, each with its bound. Knows no route."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from busbar.api.problems import invalid
from busbar.csms.ports import Page, Query, Search, Test

MOST: Final = 1000
INT32: Final = 2_147_483_647
NO_NUL: Final = r"^[^\0]*$(?!\n)"  # PostgreSQL keeps any text but one with NUL

StationFilter = Annotated[
    str | None, QueryParameter(min_length=1, max_length=255, pattern=NO_NUL, description="Only of this station.")
]
SiteFilter = Annotated[int | None, QueryParameter(ge=1, le=INT32, description="Only of this site.")]
Time = Annotated[datetime, Meta(tz=True)]
Start = Annotated[
    str | None, QueryParameter(min_length=1, max_length=255, pattern=NO_NUL, description="How the name starts.")
]
Identity = Annotated[
    str, PathParameter(min_length=1, max_length=255, pattern=NO_NUL, description="The station's identity.")
]
Number = Annotated[int, PathParameter(ge=1, le=INT32)]

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on and before `until`; None is open."""

    since: datetime | None
    until: datetime | None


async def take_span(
    since: Annotated[
        datetime | None, QueryParameter(description="Not before this time (RFC 3339, with its zone).")
    ] = None,
    until: Annotated[datetime | None, QueryParameter(description="Before this time (RFC 3339, with its zone).")] = None,
) -> Span:
    """Read the span of time that a list is narrowed to. Raises Problem for times without a zone or off the calendar."""
    for field, at in (("since", since), ("until", until)):
        if at is not None and at.tzinfo is None:
            raise invalid(field, "a time needs its zone, such as Z or +02:00")
    return Span(utc("since", since), utc("until", until))


def utc(field: str, at: datetime | None) -> datetime | None:
    """Return a time in UTC. Raises Problem for one that only its offset keeps inside the calendar."""
    try:
        return None if at is None else at.astimezone(UTC)
    except OverflowError:
        raise invalid(field, "a time beyond the calendar") from None


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list."""

    limit: int
    cursor: str | None

    def query(self, **filters: Any) -> Query:
        """Return the store's query for this page, with filters."""
        return Query(limit=self.limit, cursor=self.cursor, **filters)

    def search(self, *, newest: bool = False, **equal: Any) -> Search:
        """Return the search for this page of records; a field that must equal None is not looked at."""
        tests = tuple(Test(field, "=", value) for field, value in equal.items() if value is not None)
        return Search(tests=tests, limit=self.limit, cursor=self.cursor, newest=newest)


async def take_paging(
    limit: Annotated[int, QueryParameter(ge=1, le=MOST, description="How many items a page has at most.")] = 100,
    cursor: Annotated[str | None, QueryParameter(max_length=2000, description="`next` of the page before.")] = None,
) -> Paging:
    """Read which page is wanted."""
    return Paging(limit, cursor)


async def page_of(rows: Awaitable[Page[R]]) -> Page[R]:
    """Wait for a page. Raises Problem naming `cursor`: the one input of a list that only the store can judge."""
    try:
        return await rows
    except ValueError as error:
        raise invalid("cursor", str(error)) from None
