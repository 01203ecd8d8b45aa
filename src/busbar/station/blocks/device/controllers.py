"""The settings of a station that only charges: communication, authorisation, transactions, meters, security, clock.

Data; it must not know what a setting is good for.
"""

from typing import Final

from busbar.station.blocks.device.kinds import MEASURANDS, fact, flag, limit, measurands, newest, number
from busbar.station.blocks.device.variable import Variable

_COMM: Final = "OCPPCommCtrlr"
_AUTH: Final = "AuthCtrlr"
_TX: Final = "TxCtrlr"
_SAMPLED: Final = "SampledDataCtrlr"
_ALIGNED: Final = "AlignedDataCtrlr"
_DEVICE: Final = "DeviceDataCtrlr"
_SECURITY: Final = "SecurityCtrlr"

SLOTS: Final = ("1", "2", "3")  # of network profiles (B09.FR.06: at least two)
_POINTS: Final = ("ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer")
_SAMPLES: Final = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC"
_REGISTER: Final = "Energy.Active.Import.Register"


COMMUNICATION: Final = (
    number("HeartbeatInterval", (_COMM, "HeartbeatInterval", None), 300, 0, 604_800, "s"),
    number("WebSocketPingInterval", (_COMM, "WebSocketPingInterval", None), 60, 0, 86_400, "s"),
    number("TransactionMessageAttempts", (_COMM, "MessageAttempts", "TransactionEvent"), 10, 1, 1000),
    number("TransactionMessageRetryInterval", (_COMM, "MessageAttemptInterval", "TransactionEvent"), 60, 0, 86_400),
    # part of the network profile, so it is set there
    Variable("MessageTimeout", None, (_COMM, "MessageTimeout", "Default"), "30", 1, 3600, writable=False, unit="s"),
    newest("OfflineThreshold", (_COMM, "OfflineThreshold", None), 300, 0, 604_800, "s"),
    newest("RetryBackOffWaitMinimum", (_COMM, "RetryBackOffWaitMinimum", None), 10, 1, 86_400, "s"),
    newest("RetryBackOffRandomRange", (_COMM, "RetryBackOffRandomRange", None), 10, 0, 86_400, "s"),
    Variable("RetryBackOffRepeatTimes", None, (_COMM, "RetryBackOffRepeatTimes", None), "5", 0, 20),
    number("ResetRetries", (_COMM, "ResetRetries", None), 0, 0, 10),  # a reset never fails here
    Variable(
        "UnlockConnectorOnEVSideDisconnect",
        "UnlockConnectorOnEVSideDisconnect",
        (_COMM, "UnlockOnEVSideDisconnect", None),
        "true",
        writable=False,
    ),
    Variable(
        "NetworkConfigurationPriority",
        None,
        (_COMM, "NetworkConfigurationPriority", None),
        SLOTS[0],
        members=SLOTS,
        kind="SequenceList",
    ),
    Variable("NetworkProfileConnectionAttempts", None, (_COMM, "NetworkProfileConnectionAttempts", None), "3", 1, 1000),
    fact("ActiveNetworkProfile", (_COMM, "ActiveNetworkProfile", None), SLOTS[0], "integer", volatile=True),
    fact(
        "FileTransferProtocols",
        (_COMM, "FileTransferProtocols", None),
        "HTTP,HTTPS",
        "MemberList",
        members=("FTP", "FTPS", "HTTP", "HTTPS", "SFTP"),
        constant=True,
    ),
    *(limit("ItemsPerMessage", message, 100) for message in ("GetReport", "GetVariables", "SetVariables")),
    *(limit("BytesPerMessage", message, 65_536) for message in ("GetReport", "GetVariables", "SetVariables")),
    fact("ConfigurationValueSize", (_DEVICE, "ConfigurationValueSize", None), "1000", "integer", constant=True),
    fact("ReportingValueSize", (_DEVICE, "ReportingValueSize", None), "2500", "integer", constant=True),
)

