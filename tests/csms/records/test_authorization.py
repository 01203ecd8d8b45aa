"""A rule knows whether it is about some hardware only."""

import pytest

from busbar.csms.records.authorization import AccessRule, Effect
from busbar.model.tariffs import EvseKind


@pytest.mark.parametrize(
    ("more", "of_hardware"),
    [
        ({}, False),
        ({"connector_types": ()}, False),
        ({"connector_types": ("a",)}, True),
        ({"kinds": (EvseKind.AC,)}, True),
    ],
)
def test_a_rule_of_connector_types_or_kinds_is_about_hardware(more, of_hardware: bool) -> None:
    assert AccessRule(effect=Effect.DENY, **more).of_hardware is of_hardware
