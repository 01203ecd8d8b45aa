"""Organisations, the people who may use them, their logins, and what was done by whom."""

from datetime import datetime
from typing import Final

import msgspec

from busbar.csms.grants import Grant
from busbar.csms.records.kind import Kind, Record, Unique


class Organisation(Record, kw_only=True):
    """A tenant. It belongs to the platform, so that tenants do not see each other."""

    id: int
    name: str
    created_at: datetime
    organisation_id: int = 0


class User(Record, kw_only=True):
    """A person. Organisation 0 is the platform's: such a person works in whichever organisation they name.

    Attributes:
        email: casefolded, unique everywhere.
        password: the argon2id hash; None until the person has set one, or comes by OIDC only.
        totp: the sealed secret of the second factor; None without one.
        pending_totp: a secret that was not confirmed yet.
        totp_step: the time step of the last code taken; none at or before it is taken again.
        recovery: hashes of the codes that stand in for a lost second factor, each good once.
    """

    id: int | None = None
    email: str
    name: str
    grants: tuple[Grant, ...] = ()
    password: bytes | None = None
    disabled: bool = False
    totp: bytes | None = None
    pending_totp: bytes | None = None
    totp_step: int = 0
    recovery: list[bytes] = msgspec.field(default_factory=list)
    created_at: datetime
    last_login_at: datetime | None = None


class Identity(Record, kw_only=True):
    """An account at a provider (OpenID Connect) that is a person of ours.

    Attributes:
        provisioned: the account here was made by coming from there; what the person may do is then said there, too.
    """

    issuer: str
    subject: str
    user_id: int
    provider: str
    provisioned: bool
    created_at: datetime


class Login(Record, kw_only=True):
    """A browser's session. `id` is the hash of what the cookie holds."""

    id: str
    user_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    method: str


class Ticket(Record, kw_only=True):
    """The right to set a password once. `id` is the hash of what was handed out."""

    id: str
    user_id: int
    purpose: str
    expires_at: datetime


class AuditEntry(Record, kw_only=True):
    """Something that was done, or tried, over the interface. It is only ever added.

    Attributes:
        actor: `key:ID`, `user:ID`, or empty where nobody was known; actor_name is how they were called then.
        route: method and path as the interface writes it; path is what was asked for.
        object: the parts of the path that name things, with commas.
        status: of the answer; outcome is `done`, `refused` (401, 403) or `failed`.
        address: where it came from.
    """

    id: int | None = None
    at: datetime
    actor: str
    actor_name: str
    route: str
    path: str
    object: str
    status: int
    outcome: str
    detail: str = ""
    address: str


KINDS: Final[dict[type[Record], Kind]] = {
    Organisation: Kind("organisations", key=("id",), unique=(Unique(("name",), everywhere=True),)),
    User: Kind("users", key=("id",), generated=True, unique=(Unique(("email",), everywhere=True),)),
    Identity: Kind("identities", key=("issuer", "subject"), indexes=(("user_id",),)),
    Login: Kind("logins", key=("id",), indexes=(("user_id",), ("expires_at",))),
    Ticket: Kind("tickets", key=("id",), indexes=(("user_id",),)),
    AuditEntry: Kind("audit_entries", key=("id",), generated=True, indexes=(("organisation_id", "id"), ("at",))),
}
