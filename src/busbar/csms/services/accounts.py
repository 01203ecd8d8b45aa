"""Rules of accounts: which passwords are taken, how secrets are kept, when a code of a second factor counts. Pure."""

import hashlib
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final

import pyotp

SHORTEST: Final = 12
LONGEST: Final = 200
STEP_S: Final = 30


def weakness(password: str, email: str) -> str | None:
    """Return why a password is not taken, None where it is: length counts, and it must not be the e-mail."""
    if len(password) < SHORTEST:
        return f"is shorter than {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"is longer than {LONGEST} characters"
    name = email.casefold()
    if name in password.casefold() or name.partition("@")[0] == password.casefold():
        return "contains the e-mail"
    return "is one character repeated" if len(set(password)) < 3 else None


def token_hash(token: str) -> str:
    """Return the hash under which a random token is stored; it is random, so a fast one is right."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_hash(key: bytes, code: str) -> bytes:
    """Return the keyed hash of a recovery code, whatever spaces and case it was typed with."""
    typed = code.replace("-", "").replace(" ", "").lower()
    return hashlib.blake2b(
        typed.encode(), digest_size=32, key=hashlib.sha256(key).digest(), person=b"recovery"
    ).digest()


def sealing_key(key: bytes) -> bytes:
    """Return the key that second factors are encrypted with."""
    return hashlib.blake2b(key[:64], digest_size=32, person=b"busbar-totp").digest()


def matching_step(secret: str | None, code: str, at: datetime, *, after: int) -> int | None:
    """Return the time step whose code this is: now, one before or one after, none at or before `after` (RFC 6238)."""
    if secret is None or not code.isascii() or not code.isdigit() or len(code) != 6:
        return None
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp()) // STEP_S
    for step in (now, now - 1, now + 1):
        right = compare_digest(totp.at(at + timedelta(seconds=(step - now) * STEP_S)), code)
        if right and step > after:
            return step
    return None
