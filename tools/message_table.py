"""The table of messages: every message of every version × who handles or sends it × use case × a test that passed.

message_table.py                prints the table as Markdown
message_table.py --check        fails while a row lacks a handler or sender, or a test; prints the count last
message_table.py --learn DIR    takes over which tests exercised which messages, from a run with BUSBAR_MESSAGES=DIR

Handlers and senders are read from the code, tests from `tests/messages/shown.json`, which a run of the tests made. A
test counts only if it is still there.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.use_cases import V2, V16

from busbar.csms.services import conclusions, decisions
from busbar.model.facts import Noted
from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS, Action, Origin
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS
from busbar.protocol.versions import RULES

ROOT = Path(__file__).parent.parent
SHOWN = ROOT / "tests/messages/shown.json"
GENERIC = "tests/messages/"


@dataclass(frozen=True)
class Row:
    """One message of one version in one direction."""

    version: Version
    action: str
    direction: str
    by: str
    use_case: str
    test: str

    @property
    def lacks(self) -> list[str]:
        """What the row has not."""
        named = (("handler or sender", self.by), ("use case", self.use_case), ("test", self.test))
        return [name for name, value in named if not value]


def rows() -> Iterator[Row]:
    """Give all rows: a message that both sides may send has two."""
    shown = json.loads(SHOWN.read_text()) if SHOWN.exists() else {}
    for version, actions in ACTIONS.items():
        uses = V2 if RULES[version].transaction_events else V16
        for name, action in sorted(actions.items()):
            test = shown.get(version.value, {}).get(name, "")
            test = test if test and exists(test) else ""
            use = uses.get(name, "")
            if action.origin is not Origin.CSMS:
                yield Row(version, name, "to the CSMS", handler(version, action), use, test)
            if action.origin is not Origin.STATION:
                yield Row(version, name, "to the station", sender(version, action), use, test)


def handler(version: Version, action: Action) -> str:
    """Return the function that decides what a station reports; empty where it is only stored."""
    report = TRANSLATORS[version].reports.get(action.name)
    if report is None:
        return ""
    facts = {type(fact) for fact in read(report.read, action.request)}
    deciding = [decisions._DECIDES[fact] for fact in facts if fact is not Noted and fact in decisions._DECIDES]
    return ", ".join(sorted({f"{named(function)}" for function in deciding}))


def sender(version: Version, action: Action) -> str:
    """Return the order that a CSMS gives, and what takes in its answer; empty where there is only the raw call."""
    call = TRANSLATORS[version].calls.get(action.name)
    if call is None:
        return ""
    orders = {type(order) for order in read(call.read, action.request)}
    found = []
    for order in sorted(orders, key=lambda kind: kind.__name__):
        concluding = conclusions._CONCLUDES.get(order)
        parts = getattr(concluding, "parts", (concluding,) if concluding else ())
        found.append(order.__name__ + (f" → {', '.join(map(named, parts))}" if parts else ""))
    return ", ".join(found)


def named(function: Any) -> str:
    """Return where a function is: its module and name."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def read(reader: Any, request: type[Any]) -> Iterator[Any]:
    """Give what a reader makes of examples of a request."""
    for example in examples(request):
        try:
            yield reader(example)
        except ProtocolViolation:
            continue


def examples(request: type[Any]) -> Iterator[Any]:
    """Give a request with the least in it, once for each value of its first enumeration."""
    least = filled(request)
    yield least
    yield filled(request, full=True)
    for field in msgspec.structs.fields(request):
        if isinstance(field.type, type) and issubclass(field.type, str) and hasattr(field.type, "__members__"):
            for member in field.type:
                yield msgspec.structs.replace(least, **{field.name: member})


def filled(kind: Any, *, full: bool = False) -> Any:
    """Return a value of a type with the least in it, or with everything on its first level."""
    shape = msgspec.inspect.type_info(kind)
    if not full:
        return made(shape)
    assert isinstance(shape, msgspec.inspect.StructType)
    return kind(**{field.name: made(field.type) for field in shape.fields})


