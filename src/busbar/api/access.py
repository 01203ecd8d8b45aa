"""Who asks and what they may do, decided in one place before any route runs. Knows no route; the table is policy.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from busbar.api.policy import POLICY, Needs
from busbar.api.problems import Kind, Problem
from busbar.csms.grants import Grant
from busbar.csms.services.rights import Right, reach
from busbar.csms.tenancy import Scope

RIGHT: Final = "right"
"""The key in a route's `opt` under which it may say what it needs, a Right or Needs, where the table does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks.

    Attributes:
        id: of the key, or `user-` and the number of the person.
        organisation_id: in which they act now.
        platform: they may act in any organisation, and make some.
        login: the id of the browser's session, None where a key was shown.
        user_id: the person's number, None for a key.
    """

    id: str
    name: str
    organisation_id: int
    platform: bool
    grants: tuple[Grant, ...]
    user_id: int | None = None
    login: str | None = None

    @property
    def actor(self) -> str:
        """How the audit trail calls them."""
        return f"key:{self.id}" if self.user_id is None else f"user:{self.user_id}"


def needs_of(method: str, template: str, opt: Mapping[str, Any]) -> Needs | None:
    """Return what a route needs; None where nobody said, and so nobody may."""
    given = POLICY.get(f"{method} {template}", opt.get(RIGHT))
    return Needs(given) if isinstance(given, Right) else given


def admit(principal: Principal, needs: Needs | None) -> Scope:
    """Return the scope in which somebody may have a route run. Raises Problem where they may not."""
    if needs is None:
        raise Problem(Kind.FORBIDDEN)
    if needs.right is Right.SELF:
        return Scope(principal.organisation_id)
    if needs.right is Right.PLATFORM:
        if not principal.platform or reach(principal.grants, Right.ADMIN) is not None:
            raise Problem(Kind.FORBIDDEN)
        return Scope(principal.organisation_id)
    sites = reach(principal.grants, needs.right)
    if sites is not None and (needs.whole or not sites):
        raise Problem(Kind.FORBIDDEN)
    return Scope(principal.organisation_id, sites)
