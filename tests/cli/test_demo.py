"""The demo as a person runs it: a process, a time, a summary, and energy that agrees to the Wh."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from busbar.cli.demo import Summary

COMMAND = [sys.executable, "-m", "busbar.cli.main", "demo", "--stations", "6"]


def test_a_short_demo_charges_and_reconciles(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = subprocess.run(
        [*COMMAND, "--for", "25s", "--json", str(out)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(out.read_text())
    assert set(summary) == {"sessions", "energy_station_wh", "energy_csms_wh", "messages", "errors"}
    assert summary["sessions"] >= 3
    assert summary["energy_station_wh"] == summary["energy_csms_wh"] > 0
    assert summary["errors"] == 0
    assert "bbk_" in done.stdout
    assert "they agree" in done.stdout


def test_ctrl_c_ends_it_cleanly() -> None:
    child = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    while "connected" not in child.stdout.readline():
        assert child.poll() is None
    time.sleep(3)
    child.send_signal(signal.SIGINT)
    out, errors = child.communicate(timeout=90)
    assert (child.returncode, errors) == (0, "")
    assert "they agree" in out


def test_ledgers_that_differ_by_a_watt_hour_do_not_agree() -> None:
    assert not Summary(sessions=1, energy_station_wh=10, energy_csms_wh=11.0, messages=1, errors=0).agrees
