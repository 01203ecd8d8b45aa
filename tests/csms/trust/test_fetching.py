import pytest

from busbar.csms.trust.fetching import Fetcher, Unreachable, is_public

ALLOWED = Fetcher(frozenset({"127.0.0.1", "localhost"}), timeout_s=1.0)


async def test_fetches_from_an_allowed_host(web) -> None:
    web.answer = lambda method, path, body: (200, f"{method} {path} ".encode() + body)
    assert await ALLOWED.get(web.url + "/a?b=c", 100) == b"GET /a?b=c "
    assert await ALLOWED.post(web.url, b"body", "text/plain", 100) == b"POST / body"
    assert web.asked[1][2]["content-type"] == "text/plain"
    assert web.asked[0][2]["host"] == f"127.0.0.1:{web.port}"
    assert await ALLOWED.get(f"http://localhost:{web.port}/", 100)
    assert web.asked[2][2]["host"] == f"localhost:{web.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
async def test_nothing_is_fetched_from_inside(web, host: str) -> None:
    with pytest.raises(Unreachable, match=r"private|known|URL"):
        await Fetcher(timeout_s=1.0).get(f"http://{host}:{web.port}/", 100)
    assert web.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "garbage",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
        "http://u:p@127.0.0.1/",
        "http://" + "x" * 2000,
    ],
)
async def test_what_is_no_plain_url_is_not_fetched(url: str) -> None:
    with pytest.raises(Unreachable):
        await ALLOWED.get(url, 100)


async def test_an_answer_is_bounded(web) -> None:
    web.answer = lambda *_: (200, b"x" * 101)
    with pytest.raises(Unreachable, match="too long"):
        await ALLOWED.get(web.url, 100)


async def test_a_redirect_is_not_followed(web) -> None:
    web.extra = f"Location: http://127.0.0.1:{web.port}/other\r\n"
    web.answer = lambda *_: (302, b"")
    with pytest.raises(Unreachable, match="302"):
        await ALLOWED.get(web.url, 100)
    assert len(web.asked) == 1


async def test_a_slow_host_is_given_up(web) -> None:
    web.pause_s = 5.0
    with pytest.raises(Unreachable, match=r"in time|Timeout"):
        await Fetcher(frozenset({"127.0.0.1"}), timeout_s=0.2).get(web.url, 100)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::8.8.8.8", True),
    ],
)
def test_knows_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
