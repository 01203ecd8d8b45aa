"""What is logged, as a program or a person reads it."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from busbar.telemetry.logs import LogFormat, set_up

CANARY = "c4n4ry-Secret"
Lines = Callable[[], list[str]]


@pytest.fixture
def begin() -> Iterator[Callable[..., Lines]]:
    """Send logs to a text; the handler goes away afterwards."""
    root, level, made = logging.getLogger(), logging.getLogger().level, []

    def start(format_: LogFormat, level: str = "info", **options: Callable[[], str]) -> Lines:
        stream = io.StringIO()
        made.append(set_up(format_, level, stream, **options))
        return lambda: stream.getvalue().splitlines()

    yield start
    for handler in made:
        root.removeHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(False)


def test_a_line_of_json_has_time_level_logger_and_message(begin: Callable[..., Lines]) -> None:
    lines = begin(LogFormat.JSON)
    logging.getLogger("busbar.csms").warning("parked %s", "Authorize", extra={"station": "CS-1", "other": "not told"})
    told = json.loads(lines()[0])
    assert told.pop("time").endswith("Z")
    assert told == {"level": "warning", "logger": "busbar.csms", "message": "parked Authorize", "station": "CS-1"}


def test_a_stack_is_inside_its_line(begin: Callable[..., Lines]) -> None:
    lines = begin(LogFormat.JSON)
    try:
        raise ValueError(f"password={CANARY}")
    except ValueError:
        logging.getLogger("a").exception("it broke")
    (line,) = lines()
    assert "Traceback" in json.loads(line)["exception"]
    assert CANARY not in line


def test_a_line_of_text_cannot_be_split_by_what_a_station_says(begin: Callable[..., Lines]) -> None:
    lines = begin(LogFormat.TEXT)
    logging.getLogger("a").info("hello %s", "CS\n2026 INFO a: forged", extra={"station": "CS-1"})
    (line,) = lines()
    assert " INFO a: hello CS\\n2026" in line
    assert line.endswith("station=CS-1")


@pytest.mark.parametrize("format_", list(LogFormat))
def test_less_than_the_level_is_not_told(begin: Callable[..., Lines], format_: LogFormat) -> None:
    lines = begin(format_, "warning")
    logging.getLogger("a").info("quiet")
    logging.getLogger("a").error("loud")
    assert len(lines()) == 1


@pytest.mark.parametrize("format_", list(LogFormat))
def test_no_secret_is_told(begin: Callable[..., Lines], format_: LogFormat) -> None:
    lines = begin(format_)
    log = logging.getLogger("a")
    log.info('SetVariables {"password": "%s"}', CANARY)
    log.info("who came with %s", f"bbk_1_{CANARY}")
    log.info("%s", {"Authorization": f"Basic {CANARY}"})
    log.info("here", extra={"station": f"token={CANARY}"})
    assert len(lines()) == 4
    assert CANARY not in "".join(lines())


@pytest.mark.parametrize("name", ["httpx", "httpx2", "httpcore.http11", "alembic.runtime.migration"])
def test_libraries_do_not_tell_of_each_step(begin: Callable[..., Lines], name: str) -> None:
    lines = begin(LogFormat.JSON, "debug")
    logging.getLogger(name).info("HTTP Request: POST https://hooks.example/T0/%s", CANARY)
    assert lines() == []


def test_a_long_message_is_cut(begin: Callable[..., Lines]) -> None:
    lines = begin(LogFormat.JSON)
    logging.getLogger("a").info("x" * 1_000_000)
    assert len(lines()[0]) < 20_000


def test_the_trace_that_is_followed_is_named(begin: Callable[..., Lines]) -> None:
    current = ["", "abc"]
    lines = begin(LogFormat.JSON, trace_id=current.pop)
    logging.getLogger("a").info("inside")
    logging.getLogger("a").info("outside")
    logging.getLogger("a").info("given", extra={"trace_id": "def"})
    assert [json.loads(line).get("trace_id") for line in lines()] == ["abc", None, "def"]


def test_a_line_that_cannot_be_written_tells_no_argument(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    handler = set_up(LogFormat.TEXT, "info", stream)
    logging.getLogger().removeHandler(handler)
    handler.handle(logging.LogRecord("a.b", logging.INFO, "", 1, "%d", (CANARY,), None))
    assert stream.getvalue() == ""
    told = capsys.readouterr().err
    assert "a.b" in told
    assert CANARY not in told


def test_a_second_beginning_replaces_the_first(begin: Callable[..., Lines]) -> None:
    first, second = begin(LogFormat.TEXT), begin(LogFormat.TEXT)
    logging.getLogger("a").info("once")
    assert (len(first()), len(second())) == (0, 1)
