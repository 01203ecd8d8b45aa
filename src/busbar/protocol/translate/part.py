"""What one functional block can say in one version; a translator is made of parts. Knows no block in particular."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from busbar.model.versions import Version
from busbar.protocol.translate.translator import Call, Report, Translator, Written, noted


@dataclass(frozen=True, slots=True)
class Part:
    """The tables of one block, as `Translator` has them."""

    reports: Mapping[str, Report] = field(default_factory=dict)
    facts: Mapping[type, Callable[[Any], Written]] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    orders: Mapping[type, Callable[[Any], Written]] = field(default_factory=dict)


def joined(version: Version, parts: Iterable[Part]) -> Translator:
    """Make a version's translator of its parts; the later part wins. Reports that no part knows are only stored."""
    reports: dict[str, Report] = {}
    facts: dict[type, Callable[[Any], Written]] = {}
    calls: dict[str, Call] = {}
    orders: dict[type, Callable[[Any], Written]] = {}
    for part in parts:
        reports |= part.reports
        facts |= part.facts
        calls |= part.calls
        orders |= part.orders
    return Translator(noted(version, reports), facts, calls, orders)
