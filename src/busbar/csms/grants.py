"""What was granted to somebody: a role, everywhere in an organisation or at some of its sites. Data only."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What somebody is there to do; `services.rights` says what each may do."""

    ADMIN = "admin"
    OPERATOR = "operator"
    SUPPORT = "support"
    READ_ONLY = "read-only"


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role; at these sites, or in the whole organisation where `sites` is None."""

    role: Role
    sites: tuple[int, ...] | None = None


EVERYTHING: tuple[Grant, ...] = (Grant(Role.ADMIN),)
