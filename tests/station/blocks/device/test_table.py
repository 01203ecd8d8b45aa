"""The table of all variables: sound in itself, and holding what the standard requires."""

import pytest

from busbar.model.versions import Version
from busbar.protocol.versions import RULES
from busbar.station.blocks.device.table import BY_NAME, TABLE, Catalogue, catalogue, folded
from busbar.station.blocks.device.variable import Scope, Variable

ALL_FEATURES = frozenset(row.feature for row in TABLE if row.feature)
LISTS = ("OptionList", "MemberList", "SequenceList")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_variable_is_reachable_and_its_default_within_its_bounds(row: Variable) -> None:
    live = row.default == "" and (not row.writable or row.scope is Scope.SLOT)
    assert live or row.secret or row.admits(row.default)
    assert row.key or row.place
    # TC_B_12, TC_B_53: a list says what it may hold
    assert bool(row.members) is (row.data_type in LISTS)


def test_a_name_stands_for_one_variable() -> None:
    assert len(BY_NAME) == len(TABLE)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_place_stands_for_one_variable(version: Version) -> None:
    found = Catalogue(RULES[version], ALL_FEATURES)
    assert len(found.places) == len(found.rows)
    assert all(found.places[folded(row.place)] is row for row in found.rows if row.place)


def test_every_16_key_stands_for_one_variable() -> None:
    found = Catalogue(RULES[Version.V16], ALL_FEATURES)
    assert len(found.keys) == len(found.rows)
    assert found.places == {}


def test_every_key_that_16_requires_is_there() -> None:
    required = """AuthorizeRemoteTxRequests ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation
        GetConfigurationMaxKeys HeartbeatInterval LocalAuthorizeOffline LocalPreAuthorize MeterValuesAlignedData
        MeterValuesSampledData MeterValueSampleInterval NumberOfConnectors ResetRetries
        StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId StopTxnAlignedData StopTxnSampledData
        SupportedFeatureProfiles TransactionMessageAttempts TransactionMessageRetryInterval
        UnlockConnectorOnEVSideDisconnect LocalAuthListEnabled LocalAuthListMaxLength SendLocalListMaxLength
        ChargeProfileMaxStackLevel ChargingScheduleAllowedChargingRateUnit ChargingScheduleMaxPeriods
        MaxChargingProfilesInstalled"""
    keys = catalogue(RULES[Version.V16], ALL_FEATURES).keys
    assert [key for key in required.split() if key.casefold() not in keys] == []


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_every_variable_that_2x_requires_of_a_charging_station_is_there__TC_B_53_CS(version: Version) -> None:
    required = """OCPPCommCtrlr.FileTransferProtocols OCPPCommCtrlr.MessageTimeout.Default
        OCPPCommCtrlr.MessageAttemptInterval.TransactionEvent OCPPCommCtrlr.MessageAttempts.TransactionEvent
        OCPPCommCtrlr.NetworkConfigurationPriority OCPPCommCtrlr.NetworkProfileConnectionAttempts
        OCPPCommCtrlr.OfflineThreshold OCPPCommCtrlr.ResetRetries OCPPCommCtrlr.UnlockOnEVSideDisconnect
        AlignedDataCtrlr.Interval AlignedDataCtrlr.Measurands AlignedDataCtrlr.TxEndedInterval
        AlignedDataCtrlr.TxEndedMeasurands AuthCtrlr.AuthorizeRemoteStart AuthCtrlr.LocalAuthorizeOffline
        AuthCtrlr.LocalPreAuthorize ChargingStation.AvailabilityState ChargingStation.Available
        ChargingStation.SupplyPhases ClockCtrlr.DateTime ClockCtrlr.TimeSource Connector.Available
        Connector.ConnectorType Connector.SupplyPhases DeviceDataCtrlr.BytesPerMessage.GetReport
        DeviceDataCtrlr.BytesPerMessage.GetVariables DeviceDataCtrlr.BytesPerMessage.SetVariables
        DeviceDataCtrlr.ItemsPerMessage.GetReport DeviceDataCtrlr.ItemsPerMessage.GetVariables
        DeviceDataCtrlr.ItemsPerMessage.SetVariables EVSE.AvailabilityState EVSE.Available EVSE.Power EVSE.SupplyPhases
        SampledDataCtrlr.TxEndedInterval SampledDataCtrlr.TxEndedMeasurands SampledDataCtrlr.TxStartedMeasurands
        SampledDataCtrlr.TxUpdatedInterval SampledDataCtrlr.TxUpdatedMeasurands SecurityCtrlr.CertificateEntries
        SecurityCtrlr.OrganizationName SecurityCtrlr.SecurityProfile TxCtrlr.EVConnectionTimeOut
        TxCtrlr.StopTxOnEVSideDisconnect TxCtrlr.StopTxOnInvalidId TxCtrlr.TxStartPoint TxCtrlr.TxStopPoint
        LocalAuthListCtrlr.BytesPerMessage LocalAuthListCtrlr.Entries LocalAuthListCtrlr.ItemsPerMessage
        MonitoringCtrlr.BytesPerMessage.SetVariableMonitoring MonitoringCtrlr.ItemsPerMessage.SetVariableMonitoring
        SmartChargingCtrlr.Entries.ChargingProfiles SmartChargingCtrlr.LimitChangeSignificance
        SmartChargingCtrlr.PeriodsPerSchedule SmartChargingCtrlr.ProfileStackLevel SmartChargingCtrlr.RateUnit
        DisplayMessageCtrlr.DisplayMessages DisplayMessageCtrlr.SupportedFormats
        DisplayMessageCtrlr.SupportedPriorities TariffCostCtrlr.Currency"""
    places = catalogue(RULES[version], ALL_FEATURES).places
    parts = [name.split(".") for name in required.split()]
    asked = {folded((part[0], part[1], part[2] if len(part) > 2 else None)) for part in parts}
    assert asked - set(places) == set()


def test_what_the_station_cannot_do_has_no_variables() -> None:
    plain, full = (catalogue(RULES[Version.V201], features) for features in (frozenset[str](), ALL_FEATURES))
    assert "smartchargingctrlr" not in plain.components
    assert "smartchargingctrlr" in full.components


def test_only_21_has_slots_as_components__B09_FR_08() -> None:
    assert "networkconfiguration" not in catalogue(RULES[Version.V201], frozenset()).components
    assert "networkconfiguration" in catalogue(RULES[Version.V21], frozenset()).components


def test_what_came_with_21_is_not_told_by_201() -> None:
    older, newer = (catalogue(RULES[version], ALL_FEATURES) for version in (Version.V201, Version.V21))
    assert {"v2xchargingctrlr", "webpaymentsctrlr"} & older.components.keys() == set()
    assert {"v2xchargingctrlr", "webpaymentsctrlr"} <= newer.components.keys()
    conditions = folded(("TariffCostCtrlr", "ConditionsSupported", "Tariff"))
    assert (conditions in older.places, conditions in newer.places) == (False, True)
