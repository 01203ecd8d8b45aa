"""The variables of what a station may be able to do beyond charging: they are there where it can. Data.

Numbers of what is there now (entries, storage) are told by the block that holds it; the defaults stand for none.
"""

from typing import Final

from busbar.model.der import ControlType
from busbar.station.blocks.device.kinds import bound, fact, inverter, live, message, options, rating, there
from busbar.station.blocks.device.variable import Scope, Variable

_CHARGING: Final = "SmartChargingCtrlr"
_LIST: Final = "LocalAuthListCtrlr"
_MONITORING: Final = "MonitoringCtrlr"
_DISPLAY: Final = "DisplayMessageCtrlr"


SMART_CHARGING: Final = (
    *there(_CHARGING, "SmartCharging", switch="SmartChargingEnabled"),
    bound(
        "ChargeProfileMaxStackLevel",
        (_CHARGING, "ProfileStackLevel", None),
        9,
        "SmartCharging",
        "ChargeProfileMaxStackLevel",
    ),
    bound(
        "ChargingScheduleMaxPeriods",
        (_CHARGING, "PeriodsPerSchedule", None),
        100,
        "SmartCharging",
        "ChargingScheduleMaxPeriods",
    ),
    bound("MaxChargingProfilesInstalled", None, 100, "SmartCharging", "MaxChargingProfilesInstalled"),
    fact(
        "ChargingProfileEntries",
        (_CHARGING, "Entries", "ChargingProfiles"),
        "0",
        "integer",
        low=0,
        high=100,
        feature="SmartCharging",
    ),
    options("ChargingRateUnit", (_CHARGING, "RateUnit", None), "A,W", "SmartCharging"),
    Variable(
        "ChargingScheduleAllowedChargingRateUnit",
        "ChargingScheduleAllowedChargingRateUnit",
        None,
        "Current,Power",
        writable=False,
        feature="SmartCharging",
    ),
    Variable(
        "LimitChangeSignificance",
        None,
        (_CHARGING, "LimitChangeSignificance", None),
        "1.0",
        0,
        100,
        kind="decimal",
        unit="Percent",
        feature="SmartCharging",
    ),
    Variable(
        "ConnectorSwitch3to1PhaseSupported",
        "ConnectorSwitch3to1PhaseSupported",
        (_CHARGING, "Phases3to1", None),
        "true",
        writable=False,
        feature="SmartCharging",
    ),
    fact("ACPhaseSwitchingSupported", (_CHARGING, "ACPhaseSwitchingSupported", None), "false", feature="SmartCharging"),
    Variable(
        "NotifyChargingLimitWithSchedules",
        None,
        (_CHARGING, "NotifyChargingLimitWithSchedules", None),
        "true",
        feature="SmartCharging",
    ),
    Variable(
        "ExternalConstraintsProfileDisallowed",
        None,
        (_CHARGING, "ExternalConstraintsProfileDisallowed", None),
        "false",
        newer=True,
        feature="SmartCharging",
    ),
    fact(
        "MaxExternalConstraintsId",
        (_CHARGING, "MaxExternalConstraintsId", None),
        "-1",
        "integer",
        newer=True,
        feature="SmartCharging",
    ),
    fact(
        "SupportedAdditionalPurposes",
        (_CHARGING, "SupportedAdditionalPurposes", None),
        "PriorityCharging,LocalGeneration",
        "MemberList",
        members=("PriorityCharging", "LocalGeneration"),
        newer=True,
        feature="SmartCharging",
    ),
    *(
        fact(name, (_CHARGING, name, None), default, newer=True, feature="SmartCharging")
        for name, default in (
            ("SupportsDynamicProfiles", "true"),
            ("SupportsMaxOfflineDuration", "true"),
            ("SupportsRandomizedDelay", "true"),
            ("SupportsUseLocalTime", "false"),
            ("SupportsLimitAtSoC", "true"),
            ("SupportsEvseSleep", "false"),
        )
    ),
)

LOCAL_LIST: Final = (
    *there(_LIST, "LocalAuthList", switch="LocalAuthListEnabled", key="LocalAuthListEnabled"),
    fact("LocalAuthListEntries", (_LIST, "Entries", None), "0", "integer", low=0, high=1000, feature="LocalAuthList"),
    Variable(
        "LocalAuthListDisablePostAuthorize",
        None,
        (_LIST, "DisablePostAuthorize", None),
        "false",
        feature="LocalAuthList",
    ),
    fact(
        "LocalAuthListSupportsExpiryDateTime", (_LIST, "SupportsExpiryDateTime", None), "true", feature="LocalAuthList"
    ),
    bound("LocalAuthListMaxLength", None, 1000, "LocalAuthList", "LocalAuthListMaxLength"),
    bound("SendLocalListMaxLength", (_LIST, "ItemsPerMessage", None), 100, "LocalAuthList", "SendLocalListMaxLength"),
    bound("SendLocalListMaxBytes", (_LIST, "BytesPerMessage", None), 65_536, "LocalAuthList"),
)

