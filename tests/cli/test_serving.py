"""`busbar serve` as a process: it prints its first key once, serves, and ends on a signal."""

import json
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

from tests.fixtures.certificates import Authority


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


def test_every_line_of_the_log_is_json_where_that_is_wanted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "busbar.cli.main", "serve", "--ocpp-port", "0", "--api-port", "0"]
    command += ["--log-format", "json", "--log-level", "debug", "--metrics-port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, bufsize=1
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        lines = [child.stdout.readline() for _ in range(4)]
        child.send_signal(signal.SIGTERM)
        logged = [json.loads(line) for line in child.stderr]
    key = lines[3].split()[-1]
    assert lines[2].startswith("Metrics are at http://127.0.0.1:")
    assert key.startswith("bbk_")
    assert {line["logger"] for line in logged} >= {"uvicorn.error", "busbar.cli.bootstrap"}
    assert all(line["time"] and line["level"] and "message" in line for line in logged)
    assert key not in json.dumps(logged)


def test_a_wrong_database_ends_with_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "busbar.cli.main", "serve", "--database-url", "sqlite:////proc/none/a.db"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_certificates_are_renewed_at_sighup(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    old, new = authority.server(), authority.server()
    command = [sys.executable, "-m", "busbar.cli.main", "serve", "--ocpp-port", "0", "--api-port", "0"]
    command += ["--ocpp-tls-port", "0", "--tls-certificate", str(old.chain), "--tls-key", str(old.key)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(4)]
        port = int(lines[1].split("wss://127.0.0.1:")[1].split("/")[0])
        shown = [ssl.get_server_certificate(("127.0.0.1", port))]
        old.key.write_bytes(new.key.read_bytes())
        old.chain.write_bytes(new.chain.read_bytes())
        child.send_signal(signal.SIGHUP)
        end = time.monotonic() + 10
        while shown[-1] == shown[0] and time.monotonic() < end:
            shown.append(ssl.get_server_certificate(("127.0.0.1", port)))
        child.send_signal(signal.SIGTERM)
    assert child.returncode == 0
    assert ssl.PEM_cert_to_DER_cert(shown[-1]) == ssl.PEM_cert_to_DER_cert(new.chain.read_text())
