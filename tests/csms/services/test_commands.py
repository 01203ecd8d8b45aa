"""A command's life: sent at most once, ended once, told as it is."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from busbar.csms.rows import CommandState
from busbar.csms.services import commands
from busbar.csms.services.commands import OFFLINE, expired, failed, lost, make, sent, settle, timed_out
from busbar.model.orders import Outcome
from busbar.model.values import RegistrationStatus

AT = datetime(2026, 5, 1, tzinfo=UTC)
LATER = AT + timedelta(seconds=1)


def queued(**fields):
    return replace(make("c1", 7, "Reset", b'{"type":"Soft"}', at=AT, ttl_s=60), **fields)


def test_a_new_command_waits_and_expires() -> None:
    command = queued()
    assert (command.state, command.expires_at) == (CommandState.QUEUED, AT + timedelta(seconds=60))


def test_a_sent_command_carries_its_epoch_and_is_never_sent_again() -> None:
    command = sent(queued(survives_reconnect=True), 3, LATER)
    assert (command.state, command.epoch, command.sent_at) == (CommandState.SENT, 3, LATER)
    assert sent(command, 4, LATER) is command


@pytest.mark.parametrize("status", ["Accepted", "Scheduled", "RebootRequired", "Unlocked"])
def test_what_the_station_will_do_is_accepted(status) -> None:
    command = settle(sent(queued(), 1, AT), Outcome(status=status), b"{}", LATER)
    assert (command.state, command.status, command.answer) == (CommandState.ACCEPTED, status, b"{}")
    assert command.finished_at == LATER


@pytest.mark.parametrize("status", ["Rejected", "NotSupported", "UnlockFailed", "Unknown", "NotImplemented"])
def test_what_it_will_not_do_is_rejected_in_its_own_words(status) -> None:
    command = settle(sent(queued(), 1, AT), Outcome(status=status), b"{}", LATER)
    assert (command.state, command.status) == (CommandState.REJECTED, status)


def test_an_answer_without_a_status_is_an_acceptance() -> None:
    command = settle(sent(queued(), 1, AT), Outcome(status=""), b'{"configurationKey":[]}', LATER)
    assert (command.state, command.status) == (CommandState.ACCEPTED, None)


def test_an_error_keeps_its_code_and_a_bounded_description() -> None:
    command = failed(sent(queued(), 1, AT), "NotSupported", "x" * 1000, LATER)
    assert (command.state, command.error, len(command.error_description or "")) == (
        CommandState.ERROR,
        "NotSupported",
        255,
    )


def test_no_answer_in_time_is_not_called_a_rejection() -> None:
    command = timed_out(sent(queued(), 1, AT), LATER)
    assert (command.state, command.status, command.answer) == (CommandState.TIMED_OUT, None, None)


def test_a_connection_that_ends_leaves_a_sent_command_unknown() -> None:
    command = lost(sent(queued(survives_reconnect=True), 1, AT), LATER)
    assert (command.state, command.finished_at) == (CommandState.UNKNOWN, LATER)


def test_a_connection_that_ends_takes_a_queued_command_along_unless_it_survives() -> None:
    command = lost(queued(), LATER)
    assert (command.state, command.error) == (CommandState.EXPIRED, OFFLINE)
    waiting = queued(survives_reconnect=True)
    assert lost(waiting, LATER) is waiting


def test_only_what_was_never_sent_expires() -> None:
    command = sent(queued(), 1, AT)
    assert expired(command, LATER) is command
    assert expired(queued(), LATER, error=OFFLINE).state is CommandState.EXPIRED


def test_a_final_state_is_never_left() -> None:
    done = settle(sent(queued(), 1, AT), Outcome(status="Accepted"), b"{}", AT)
    for step in (
        lambda c: sent(c, 2, LATER),
        lambda c: settle(c, Outcome(status="Rejected"), b"", LATER),
        lambda c: failed(c, "InternalError", "", LATER),
        lambda c: timed_out(c, LATER),
        lambda c: lost(c, LATER),
        lambda c: expired(c, LATER),
    ):
        assert step(done) is done


@pytest.mark.parametrize("survives", [False, True])
def test_a_password_is_in_no_record_unless_it_has_to_be_sent_out_of_it__A01_FR_09(survives: bool) -> None:
    payload, hidden = b'{"key":"AuthorizationKey","value":"0011"}', b'{"key":"AuthorizationKey","value":"***"}'
    queued = commands.make("c", 1, "ChangeConfiguration", payload, at=AT, ttl_s=60)
    queued.survives_reconnect = survives
    assert commands.recorded(queued).payload == (payload if survives else hidden)
    assert commands.shown(queued).payload == hidden
    under_way = commands.sent(queued, 1, AT)
    assert commands.recorded(under_way).payload == hidden
    assert under_way.payload == payload


def test_a_password_in_an_answer_is_in_no_record() -> None:
    under_way = commands.sent(commands.make("c", 1, "GetConfiguration", b"{}", at=AT, ttl_s=60), 1, AT)
    answer = b'{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"0011"}]}'
    ended = commands.settle(under_way, Outcome(status=""), answer, AT)
    assert b"0011" not in commands.recorded(ended).answer


def test_other_payloads_are_recorded_as_they_are() -> None:
    under_way = commands.sent(commands.make("c", 1, "Reset", b'{"type":"Hard"}', at=AT, ttl_s=60), 1, AT)
    assert commands.recorded(under_way) == under_way


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        (b'{"location":"ftp://user:secret@ftp.example/logs/"}', False),
        (b'{"log":{"remoteLocation":"https://log:s%40x@h/log/1"}}', False),
        (b'{"location":"https://files.example:8443/firmware/1"}', True),
        (b'{"location":"https://h/x","note":"a@b"}', True),
    ],
)
def test_a_password_in_a_url_is_not_kept(payload, kept) -> None:
    assert (commands.redacted(payload) == payload) is kept


@pytest.mark.parametrize(
    ("registration", "action", "is_barred"),
    [
        ("Accepted", "RequestStopTransaction", False),
        ("Pending", "SetVariables", False),
        ("Pending", "RequestStopTransaction", True),
        ("Pending", "RemoteStartTransaction", True),
        ("Rejected", "TriggerMessage", True),
    ],
)
def test_what_a_station_that_is_not_taken_in_may_be_called_for__B02_FR_05_B03_FR_03(
    registration, action, is_barred
) -> None:
    assert commands.barred(action, RegistrationStatus(registration)) is is_barred
