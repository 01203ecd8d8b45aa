"""An update is fetched, proven and installed, waits for who charges, goes on after a power cut, and ends on demand."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from busbar.model.certificates import CertificateUse
from busbar.model.facts import Booted
from busbar.model.firmware import FirmwareProgressed, UpdateFirmware
from busbar.model.orders import Outcome, Trigger
from busbar.model.security import SecurityEventReported
from busbar.model.trust import InstallCertificate
from busbar.model.values import ConnectorStatus
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.installation import Install, Installed
from busbar.station.transfers import Download, Downloaded, Fault, TransferFailed
from busbar.station.work import Failed
from tests.fixtures.certificates import Authority

FILE = b"BUSBAR FIRMWARE 2.0\n" + b"x" * 1000
KEY = ec.generate_private_key(ec.SECP256R1())
CAME = Downloaded(size=len(FILE), sha256=hashlib.sha256(FILE).digest(), md5="", head=FILE[:100])
TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])


def certificate(p: Any, issuer: str = "firmware", key: Any = KEY) -> str:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder().subject_name(name("firmware")).issuer_name(name(issuer))
    builder = builder.public_key(KEY.public_key()).serial_number(1)
    builder = builder.not_valid_before(p.now.astimezone(UTC) - timedelta(days=1))
    made = builder.not_valid_after(p.now + timedelta(days=1)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def update(p: Any, **more: Any) -> UpdateFirmware:
    about = {"location": "http://127.0.0.1/fw.bin", "retrieve_at": p.now, "request_id": 7}
    return UpdateFirmware(**about | more)


def signed(p: Any, content: bytes = FILE, **more: Any) -> UpdateFirmware:
    signature = b64encode(KEY.sign(content, ec.ECDSA(hashes.SHA256()))).decode()
    return update(p, signing_certificate=certificate(p), signature=signature, **more)


def told(p: Any) -> list[str]:
    found = [fact for fact in p.csms.heard if isinstance(fact, FirmwareProgressed)]
    assert {fact.request_id for fact in found if fact.status != "Idle"} <= {7, 8}
    return [fact.status.value for fact in found]


def security(p: Any) -> list[str]:
    return [fact.type for fact in p.csms.heard if isinstance(fact, SecurityEventReported)]


def began(p: Any, version: Version = Version.V201, **settings: str) -> Any:
    station = p(version, settings=settings)
    station.go_online()
    return station


@TWO
def test_a_signed_update_is_proven_installed_and_runs_after_a_restart__L01_FR_01_FR_10_FR_15_FR_28_FR_31(
    play: Any, version: Version
) -> None:
    p = began(play, version)
    assert p.order(signed(p)) == Outcome(status="Accepted")
    p.work(Download, CAME)
    effects = p.work(Install, Installed("2.0"))
    assert told(p) == ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"]
    assert any(isinstance(effect, ef.Restart) for effect in effects)
    p.power_cut()
    assert told(p)[5:] == ["Installed"]
    assert security(p) == ["FirmwareUpdated"]
    booted = [fact for fact in p.csms.heard if isinstance(fact, Booted)]
    assert (booted[-1].reason, booted[-1].firmware) == ("FirmwareUpdate", "2.0")
    p.power_cut()
    assert len(told(p)) == 6
    assert [fact.firmware for fact in p.csms.heard if isinstance(fact, Booted)][-1] == "2.0"


def test_plain_1_6_tells_what_it_has_words_for(play: Any) -> None:
    p = began(play, Version.V16)
    p.order(update(p, request_id=None, install_at=p.now + timedelta(hours=1)))
    p.work(Download, CAME)
    p.wait(3600)
    p.work(Install, Installed("2.0"))
    p.power_cut()
    facts = [fact for fact in p.csms.heard if isinstance(fact, FirmwareProgressed)]
    assert [fact.status.value for fact in facts] == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert security(p) == []


def test_a_changed_file_is_not_installed__L01_FR_03_FR_04(play: Any) -> None:
    p = began(play)
    p.order(signed(p, b"another"))
    p.work(Download, CAME)
    assert told(p) == ["Downloading", "Downloaded", "InvalidSignature"]
    assert security(p) == ["InvalidFirmwareSignature"]
    assert not p.works


@pytest.mark.parametrize("text", ["nonsense", ""])
def test_a_certificate_that_is_none_is_refused__L01_FR_02_FR_21_FR_22(play: Any, text: str) -> None:
    p = began(play)
    assert p.order(update(p, signing_certificate=text, signature="AAAA")) == Outcome(status="InvalidCertificate")
    assert security(p) == ["InvalidFirmwareSigningCertificate"]
    assert not p.works


@pytest.mark.parametrize("built_in", [True, False])
def test_only_what_the_maker_issued_signs__L01_FR_12(play: Any, tmp_path: Path, built_in: bool) -> None:
    maker, other = Authority(tmp_path, "Maker"), Authority(tmp_path, "Other")
    trusted = InstallCertificate(use=CertificateUse.MANUFACTURER_ROOT, certificate=maker.path.read_text())
    for issuer, status in ((maker, "Accepted"), (other, "InvalidCertificate")):
        p = play(Version.V201, roots=((trusted.use, trusted.certificate),) if built_in else ())
        p.now = datetime.now(UTC)
        p.go_online()
        if not built_in:
            assert p.order(trusted).status == "Accepted"
        signer = issuer.issue("firmware", key=KEY).chain.read_text()
        assert p.order(update(p, signing_certificate=signer, signature="AAAA")).status == status


def test_it_is_fetched_and_installed_when_it_is_time__L01_FR_13_FR_16(play: Any) -> None:
    p = began(play)
    p.order(update(p, retrieve_at=p.now + timedelta(hours=1), install_at=p.now + timedelta(hours=2)))
    assert told(p) == ["DownloadScheduled"]
    assert not p.works
    p.wait(3600)
    p.work(Download, CAME)
    assert told(p)[1:] == ["Downloading", "Downloaded", "InstallScheduled"]
    p.wait(3599)
    assert not p.works
    p.wait(1)
    assert told(p)[4:] == ["Installing"]


@TWO
def test_it_waits_for_who_charges_and_lets_nobody_else_begin__L01_FR_06_FR_07_FR_34(
    play: Any, version: Version
) -> None:
    p = play(version, evses=2)
    p.go_online()
    p.charge()
    p.order(update(p))
    p.work(Download, CAME)
    assert told(p) == ["Downloading", "Downloaded", "InstallScheduled"]
    evses = p.station._cabinet.evses
    assert [evse.status for evse in evses.values()] == [ConnectorStatus.OCCUPIED, ConnectorStatus.UNAVAILABLE]
    assert not p.works
    p.run(ev.TokenRead(evses[1].token, 1))
    assert told(p)[3:] == ["Installing"]
    assert {evse.status for evse in evses.values()} == {ConnectorStatus.UNAVAILABLE}
    p.work(Install, Failed("bad"))
    assert told(p)[4:] == ["InstallationFailed"]
    assert ConnectorStatus.UNAVAILABLE not in {evse.status for evse in evses.values()}


def test_others_may_begin_where_the_setting_says_so__L01_FR_07(play: Any) -> None:
    p = play(Version.V201, evses=2, settings={"AllowNewSessionsPendingFirmwareUpdate": "true"})
    p.go_online()
    p.charge()
    p.order(update(p))
    p.work(Download, CAME)
    assert p.station._cabinet.evses[2].status is ConnectorStatus.AVAILABLE


def test_a_download_is_tried_again_as_often_as_asked__L01_FR_30(play: Any) -> None:
    p = began(play)
    p.order(update(p, retries=2, retry_interval_s=30))
    for _ in range(2):
        p.work(Download, TransferFailed("broken"))
        assert told(p) == ["Downloading"]
        p.wait(29)
        assert not p.works
        p.wait(1)
    p.work(Download, TransferFailed("broken"))
    assert told(p) == ["Downloading", "DownloadFailed"]
    assert p.order(update(p)).status == "Accepted"


def test_what_cannot_be_fetched_is_not_tried_again(play: Any) -> None:
    p = began(play)
    p.order(update(p))
    p.work(Download, TransferFailed("no such protocol", Fault.UNSUPPORTED))
    assert told(p) == ["Downloading", "DownloadFailed"]


def test_a_newer_request_cancels_but_not_an_installation__L01_FR_24_FR_27(play: Any) -> None:
    p = began(play)
    p.order(update(p))
    assert p.order(update(p, request_id=8)).status == "AcceptedCanceled"
    assert len(p.works) == 1
    p.work(Download, CAME)
    assert p.order(update(p, request_id=9)).status == "Rejected"


@pytest.mark.parametrize("version", list(Version))
def test_the_last_status_is_told_again_when_asked_for__L01_FR_20_FR_25_FR_26(play: Any, version: Version) -> None:
    p = began(play, version)
    assert p.order(Trigger(message="FirmwareStatusNotification")).status == "Accepted"
    p.order(update(p))
    p.order(Trigger(message="FirmwareStatusNotification"))
    p.work(Download, CAME)
    p.work(Install, Installed("2"))
    p.power_cut()
    p.order(Trigger(message="FirmwareStatusNotification"))
    assert told(p)[:3] == ["Idle", "Downloading", "Downloading"]
    assert told(p)[-2:] == ["Installed", "Idle"]


def test_an_update_goes_on_after_a_power_cut_at_any_stage(play: Any) -> None:
    for stage in range(4):
        p = began(play)
        p.order(signed(p, retrieve_at=p.now + timedelta(seconds=60)))
        for step, go in enumerate((lambda p: p.wait(60), lambda p: p.work(Download, CAME))):
            if stage == step:
                p.power_cut()
            go(p)
        if stage == 2:
            p.power_cut()
        p.work(Install, Installed("2"))
        p.power_cut()
        assert told(p) == [
            "DownloadScheduled",
            "Downloading",
            "Downloaded",
            "SignatureVerified",
            "Installing",
            "InstallRebooting",
            "Installed",
        ]


def test_statuses_wait_for_the_connection(play: Any) -> None:
    p = began(play)
    p.order(update(p))
    p.run(ev.Disconnected())
    p.work(Download, TransferFailed("x", Fault.UNSUPPORTED))
    assert told(p) == ["Downloading"]
    p.run(ev.Connected())
    assert told(p) == ["Downloading", "DownloadFailed"]