RESERVATION: Final = (
    *there("ReservationCtrlr", "Reservation", switch="ReservationEnabled"),
    Variable(
        "ReserveConnectorZeroSupported",
        "ReserveConnectorZeroSupported",
        ("ReservationCtrlr", "NonEvseSpecific", None),
        "true",
        writable=False,
        constant=True,
        feature="Reservation",
    ),
)

MONITORING: Final = (
    *there(_MONITORING, "Monitoring", switch="MonitoringEnabled"),
    *(
        bound(f"{variable}{message}", (_MONITORING, variable, message), value, "Monitoring")
        for variable, value in (("ItemsPerMessage", 100), ("BytesPerMessage", 65_536))
        for message in ("SetVariableMonitoring", "ClearVariableMonitoring")
    ),
    Variable(
        "OfflineQueuingSeverity", None, (_MONITORING, "OfflineQueuingSeverity", None), "9", 0, 9, feature="Monitoring"
    ),
    fact(
        "MaxPeriodicEventStreams",
        (_MONITORING, "MaxPeriodicEventStreams", None),
        "10",
        "integer",
        constant=True,
        newer=True,
        feature="Monitoring",
    ),
    fact(
        "ActiveMonitoringBase",
        (_MONITORING, "ActiveMonitoringBase", None),
        "All",
        "OptionList",
        members=("All", "FactoryDefault", "HardWiredOnly"),
        feature="Monitoring",
    ),
    fact(
        "ActiveMonitoringLevel",
        (_MONITORING, "ActiveMonitoringLevel", None),
        "9",
        "integer",
        low=0,
        high=9,
        feature="Monitoring",
    ),
)

DISPLAY: Final = (
    *there(_DISPLAY, "Display"),
    fact("DisplayMessages", (_DISPLAY, "DisplayMessages", None), "0", "integer", low=0, high=100, feature="Display"),
    options("DisplayFormats", (_DISPLAY, "SupportedFormats", None), "ASCII,UTF8", "Display"),
    options("DisplayPriorities", (_DISPLAY, "SupportedPriorities", None), "AlwaysFront,InFront,NormalCycle", "Display"),
    options(
        "DisplayStates",
        (_DISPLAY, "SupportedStates", None),
        "Charging,Faulted,Idle,Unavailable",
        "Display",
        newer=True,
    ),
)

_TARIFF: Final = "TariffCostCtrlr"


COSTS: Final = (
    Variable("Currency", None, (_TARIFF, "Currency", None), "EUR", 3, 3, kind="string", feature="Cost"),
    fact("TariffAvailable", (_TARIFF, "Available", "Tariff"), "true", constant=True, feature="Cost"),
    Variable("TariffEnabled", None, (_TARIFF, "Enabled", "Tariff"), "true", feature="Cost"),
    fact("CostAvailable", (_TARIFF, "Available", "Cost"), "true", constant=True, feature="Cost"),
    Variable("CostEnabled", None, (_TARIFF, "Enabled", "Cost"), "true", feature="Cost"),
    # the older ones have no language, the newer ones are an instance for each
    message("TariffFallbackMessage", "TariffFallbackMessage", newer=False, instance=None),
    message("TotalCostFallbackMessage", "TotalCostFallbackMessage", newer=False, instance=None),
    message("TariffFallbackMessage.en", "TariffFallbackMessage", newer=True, instance="en"),
    message("TotalCostFallbackMessage.en", "TotalCostFallbackMessage", newer=True, instance="en"),
    Variable("RunningCostEnabled", None, (_TARIFF, "Enabled", "RunningCost"), "false", feature="Tariff", newer=True),
    fact("TariffProblem", (_TARIFF, "Problem", None), "false", feature="Tariff", newer=True),
    bound("TariffMaxElements", (_TARIFF, "MaxElements", "Tariff"), 10, "Tariff", newer=True),
    fact(
        "TariffConditions",
        (_TARIFF, "ConditionsSupported", "Tariff"),
        "true",
        constant=True,
        feature="Tariff",
        newer=True,
    ),
    Variable(
        "CostInterval", None, (_TARIFF, "Interval", "Cost"), "60", 1, 86_400, unit="s", feature="Tariff", newer=True
    ),
    Variable(
        "TariffInterval", None, (_TARIFF, "Interval", "Tariff"), "60", 0, 86_400, unit="s", feature="Tariff", newer=True
    ),
    Variable(
        "HandleFailedTariff",
        None,
        (_TARIFF, "HandleFailedTariff", "Tariff"),
        "Deauthorize",
        members=("Deauthorize", "UseDefaultTariff", "CentralCost"),
        kind="OptionList",
        feature="Tariff",
        newer=True,
    ),
)

_V2X: Final = "V2XChargingCtrlr"
_WEB: Final = "WebPaymentsCtrlr"
_PAYMENT: Final = "PaymentCtrlr"

