"""Logs are written when asked for and uploaded, one at a time, as often as asked."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.model.logs import GetLog, LogKind, LogOutcome, LogProgressed
from busbar.model.orders import Outcome, Trigger
from busbar.model.versions import Version
from busbar.station import events as ev
from busbar.station.blocks.security_events import SecurityEvents
from busbar.station.transfers import Fault, TransferFailed, Upload, Uploaded
from busbar.station.work import Failed

ALL = pytest.mark.parametrize("version", list(Version))


def get(kind: LogKind = LogKind.DIAGNOSTICS, **more: Any) -> GetLog:
    return GetLog(**{"kind": kind, "location": "http://127.0.0.1/logs/", "request_id": 4} | more)


def told(p: Any) -> list[tuple[str, int | None]]:
    return [(fact.status.value, fact.request_id) for fact in p.csms.heard if isinstance(fact, LogProgressed)]


def began(play: Any, version: Version = Version.V201) -> Any:
    p = play(version)
    p.go_online()
    return p


def text(p: Any) -> str:
    return next(work for work in p.works.values() if isinstance(work, Upload)).body.decode()


@ALL
def test_diagnostics_tell_all_but_secrets__N01_FR_01_FR_04_FR_07_FR_08_FR_09(play: Any, version: Version) -> None:
    p = began(play, version)
    p.charge()
    outcome = p.order(get())
    assert outcome == LogOutcome(status="Accepted", filename="CS1-diagnostics-20260301T120000Z.log")
    assert "evse 1: " in text(p)
    assert "transaction tx-1" in text(p)
    assert "HeartbeatInterval" in text(p)
    p.work(Upload, Uploaded())
    assert told(p) == [("Uploading", 4), ("Uploaded", 4)]


def test_1_6_diagnostics_have_no_id(play: Any) -> None:
    p = began(play, Version.V16)
    p.order(get(request_id=None))
    p.work(Upload, Failed("lost"))
    p.order(get(request_id=None))
    p.work(Upload, Uploaded())
    assert told(p) == [("Uploading", None), ("Uploading", None), ("Uploaded", None)]


def test_the_security_log_is_bounded_by_times__N01_FR_03(play: Any) -> None:
    p = began(play)
    for number in range(4):
        p.run(ev.CableUnplugged(1))
        p.station._fittings.get(SecurityEvents).note("SettingSystemTime", f"n{number}")
        p.wait(60)
    order = get(LogKind.SECURITY, oldest=p.now - timedelta(seconds=180), latest=p.now - timedelta(seconds=120))
    p.order(order)
    assert text(p) == "2026-03-01T12:01:00.000Z SettingSystemTime n1\n2026-03-01T12:02:00.000Z SettingSystemTime n2\n"


def test_what_is_not_collected_is_refused__N01_FR_05(play: Any) -> None:
    p = began(play, Version.V21)
    assert p.order(get(LogKind.DATA_COLLECTOR)) == LogOutcome(status="Rejected")


@pytest.mark.parametrize(("fault", "status"), [(Fault.DENIED, "PermissionDenied"), (Fault.BROKEN, "UploadFailure")])
def test_a_failure_is_told_after_the_last_attempt__N01_FR_10(play: Any, fault: Fault, status: str) -> None:
    p = began(play)
    p.order(get(retries=1, retry_interval_s=10))
    p.work(Upload, TransferFailed("no", fault))
    assert told(p) == [("Uploading", 4)]
    p.wait(10)
    p.work(Upload, TransferFailed("no", fault))
    assert told(p)[1:] == [(status, 4)]
    assert "logs/upload" not in p.kept


def test_what_cannot_come_right_is_tried_once__N01_FR_30(play: Any) -> None:
    p = began(play)
    p.order(get())
    p.work(Upload, TransferFailed("no", redirected=True))
    assert told(p)[1:] == [("UploadFailure", 4)]


def test_a_newer_request_cancels__N01_FR_12_FR_20(play: Any) -> None:
    p = began(play)
    p.order(get())
    assert p.order(get(request_id=5)).status == "AcceptedCanceled"
    p.work(Upload, Uploaded())
    assert told(p) == [("Uploading", 4), ("AcceptedCanceled", 4), ("Uploading", 5), ("Uploaded", 5)]
    assert not p.works


@ALL
def test_a_status_is_told_when_asked_for__N01_FR_13(play: Any, version: Version) -> None:
    p = began(play, version)
    for message in ("LogStatusNotification", "DiagnosticsStatusNotification"):
        assert p.order(Trigger(message=message)) == Outcome(status="Accepted")
    p.order(get())
    p.order(Trigger(message="LogStatusNotification"))
    assert told(p) == [("Idle", None), ("Idle", None), ("Uploading", 4), ("Uploading", 4)]


def test_an_upload_begins_again_after_a_power_cut(play: Any) -> None:
    p = began(play)
    p.order(get())
    p.run(ev.Disconnected())
    p.power_cut()
    p.work(Upload, Uploaded())
    assert told(p)[-1] == ("Uploaded", 4)
