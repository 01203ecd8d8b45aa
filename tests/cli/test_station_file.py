"""The file that says what a station is."""

from pathlib import Path

import pytest

from busbar.cli.station_file import read
from busbar.model.versions import Version
from busbar.station.config import Shelf
from busbar.station.faults import Fault, Kind, Script
from busbar.station.virtual.vehicle import Supply

WHOLE = """
url = "ws://127.0.0.1:9000/ocpp"
identity = "CS-1"
version = "1.6"
password_file = "password.txt"
vendor = "V"
model = "M"
serial = "S"
firmware = "F"
evses = 2
state = "station.db"
[hardware]
phases = 1
max_current_a = 16
[ev]
capacity_wh = 40000
[settings]
HeartbeatInterval = "60"
[control]
port = 0
token_file = "/control.txt"
[[faults]]
kind = "cut"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "station.toml"
    path.write_text(text)
    (folder / "password.txt").write_text("a-password\n")
    return path


def test_all_that_a_station_is(tmp_path: Path) -> None:
    found = read(written(tmp_path, WHOLE))
    spec = found.spec(tmp_path)
    config = spec.config()
    assert (config.identity, config.version, config.evses) == ("CS-1", Version.V16, 2)
    assert (config.vendor, config.model, config.serial, config.firmware) == ("V", "M", "S", "F")
    assert dict(config.settings) == {"HeartbeatInterval": "60"}
    assert spec.password == "a-password"
    assert spec.supply == Supply(phases=1, max_current_a=16)
    assert found.ev.vehicle().capacity_wh == 40_000
    assert found.ev.vehicle() is not found.ev.vehicle()
    assert found.state == tmp_path / "station.db"
    assert found.control is not None
    assert found.control.token_file == Path("/control.txt")
    assert found.script() == Script(faults=(Fault(kind=Kind.CUT),))


def test_an_address_and_an_identity_are_enough(tmp_path: Path) -> None:
    found = read(written(tmp_path, 'url = "wss://x"\nidentity = "A"'))
    assert found.spec(tmp_path).supply == Supply()
    assert found.script() is None


def test_a_local_controller_a_swap_station_and_an_ev_both_ways(tmp_path: Path) -> None:
    text = 'url = "wss://x"\nidentity = "A"\nswaps = true\n[offering]\nfolder = "fw"\n[ev]\nbidirectional = true'
    found = read(written(tmp_path, text))
    config = found.spec(tmp_path).config()
    assert (config.swaps, config.shelf) == (True, Shelf(str(tmp_path / "fw"), "127.0.0.1"))
    assert found.ev.vehicle().bidirectional


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('identity = "A"', "url"),
        ('url = "http://x"\nidentity = "A"', "url"),
        ('url = "ws://x"\nidentity = "A"\nport = 3', "port"),
        ('url = "ws://x"\nidentity = "A"\nversion = "1.5"', "version"),
        ('url = "ws://x"\nidentity = "A"\nevses = 0', "evses"),
        ('url = "ws://x"\nidentity = "A"\n[hardware]\nadapter = "steam"', "adapter"),
        ('url = "ws://x"\nidentity = "A"\nstate = 3', "path"),
        ('url = "ws://x"\nidentity = "A"\npassword = "p"\npassword_file = "f"', "not both"),
        ("url = ", "station.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(written(tmp_path, text))


def test_a_secret_of_a_few_letters_is_none(tmp_path: Path) -> None:
    path = written(tmp_path, 'url = "ws://x"\nidentity = "A"\npassword_file = "password.txt"')
    (tmp_path / "password.txt").write_text("short")
    with pytest.raises(ValueError, match="at least 8"):
        read(path)