AUTHORIZATION: Final = (
    flag("LocalAuthorizeOffline", _AUTH, "LocalAuthorizeOffline", True),
    flag("LocalPreAuthorize", _AUTH, "LocalPreAuthorize", False),
    flag("AllowOfflineTxForUnknownId", _AUTH, "OfflineTxForUnknownIdEnabled", False),
    flag("AuthorizeRemoteTxRequests", _AUTH, "AuthorizeRemoteStart", False),
    Variable("DisableRemoteAuthorization", None, (_AUTH, "DisableRemoteAuthorization", None), "false"),
    Variable("MasterPassGroupId", None, (_AUTH, "MasterPassGroupId", None), "", 0, 36, kind="string"),
    fact(
        "SupportedIdTokenTypes",
        (_AUTH, "SupportedIdTokenTypes", None),
        "Central,eMAID,ISO14443,ISO15693,KeyCode,Local,MacAddress,NoAuthorization",
        "MemberList",
        members=(
            "Central",
            "DirectPayment",
            "eMAID",
            "EVCCID",
            "ISO14443",
            "ISO15693",
            "KeyCode",
            "Local",
            "MacAddress",
            "NoAuthorization",
            "VIN",
        ),
        newer=True,
    ),
    fact("AuthCacheAvailable", ("AuthCacheCtrlr", "Available", None), "true", constant=True),
    flag("AuthorizationCacheEnabled", "AuthCacheCtrlr", "Enabled", True),
    Variable("AuthCacheDisablePostAuthorize", None, ("AuthCacheCtrlr", "DisablePostAuthorize", None), "false"),
    fact(
        "AuthCachePolicy",
        ("AuthCacheCtrlr", "Policy", None),
        "LRU",
        "OptionList",
        members=("LRU", "LFU", "FIFO", "CUSTOM"),
    ),
    newest("AuthCacheLifeTime", ("AuthCacheCtrlr", "LifeTime", None), 2_592_000, 0, 315_360_000, "s"),
)

TRANSACTIONS: Final = (
    number("ConnectionTimeOut", (_TX, "EVConnectionTimeOut", None), 120, 1, 86_400, "s"),
    flag("StopTransactionOnEVSideDisconnect", _TX, "StopTxOnEVSideDisconnect", True),
    flag("StopTransactionOnInvalidId", _TX, "StopTxOnInvalidId", True),
    number("MaxEnergyOnInvalidId", (_TX, "MaxEnergyOnInvalidId", None), 0, 0, 1_000_000_000, "Wh"),
    fact(
        "SupportedLimits",
        (_TX, "SupportedLimits", None),
        "maxCost,maxEnergy,maxTime,maxSoC",
        "MemberList",
        members=("maxCost", "maxEnergy", "maxTime", "maxSoC"),
        newer=True,
    ),
    Variable("TxBeforeAcceptedEnabled", None, (_TX, "TxBeforeAcceptedEnabled", None), "true"),
    Variable("TxStartPoint", None, (_TX, "TxStartPoint", None), "PowerPathClosed", members=_POINTS),
    Variable("TxStopPoint", None, (_TX, "TxStopPoint", None), "PowerPathClosed", members=_POINTS),
)

METERS: Final = (
    fact("SampledDataAvailable", (_SAMPLED, "Available", None), "true", constant=True),
    fact("SampledDataEnabled", (_SAMPLED, "Enabled", None), "true"),
    number("MeterValueSampleInterval", (_SAMPLED, "TxUpdatedInterval", None), 60, 0, 86_400, "s"),
    measurands("MeterValuesSampledData", "MeterValuesSampledData", _SAMPLED, "TxUpdatedMeasurands", _SAMPLES),
    measurands("TxStartedMeasurands", None, _SAMPLED, "TxStartedMeasurands", _REGISTER),
    measurands("TxEndedMeasurands", None, _SAMPLED, "TxEndedMeasurands", _REGISTER),
    newest("TxEndedInterval", (_SAMPLED, "TxEndedInterval", None), 0, 0, 86_400, "s"),
    fact("AlignedDataAvailable", (_ALIGNED, "Available", None), "true", constant=True),
    fact("AlignedDataEnabled", (_ALIGNED, "Enabled", None), "true"),
    number("ClockAlignedDataInterval", (_ALIGNED, "Interval", None), 0, 0, 86_400, "s"),
    measurands("MeterValuesAlignedData", "MeterValuesAlignedData", _ALIGNED, "Measurands", _SAMPLES),
    newest("AlignedTxEndedInterval", (_ALIGNED, "TxEndedInterval", None), 0, 0, 86_400, "s"),
    Variable("AlignedDataSendDuringIdle", None, (_ALIGNED, "SendDuringIdle", None), "false"),
    measurands("AlignedTxEndedMeasurands", None, _ALIGNED, "TxEndedMeasurands", _REGISTER),
)

