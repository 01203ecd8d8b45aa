"""Secrets are masked, everything else stays as it came."""

import pytest

from busbar.csms.services.redaction import redacted

SECRET = "0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (
            '{"key":"AuthorizationKey","value":"SECRET"}',
            '{"key":"AuthorizationKey","value":"***"}',
        ),
        (
            '{"setVariableData":[{"variable":{"name":"basicauthpassword"},"attributeValue":"SECRET"},'
            '{"variable":{"name":"Interval"},"attributeValue":"5"}]}',
            '{"setVariableData":[{"variable":{"name":"basicauthpassword"},"attributeValue":"***"},'
            '{"variable":{"name":"Interval"},"attributeValue":"5"}]}',
        ),
        (
            '{"connectionData":{"apn":{"apnPassword":"SECRET","simPin":1234},"basicAuthPassword":"SECRET",'
            '"vpn":{"user":"u","password":"SECRET","key":"SECRET"}}}',
            '{"connectionData":{"apn":{"apnPassword":"***","simPin":"***"},"basicAuthPassword":"***",'
            '"vpn":{"user":"u","password":"***","key":"***"}}}',
        ),
        (
            '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"SECRET"}]}]',
            '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"***"}]}]',
        ),
        (
            '{"reportData":[{"variable":{"name":"BasicAuthPassword"},"variableAttribute":[{"value":"SECRET"}]}]}',
            '{"reportData":[{"variable":{"name":"BasicAuthPassword"},"variableAttribute":[{"value":"***"}]}]}',
        ),
        ('{"data":"{\\"password\\":\\"SECRET\\"}"}', '{"data":"***"}'),
        (
            '{"location":"ftp://user:SECRET@host/file"}',
            '{"location":"ftp://***@host/file"}',
        ),
        ('{"key":"Authorization\\u004bey","value":"SECRET"}', '{"key":"AuthorizationKey","value":"***"}'),
        ('{"password":"SECRET"', '{"redacted":true}'),
    ],
)
def test_a_secret_is_masked_wherever_it_is(text: str, made: str) -> None:
    assert redacted(text.replace("SECRET", SECRET).encode()).decode() == made


@pytest.mark.parametrize(
    "text",
    [
        '{"type":  "Hard"}',
        '{"key":["AuthorizationKey"]}',
        '{"idTag":"someone@example.org"}',
        '{"key":"value", "value":"a"}',
        '{"text":"a \\"quote\\""  }',
        "not JSON \\",
    ],
)
def test_everything_else_stays_byte_for_byte(text: str) -> None:
    assert redacted(text.encode()) == text.encode()


def test_what_is_too_deep_is_left_out() -> None:
    assert redacted(b'{"password":' + b"[" * 100_000) == b'{"redacted":true}'
