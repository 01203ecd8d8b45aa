"""Takes secrets out of what is recorded: passwords, keys, PINs and links, wherever a message has them.

A01.FR.09, A01.FR.12; a link whose token is a right (to bring a log, to fetch a file) loses it.

A01.FR.09, A01.FR.12; a code that a driver keys in is one too (C04.FR.04).
Everything else stays byte for byte. It must not know a version.
"""

import re
from typing import Any, Final

import msgspec

MASK: Final = "***"
REVEALING: Final = frozenset({"DataTransfer", "NotifyReport", "NotifyEvent", "NotifyMonitoringReport"})
"""Reports in which a station may tell a secret."""
KEYED_IN: Final = b"KeyCode"
"""What a message has in it where a driver's code may be."""

_NAMES: Final = frozenset({"authorizationkey", "basicauthpassword"})
_FIELDS: Final = frozenset({"basicauthpassword", "password", "apnpassword", "simpin"})
_VALUES: Final = frozenset({"value", "attributevalue", "actualvalue"})
_LINKS: Final = frozenset({"location", "remotelocation"})
_CODES: Final = frozenset({"idtoken"})
_MARKS: Final = (b"authorizationkey", b"password", b"simpin", b"keycode", b"\\", b"@", b'location"')
_SAID: Final = re.compile(r"authorizationkey|password", re.IGNORECASE)
_USER: Final = re.compile(r"(?<=://)[^/?#\s]*@")
_TOKEN: Final = re.compile(r"(?<=/)[\w-]{43}(?=/|$)")
_QUERY: Final = re.compile(r"[?#].*", re.DOTALL)
_WHOLE: Final = b'{"redacted":true}'


def redacted(text: bytes) -> bytes:
    """Return JSON, a payload or a frame, without its secrets; the same bytes where it has none."""
    lower = text.lower()
    if not any(mark in lower for mark in _MARKS):
        return text
    try:
        read = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return _WHOLE if any(mark in lower for mark in _MARKS[:4]) else text
    masked = _masked(read, secret=False)
    return text if masked == read else msgspec.json.encode(masked)


def _masked(node: Any, *, secret: bool) -> Any:
    """Mask what is under a node; `secret` says that the values here are of a secret variable."""
    match node:
        case dict():
            return _masked_fields(node, secret=secret or _names_secret(node))
        case list():
            return [_masked(item, secret=secret) for item in node]
        case str():
            return _masked_text(node)
    return node


def _masked_fields(node: dict[str, Any], *, secret: bool) -> dict[str, Any]:
    hidden = _FIELDS | ({"key"} if "password" in node else frozenset[str]())  # a VPN has its key beside its password
    if node.get("type") == "KeyCode":
        hidden |= _CODES
    made = {}
    for name, value in node.items():
        folded = name.casefold()
        plain = not isinstance(value, dict | list) and value is not None
        if plain and (folded in hidden or (secret and folded in _VALUES)):
            made[name] = MASK
        elif folded in _LINKS and isinstance(value, str):
            made[name] = link(value)
        else:
            made[name] = _masked(value, secret=secret)
    return made


def _names_secret(node: dict[str, Any]) -> bool:
    """Tell whether an object is about a secret: a 1.6 key, or a 2.x variable."""
    variable = node.get("variable")
    name = variable.get("name") if isinstance(variable, dict) else node.get("key")
    return isinstance(name, str) and name.casefold() in _NAMES


def link(url: str) -> str:
    """Return a URL without what must not be read by everyone: its user, its query, and the token of a link of ours."""
    return _QUERY.sub("", _TOKEN.sub("…", _USER.sub("", url)))


def _masked_text(text: str) -> str:
    """Mask a text that speaks of a password beyond naming it, and the user of a URL."""
    if _SAID.search(text) and text.casefold() not in _NAMES:
        return MASK
    return _USER.sub(f"{MASK}@", text)
