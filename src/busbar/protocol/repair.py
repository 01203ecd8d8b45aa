"""Mends payloads of stations that break the schema in ways that leave no doubt about what they mean.

What is not certain stays refused: a value is never guessed, and a meter's sample is left out rather than read as
something else. Knows the wire types; must not know whom it is done for, nor what a message means.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.actions import ACTIONS
from busbar.protocol.errors import RemoteProtocolError
from busbar.protocol.wire.shapes import Payload

MAX_FIXES: Final = 20
_NUMBER: Final = re.compile(r"\s*(-?[0-9]{1,15}(?:[.,][0-9]{1,6})?)\s*")
_WORD: Final = re.compile(r"[^0-9a-z]")
_MILLISECONDS: Final = 100_000_000_000
# Texts for people: what is too long may be cut. Anything else names something, and a part of it names another.
_CUT: Final = frozenset(
    {"chargePointVendor", "chargePointModel", "firmwareVersion", "meterType", "info", "vendorErrorCode", "techInfo"}
    | {"vendorName", "model", "additionalInfo"}
)
# Without these a sample would be read as another one: energy in Wh, of all phases.
_TELLING: Final = frozenset(("measurand", "unit", "phase", "format", "multiplier", "unitOfMeasure", "location"))
_FALLBACKS: Final = ("Other", "OtherError")
# Words of OCPP 1.5, and what is missing where nothing is wrong.
_OLD_WORDS: Final = {"status": {"occupied": "Preparing"}}
_DEFAULTS: Final = {"errorCode": "NoError"}


class Doubtful(Exception):
    """What was meant cannot be told."""


@dataclass(slots=True)
class Repaired:
    """A payload that was mended. `fixes` name fields and what was wrong with them, never what they held."""

    payload: Payload
    fixes: list[str]


@dataclass(slots=True)
class _Work:
    at: datetime
    fixes: list[str] = field(default_factory=list)

    def note(self, where: str, what: str) -> None:
        text = f"{what}: {where}"
        if len(self.fixes) < MAX_FIXES and text not in self.fixes:
            self.fixes.append(text)


def request(version: Version, action: str, raw: bytes, at: datetime) -> Repaired | None:
    """Mend a CALL's payload; `at` stands for a time that is missing. None where it stays refused."""
    known = ACTIONS[version].get(action)
    return (
        None if known is None else _repair(known.request, raw, at, lambda b: codec.decode_request(version, action, b))
    )


def response(version: Version, action: str, raw: bytes, at: datetime) -> Repaired | None:
    """Mend a CALLRESULT's payload; the action is one of the version."""
    kind = ACTIONS[version][action].response
    return None if kind is None else _repair(kind, raw, at, lambda b: codec.decode_response(version, action, b))


