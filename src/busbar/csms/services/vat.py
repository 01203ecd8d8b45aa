"""VAT numbers: what can be one. Looks at form and check digits; whether it exists, only the authority knows."""

import re
from collections.abc import Callable
from typing import Final

# What follows the country's two letters (European Commission, VIES: VAT identification numbers, structure).
_FORMS: Final = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[0-9A-Z]\d{7}[0-9A-Z]",
    "FI": r"\d{8}",
    "FR": r"[0-9A-HJ-NP-Z]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[0-9A-Z+*]\d{5}[A-Z]|\d{7}[A-W][A-I]",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{10}01",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2}",
    "GB": r"\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2}",
    "CHE": r"\d{9}(MWST|TVA|IVA)",
    "NO": r"\d{9}(MVA)?",
}
_OTHER: Final = re.compile(r"[0-9A-Z]{4,20}")
_SEPARATORS: Final = re.compile(r"[\s.\-/]")


def well_formed(number: str) -> bool:
    """Tell whether a text can be a VAT number; one of a country that is not known here has letters and digits."""
    text = _SEPARATORS.sub("", number).upper()
    country = "CHE" if text.startswith("CHE") else text[:2]
    form = _FORMS.get(country)
    if form is None:
        return _OTHER.fullmatch(text) is not None and any(c.isdigit() for c in text)
    rest = text[len(country) :]
    check = _CHECKS.get(country)
    return re.fullmatch(form, rest) is not None and (check is None or check(rest))


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if c.isdigit()]


def _weighed(text: str, weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(_digits(text), weights, strict=False))


def _luhn(text: str) -> bool:
    digits = _digits(text)[::-1]
    return sum(sum(divmod(d * 2, 10)) if i % 2 else d for i, d in enumerate(digits)) % 10 == 0


def _belgian(text: str) -> bool:
    return 97 - int(text[:8]) % 97 == int(text[8:])


def _german(text: str) -> bool:
    product = 10
    for digit in _digits(text[:8]):
        product = 2 * (((digit + product) % 10) or 10) % 11
    return (11 - product) % 10 == int(text[8])


def _dutch(text: str) -> bool:
    """Check by the weights of the citizen's number, or by ISO 7064 modulo 97 of the whole as it is since 2020."""
    if _weighed(text[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11 == int(text[8]):
        return True
    return int("2321" + text.replace("B", "11")) % 97 == 1


def _danish(text: str) -> bool:
    return _weighed(text, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _finnish(text: str) -> bool:
    return _weighed(text, (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0


def _polish(text: str) -> bool:
    return _weighed(text[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(text[9])


def _luxembourgish(text: str) -> bool:
    return int(text[:6]) % 89 == int(text[6:])


def _french(text: str) -> bool:
    """Check the old form of two digits; the new one with letters has a rule that is not public."""
    return not text[:2].isdigit() or int(text[2:] + "12") % 97 == int(text[:2])


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "BE": _belgian,
    "DE": _german,
    "DK": _danish,
    "FI": _finnish,
    "FR": _french,
    "IT": _luhn,
    "LU": _luxembourgish,
    "NL": _dutch,
    "PL": _polish,
    "SE": lambda text: _luhn(text[:10]),
}
