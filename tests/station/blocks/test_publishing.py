"""A local controller publishes firmware and takes it back (L03, L04)."""

from typing import Any

import pytest

from busbar.model.firmware import PublishFirmware, PublishProgressed, PublishStatus, UnpublishFirmware
from busbar.model.orders import Trigger
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.publishing import LIMIT
from busbar.station.config import Shelf, StationConfig
from busbar.station.publishing import Discard, Offer, Offered, Readers
from busbar.station.transfers import Download, Downloaded, Fault, TransferFailed
from busbar.station.work import Failed

S = PublishStatus
TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
MD5 = "0123456789abcdef" * 2
ORDER = PublishFirmware(location="https://x.example/f", checksum=MD5.upper(), request_id=5)
FILE = Downloaded(size=3, sha256=b"", md5=MD5)
WHERE = Offered(f"http://10.0.0.1:8080/{MD5}", 8080)


def station(play: Any, version: Version = Version.V201) -> Any:
    p = play(version)
    p.config = StationConfig(identity="CS1", version=version, shelf=Shelf("/var/firmware", "10.0.0.1"))
    p.station = p._new_station()
    p.go_online()
    return p


def told(p: Any) -> list[PublishStatus]:
    return [fact.status for fact in p.sent if isinstance(fact, PublishProgressed)]


def offering(p: Any) -> int:
    return next(number for number, work in p.works.items() if isinstance(work, Offer))


def published(play: Any, version: Version = Version.V201) -> Any:
    p = station(play, version)
    assert p.order(ORDER).status == "Accepted"
    p.work(Download, FILE)
    p.run(ev.Progressed(offering(p), WHERE))
    return p


@TWO
def test_a_file_is_fetched_proven_and_offered__L03_FR_01_02_04_05_09(play: Any, version: Version) -> None:
    p = published(play, version)
    assert told(p) == [S.DOWNLOADING, S.DOWNLOADED, S.CHECKSUM_VERIFIED, S.PUBLISHED]
    fact = p.sent[-1]
    assert (fact.request_id, fact.locations) == (5, [WHERE.url])
    assert list(p.works.values()) == [Offer(folder="/var/firmware", name=MD5, host="10.0.0.1")]


def test_a_wrong_sum_is_told_and_the_file_let_go__L03_FR_07(play: Any) -> None:
    p = station(play)
    p.order(ORDER)
    p.work(Download, Downloaded(size=3, sha256=b"", md5="f" * 32))
    assert told(p)[-1] is S.INVALID_CHECKSUM
    assert list(p.works.values()) == [Discard(folder="/var/firmware", name="f" * 32)]
    assert p.order(ORDER).status == "Accepted"


def test_what_cannot_be_fetched_is_tried_again__L03_FR_06(play: Any) -> None:
    p = station(play)
    p.order(PublishFirmware(location="x", checksum=MD5, request_id=5, retries=1, retry_interval_s=20))
    p.work(Download, TransferFailed("broken"))
    assert told(p) == [S.DOWNLOADING]
    p.wait(20)
    p.work(Download, TransferFailed("broken"))
    assert told(p)[-1] is S.DOWNLOAD_FAILED
    p.order(ORDER)
    p.work(Download, TransferFailed("no", Fault.UNSUPPORTED))
    assert told(p)[-1] is S.DOWNLOAD_FAILED


def test_what_cannot_be_offered_is_told__L03_FR_08(play: Any) -> None:
    p = station(play)
    p.order(ORDER)
    p.work(Download, FILE)
    p.work(Offer, Failed("no port"))
    assert told(p)[-1] is S.PUBLISH_FAILED
    assert p.order(UnpublishFirmware(checksum=MD5)).status == "NoFirmware"


def test_the_last_status_is_told_when_asked__L03_FR_10_11(play: Any) -> None:
    p = station(play)
    p.order(ORDER)
    ask = Trigger(message="PublishFirmwareStatusNotification")
    assert p.order(ask).status == "Accepted"
    assert told(p)[-1] is S.DOWNLOADING
    p.work(Download, FILE)
    p.run(ev.Progressed(offering(p), WHERE))
    p.order(ask)
    assert (told(p)[-1], p.sent[-1].request_id) == (S.IDLE, None)


def test_a_file_is_taken_back__L04_FR_01_02_03(play: Any) -> None:
    p = published(play)
    assert p.order(UnpublishFirmware(checksum=MD5)).status == "Unpublished"
    assert list(p.works.values()) == [Discard(folder="/var/firmware", name=MD5)]
    assert p.order(UnpublishFirmware(checksum=MD5)).status == "NoFirmware"
    p.power_cut()
    assert not p.works


def test_not_while_somebody_fetches_it__L04_FR_04(play: Any) -> None:
    p = published(play)
    number = offering(p)
    p.run(ev.Progressed(number, Readers(1)))
    assert p.order(UnpublishFirmware(checksum=MD5)).status == "DownloadOngoing"
    p.run(ev.Progressed(number, Readers(0)))
    assert p.order(UnpublishFirmware(checksum=MD5)).status == "Unpublished"


def test_not_while_it_is_fetched_here(play: Any) -> None:
    p = station(play)
    p.order(ORDER)
    assert p.order(UnpublishFirmware(checksum=MD5)).status == "DownloadOngoing"
    other = PublishFirmware(location="x", checksum="f" * 32, request_id=6)
    assert (p.order(other).status, p.order(other).reason) == ("Rejected", "Occupied")


def test_a_power_cut_ends_no_offer_and_no_order(play: Any) -> None:
    p = published(play)
    p.power_cut()
    assert list(p.works.values()) == [Offer(folder="/var/firmware", name=MD5, host="10.0.0.1", port=8080)]
    p.run(ev.Progressed(offering(p), WHERE))
    assert told(p)[-1] is S.PUBLISHED
    assert len(told(p)) == 4  # nothing new
    other = PublishFirmware(location="x", checksum="f" * 32, request_id=6)
    p.order(other)
    p.power_cut()
    assert [work.url for work in p.works.values() if isinstance(work, Download)] == ["x"]


def test_no_sum_and_no_room(play: Any) -> None:
    p = station(play)
    assert p.order(PublishFirmware(location="x", checksum="../x", request_id=1)).status == "Rejected"
    for number in range(LIMIT):
        name = f"{number:032x}"
        p.order(PublishFirmware(location="x", checksum=name, request_id=number))
        p.work(Download, Downloaded(size=1, sha256=b"", md5=name))
        p.run(ev.Progressed(max(p.works), Offered("http://x", 1)))
    assert p.order(ORDER).reason == "OutOfMemory"


def test_others_are_no_local_controllers(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    for order in (ORDER, UnpublishFirmware(checksum=MD5)):
        refused = p.order(order)
        assert isinstance(refused, ef.Refuse)
        assert refused.code is ErrorCode.NOT_SUPPORTED
