"""Whose rows a piece of work may touch: the tenant, and the sites, for which a request was let in. Knows no storage.

Work without a scope (the gateway, jobs, the command line) touches all rows, and writes the organisation of the station
that they are about. A scope lives in the context of a task; what is begun inside has it too, so that work which
outlives the request, or serves others, must be begun `unscoped`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

PLATFORM: Final = 0
"""The organisation of what belongs to no tenant: organisations themselves, and those who manage them."""
FIRST: Final = 1
"""The organisation that is always there, of a system that has no other."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One organisation; only some of its sites where `sites` is not None."""

    organisation_id: int
    sites: frozenset[int] | None = None

    def sees(self, organisation_id: int, site_id: int | None) -> bool:
        """Tell whether a station of an organisation and a site is one of these."""
        return organisation_id == self.organisation_id and (self.sites is None or site_id in self.sites)


_SCOPE: ContextVar[Scope | None] = ContextVar("busbar_scope", default=None)


def current() -> Scope | None:
    """Return the scope of this task, None where all rows may be touched."""
    return _SCOPE.get()


def organisation() -> int:
    """Return the organisation of new rows that are about no station."""
    scope = _SCOPE.get()
    return FIRST if scope is None else scope.organisation_id


@contextmanager
def scoped(organisation_id: int, sites: frozenset[int] | None = None) -> Iterator[None]:
    """Let everything inside touch rows of one organisation only, and of these sites where they are given."""
    yield from _within(Scope(organisation_id, sites))


@contextmanager
def unscoped() -> Iterator[None]:
    """Let everything inside touch all rows."""
    yield from _within(None)


@contextmanager
def everywhere() -> Iterator[None]:
    """Let everything inside touch all sites of the organisation: what decides at a site may be kept elsewhere."""
    scope = _SCOPE.get()
    yield from _within(None if scope is None else Scope(scope.organisation_id))


def _within(scope: Scope | None) -> Iterator[None]:
    token = _SCOPE.set(scope)
    try:
        yield
    finally:
        _SCOPE.reset(token)
