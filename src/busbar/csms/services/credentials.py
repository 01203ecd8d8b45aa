"""Who may connect: identities, station passwords, API keys. Pure: random bytes and the key come from the caller.

Secrets are random, so one fast keyed hash is right; a slow one would turn a mass reconnect into an outage. Bad input
gives a verdict, never an exception, and costs as much as good input.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from busbar.csms.rows import ApiKey

HEADER_LIMIT: Final = 1024
STATION_SECRET_BYTES: Final = 16
API_SECRET_BYTES: Final = 32

_IDENTITY: Final = re.compile(r"[A-Za-z0-9*\-_=+|@.]{1,48}", re.ASCII)
_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,64}")
_API_KEY: Final = re.compile(r"bbk_([0-9A-Za-z]{4,32})_([0-9A-Za-z_\-]{20,100})", re.ASCII)
_NOBODY: Final = bytes(32)


def parse_identity(segment: str) -> str | None:
    """Return the identity in a path segment, percent-decoded once, or None where it is not one.

    Identifiers are letters, digits and `*-_=+|@.` here: `:` ends the user name in a Basic header, and what remains
    of a second encoding (`%`) is refused. At most 48 characters, in every version.
    """
    try:
        text = unquote_to_bytes(segment).decode("ascii")
    except UnicodeError:
        return None
    return text if _IDENTITY.fullmatch(text) and text.strip(".") else None


class Basic(NamedTuple):
    """What a Basic header says. The password is bytes: a 1.6 key need not be text."""

    user: str
    password: bytes


def parse_basic(header: str | None) -> Basic | None:
    """Return user and password of an Authorization header (RFC 7617), or None where it is not a good one."""
    if header is None or len(header) > HEADER_LIMIT:
        return None
    scheme, _, credentials = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        raw = base64.b64decode(credentials.strip(), validate=True)
        user, colon, password = raw.partition(b":")
        return Basic(user.decode("utf-8"), password) if colon else None
    except (binascii.Error, ValueError):
        return None


def hash_secret(key: bytes, secret: bytes) -> bytes:
    """Return the keyed hash (32 bytes) under which a secret is stored. `key` is the key file's, of any length."""
    return hashlib.blake2b(secret, digest_size=32, key=hashlib.sha256(key).digest(), person=b"busbar-secret").digest()


def matches(key: bytes, stored: bytes | None, secret: bytes) -> bool:
    """Tell whether a secret is the stored one, in the same time for every input; None is nobody's and no secret's."""
    return hmac.compare_digest(hash_secret(key, secret), stored or _NOBODY)


class Proof(NamedTuple):
    """What a Basic header proves: the hashes of its password's spellings; none where it names another station."""

    hashes: tuple[bytes, ...]

    def of(self, stored: bytes | None) -> bool:
        """Tell whether the password is the stored one, in the same time for every input; None is nobody's."""
        return sum([hmac.compare_digest(mine, stored or _NOBODY) for mine in self.hashes]) > 0 and stored is not None


def prove(key: bytes, identity: str, basic: Basic | None) -> Proof:
    """Hash what a Basic header says, to be compared with what is stored for the station of the URL (A00.FR.207).

    A station may send the bytes of a 1.6 AuthorizationKey or its hex digits, whichever way it was entered: both
    spellings count. The work is the same whatever is wrong.
    """
    user, password = basic or Basic("", b"")
    named = hmac.compare_digest(user.casefold().encode(), identity.casefold().encode())
    hashes = tuple(hash_secret(key, spelling) for spelling in _spellings(password))
    return Proof(hashes if named and basic is not None and password else (_NOBODY,) * len(hashes))


def _spellings(password: bytes) -> list[bytes]:
    """Return four spellings of a password: as sent, and what else the same key looks like as hex or bytes."""
    if _HEX.fullmatch(password):
        return [password, password.lower(), password.upper(), bytes.fromhex(password.decode("ascii"))]
    digits = password.hex().encode()
    return [password, digits, digits.upper(), password]


def make_station_secret(random: bytes) -> str:
    """Spell a random station password (16 bytes): 32 hex digits, which every version can send (A00.FR.205)."""
    return random[:STATION_SECRET_BYTES].hex()


class NewApiKey(NamedTuple):
    """A new API key: the text to show once, and the row to store."""

    text: str
    row: ApiKey


def make_api_key(
    key: bytes, random: bytes, label: str, *, at: datetime, expires_at: datetime | None = None
) -> NewApiKey:
    """Make an API key, `bbk_<id>_<secret>`, from 38 random bytes: 6 for the id, 32 for the secret."""
    name = random[:6].hex()
    secret = base64.urlsafe_b64encode(random[6 : 6 + API_SECRET_BYTES]).rstrip(b"=").decode()
    row = ApiKey(id=name, secret=hash_secret(key, secret.encode()), label=label, created_at=at, expires_at=expires_at)
    return NewApiKey(f"bbk_{name}_{secret}", row)


def find_api_key(key: bytes, rows: Iterable[ApiKey], text: str, at: datetime) -> ApiKey | None:
    """Return the valid API key that a text is, or None: broken, unknown, wrong and expired look the same."""
    found = _API_KEY.fullmatch(text)
    name, secret = found.groups() if found else ("", "")
    row = next((row for row in rows if row.id == name), None)
    right = matches(key, None if row is None else row.secret, secret.encode())
    return row if right and row is not None and (row.expires_at is None or row.expires_at > at) else None
