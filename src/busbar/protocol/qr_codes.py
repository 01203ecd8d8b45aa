"""The one-time passwords of dynamic QR codes (2.1 C25, TOTP version 1): made by stations, checked by a CSMS."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

# The alphabet of the specification (2.1 part 2), which has no small o.
_ALPHABET: Final = "0123456789abcdefghijklmnpqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def one_time_password(secret: str, at: datetime, *, validity_s: int, length: int) -> str:
    """Return the password that a dynamic QR code shows at a time (2.1 part 2 C25, TOTP version 1)."""
    return _password(secret, int(at.timestamp()) // validity_s, length)


def is_one_time_password(text: str, secret: str, at: datetime, *, validity_s: int, length: int) -> bool:
    """Tell whether a password is that of now, or of the interval before or after (C25.FR.07)."""
    interval = int(at.timestamp()) // validity_s
    good = [hmac.compare_digest(text.encode(), _password(secret, n, length).encode()) for n in _around(interval)]
    return any(good)


def _around(interval: int) -> tuple[int, int, int]:
    return (interval, interval - 1, interval + 1)


def _password(secret: str, interval: int, length: int) -> str:
    digest = hmac.new(secret.encode(), interval.to_bytes(8, "big"), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    return "".join(_ALPHABET[digest[(offset + i) % len(digest)] % len(_ALPHABET)] for i in range(length))
