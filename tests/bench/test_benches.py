"""The benches run: what they print is theirs to say, that they still fit the code is told here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bench(name: str, *words: str) -> str:
    command = [sys.executable, "-m", f"bench.{name}", *words]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout


def test_the_codec_bench_measures_all_three_ways(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    assert "PyPI ocpp" in bench("codec", "--rounds", "1", "--seconds", "0.001", "--json", str(out))
    ratios = json.loads(out.read_text())["ratios"]
    assert set(ratios) == {
        f"{name}_vs_ocpp_library" for name in ("MeterValues", "TransactionEvent", "BootNotification")
    }


@pytest.mark.parametrize("name", ["codec", "store", "gateway", "connections", "fleet"])
def test_every_bench_says_what_it_takes(name: str) -> None:
    assert "--json" in bench(name, "--help")


def test_the_fleet_bench_lets_every_station_charge(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    bench("fleet", "--stations", "3", "--seconds", "2", "--json", str(out))
    figures = json.loads(out.read_text())["figures"]
    assert figures["charging"] == figures["stations"] == 3
    assert figures["messages_per_s"] > 3
    assert figures["kb_per_station"] > 0
