from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.certificates import Inventory, RootDeletion, RootInstallation
from busbar.csms.rows import Command, Station
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.stores import Drift, Store
from busbar.csms.services.view import StationView
from busbar.model.certificates import CertificateUse, HashAlgorithm, InstalledCertificate
from busbar.model.orders import Outcome
from busbar.model.trust import DeleteCertificate, InstallCertificate, InstalledCertificates, ListCertificates
from busbar.model.versions import Version
from busbar.pki import authority, pem
from busbar.pki.authority import Validity
from busbar.pki.hashes import hash_data

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
CSMS = CertificateUse.CSMS_ROOT
VIEW = StationView(Station(id=7, identity="CS-7"), Version.V201, 1)
COMMAND = Command(id="c", station_id=7, action="", payload=b"", created_at=NOON, expires_at=NOON)


def root(serial: int):
    key = authority.make_key()
    return authority.make_root(authority.name(f"R{serial}"), key, serial, Validity(at=NOON, days=99))


ONE, TWO = root(1), root(2)


def named(certificate, algorithm=HashAlgorithm.SHA384):
    return hash_data(certificate, certificate, algorithm)


def concluded(order, outcome: Outcome | None, at: datetime = NOON):
    return [change.row for change in conclude(order, COMMAND, outcome, VIEW, at).changes]


def put(certificate, status: str = "Accepted", at: datetime = NOON) -> RootInstallation:
    order = InstallCertificate(use=CSMS, certificate=pem.write_chain([certificate]))
    (row,) = concluded(order, Outcome(status=status), at)
    return row


def said(*certificates, at: datetime = NOON) -> Inventory:
    found = [InstalledCertificate(CSMS, named(one)) for one in certificates]
    (row,) = concluded(ListCertificates(uses=(CSMS,)), InstalledCertificates(status="Accepted", installed=found), at)
    return row


def gone(certificate, at: datetime) -> RootDeletion:
    (row,) = concluded(DeleteCertificate(certificate=named(certificate)), Outcome(status="Accepted"), at)
    return row


@pytest.mark.parametrize("status", ["Accepted", "Rejected", "Failed"])
def test_what_a_station_answers_to_a_root_is_noted__M05_FR_02(status: str) -> None:
    row = put(ONE, status)
    assert (row.station_id, row.use, row.status, row.fingerprint) == (7, CSMS, status, pem.fingerprint(ONE))
    assert concluded(InstallCertificate(use=CSMS, certificate="x"), Outcome(status="Accepted")) == []
    assert concluded(InstallCertificate(use=CSMS, certificate=row.pem), None) == []


def test_a_list_replaces_what_was_known_of_its_uses__M03_FR_04() -> None:
    assert said(ONE).installed == [InstalledCertificate(CSMS, named(ONE))]
    none = InstalledCertificates(status="NotFound")  # M03.FR.02
    (row,) = concluded(ListCertificates(uses=(CSMS,)), none)
    assert row.installed == []
    assert {row.use for row in concluded(ListCertificates(), none)} == set(CertificateUse)
    assert concluded(ListCertificates(), None) == []


@pytest.mark.parametrize(("status", "count"), [("Accepted", 1), ("NotFound", 1), ("Failed", 0)])
def test_a_deletion_is_noted_where_the_certificate_is_gone__M04_FR_02(status: str, count: int) -> None:
    assert len(concluded(DeleteCertificate(certificate=named(ONE)), Outcome(status=status))) == count


def test_the_last_root_of_the_csms_is_known() -> None:
    both = Store([said(ONE, TWO)], [], [])
    assert not both.last_csms_root(named(ONE))
    assert Store([said(ONE)], [], []).last_csms_root(named(ONE))
    assert Store([said(ONE, TWO)], [], [gone(TWO, LATER)]).last_csms_root(named(ONE))
    assert both.find(named(ONE, HashAlgorithm.SHA256)) is None  # M04.FR.07: as the station reports it
    assert both.find(named(ONE)) is not None


def test_a_root_that_came_again_after_its_deletion_is_there() -> None:
    assert Store([said(ONE, at=LATER)], [], [gone(ONE, NOON)]).find(named(ONE)) is not None


def test_drift_is_what_is_missing_and_what_is_foreign() -> None:
    assert Store([said(ONE, at=LATER)], [put(ONE)], []).drift() == []
    missing = Store([said(at=LATER)], [put(ONE)], []).drift()
    assert missing == [Drift(CSMS, "missing", pem.fingerprint(ONE), None)]
    foreign = Store([said(ONE, TWO, at=LATER)], [put(ONE)], []).drift()
    assert foreign == [Drift(CSMS, "foreign", None, named(TWO))]


def test_what_was_deleted_or_refused_or_put_later_is_not_missing() -> None:
    much_later = LATER + timedelta(hours=1)
    assert Store([said(at=much_later)], [put(ONE)], [gone(ONE, LATER)]).drift() == []
    assert Store([said(at=LATER)], [put(ONE, "Rejected")], []).drift() == []
    assert Store([said(at=NOON)], [put(ONE, at=LATER)], []).drift() == []
