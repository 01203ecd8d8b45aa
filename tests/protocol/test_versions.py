"""The version table: spellings on the wire and the choice of a subprotocol."""

import pytest

from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.protocol.versions import RULES, choose_subprotocol, spell


def test_every_version_has_rules() -> None:
    assert set(RULES) == set(Version)


def test_16_keeps_its_misspellings_on_the_wire() -> None:
    assert spell(ErrorCode.FORMAT_VIOLATION, Version.V16) == "FormationViolation"
    assert spell(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, Version.V16) == "OccurenceConstraintViolation"
    assert spell(ErrorCode.FORMAT_VIOLATION, Version.V201) == "FormatViolation"


def test_16_never_sends_codes_that_came_later() -> None:
    late = (ErrorCode.RPC_FRAMEWORK_ERROR, ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED)
    assert {spell(code, Version.V16) for code in late} == {"ProtocolError"}


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6"], Version.V16),
        (["ocpp1.6", "ocpp2.0.1", "ocpp2.1"], Version.V21),
        (["ocpp0.1", "ocpp1.6"], Version.V16),
        (["ocpp2.0.1", "ocpp1.6"], Version.V201),
        (["ocpp0.1"], None),
        ([], None),
    ],
)
def test_the_newest_common_version_is_chosen(offered: list[str], chosen: Version | None) -> None:
    assert choose_subprotocol(offered) == chosen