def made(shape: Any) -> Any:
    """Return a value of an inspected type."""
    match shape:
        case msgspec.inspect.StructType(cls=cls, fields=fields):
            return cls(**{field.name: made(field.type) for field in fields if field.required})
        case msgspec.inspect.EnumType(cls=cls):
            return next(iter(cls))
        case msgspec.inspect.StrType(min_length=least):
            return "1" * max(least or 0, 1)
        case msgspec.inspect.IntType(ge=low):
            return max(low or 0, 1)
        case msgspec.inspect.FloatType(ge=low):
            return max(low or 0.0, 1.0)
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.DateTimeType():
            return datetime(2026, 1, 1, tzinfo=UTC)
        case msgspec.inspect.ListType(item_type=item):
            return [made(item)]
        case msgspec.inspect.UnionType(types=types):
            return made(types[0])
        case msgspec.inspect.CustomType(cls=cls):
            return custom(cls)
        case _:
            return "1"


def custom(cls: Any) -> Any:
    """Return a value of one of the wire's own types."""
    for value in (1, 1.0, "1"):
        try:
            return cls(value)
        except (TypeError, ValueError):
            continue
    return "1"


@cache
def defined(path: str) -> frozenset[str]:
    """Return the names of the tests in a module."""
    file = ROOT / path
    if not file.exists():
        return frozenset()
    tree = ast.parse(file.read_text())
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def exists(test: str) -> bool:
    """Tell whether a test is still there."""
    path, _, name = test.partition("::")
    return re.split(r"[\[]", name.rpartition("::")[2] or name)[0] in defined(path)


def learn(folder: Path) -> None:
    """Take over what a run noted: for each message the test that says most, the one known before if it ran again."""
    before = json.loads(SHOWN.read_text()) if SHOWN.exists() else {}
    seen: dict[str, dict[str, set[str]]] = {}
    for file in sorted(folder.glob("*.json")):
        for version, actions in json.loads(file.read_text()).items():
            for action, tests in actions.items():
                seen.setdefault(version, {}).setdefault(action, set()).update(tests)
    learnt = {
        version: {
            action: best(tests, before.get(version, {}).get(action, ""), action)
            for action, tests in sorted(actions.items())
        }
        for version, actions in sorted(seen.items())
    }
    SHOWN.write_text(json.dumps(learnt, indent=1, ensure_ascii=False) + "\n")


def best(tests: set[str], known: str, action: str) -> str:
    """Choose the test of a message: one of its own behaviour, else one that it passes by, else a generic one."""
    if known in tests and not known.startswith(GENERIC):
        return known
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", action).lower()

    def rank(test: str) -> tuple[int, str]:
        if test.startswith(GENERIC):
            return (3 if "bad_input" in test else 1), test
        return (0 if words in test.lower() or action in test else 2), test

    return min(tests, key=rank)


def markdown() -> Iterator[str]:
    """Yield the table."""
    yield "# Messages"
    yield ""
    yield "Every message of every version: the function that decides what a station reports, or the order that a CSMS"
    yield "gives and, behind the arrow, the function that takes in its answer; the use case (2.x: its id, 1.6: the"
    yield "section of the specification, S: of the security white paper); and a test where it goes over a connection."
    yield "Every message is validated strictly, and its bytes are kept in the message log (but for a heartbeat's)."
    for version in Version:
        yield ""
        yield f"## OCPP {version.value}"
        yield ""
        yield "| message | direction | handled by, sent as | use case | test |"
        yield "|---|---|---|---|---|"
        for row in rows():
            if row.version is version:
                test = row.test.removeprefix("tests/").replace("|", "\\|")
                yield f"| {row.action} | {row.direction} | {row.by} | {row.use_case} | {test} |"


def main() -> int:
    """Print the table, check it, or learn tests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--learn", type=Path, metavar="DIR")
    given = parser.parse_args()
    if given.learn:
        learn(given.learn)
    if not given.check:
        if not given.learn:
            print("\n".join(markdown()))
        return 0
    found = list(rows())
    lacking = [row for row in found if row.lacks]
    for row in lacking:
        print(f"{row.version.value} {row.action} ({row.direction}): no {', no '.join(row.lacks)}")
    print(f"{len(found) - len(lacking)} of {len(found)} rows are complete")
    return bool(lacking)


if __name__ == "__main__":
    sys.exit(main())