SECURITY: Final = (
    Variable("CpoName", "CpoName", (_SECURITY, "OrganizationName", None), "Busbar", 0, 50, kind="string"),
    # 1.6 sets it (security whitepaper A05), 2.x only reads it: there the network profile decides
    Variable("SecurityProfile", "SecurityProfile", None, "1", 0, 3),
    fact("SecurityProfileInUse", (_SECURITY, "SecurityProfile", None), "1", "integer", low=0, high=3),
    Variable(
        "AdditionalRootCertificateCheck",
        "AdditionalRootCertificateCheck",
        (_SECURITY, "AdditionalRootCertificateCheck", None),
        "false",
        writable=False,
    ),
    number("CertSigningWaitMinimum", (_SECURITY, "CertSigningWaitMinimum", None), 60, 1, 604_800, "s"),
    number("CertSigningRepeatTimes", (_SECURITY, "CertSigningRepeatTimes", None), 3, 0, 100),
    Variable(
        "CertificateSignedMaxChainSize",
        "CertificateSignedMaxChainSize",
        (_SECURITY, "MaxCertificateChainSize", None),
        "10000",
        0,
        10_000,
        writable=False,
    ),
    Variable(
        "AllowSecurityProfileDowngrade",
        None,
        (_SECURITY, "AllowSecurityProfileDowngrade", None),
        "false",
        newer=True,
    ),
    Variable("CertificateStoreMaxLength", "CertificateStoreMaxLength", None, "20", 0, 20, writable=False),
    fact("SecurityIdentity", (_SECURITY, "Identity", None), "", "string"),
    fact("CertificateEntries", (_SECURITY, "CertificateEntries", None), "0", "integer", low=0, high=20),
    Variable(
        "BasicAuthPassword",
        "AuthorizationKey",
        (_SECURITY, "BasicAuthPassword", None),
        "",
        16,
        64,
        kind="string",
        secret=True,
    ),
    Variable("TimeZone", None, ("ClockCtrlr", "TimeZone", None), "UTC", 0, 255, kind="string"),
    fact("ClockDateTime", ("ClockCtrlr", "DateTime", None), "", "dateTime", volatile=True, monitored=False),
    Variable(
        "TimeSource",
        None,
        ("ClockCtrlr", "TimeSource", None),
        "RealTimeClock",
        members=("RealTimeClock",),
        kind="SequenceList",
    ),
)

_ISO: Final = "ISO15118Ctrlr"

PLUG_AND_CHARGE: Final = (
    Variable("PnCEnabled", "ISO15118PnCEnabled", (_ISO, "PnCEnabled", None), "true"),
    flag("CentralContractValidationAllowed", _ISO, "CentralContractValidationAllowed", False),
    flag("ContractValidationOffline", _ISO, "ContractValidationOffline", True),
    Variable(
        "ContractCertificateInstallationEnabled", None, (_ISO, "ContractCertificateInstallationEnabled", None), "true"
    ),
)

# 1.6 requires these, or allows them (§9.1); what this station does about them cannot be changed
KEYS: Final = (
    Variable("ConnectorPhaseRotation", "ConnectorPhaseRotation", None, "Unknown", writable=False),
    Variable("GetConfigurationMaxKeys", "GetConfigurationMaxKeys", None, "100", 1, 1000, writable=False),
    Variable("StopTxnAlignedData", "StopTxnAlignedData", None, "", members=MEASURANDS),
    Variable("StopTxnSampledData", "StopTxnSampledData", None, "", members=MEASURANDS),
    Variable("NumberOfConnectors", "NumberOfConnectors", None, "1", 1, 1000, writable=False),
    Variable(
        "SupportedFeatureProfiles", "SupportedFeatureProfiles", None, "Core,RemoteTrigger,SmartCharging", writable=False
    ),
    *(
        Variable(f"{key}MaxLength", f"{key}MaxLength", None, str(length), 0, 1000, writable=False)
        for key, length in (
            ("MeterValuesAlignedData", len(MEASURANDS)),
            ("MeterValuesSampledData", len(MEASURANDS)),
            ("StopTxnAlignedData", len(MEASURANDS)),
            ("StopTxnSampledData", len(MEASURANDS)),
        )
    ),
)

CONTROLLERS: Final = (*COMMUNICATION, *AUTHORIZATION, *TRANSACTIONS, *METERS, *SECURITY, *PLUG_AND_CHARGE, *KEYS)
