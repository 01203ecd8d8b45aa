"""A virtual station knows the version of what it installs."""

import pytest

from busbar.station.installation import Install, Installed
from busbar.station.workers import installation
from busbar.station.workers.installation import install, version_of


@pytest.mark.parametrize(
    ("head", "url", "version"),
    [
        (b"BUSBAR FIRMWARE 2.1.0-rc1\nrest", "http://x/a.bin", "2.1.0-rc1"),
        (b"BUSBAR FIRMWARE " + b"1" * 60 + b"\n", "http://x/files/fw%201.2.bin?x=1", "fw 1.2"),
        (b"\x7fELF", "ftp://x/" + "v" * 70, "v" * 50),
        (b"", "http://x/", "abababababab"),
    ],
)
def test_the_version_is_in_the_file_or_in_its_name(head: bytes, url: str, version: str) -> None:
    assert version_of(Install(url=url, sha256=b"\xab" * 32, head=head)) == version


async def test_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "INSTALL_S", 0.0)
    assert await install(Install(url="http://x/7.bin", sha256=b"")) == Installed("7")
