"""Rows as they are shown."""

from datetime import UTC, datetime

import msgspec

from busbar.api import models
from busbar.csms import rows
from busbar.model.values import ConnectorStatus

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_station_never_shows_its_secret():
    row = rows.Station(id=1, identity="CS1", secret=b"hash-of-the-password")
    connector = rows.Connector(station_id=1, evse=1, connector=1, status=ConnectorStatus.AVAILABLE, changed_at=NOON)
    shown = models.station(row, [connector])
    assert shown.has_password
    assert shown.connectors[0].status == "Available"
    assert b"hash-of" not in msgspec.json.encode(shown)


def test_an_api_key_never_shows_its_secret():
    shown = models.api_key(rows.ApiKey(id="a", secret=b"hash", label="x", created_at=NOON))
    assert not hasattr(shown, "secret")


def test_an_ended_session_is_not_active():
    row = rows.Transaction(id=1, station_id=1, transaction_id="t", updated_at=NOON, ended_at=NOON)
    shown = models.session(row, models.Name("CS1", 4))
    assert (shown.station, shown.site_id, shown.active, shown.flags) == ("CS1", 4, False, [])


def test_a_command_shows_json_as_json():
    row = rows.Command(
        id="c", station_id=1, action="Reset", payload=b'{"type":"Soft"}', created_at=NOON, expires_at=NOON, answer=b"{}"
    )
    shown = models.command(row, "CS1")
    assert shown.payload == {"type": "Soft"}
    assert shown.answer == {}
    assert b"idempotency" not in msgspec.json.encode(shown)


def test_times_are_written_in_utc():
    row = rows.ApiKey(id="a", secret=b"", label="x", created_at=NOON)
    assert b'"created_at":"2026-05-01T12:00:00Z"' in msgspec.json.encode(models.api_key(row))
