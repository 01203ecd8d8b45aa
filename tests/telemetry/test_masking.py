"""Secrets in every form in which somebody might log them."""

from typing import Any

import pytest

from busbar.telemetry.masking import MASK, masked, masked_text

CANARY = "c4n4ry-Secret"


@pytest.mark.parametrize(
    "text",
    [
        f"key bbk_a1b2_{CANARY} is refused",
        f"postgresql://user:{CANARY}@host:5432/name cannot be reached",
        f"Authorization: Basic {CANARY}",
        f"the header was Bearer {CANARY}",
        f"password={CANARY}",
        f"password = '{CANARY}'",
        f"{{'password': '{CANARY}', 'a': 1}}",
        f'{{"basicAuthPassword":"{CANARY}"}}',
        f'b\'{{"basicAuthPassword": "{CANARY}"}}\'',
        f'{{"text": "{{\\"password\\":\\"{CANARY}\\"}}"}}',
        f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{CANARY}"}}]',
        f'{{"setVariableData":[{{"attributeValue":"{CANARY}","component":{{"name":"SecurityCtrlr"}},'
        '"variable":{"name":"BasicAuthPassword"}}]}',
        f'{{"variable":{{"name":"BasicAuthPassword"}},"attributeValue":"{CANARY}"}}',
        f"token: {CANARY}, next",
        f"-----BEGIN EC PRIVATE KEY-----\n{CANARY}\n-----END EC PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{CANARY} and cut",
    ],
)
def test_a_text_loses_its_secret(text: str) -> None:
    assert CANARY not in masked_text(text)
    assert MASK in masked_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "the key file /etc/busbar.key cannot be read: No such file",
        "parked StartTransaction of station CS-1; later ones of this connection are only counted",
        "NATS is away",
        "https://host/path?a=1",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert masked_text(text) == text


@pytest.mark.parametrize(
    "name", ["password", "AuthorizationKey", "api_key", "secret", "token", "Authorization", "cookie", "key"]
)
def test_a_value_of_such_a_name_is_masked_however_deep(name: str) -> None:
    value: Any = {"a": [{"b": ({name: CANARY},)}], name: {"deep": CANARY}}
    assert CANARY not in str(masked(value))


def test_names_that_only_look_alike_stay() -> None:
    value = {"station": "CS-1", "monkey": "bars", "count": 3, "rate": 0.5, "on": True, "none": None, "keys": 2}
    assert masked(value) == value


def test_bytes_objects_and_endless_depth_are_texts() -> None:
    deep: Any = {"password": CANARY}
    for _ in range(20):
        deep = [deep]
    found = masked({"raw": f"password={CANARY}".encode(), "error": ValueError(f"password={CANARY}"), "deep": deep})
    assert CANARY not in str(found)
