"""A text can be a VAT number, or it cannot."""

import pytest

from busbar.csms.services.vat import well_formed


@pytest.mark.parametrize(
    "number",
    [
        "NL004495445B01",
        "NL 0044.95.445.B01",
        "NL123456789B13",
        "DE136695976",
        "BE0776091951",
        "IT00743110157",
        "PL8567346215",
        "DK13585628",
        "FI20774740",
        "LU15027442",
        "SE556188840401",
        "FR40303265045",
        "FRK7399859412",
        "ATU13585627",
        "ESB58378431",
        "GB980780684",
        "CHE-107.787.577 MWST",
        "AU51824753556",
    ],
)
def test_a_good_number_is_taken(number: str) -> None:
    assert well_formed(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "NL",
        "NL123456789",
        "DE136695978",
        "BE0776091952",
        "IT00743110158",
        "PL8567346216",
        "DK13585627",
        "FI20774741",
        "LU15027443",
        "SE556188840402",
        "FR84323140391",
        "ATU1358562",
        "XX",
        "ABCDEF",
        "DE13669597\N{DIGIT SIX}6x",
        "ＤＥ１３６６９５９７６",
        "X" * 30,
        "DE1366959٦",
    ],
)
def test_a_bad_number_is_not(number: str) -> None:
    assert not well_formed(number)
