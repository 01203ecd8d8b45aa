"""The table of actions: complete, and each action in the direction that the specification gives it."""

import pytest

from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS, Origin

# The CSMS's side, as a second list beside the station's in actions.py. 1.6: core specification chapter 5 and security
# whitepaper; 2.x: part 2, messages.
CSMS_V16 = """
    CancelReservation CertificateSigned ChangeAvailability ChangeConfiguration ClearCache ClearChargingProfile
    DeleteCertificate ExtendedTriggerMessage GetCompositeSchedule GetConfiguration GetDiagnostics
    GetInstalledCertificateIds GetLocalListVersion GetLog InstallCertificate RemoteStartTransaction
    RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile SignedUpdateFirmware TriggerMessage
    UnlockConnector UpdateFirmware
"""
CSMS_V201 = """
    CancelReservation CertificateSigned ChangeAvailability ClearCache ClearChargingProfile
    ClearDisplayMessage ClearVariableMonitoring CostUpdated CustomerInformation DeleteCertificate
    GetBaseReport GetChargingProfiles GetCompositeSchedule GetDisplayMessages GetInstalledCertificateIds
    GetLocalListVersion GetLog GetMonitoringReport GetReport GetTransactionStatus GetVariables
    InstallCertificate PublishFirmware RequestStartTransaction RequestStopTransaction ReserveNow Reset
    SendLocalList SetChargingProfile SetDisplayMessage SetMonitoringBase SetMonitoringLevel
    SetNetworkProfile SetVariableMonitoring SetVariables TriggerMessage UnlockConnector UnpublishFirmware
    UpdateFirmware
"""
CSMS_ONLY_V21 = """
    AFRRSignal AdjustPeriodicEventStream ChangeTransactionTariff ClearDERControl ClearTariffs GetDERControl
    GetPeriodicEventStream GetTariffs NotifyAllowedEnergyTransfer NotifyWebPaymentStarted RequestBatterySwap
    SetDERControl SetDefaultTariff UpdateDynamicSchedule UsePriorityCharging
"""


@pytest.mark.parametrize(
    ("version", "from_csms", "total"),
    [
        (Version.V16, CSMS_V16, 39),
        (Version.V201, CSMS_V201, 64),
        (Version.V21, CSMS_V201 + " " + CSMS_ONLY_V21, 91),
    ],
)
def test_every_action_is_there_in_its_direction(version: Version, from_csms: str, total: int) -> None:
    actions = ACTIONS[version]
    assert len(actions) == total
    assert {name for name, each in actions.items() if each.origin is Origin.CSMS} == set(from_csms.split())
    assert {name for name, each in actions.items() if each.origin is Origin.BOTH} == {"DataTransfer"}


def test_an_action_is_found_under_its_own_name() -> None:
    for actions in ACTIONS.values():
        for name, each in actions.items():
            assert each.name == name
            assert each.request.__name__ == f"{name}Request" or each.response is None


def test_only_21_has_an_action_without_an_answer() -> None:
    silent = {(v, name) for v, actions in ACTIONS.items() for name, each in actions.items() if each.response is None}
    assert silent == {(Version.V21, "NotifyPeriodicEventStream")}
