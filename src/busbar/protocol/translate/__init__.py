"""Wire types ↔ facts, answers, orders, outcomes: one translator per version, from two sources (1.6 and 2.x)."""

from types import MappingProxyType
from typing import Final

from busbar.model.versions import Version
from busbar.protocol.translate import v2, v16
from busbar.protocol.translate.errors import Untranslatable
from busbar.protocol.translate.translator import Translator
from busbar.protocol.wire import v21 as wire_v21
from busbar.protocol.wire import v201 as wire_v201

__all__ = ["TRANSLATORS", "Translator", "Untranslatable", "translator"]

TRANSLATORS: Final[MappingProxyType[Version, Translator]] = MappingProxyType(
    {
        Version.V16: v16.translator(),
        Version.V201: v2.translator(Version.V201, wire_v201),
        Version.V21: v2.translator(Version.V21, wire_v21, v2.PARTS_21),
    }
)


def translator(version: Version) -> Translator:
    """Return the translator of a version."""
    return TRANSLATORS[version]
