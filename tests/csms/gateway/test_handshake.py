"""What an upgrade request says, and why one is refused, without a socket."""

from base64 import b64encode
from http import HTTPStatus

import pytest
from multidict import CIMultiDict

from busbar.csms.gateway.handshake import MAX_HEADERS, Refusal, Request, read
from busbar.model.versions import Version

UPGRADE = (("Upgrade", "websocket"), ("Connection", "Upgrade"))
BASIC = ("Authorization", "Basic " + b64encode(b"CS1:secret").decode())


def asked(*headers, path=b"/ocpp/CS1", prefix="/ocpp"):
    return read(path, CIMultiDict([*UPGRADE, *headers]), prefix)


def test_a_good_request_is_read_whole():
    found = asked(BASIC, ("Sec-WebSocket-Protocol", "ocpp1.6"), ("Sec-WebSocket-Extensions", "permessage-deflate"))
    assert isinstance(found, Request)
    assert (found.identity, found.credentials, found.version) == ("CS1", ("CS1", b"secret"), Version.V16)
    assert found.subprotocol == "ocpp1.6"
    assert found.deflate is not None


def test_a_password_is_not_shown():
    assert "secret" not in repr(asked(BASIC))


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        (b"/ocpp/CS1", "CS1"),
        (b"/ocpp/CS%2D1", "CS-1"),
        (b"/ocpp/CS1?x=/ocpp/CS2", "CS1"),
    ],
)
def test_the_identity_is_the_last_part_of_the_path_decoded_once(path, identity):
    assert asked(path=path).identity == identity


@pytest.mark.parametrize("path", [b"/", b"/ocpp", b"/ocpp/", b"/other/CS1", b"/ocpp/a/CS1", b"ocpp/CS1", b"/ocpp/\xff"])
def test_another_path_is_not_found(path):
    assert asked(path=path).status is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(("prefix", "path"), [("", b"/CS1"), ("/", b"/CS1"), ("/a/b/", b"/a/b/CS1")])
def test_the_prefix_can_be_chosen(prefix, path):
    assert asked(path=path, prefix=prefix).identity == "CS1"


@pytest.mark.parametrize(
    "path", [b"/ocpp/CS%00", b"/ocpp/%2E%2E", b"/ocpp/a%2Fb", b"/ocpp/%25311", b"/ocpp/" + b"x" * 49]
)
def test_an_identity_that_cannot_be_one_is_refused_like_a_wrong_password(path):
    assert asked(path=path).status is HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", "Bearer x")],
        [("Authorization", "Basic ???")],
        [("Authorization", "Basic Q1Mx")],
        [BASIC, BASIC],
    ],
)
def test_broken_credentials_are_refused_and_challenged(headers):
    refusal = asked(*headers)
    assert refusal.status is HTTPStatus.UNAUTHORIZED
    assert refusal.headers[0][0] == "WWW-Authenticate"


def test_a_browser_is_refused():
    assert asked(BASIC, ("Origin", "https://example.org")).status is HTTPStatus.FORBIDDEN


def test_a_request_without_upgrade_is_told_to_upgrade():
    assert read(b"/ocpp/CS1", CIMultiDict([BASIC])).status is HTTPStatus.UPGRADE_REQUIRED
    assert read(b"/ocpp/CS1", CIMultiDict([("Upgrade", "h2c"), UPGRADE[1]])).status is HTTPStatus.UPGRADE_REQUIRED


def test_a_connection_header_may_be_a_list():
    assert isinstance(read(b"/ocpp/CS1", CIMultiDict([UPGRADE[0], ("Connection", "keep-alive, Upgrade")])), Request)


@pytest.mark.parametrize(
    ("offered", "version"),
    [
        (["ocpp0.1,ocpp1.6"], Version.V16),
        (["ocpp1.6, ocpp2.0.1"], Version.V201),
        (["ocpp2.1, ocpp1.6"], Version.V21),
        (["ocpp1.6", "ocpp2.0.1"], Version.V201),
        (["ocpp0.1"], None),
        (["OCPP1.6"], None),
        (["x," * 40 + "ocpp1.6"], None),
        ([], None),
    ],
)
def test_the_newest_common_version_is_taken(offered, version):
    found = asked(BASIC, *(("Sec-WebSocket-Protocol", value) for value in offered))
    assert found.version is version
    assert (found.subprotocol is None) is (version is None)


@pytest.mark.parametrize(
    "headers", [[(f"X-{n}", "") for n in range(MAX_HEADERS)], [("X-Long", "x" * 8192)]], ids=["many", "long"]
)
def test_headers_are_bounded(headers):
    refusal = asked(*headers)
    assert isinstance(refusal, Refusal)
    assert refusal.status is HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
