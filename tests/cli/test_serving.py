"""`busbar serve` as a process: it prints its first key once, serves, and ends on a signal."""

import signal
import subprocess
import sys
from pathlib import Path


def serve(tmp_path: Path) -> tuple[list[str], int]:
    command = [sys.executable, "-m", "busbar.cli.main", "serve", "--ocpp-port", "0", "--api-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(2)]
        child.send_signal(signal.SIGTERM)
        lines += child.stdout.readlines()
    return lines, child.returncode


def test_the_first_start_shows_a_key_and_later_ones_do_not(tmp_path: Path) -> None:
    lines, status = serve(tmp_path)
    assert status == 0
    assert "ws://127.0.0.1:" in lines[0]
    assert "http://127.0.0.1:" in lines[1]
    assert "bbk_" in lines[2]
    lines, status = serve(tmp_path)
    assert (status, len(lines)) == (0, 2)


def test_a_wrong_database_ends_with_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "busbar.cli.main", "serve", "--database-url", "sqlite:////proc/none/a.db"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