def _repair(kind: type[Payload], raw: bytes, at: datetime, decode: Callable[[bytes], Payload]) -> Repaired | None:
    work = _Work(at)
    try:
        made = _mend(_shape(kind), json.loads(raw, object_pairs_hook=_unique), "", work)
        return Repaired(decode(msgspec.json.encode(made)), work.fixes) if work.fixes else None
    except (Doubtful, RemoteProtocolError, ValueError, OverflowError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Doubtful("a key came twice")
    return found


@cache
def _shape(kind: type[Payload]) -> inspect.Type:
    return inspect.type_info(kind)


def _mend(kind: inspect.Type, value: Any, where: str, work: _Work) -> Any:
    """Return the value as the type wants it. Raises Doubtful."""
    if isinstance(kind, inspect.UnionType):
        kinds = [one for one in kind.types if not _is_unset(one)]
        return _mend(kinds[0], value, where, work) if len(kinds) == 1 else value
    mender = _MENDERS.get(type(kind))
    return value if mender is None else mender(kind, value, where, work)


def _is_unset(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.CustomType) and kind.cls is msgspec.UnsetType


def _object(kind: inspect.StructType, value: Any, where: str, work: _Work) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Doubtful(where)
    fields = {one.encode_name: one for one in kind.fields}
    given: dict[str, Any] = {}
    for key, item in value.items():
        name = key if key in fields else next((one for one in fields if one.casefold() == key.casefold()), None)
        if name != key:
            work.note(f"{where}.{name or '?'}".strip("."), "misspelled" if name else "unknown field")
        if name is not None:
            given.setdefault(name, item)
    made = {}
    for name, one in fields.items():
        found = _member(one, given.get(name), f"{where}.{name}".strip("."), name in given, work)
        if found is not None:
            made[name] = found
    return made


def _member(one: inspect.Field, value: Any, where: str, given: bool, work: _Work) -> Any:
    """Return the value of a member, None for one that is left out. Raises Doubtful."""
    if value is None:
        if given:
            work.note(where, "null")
        return _missing(one, where, work) if one.required else None
    try:
        return _mend(one.type, value, where, work)
    except Doubtful:
        if one.required or one.encode_name in _TELLING or isinstance(value, dict):
            if one.required and isinstance(one.type, inspect.DateTimeType):
                return _missing(one, where, work)
            raise
        work.note(where, "left out")
        return None


def _missing(one: inspect.Field, where: str, work: _Work) -> Any:
    if isinstance(one.type, inspect.DateTimeType):
        work.note(where, "time of receipt")
        return work.at
    if one.encode_name in _DEFAULTS:
        work.note(where, "missing")
        return _DEFAULTS[one.encode_name]
    raise Doubtful(where)


def _list(kind: inspect.ListType, value: Any, where: str, work: _Work) -> list[Any]:
    if isinstance(value, dict):
        work.note(where, "not a list")
        value = [value]
    if not isinstance(value, list):
        raise Doubtful(where)
    made = []
    for item in value:
        try:
            made.append(_mend(kind.item_type, item, f"{where}[]", work))
        except Doubtful:
            work.note(f"{where}[]", "left out")
    if len(made) < (kind.min_length or 0) or (value and not made):
        raise Doubtful(where)
    return made


def _text(kind: inspect.StrType, value: Any, where: str, work: _Work) -> str:
    name = where.rpartition(".")[2]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        if name != "data":
            raise Doubtful(where)
        work.note(where, "not a text")
        value = json.dumps(value)
    elif not isinstance(value, str):
        if not math.isfinite(value):
            raise Doubtful(where)
        work.note(where, "not a text")
        value = str(value)
    if kind.max_length is not None and len(value) > kind.max_length:
        if name not in _CUT:
            raise Doubtful(where)
        work.note(where, "cut")
        value = value[: kind.max_length]
    return str(value)


def _integer(_: inspect.IntType, value: Any, where: str, work: _Work) -> int:
    if type(value) is int:
        return value
    number = round(_number(value, where))
    work.note(where, "not an integer")
    return number


def _float(_: inspect.FloatType, value: Any, where: str, work: _Work) -> float:
    if type(value) in (int, float):
        return float(value)
    number = _number(value, where)
    work.note(where, "not a number")
    return number


def _number(value: Any, where: str) -> float:
    if isinstance(value, float) and math.isfinite(value):
        return value
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Doubtful(where)
    return float(found[1].replace(",", "."))


def _truth(_: inspect.BoolType, value: Any, where: str, work: _Work) -> bool:
    if isinstance(value, bool):
        return value
    found = {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().casefold())
    if found is None:
        raise Doubtful(where)
    work.note(where, "not a boolean")
    return found


def _choice(kind: inspect.EnumType, value: Any, where: str, work: _Work) -> Any:
    words = _words(kind.cls)
    if not isinstance(value, str):
        raise Doubtful(where)
    if value in words.values():
        return value
    folded, name = _WORD.sub("", value.casefold()), where.rpartition(".")[2]
    old = _OLD_WORDS.get(name, {}).get(folded)
    known = words.get(folded) or (old if old in words.values() else None)
    if known is None:
        known = next((word for word in _FALLBACKS if word in words.values()), None)
    if known is None:
        raise Doubtful(where)
    work.note(where, "not one of the values")
    return known


@cache
def _words(cls: type[Enum]) -> dict[str, str]:
    return {_WORD.sub("", one.value.casefold()): one.value for one in cls}


def _time(_: inspect.DateTimeType, value: Any, where: str, work: _Work) -> str:
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:  # digits are no date to it
            return _since_1970(_number(value, where), where, work)
        if at.tzinfo is None:
            work.note(where, "time without a zone")
            at = at.replace(tzinfo=UTC)
        elif "T" not in value or value != value.strip():
            work.note(where, "not a date-time")
        return at.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(float(value), where, work)
    raise Doubtful(where)


def _since_1970(seconds: float, where: str, work: _Work) -> str:
    if seconds >= _MILLISECONDS:
        seconds /= 1000
    if not 1_000_000_000 <= seconds < 10_000_000_000:
        raise Doubtful(where)
    work.note(where, "seconds since 1970")
    return datetime.fromtimestamp(seconds, UTC).isoformat()


_MENDERS: Final[dict[type, Callable[[Any, Any, str, _Work], Any]]] = {
    inspect.StructType: _object,
    inspect.ListType: _list,
    inspect.StrType: _text,
    inspect.IntType: _integer,
    inspect.FloatType: _float,
    inspect.BoolType: _truth,
    inspect.EnumType: _choice,
    inspect.DateTimeType: _time,
}
