"""Fault scripts as people write them."""

from pathlib import Path

import pytest

from busbar.station.faults import Fault, Kind, Script, read


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml, json = tmp_path / "a.toml", tmp_path / "a.json"
    toml.write_text('seed = 3\n[[faults]]\nkind = "cut"\nat_s = 1\nfor_s = 2.5\nstations = "CS-*"\nshare = 0.5\n')
    json.write_text('{"seed":3,"faults":[{"kind":"cut","at_s":1,"for_s":2.5,"stations":"CS-*","share":0.5}]}')
    fault = Fault(kind=Kind.CUT, at_s=1, for_s=2.5, stations="CS-*", share=0.5)
    assert read(toml) == read(json) == Script(seed=3, faults=(fault,))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[faults]]\nkind = "earthquake"', "earthquake"),
        ('[[faults]]\nkind = "cut"\nfor = 3', "for"),
        ('[[faults]]\nkind = "cut"\nshare = 2', "share"),
        ('[[faults]]\nkind = "cut"\nevery_s = 0', "every_s"),
        ("faults = 3", "faults"),
        ("[[", "key part"),
        ("", "faults"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason):
        read(path)


def test_a_script_of_a_megabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("#" * 1_100_000)
    with pytest.raises(ValueError, match="larger"):
        read(path)
