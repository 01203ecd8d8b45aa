"""The official test cases of a 2.0.1 station (Part 6, chapter 2): which this station passes, and which do not apply.

station_cases.py            prints the page as Markdown
station_cases.py --check    fails while a case that applies has no test; prints the count last

`tests/certification/cases.csv` holds the cases with the certification profiles that ask for them and their condition,
`tests/certification/features.csv` what this station declares to have. A test names the cases that it plays.
"""

import argparse
import ast
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests/certification"
BESIDE = ROOT / "tests/cases"
_CASE = re.compile(r"TC_[A-P]_\d\d")
_FEATURE = re.compile(r"[A-Z][A-Za-z]*(?:-\d+(?:\.\d+)?)?")
BLOCKS = {
    "A": "Security",
    "B": "Provisioning",
    "C": "Authorization",
    "D": "Local authorization list",
    "E": "Transactions",
    "F": "Remote control",
    "G": "Availability",
    "H": "Reservation",
    "I": "Tariff and cost",
    "J": "Meter values",
    "K": "Smart charging",
    "L": "Firmware",
    "M": "Certificates",
    "N": "Diagnostics",
    "O": "Display messages",
    "P": "Data transfer",
}


@dataclass(frozen=True)
class Case:
    """One official case: `profiles` as `SC:M` or `Core:C` (conditional); none where certification does not ask."""

    id: str
    profiles: tuple[str, ...]
    condition: str

    @property
    def tests(self) -> list[str]:
        """Return the tests that play it."""
        return played().get(self.id, [])

    @property
    def reason(self) -> str:
        """Return why it does not apply to this station; empty where it does."""
        if not self.profiles:
            return "not in the certification list"
        asking = [profile for profile in self.profiles if has(profile.partition(":")[0])]
        if not asking:
            return features()[self.profiles[0].partition(":")[0]][1]
        if any(profile.endswith(":M") for profile in asking) or holds(self.condition):
            return ""
        return f"{self.condition}: {'; '.join(self._lacks())}"

    @property
    def result(self) -> str:
        """Return `pass`, `not applicable` or `missing`. That the tests pass is what a run of them shows."""
        return "pass" if self.tests else "not applicable" if self.reason else "missing"

    def _lacks(self) -> Iterator[str]:
        for name in named(self.condition):
            own, why = features()[name]
            yield f"{name} {'yes' if own else 'no'} ({why})"


def cases() -> list[Case]:
    """Return all cases."""
    with (TESTS / "cases.csv").open() as file:
        return [Case(row["case"], tuple(row["profiles"].split()), row["condition"]) for row in csv.DictReader(file)]


@cache
def features() -> dict[str, tuple[bool, str]]:
    """Return what the station has, and what is to be said of it."""
    with (TESTS / "features.csv").open() as file:
        return {row["feature"]: (row["has"] == "yes", row["why"]) for row in csv.DictReader(file)}


def has(feature: str) -> bool:
    """Tell whether the station has a feature."""
    return features()[feature][0]


def named(condition: str) -> list[str]:
    """Return the features in a condition, each once."""
    return list(dict.fromkeys(_FEATURE.findall(condition)))


def holds(condition: str) -> bool:
    """Tell whether a condition of features with and, or, not and brackets holds."""
    text = _FEATURE.sub(lambda found: str(has(found[0])), condition)
    return _value(ast.parse(text, mode="eval").body)


def _value(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=bool(value)):
            return value
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand)
        case ast.BoolOp(op=ast.And(), values=values):
            return all(map(_value, values))
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(map(_value, values))
    raise ValueError(f"no condition: {ast.dump(node)}")


@cache
def played() -> dict[str, list[str]]:
    """Return the tests by the cases in their names."""
    found: dict[str, list[str]] = {}
    for path in sorted([*TESTS.glob("test_*.py"), *BESIDE.glob("test_station_*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for case in _CASE.findall(node.name):
                    found.setdefault(case, []).append(
                        f"{path.parent.name}/{path.name}::{node.name.partition('__TC')[0]}"
                    )
    return found


def markdown() -> Iterator[str]:
    """Yield the page."""
    every = cases()
    counts = Counter(case.result for case in every)
    yield "# Official test cases of stations"
    yield ""
    yield "The cases of OCPP 2.0.1 Part 6, chapter 2, played against our own station by a scripted CSMS over a socket"
    yield "(`tests/certification`), some by our own CSMS (`tests/cases`); those whose messages 2.1 shares are played in"
    yield "2.1, too. Whether a case applies follows from the features that the station declares"
    yield "(`tests/certification/features.csv`). The station is built with `tells_starts` (off by default), for Booted"
    yield "asks for the security event of every start; other security events may come at any time."
    yield ""
    yield f"Of {len(every)} cases {counts['pass']} pass, {counts['not applicable']} do not apply, and"
    yield f"{counts['missing']} have no test yet."
    for letter, name in BLOCKS.items():
        yield ""
        yield f"## {letter} {name}"
        yield ""
        yield "| case | result | test, or why it does not apply |"
        yield "|---|---|---|"
        for case in every:
            if case.id[3] == letter:
                said = "; ".join(f"`{test}`" for test in case.tests) if case.tests else case.reason
                yield f"| {case.id} | {case.result} | {said} |"


def main() -> int:
    """Print the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        print("\n".join(markdown()))
        return 0
    missing = [case.id for case in cases() if case.result == "missing"]
    strange = sorted(played().keys() - {case.id for case in cases()})
    for id_ in (*missing, *strange):
        print(f"{id_}: {'no test' if id_ in missing else 'no such case'}")
    print(f"{len(missing)} cases that apply have no test")
    return bool(missing or strange)


if __name__ == "__main__":
    sys.exit(main())
