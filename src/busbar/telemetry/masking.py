"""Takes secrets out of what is logged: by the names of values, and by their form. Knows no logging library."""

import re
from collections.abc import Mapping
from typing import Any, Final

MASK: Final = "***"
_DEPTH: Final = 8
_SECRET: Final = re.compile(
    r"password|passwd|secret|token|authorization|cookie|simpin|(^|[_.-])key$|apikey|privatekey", re.I
)
_API_KEY: Final = re.compile(r"bbk_[\w-]+")
_USER: Final = re.compile(r"(?<=://)[^/@\s]*@")
_SCHEME: Final = re.compile(r"\b(Basic|Bearer)\s+[\w+/=.~-]{6,}")
_PEM: Final = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(-----END \1-----|\Z)", re.S)
# A name that ends in a secret's word, then the value: `"basicAuthPassword": "x"`, `password=x`, `\"token\":\"x\"`.
_NAMED: Final = re.compile(
    r"""((?:password|passwd|secret|token|authorization|authorizationkey|apikey|api_key|simpin)\\?["']?\s*[=:]\s*)"""
    r"""(\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*'|(?:(?:Basic|Bearer)\s+)?[^\s,;&}\])"']+)""",
    re.I,
)
# A variable or configuration key of OCPP beside its value, in either order of a 1.6 or 2.x payload.
_VARIABLE: Final = re.compile(
    r"""((?:AuthorizationKey|BasicAuthPassword).{0,80}?(?:value|attributeValue)\\?["']\s*:\s*)(\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*')""",
    re.I | re.S,
)
_BEFORE: Final = re.compile(
    r"""((?:value|attributeValue)\\?["']\s*:\s*)(\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*')(?=.{0,200}?(?:AuthorizationKey|BasicAuthPassword))""",
    re.I | re.S,
)


def masked_text(text: str) -> str:
    """Return a text without what looks like a secret."""
    if "bbk_" in text:
        text = _API_KEY.sub(MASK, text)
    if "://" in text:
        text = _USER.sub(f"{MASK}@", text)
    if "PRIVATE KEY" in text:
        text = _PEM.sub(MASK, text)
    for pattern in (_VARIABLE, _BEFORE, _NAMED):
        text = pattern.sub(lambda found: found[1] + MASK, text)
    return _SCHEME.sub(rf"\1 {MASK}", text)


def masked(value: Any, depth: int = _DEPTH) -> Any:
    """Return a value without secrets, as far as it is text, bytes, or made of lists and mappings."""
    match value:
        case str():
            return masked_text(value)
        case bytes() | bytearray():
            return masked_text(bytes(value).decode(errors="replace"))
        case Mapping() if depth:
            return {str(name): _named(str(name), item, depth) for name, item in value.items()}
        case list() | tuple() | set() | frozenset() if depth:
            return [masked(item, depth - 1) for item in value]
        case None | bool() | int() | float():
            return value
    return masked_text(str(value))


def _named(name: str, value: Any, depth: int) -> Any:
    if value is not None and _SECRET.search(name):
        return MASK
    return masked(value, depth - 1)
