"""What each role may do, and where. Pure tables; what a route needs is the interface's to say."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from busbar.csms.grants import Grant, Role


class Right(StrEnum):
    """What somebody may do.

    `public` needs nothing, `self` any account or key; `read` shows stations, sessions and tokens; `log` shows messages
    and commands as they were and what helps to find a fault; `command` has stations do everyday things; `configure`
    changes stations, sites, tokens, prices and what else runs the business; `admin` says who may do what; `platform`
    makes organisations.
    """

    PUBLIC = "public"
    SELF = "self"
    READ = "read"
    LOG = "log"
    COMMAND = "command"
    CONFIGURE = "configure"
    ADMIN = "admin"
    PLATFORM = "platform"


RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.READ_ONLY: frozenset({Right.READ}),
    Role.SUPPORT: frozenset({Right.READ, Right.LOG, Right.COMMAND}),
    Role.OPERATOR: frozenset({Right.READ, Right.LOG, Right.COMMAND, Right.CONFIGURE}),
    Role.ADMIN: frozenset({Right.READ, Right.LOG, Right.COMMAND, Right.CONFIGURE, Right.ADMIN}),
}


def reach(grants: Sequence[Grant], right: Right) -> frozenset[int] | None:
    """Return the sites at which a right is granted, None for the whole organisation; empty where nowhere."""
    found: set[int] = set()
    for grant in grants:
        if right in RIGHTS[grant.role]:
            if grant.sites is None:
                return None
            found.update(grant.sites)
    return frozenset(found)


def covers(grants: Sequence[Grant], wanted: Sequence[Grant]) -> bool:
    """Tell whether somebody may give these grants to others: nobody gives more than they have."""
    return all(_covered(grants, right, grant.sites) for grant in wanted for right in RIGHTS[grant.role])


def _covered(grants: Sequence[Grant], right: Right, sites: tuple[int, ...] | None) -> bool:
    mine = reach(grants, right)
    return mine is None or (sites is not None and mine.issuperset(sites))
