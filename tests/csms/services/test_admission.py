"""Who is let in: each profile against each offer, before, during and after a change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.security import NameRule, StationSecurity
from busbar.csms.rows import Station
from busbar.csms.services import security_events as events
from busbar.csms.services.admission import Admitted, Denied, Offer, PeerCertificate, admit, boot_matches, stands
from busbar.csms.services.credentials import Basic, hash_secret
from busbar.model.versions import Version

KEY = b"k" * 32
AT = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW, OLDER = b"0123456789abcdef", b"fedcba9876543210", b"a password before"


def hashed(password: bytes) -> bytes:
    return hash_secret(KEY, password)


STATION = Station(id=7, identity="CS1", secret=hashed(OLD))


def certificate(name="SN1", organisation="Operator", until=DAY) -> PeerCertificate:
    return PeerCertificate(
        name=name,
        organisations=(organisation,),
        issuer=b"",
        number=1,
        not_before=AT - DAY,
        not_after=AT + until,
        thumbprint="00",
    )


def offer(profile: int, password: bytes = OLD, version: Version = Version.V16, **fields) -> Offer:
    shown = {
        0: {"secure": False},
        1: {"secure": False, "basic": Basic("CS1", password)},
        2: {"secure": True, "basic": Basic("CS1", password)},
        3: {"secure": True, "certificate": certificate()},
    }[profile]
    return Offer(identity="CS1", version=version, **shown | fields)


def security(profile: int, **fields) -> StationSecurity:
    names = {"certificate_name": "SN1", "certificate_organisation": "Operator"}
    return StationSecurity(station_id=7, profile=profile, **names | fields)


def judge(row: StationSecurity | None, made: Offer, station: Station | None = STATION):
    return admit(KEY, station, row, made, AT)


@pytest.mark.parametrize("own", range(4))
@pytest.mark.parametrize("offered", range(4))
def test_exactly_the_stations_profile_is_admitted__A00_FR_001_A00_FR_002(own, offered):
    verdict = judge(security(own), offer(offered))
    if own == offered:
        assert (verdict.profile, verdict.values) == (own, {})
    else:
        assert verdict == Denied(f"security profile {offered} is not the station's", events.WRONG_PROFILE)


@pytest.mark.parametrize("own", range(3))
@pytest.mark.parametrize("pending", range(1, 4))
@pytest.mark.parametrize("offered", range(4))
def test_a_pending_profile_counts_beside_the_present_one(own, pending, offered):
    if pending <= own:
        return
    verdict = judge(security(own, pending_profile=pending), offer(offered))
    assert isinstance(verdict, Admitted) is (offered in (own, pending))
    if offered == pending:  # A05.FR.07
        assert verdict.values == {"profile": pending, "pending_profile": None, "profile_command": None}
        assert verdict.expected == {"profile": own, "pending_profile": pending}
    elif offered == own:
        assert not verdict.values


def test_without_a_word_of_the_operator_a_station_has_profile_1():
    assert judge(None, offer(1)).profile == 1
    assert isinstance(judge(None, offer(0)), Denied)
    assert isinstance(judge(None, offer(2)), Denied)


@pytest.mark.parametrize("version", [Version.V201, Version.V21, None])
def test_profile_0_is_for_1_6_alone(version):
    assert isinstance(judge(security(0), offer(0, version=version)), Denied)


@pytest.mark.parametrize("basic", [None, Basic("CS1", b"wrong"), Basic("CS2", OLD)])
def test_tls_alone_proves_nothing(basic):
    verdict = judge(security(2), Offer(identity="CS1", secure=True, version=Version.V201, basic=basic))
    assert verdict == Denied("wrong password" if basic else "no password", events.FAILED_TO_AUTHENTICATE)


def test_a_certificate_beside_the_password_of_profile_2_does_no_harm():
    assert judge(security(2), offer(2, certificate=certificate("SN9"))).profile == 2
    assert isinstance(judge(security(2), offer(2, b"wrong", certificate=certificate())), Denied)


def test_a_password_beside_the_certificate_of_profile_3_proves_nothing():
    assert judge(security(3), offer(2, b"wrong", certificate=certificate())).profile == 3
    assert isinstance(judge(security(3), offer(2, certificate=certificate("SN9"))), Denied)


@pytest.mark.parametrize(
    ("row", "made", "reason"),
    [
        (security(3), offer(3, revoked=True), "certificate revoked"),
        (security(3), offer(3, certificate=certificate(until=-DAY / 2)), "certificate out of its time"),
        (security(3), offer(3, certificate=certificate("SN100")), "certificate of another station"),
        (security(3), offer(3, certificate=certificate("")), "certificate of another station"),
        (security(3), offer(3, certificate=certificate(organisation="Other")), "certificate of another organisation"),
        (StationSecurity(station_id=7, profile=3), offer(3), "no certificate is registered for the station"),
    ],
)
def test_a_certificate_has_to_be_the_stations__A00_FR_404_A00_FR_405(row, made, reason):
    assert judge(row, made) == Denied(reason, events.INVALID_CERTIFICATE)


def test_names_are_only_contained_where_an_operator_said_so():
    shown = offer(3, certificate=certificate("AC-SN1", "Operator GmbH"))
    assert isinstance(judge(security(3), shown), Denied)
    assert judge(security(3, name_rule=NameRule.CONTAINS), shown).profile == 3


def test_a_password_of_unknown_outcome_counts_beside_the_old_one():
    row = security(2, pending_secret=hashed(NEW))
    assert judge(row, offer(2)).profile == 2
    verdict = judge(row, offer(2, NEW))
    assert verdict.values == {
        "secret": hashed(NEW),
        "pending_secret": None,
        "secret_command": None,
        "retired_secret": hashed(OLD),
    }
    assert verdict.expected == {"pending_secret": hashed(NEW)}


def test_a_password_and_a_profile_may_change_at_once():
    row = security(1, pending_secret=hashed(NEW), pending_profile=2)
    verdict = judge(row, offer(2, NEW))
    assert verdict.expected == {"profile": 1, "pending_profile": 2, "pending_secret": hashed(NEW)}
    assert (verdict.values["profile"], verdict.values["secret"]) == (2, hashed(NEW))


def test_the_password_that_the_csms_gave_counts_instead_of_the_rows__A01_FR_03():
    row = security(1, secret=hashed(NEW), retired_secret=hashed(OLD))
    assert judge(row, offer(1, NEW)).profile == 1
    assert judge(row, offer(1, OLD)) == Denied("a password that was replaced", events.REPLACED_PASSWORD)
    assert judge(row, offer(1, OLDER)).event == events.FAILED_TO_AUTHENTICATE


def test_nobody_is_a_station_that_is_not_known():
    assert judge(None, offer(1), None) == Denied("unknown identity", unknown=True)


def test_a_boot_has_the_serial_number_of_the_certificate__B01_FR_11():
    assert judge(security(3), offer(3)).serial == "SN1"
    assert judge(security(1), offer(1)).serial is None
    assert boot_matches("SN1", "SN1")
    assert boot_matches("SN1", None)
    assert boot_matches(None, "SN1")
    assert not boot_matches("SN10", "SN1")


def stays(admitted: Admitted, row: StationSecurity | None, secret: bytes = hashed(OLD)) -> bool:
    return stands(admitted, Station(id=7, identity="CS1", secret=secret), row)


def test_a_connection_stays_while_the_station_may_have_its_profile():
    inside = judge(security(2), offer(2))
    assert stays(inside, security(2))
    assert stays(inside, security(2, pending_profile=3))
    assert stays(inside, security(1, pending_profile=2))
    assert not stays(inside, security(3))
    assert not stays(inside, None)


def test_a_connection_ends_as_an_operator_replaces_its_password():
    inside = judge(None, offer(1))
    assert stays(inside, None)
    assert not stays(inside, None, hashed(NEW))
    assert stays(inside, security(1, secret=hashed(NEW), retired_secret=hashed(OLD)))
    assert not stays(inside, security(1, secret=hashed(NEW)))


def test_a_connection_ends_as_another_certificate_is_registered():
    inside = judge(security(3), offer(3))
    assert stays(inside, security(3))
    assert not stays(inside, security(3, certificate_name="SN2"))


@pytest.mark.parametrize("allowed", [False, True])
def test_an_expired_certificate_is_let_in_where_the_station_is_named_for_it__A00_FR_429(allowed):
    row = security(3, expired_allowed=allowed)
    found = judge(row, offer(3, certificate=certificate(until=-DAY / 2)))
    assert isinstance(found, Admitted) is allowed
    if isinstance(found, Admitted):
        assert found.must_renew
        assert stands(found, STATION, row)
        assert not stands(found, STATION, security(3))
    early = replace(certificate(), not_before=AT + DAY / 2)
    assert isinstance(judge(row, offer(3, certificate=early)), Denied)
    assert not judge(row, offer(3)).must_renew