V2X: Final = (
    Variable("V2XEnabled", None, (_V2X, "Enabled", None), "true", feature="V2X", newer=True),
    options("EnergyTransferModes", (_V2X, "SupportedEnergyTransferModes", None), "AC_BPT,DC_BPT", "V2X", newer=True),
    options(
        "OperationModes",
        (_V2X, "SupportedOperationModes", None),
        "Idle,ChargingOnly,CentralSetpoint",
        "V2X",
        "Idle",
        "ChargingOnly",
        "CentralSetpoint",
        "ExternalSetpoint",
        "ExternalLimits",
        "CentralFrequency",
        "LocalFrequency",
        "LocalLoadBalancing",
        newer=True,
    ),
)

WEB_PAYMENTS: Final = (
    Variable(
        "PaymentUrl", None, (_WEB, "URLTemplate", None), "", 0, 1000, kind="string", feature="WebPayments", newer=True
    ),
    options(
        "PaymentUrlParameters", (_WEB, "URLParameters", None), "maxtime,maxenergy,maxcost", "WebPayments", newer=True
    ),
    fact("TotpVersion", (_WEB, "TOTPVersion", None), "v1", "string", feature="WebPayments", newer=True),
    Variable(
        "TotpValidity", None, (_WEB, "ValidityTime", None), "30", 1, 3600, unit="s", feature="WebPayments", newer=True
    ),
    Variable(
        "TotpSecret",
        None,
        (_WEB, "SharedSecret", None),
        "",
        16,
        255,
        kind="string",
        secret=True,
        feature="WebPayments",
        newer=True,
    ),
    Variable("WebPaymentsEnabled", None, (_WEB, "Enabled", None), "true", feature="WebPayments", newer=True),
    Variable(
        "AuthorizeDirectPayment",
        None,
        (_PAYMENT, "AuthorizeDirectPayment", None),
        "true",
        feature="WebPayments",
        newer=True,
    ),
    Variable(
        "AuthorizationAmount",
        None,
        (_PAYMENT, "AuthorizationAmount", None),
        "50",
        0,
        10_000,
        kind="decimal",
        feature="WebPayments",
        newer=True,
    ),
    Variable(
        "SettlementByCSMS", None, (_PAYMENT, "SettlementByCSMS", None), "false", feature="WebPayments", newer=True
    ),
    Variable("ReceiptByCSMS", None, (_PAYMENT, "ReceiptByCSMS", None), "false", feature="WebPayments", newer=True),
    Variable(
        "ReceiptServerUrl",
        None,
        (_PAYMENT, "ReceiptServerUrl", None),
        "",
        0,
        1000,
        kind="string",
        feature="WebPayments",
        newer=True,
    ),
    Variable("TotpLength", None, (_WEB, "Length", None), "8", 6, 16, feature="WebPayments", newer=True),
)

_SWAP: Final = "BatterySwapCtrlr"

SWAPS: Final = (
    Variable("SwapTargetSoC", None, (_SWAP, "TargetSoC", None), "80", 0, 100, unit="%", feature="Swap", newer=True),
    Variable("SwapMaxSoC", None, (_SWAP, "MaxSoc", None), "100", 0, 100, unit="%", feature="Swap", newer=True),
    Variable("SwapIdToken", None, (_SWAP, "IdToken", None), "", 0, 255, kind="string", feature="Swap", newer=True),
    Variable("SwapTimeoutIn", None, (_SWAP, "Timeout", "In"), "60", 1, 3600, unit="s", feature="Swap", newer=True),
    Variable("SwapTimeoutOut", None, (_SWAP, "Timeout", "Out"), "60", 1, 3600, unit="s", feature="Swap", newer=True),
)

_DER: Final = "DCDERCtrlr"
_MODES: Final = ",".join(kind.value for kind in ControlType)

DER: Final = (
    options("DerModes", ("ACDERCtrlr", "ModesSupported", None), _MODES, "AcDer", newer=True),
    live(
        Scope.EVSE,
        _DER,
        "ModesSupported",
        _MODES,
        "MemberList",
        members=tuple(_MODES.split(",")),
        newer=True,
        feature="DcDer",
    ),
    *(rating(variable, "W") for variable in ("MaxW", "OverExcitedW", "UnderExcitedW", "MaxChargeRateW")),
    *(rating(variable, "VA") for variable in ("MaxVA", "MaxChargeRateVA")),
    *(rating(variable, "Var") for variable in ("MaxVar", "MaxVarNeg")),
    *(rating(variable, None, "1") for variable in ("OverExcitedPF", "UnderExcitedPF")),
    rating("ReactiveSusceptance", "s"),
    *(inverter(name) for name in ("Manufacturer", "Model", "SwVersion", "HwVersion")),
)

FIRMWARE: Final = (
    Variable(
        "AllowNewSessionsPendingFirmwareUpdate",
        None,
        ("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate", None),
        "false",
        feature="Firmware",
    ),
)

FEATURES: Final = (
    *SMART_CHARGING,
    *LOCAL_LIST,
    *RESERVATION,
    *MONITORING,
    *DISPLAY,
    *COSTS,
    *V2X,
    *WEB_PAYMENTS,
    *SWAPS,
    *DER,
    *FIRMWARE,
)
