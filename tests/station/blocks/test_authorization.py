"""Who may charge: asked, cached, offline, by group, and who may stop."""

from typing import Any

import pytest

from busbar.model.facts import TokenAnswer, TokenPresented, TransactionEnded, TransactionStarted
from busbar.model.orders import ClearCache, StartTransaction
from busbar.model.values import AuthorizationStatus, IdToken, RegistrationStatus, StopReason
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev

ACCEPTED = AuthorizationStatus.ACCEPTED
BLOCKED = TokenAnswer(status=AuthorizationStatus.BLOCKED)


def texts(effects: list[ef.Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, ef.Show)]


def started(p: Any) -> int:
    return len([f for f in p.sent if isinstance(f, TransactionStarted)])


def asked(p: Any) -> int:
    return len([f for f in p.sent if isinstance(f, TokenPresented)])


def learn_and_go_offline(p: Any, token: str = "T1") -> None:
    p.go_online()
    p.charge(token)
    p.run(ev.TokenRead(IdToken(token), 1), ev.CableUnplugged(1), ev.Disconnected())


@pytest.mark.parametrize("version", list(Version))
def test_a_refused_token_starts_nothing(play: Any, version: Version) -> None:
    p = play(version)
    p.csms.verdicts["t1"] = BLOCKED
    p.go_online()
    effects = p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("T1"), 1))
    assert texts(effects) == ["Not authorized"]
    assert not [e for e in effects if isinstance(e, ef.SwitchContactor)]
    assert started(p) == 0


def test_a_known_token_is_asked_about_again_unless_preauthorised(play: Any) -> None:
    for flag, questions in (("false", 2), ("true", 1)):
        p = play(Version.V201, settings={"LocalPreAuthorize": flag})
        p.go_online()
        for _ in range(2):
            p.charge()
            p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
        assert (asked(p), started(p)) == (questions, 2)


@pytest.mark.parametrize(
    ("settings", "known", "starts"),
    [
        ({}, True, True),
        ({"LocalAuthorizeOffline": "false"}, True, False),
        ({}, False, False),
        ({"AllowOfflineTxForUnknownId": "true"}, False, True),
    ],
)
def test_the_rules_for_tokens_while_offline(play: Any, settings: dict[str, str], known: bool, starts: bool) -> None:
    p = play(Version.V16, settings=settings)
    learn_and_go_offline(p, "T1")
    effects = p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("T1" if known else "T9"), 1))
    assert (ef.SwitchContactor(1, True) in effects) is starts


def test_a_token_known_as_refused_is_refused_offline_though_unknown_ones_are_allowed(play: Any) -> None:
    p = play(Version.V16, settings={"AllowOfflineTxForUnknownId": "true"})
    p.csms.verdicts["t1"] = BLOCKED
    p.go_online()
    p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("T1"), 1), ev.Disconnected())
    assert texts(p.run(ev.TokenRead(IdToken("T1"), 1))) == ["Not authorized"]


def test_a_question_that_the_connection_loses_is_decided_offline(play: Any) -> None:
    p = play(Version.V16, settings={"AllowOfflineTxForUnknownId": "true"})
    p.go_online()
    p.run(ev.CablePluggedIn(1))
    p.tell(ev.TokenRead(IdToken("T1"), 1))
    assert texts(p.tell(ev.TokenRead(IdToken("T1"), 1))) == ["Please wait"]
    assert ef.SwitchContactor(1, True) in p.tell(ev.Disconnected())


