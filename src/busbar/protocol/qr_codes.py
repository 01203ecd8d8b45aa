"""Dynamic QR codes (2.1 C25): the one-time passwords that stations make and a CSMS checks, and what their URLs say."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from busbar.model.facts import TransactionLimit

# The alphabet of the specification (2.1 part 2), which has no small o.
_ALPHABET: Final = "0123456789abcdefghijklmnpqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS: Final = 9
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What the URL in a dynamic QR code says; `roaming_evse` is another party's name of the EVSE."""

    password: str
    station: str | None = None
    evse: int | None = None
    roaming_evse: str | None = None
    limit: TransactionLimit


def scanned(url: str, template: str) -> Scanned | None:
    """Read the URL in a dynamic QR code by its template (C25.FR.09); None where it does not fit.

    Whatever it asks beside the driver's limits is left alone (C25.FR.59, C25.FR.60).
    """
    parts, wanted = urlsplit(url), urlsplit(template)
    if (parts.scheme, parts.netloc) != (wanted.scheme, wanted.netloc):
        return None
    said: dict[str, str] = {}
    given, names = parts.path.strip("/").split("/"), wanted.path.strip("/").split("/")
    if len(given) != len(names):
        return None
    for text, name in zip(given, names, strict=True):
        if name.startswith("{") and name.endswith("}"):
            said[name[1:-1]] = unquote(text)
        elif text != name:
            return None
    password, station, roaming = said.get("totp"), said.get("chargingstationid"), said.get("roamingevseid")
    evse = said.get("evse")
    if not password or not (station or roaming) or (evse is not None and not _whole(evse)):
        return None
    asked = {name: values[-1] for name, values in parse_qs(parts.query, max_num_fields=20).items()}
    limit = TransactionLimit(
        max_cost=_amount(asked.get("maxcost")),
        max_energy_wh=_amount(asked.get("maxenergy")),
        max_time_s=int(asked["maxtime"]) if _whole(asked.get("maxtime")) else None,
    )
    number = None if evse is None else int(evse)
    return Scanned(password=password, station=station, evse=number, roaming_evse=roaming, limit=limit)


def _whole(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit() and int(text[:_DIGITS]) > 0 and len(text) <= _DIGITS


def _amount(text: str | None) -> float | None:
    return float(text) if text is not None and _AMOUNT.fullmatch(text) and float(text) > 0 else None


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
