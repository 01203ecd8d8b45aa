"""Event streams: converted once, bounded for each reader."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from busbar.api.live import Live, frames, resume_of
from busbar.api.problems import Problem
from busbar.csms import happenings as h
from busbar.csms.bus.local import LocalBus
from busbar.csms.records.campaigns import CampaignProgress, CampaignState
from busbar.csms.records.firmware import FirmwareUpdate
from busbar.csms.records.logs import LogRequest
from busbar.csms.rows import Command, Connector, Transaction
from busbar.csms.tenancy import scoped
from busbar.model.logs import LogKind
from busbar.model.values import ConnectorStatus

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def site_of(identity):
    return 7 if identity == "CS1" else None


def make_live(**bounds):
    return Live(LocalBus(), site_of, **({"readers": 2, "backlog": 3} | bounds))


def connected(station="CS1", epoch=1):
    return msgspec.json.encode(h.StationConnected(station=station, at=NOON, version="1.6", epoch=epoch))


def read(chunk):
    """Return the events in a chunk as (name, data)."""
    found = []
    for block in chunk.decode().strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: "))))
    return found


HAPPENINGS = [
    (h.StationConnected(station="CS1", at=NOON, version="1.6", epoch=1), "station.connected", "version"),
    (h.StationDisconnected(station="CS1", at=NOON, epoch=1, reason="gone"), "station.disconnected", "reason"),
    (
        h.StationBooted(station="CS1", at=NOON, vendor="v", model="m", registration="Accepted"),
        "station.booted",
        "model",
    ),
    (
        h.ConnectorChanged(
            station="CS1",
            at=NOON,
            connector=Connector(station_id=1, evse=1, connector=1, status=ConnectorStatus.FAULTED, changed_at=NOON),
        ),
        "connector.changed",
        "connector",
    ),
    (
        h.TransactionChanged(
            station="CS1", at=NOON, transaction=Transaction(id=5, station_id=1, transaction_id="t", updated_at=NOON)
        ),
        "session.changed",
        "session",
    ),
    (
        h.CommandChanged(
            station="CS1",
            at=NOON,
            command=Command(id="c", station_id=1, action="Reset", payload=b"{}", created_at=NOON, expires_at=NOON),
        ),
        "command.changed",
        "command",
    ),
    (h.CertificateRequested(station="CS1", at=NOON), "certificate.requested", "detail"),
    (
        h.CertificateIssued(station="CS1", at=NOON, fingerprint="f", use=None, not_after=NOON),
        "certificate.issued",
        "detail",
    ),
    (h.CertificateFailed(station="CS1", at=NOON, reason="why"), "certificate.failed", "detail"),
    (h.CertificateDelivered(station="CS1", at=NOON, fingerprint="f", state="s"), "certificate.delivered", "detail"),
    (
        h.CertificateExpiring(station="CS1", at=NOON, fingerprint="f", use=None, not_after=NOON),
        "certificate.expiring",
        "detail",
    ),
    (
        h.FirmwareChanged(
            station="CS1",
            at=NOON,
            update=FirmwareUpdate(
                id=1, station_id=1, key="k", location="x", retrieve_at=NOON, created_at=NOON, updated_at=NOON
            ),
        ),
        "firmware.changed",
        "request",
    ),
    (
        h.LogChanged(
            station="CS1",
            at=NOON,
            request=LogRequest(
                id=1,
                station_id=1,
                key="k",
                kind=LogKind.SECURITY,
                location="x",
                created_at=NOON,
                updated_at=NOON,
            ),
        ),
        "log.changed",
        "request",
    ),
    (
        h.CampaignChanged(
            station="",
            at=NOON,
            organisation_id=1,
            campaign_id=1,
            state=CampaignState.RUNNING,
            progress=CampaignProgress(campaign_id=1, counts={"done": 3}),
        ),
        "campaign.changed",
        "campaign",
    ),
    (
        h.SecurityAlerted(station="CS1", at=NOON, event="TamperDetectionActivated", origin="station", info="door"),
        "security.alerted",
        "detail",
    ),
]


@pytest.mark.parametrize(("happening", "name", "part"), HAPPENINGS)
async def test_each_happening_becomes_an_event(happening, name, part):
    live = make_live()
    reader = live.join()
    await live.on_event(msgspec.json.encode(happening))
    ((found, data),) = read(await reader.take())
    assert found == name
    place = (None, None) if part == "campaign" else ("CS1", 7)  # a campaign is of no station
    assert (data["station"] or None, data["site_id"], data["at"]) == (*place, "2026-05-01T12:00:00Z")
    assert part in data


async def test_what_has_no_form_of_its_own_is_told_in_detail():
    live = make_live()
    reader = live.join()
    told = h.BatteriesMoved(station="CS1", at=NOON, event="BatteryIn", request_id=3, serials=["a"])
    await live.on_event(msgspec.json.encode(told))
    ((name, data),) = read(await reader.take())
    assert name == "batteries.moved"
    assert data["detail"] == {"event": "BatteryIn", "request_id": 3, "serials": ["a"]}


async def test_a_slow_reader_keeps_a_bound_and_is_told_to_reload():
    live = make_live(backlog=3)
    slow, quick = live.join(), live.join()
    for epoch in range(1, 101):
        await live.on_event(connected(epoch=epoch))
        assert slow.waiting <= 3
        await quick.take()
    names = [name for name, _ in read(await slow.take())]
    assert names[0] == "reload"
    assert len(names) <= 3
    await live.on_event(connected())
    assert [name for name, _ in read(await slow.take())] == ["station.connected"]


async def test_readers_are_bounded():
    live = make_live(readers=2)
    first, _ = live.join(), live.join()
    with pytest.raises(Problem) as caught:
        live.join()
    assert caught.value.kind.status == 503
    live.leave(first)
    live.join()


async def test_a_reader_of_one_station_hears_no_other():
    live = make_live()
    reader = live.join("cs1")
    await live.on_event(connected("CS2"))
    await live.on_event(connected("CS1"))
    assert [data["station"] for _, data in read(await reader.take())] == ["CS1"]


async def test_nothing_is_converted_where_nobody_reads():
    await make_live().on_event(b"not even JSON")


async def test_a_quiet_stream_sends_comments_while_the_reader_is_allowed():
    live = make_live()
    answers = iter([True, True, False])

    async def allowed():
        return next(answers)

    stream = frames(live, live.join(), allowed, 0.01)
    chunks = [chunk async for chunk in stream]
    assert chunks[0].startswith(b"retry:")
    assert chunks[1:] == [b": \n\n", b": \n\n"]
    live.join(), live.join()  # the stream has left


async def test_a_busy_stream_asks_again_too_whether_the_reader_is_allowed():
    live = make_live()
    reader = live.join()
    asked = 0

    async def allowed():
        nonlocal asked
        asked += 1
        return asked < 2

    async for _ in frames(live, reader, allowed, 0.01):
        await asyncio.sleep(0.02)
        await live.on_event(connected())
    assert asked == 2


async def test_closing_ends_every_stream_after_what_waits():
    live = make_live()
    await live.open()
    reader = live.join()

    async def allowed():
        return True

    stream = frames(live, reader, allowed, 60.0)
    await anext(stream)
    await live.on_event(connected())
    await live.close()
    rest = [chunk async for chunk in stream]
    assert [name for name, _ in read(b"".join(rest))] == ["station.connected"]


async def test_the_bus_is_listened_to_while_somebody_reads() -> None:
    bus = LocalBus()
    live = Live(bus, site_of, readers=2, backlog=5)
    reader = live.join()
    await live.open()
    assert bus.heard("busbar.event.station.booted.1")
    await live.rest()
    assert bus.heard("busbar.event.station.booted.1"), "somebody reads"
    live.leave(reader)
    await live.rest()
    assert not bus.heard("busbar.event.station.booted.1")
    await bus.close()


@pytest.mark.parametrize(("text", "found"), [("1-20", (1, 20)), ("1-", None), ("x", None), ("", None), ("1-2\n", None)])
def test_the_id_of_an_event_is_read(text, found):
    assert resume_of(text) == found


async def test_a_campaign_is_heard_in_its_organisation_only():
    live = make_live(readers=3)
    with scoped(1):
        ours = live.join()
    with scoped(2):
        theirs = live.join()
    progress = CampaignProgress(campaign_id=1)
    told = h.CampaignChanged(
        station="", at=NOON, organisation_id=2, campaign_id=1, state=CampaignState.RUNNING, progress=progress
    )
    await live.on_event(msgspec.json.encode(told))
    assert ours.waiting == 0
    ((name, data),) = read(await theirs.take())
    assert (name, data["campaign"]["id"], "organisation_id" in data) == ("campaign.changed", 1, False)
