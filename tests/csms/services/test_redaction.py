"""Secrets are masked, everything else stays as it came."""

import msgspec
import pytest

from busbar.csms.services.redaction import link, redacted

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
        (
            '[2,"1","Authorize",{"idToken":{"idToken":"SECRET","type":"KeyCode"}}]',
            '[2,"1","Authorize",{"idToken":{"idToken":"***","type":"KeyCode"}}]',
        ),
        ('{"data":"{\\"password\\":\\"SECRET\\"}"}', '{"data":"***"}'),
        (
            '{"location":"ftp://user:SECRET@host/file"}',
            '{"location":"ftp://host/file"}',
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


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("ftp://user:secret@host:21/logs/", "ftp://host:21/logs/"),
        ("ftp://user:s@cret@host/", "ftp://host/"),
        ("https://h/log/" + "A" * 43, "https://h/log/…"),
        ("https://h/firmware/" + "-_" * 21 + "a/image.bin", "https://h/firmware/…/image.bin"),
        ("https://h/x?sig=secret#f", "https://h/x"),
        ("https://[broken", "https://[broken"),
        ("Outlet", "Outlet"),
    ],
)
def test_what_is_shown_of_a_url_opens_nothing(url: str, seen: str) -> None:
    assert link(url) == seen
    for sent in ({"location": url}, {"log": {"remoteLocation": url}}):
        made = msgspec.json.decode(redacted(msgspec.json.encode(sent)))
        assert seen in (made.get("location"), made.get("log", {}).get("remoteLocation"))