def test_a_question_without_an_answer_asks_to_try_again(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.csms.silent = lambda fact: True
    assert texts(p.run(ev.TokenRead(IdToken("T1"), 1))) == ["Please try again"]
    p.csms.silent = lambda fact: False
    assert texts(p.run(ev.TokenRead(IdToken("T1"), 1))) == ["Plug in"]


def test_only_its_own_token_or_one_of_its_group_stops_a_transaction(play: Any) -> None:
    group = TokenAnswer(status=ACCEPTED, group=IdToken("FAMILY"))
    p = play(Version.V201)
    p.csms.verdicts = {"t1": group, "t2": group, "t3": TokenAnswer(status=ACCEPTED, group=IdToken("OTHER"))}
    p.go_online()
    p.charge("T1")
    assert texts(p.run(ev.TokenRead(IdToken("T3"), 1))) == ["In use"]
    assert texts(p.run(ev.TokenRead(IdToken("T4"), 1))) == ["In use"]
    assert texts(p.run(ev.TokenRead(IdToken("T2"), 1))) == ["Stopped"]
    (ended,) = [f for f in p.sent if isinstance(f, TransactionEnded)]
    assert ended.token == IdToken("T2")


def test_a_group_stops_offline_by_the_cache(play: Any) -> None:
    group = TokenAnswer(status=ACCEPTED, group=IdToken("FAMILY"))
    p = play(Version.V201)
    p.csms.verdicts = {"t1": group, "t2": group}
    learn_and_go_offline(p, "T2")
    p.run(ev.Connected())
    p.charge("T1")
    p.run(ev.Disconnected())
    assert texts(p.run(ev.TokenRead(IdToken("T9"), 1))) == ["In use"]
    assert texts(p.run(ev.TokenRead(IdToken("T2"), 1))) == ["Stopped"]


def test_the_same_token_before_the_cable_takes_the_authorisation_back(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.TokenRead(IdToken("T1"), 1), ev.CablePluggedIn(1))
    assert started(p) == 0
    assert "connect/1" not in p.timers


def test_a_cable_in_time_stops_the_clock(play: Any) -> None:
    p = play(Version.V16, settings={"ConnectionTimeOut": "30"})
    p.go_online()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.wait(29)
    p.run(ev.CablePluggedIn(1))
    p.wait(10)
    assert (started(p), p.station.account.sessions) == (1, 0)


def test_one_reader_for_all_finds_the_cable_the_free_place_and_its_own_transaction(play: Any) -> None:
    p = play(Version.V16, evses=2)
    p.go_online()
    p.run(ev.CablePluggedIn(2), ev.TokenRead(IdToken("T1")), ev.TokenRead(IdToken("T2")), ev.CablePluggedIn(1))
    assert [f.place.evse for f in p.sent if isinstance(f, TransactionStarted)] == [2, 1]
    assert texts(p.run(ev.TokenRead(IdToken("T3")))) == ["No free connector"]
    p.run(ev.TokenRead(IdToken("T2")))
    assert [f.place.evse for f in p.sent if isinstance(f, TransactionEnded)] == [1]


def test_before_accepted_a_start_depends_on_the_configuration(play: Any) -> None:
    for flag, text in (("true", "Plug in"), ("false", "Out of service")):
        settings = {"TxBeforeAcceptedEnabled": flag, "AllowOfflineTxForUnknownId": "true"}
        p = play(Version.V201, settings=settings)
        p.csms.boots = [RegistrationStatus.PENDING]
        p.go_online()
        assert texts(p.run(ev.TokenRead(IdToken("T1"), 1))) == [text]


def test_clearing_the_cache_makes_tokens_unknown(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.charge()
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    assert p.order(ClearCache()).status == "Accepted"
    p.run(ev.Disconnected())
    assert texts(p.run(ev.TokenRead(IdToken("T1"), 1))) == ["Not authorized"]


def test_a_disabled_cache_cannot_be_cleared(play: Any) -> None:
    p = play(Version.V16, settings={"AuthorizationCacheEnabled": "false"})
    p.go_online()
    assert p.order(ClearCache()).status == "Rejected"


def test_a_remote_start_is_authorised_first_where_so_configured(play: Any) -> None:
    for flag, questions in (("true", 1), ("false", 0)):
        p = play(Version.V201, settings={"AuthorizeRemoteTxRequests": flag})
        p.go_online()
        p.run(ev.CablePluggedIn(1))
        p.order(StartTransaction(token=IdToken("T1"), remote_start_id=7, evse=1))
        assert (asked(p), started(p)) == (questions, 1)


def test_a_token_of_another_type_with_the_same_value_does_not_stop(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("1234", "ISO14443"), 1))
    p.run(ev.TokenRead(IdToken("1234", "KeyCode"), 1))
    assert p.station.account.sessions == 0
    p.run(ev.TokenRead(IdToken("1234", "ISO14443"), 1))
    assert p.station.account.sessions == 1


def test_the_wait_for_an_ev_ends_with_the_cable_though_the_authorisation_ended_before(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.FaultRaised(1, "OtherError"), ev.FaultCleared(1))
    p.run(ev.TokenRead(IdToken("T2"), 1), ev.FaultRaised(1, "OtherError"), ev.FaultCleared(1))
    assert "connect/1" in p.timers
    p.run(ev.CablePluggedIn(1))
    assert "connect/1" not in p.timers


MASTER = TokenAnswer(status=ACCEPTED, group=IdToken("MASTERS", "Central"))


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_master_pass_stops_all_and_starts_nothing__C16_FR_02_03_08__TC_C_49_CS__TC_C_45_CS(
    play: Any, version: Version
) -> None:
    p = play(version, evses=3, settings={"MasterPassGroupId": "Masters"})
    p.go_online()
    p.csms.verdicts["m"] = MASTER
    p.charge("T1", 1)
    p.charge("T2", 2)
    p.run(ev.CablePluggedIn(3), ev.TokenRead(IdToken("M"), 1))
    ends = [f for f in p.sent if isinstance(f, TransactionEnded)]
    assert [(f.place.evse, f.token, f.reason) for f in ends] == [
        (1, IdToken("M"), StopReason.MASTER_PASS),
        (2, IdToken("M"), StopReason.MASTER_PASS),
    ]
    p.run(ev.TokenRead(IdToken("M"), 3))
    assert started(p) == 2


def test_a_master_pass_works_offline_by_the_cache__C16_FR_04(play: Any) -> None:
    p = play(Version.V201, settings={"MasterPassGroupId": "MASTERS"})
    p.go_online()
    p.csms.verdicts["m"] = MASTER
    p.run(ev.TokenRead(IdToken("M"), 1))
    p.charge("T1")
    p.run(ev.Disconnected(), ev.TokenRead(IdToken("M"), 1), ev.Connected())
    assert [f.reason for f in p.sent if isinstance(f, TransactionEnded)] == [StopReason.MASTER_PASS]


def test_one_reader_for_all_stops_what_the_group_started__C09_FR_05(play: Any) -> None:
    p = play(Version.V201, evses=2)
    p.go_online()
    p.csms.verdicts |= {
        name: TokenAnswer(status=ACCEPTED, group=IdToken(group)) for name, group in (("a", "A"), ("b", "B"), ("c", "B"))
    }
    p.charge("a", 1)
    p.charge("b", 2)
    p.run(ev.TokenRead(IdToken("c")))
    assert [f.place.evse for f in p.sent if isinstance(f, TransactionEnded)] == [2]


def test_a_member_of_the_group_that_is_refused_stops_nothing__C09_FR_11__TC_C_43_CS(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.csms.verdicts["t1"] = TokenAnswer(status=ACCEPTED, group=IdToken("G"))
    p.csms.verdicts["t2"] = TokenAnswer(status=AuthorizationStatus.EXPIRED, group=IdToken("G"))
    p.charge("T1")
    assert texts(p.run(ev.TokenRead(IdToken("T2"), 1))) == ["In use"]


def test_a_known_refused_token_is_not_asked_about_where_so_set__TC_C_57_CS(play: Any) -> None:
    p = play(Version.V201, settings={"AuthCacheDisablePostAuthorize": "true"})
    p.go_online()
    p.csms.verdicts["t1"] = BLOCKED
    p.charge("T1")
    p.csms.verdicts.clear()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert (asked(p), started(p)) == (1, 0)


def test_nobody_is_asked_about_where_remote_authorisation_is_off__TC_E_52_CS(play: Any) -> None:
    p = play(Version.V21, settings={"DisableRemoteAuthorization": "true", "AllowOfflineTxForUnknownId": "true"})
    p.go_online()
    p.charge("T1")
    assert (asked(p), started(p)) == (0, 0)


@pytest.mark.parametrize("kind", ["NoAuthorization", "Central"])
def test_a_button_and_the_csms_itself_need_no_question__C02_FR_01__C05_FR_01(play: Any, kind: str) -> None:
    p = play(Version.V201, settings={"AuthorizeRemoteTxRequests": "true", "LocalPreAuthorize": "true"})
    p.go_online()
    token = IdToken("", kind) if kind == "NoAuthorization" else IdToken("X", kind)
    p.run(ev.CablePluggedIn(1))
    p.order(StartTransaction(token=token, evse=1, remote_start_id=5))
    assert (asked(p), started(p)) == (0, 1)
    assert p.station._authorization.cache.get(token) is None  # C02.FR.03, C05.FR.02


def test_a_token_is_good_where_the_csms_says__C01_FR_21(play: Any) -> None:
    p = play(Version.V201, evses=2)
    p.go_online()
    p.csms.verdicts["t1"] = TokenAnswer(status=ACCEPTED, evses=(2,))
    p.charge("T1", 1)
    assert started(p) == 0
    p.charge("T1", 2)
    assert started(p) == 1


def test_the_group_of_a_remote_start_may_stop_it__F01(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.run(ev.CablePluggedIn(1))
    p.order(StartTransaction(token=IdToken("T1"), evse=1, remote_start_id=5, group=IdToken("G")))
    p.csms.verdicts["t2"] = TokenAnswer(status=ACCEPTED, group=IdToken("G"))
    assert "Stopped" in texts(p.run(ev.TokenRead(IdToken("T2"), 1)))
