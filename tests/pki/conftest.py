"""A small hierarchy, made once: a root, an authority below it, and what it issues."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography import x509

from busbar.pki import authority
from busbar.pki.authority import Issuer, Services, Validity

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Hierarchy:
    """A root and an authority, with what issues leaves."""

    root: Issuer
    sub: Issuer

    def leaf(
        self,
        name: str = "SN100",
        serial: int = 1000,
        *,
        days: int = 90,
        at: datetime = NOON,
        services: Services | None = None,
    ) -> x509.Certificate:
        key = authority.make_key().public_key()
        subject = authority.name(name, "Owner")
        return authority.issue_end(subject, key, self.sub, serial, Validity(at=at, days=days), services)


def make_hierarchy(name: str = "Test", at: datetime = NOON) -> Hierarchy:
    root_key, sub_key = authority.make_key(), authority.make_key()
    long = Validity(at=at, days=3650)
    root = Issuer(authority.make_root(authority.name(f"{name} Root", name), root_key, 1, long), root_key)
    subject = authority.name(f"{name} Sub", name)
    sub = authority.make_authority(subject, sub_key.public_key(), root, 2, long)
    return Hierarchy(root, Issuer(sub, sub_key))


@pytest.fixture(scope="session")
def hierarchy() -> Hierarchy:
    return make_hierarchy()


@pytest.fixture(scope="session")
def other_hierarchy() -> Hierarchy:
    return make_hierarchy("Other")
