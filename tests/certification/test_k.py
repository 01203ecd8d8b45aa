"""Part 6, 2.12: charging profiles."""

from typing import Any

import pytest

from busbar.model.versions import Version
from busbar.station.virtual.vehicle import Vehicle
from tests.certification.rig import TOKEN, TWO, Case, matches, playing

DEFAULT = "TxDefaultProfile"
STATION = "ChargingStationMaxProfile"


def period(start: int, limit: float) -> dict[str, Any]:
    return {"startPeriod": start, "limit": limit, "numberPhases": 3}


def profile(number: int = 1, purpose: str = DEFAULT, level: int = 0, **more: Any) -> dict[str, Any]:
    """Return a profile; `periods`, `duration` and `start` are those of its one schedule."""
    schedule: dict[str, Any] = {
        "id": number,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": more.pop("periods", [period(0, 6.0)]),
    }
    schedule |= {
        name: more.pop(key) for key, name in (("duration", "duration"), ("start", "startSchedule")) if key in more
    }
    return {
        "id": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": [schedule],
    } | more


def absolute(case: Case, number: int, purpose: str, level: int, **more: Any) -> dict[str, Any]:
    """Return a profile that counts from now."""
    valid = {"chargingProfileKind": "Absolute", "start": case.at()}
    return profile(number, purpose, level, **valid, **more)


async def put(case: Case, one: dict[str, Any], evse: int = 1, status: str = "Accepted") -> dict[str, Any]:
    await case.call("SetChargingProfile", {"evseId": evse, "chargingProfile": one}, status=status)
    return one


async def ask(case: Case, status: str = "Accepted", evse: int | None = None, **criterion: Any) -> None:
    place = {} if evse is None else {"evseId": evse}
    await case.call("GetChargingProfiles", {"requestId": 9, "chargingProfile": criterion} | place, status=status)


async def reported(case: Case, wanted: dict[int, list[dict[str, Any]]]) -> None:
    """See exactly these profiles reported, by EVSE."""
    found: dict[int, list[Any]] = {}
    more = True
    while more:
        part = await case.expect("ReportChargingProfiles", requestId=9)
        found.setdefault(part["evseId"], []).extend(part["chargingProfile"])
        more = part.get("tbc", False)
    assert found.keys() == wanted.keys()
    for evse, profiles in wanted.items():
        by_id = {one["id"]: one for one in found[evse]}
        assert by_id.keys() == {one["id"] for one in profiles}
        for one in profiles:
            assert matches(by_id[one["id"]], one), str(by_id[one["id"]])


async def composite(case: Case, duration: int, evse: int = 1) -> tuple[Any, float]:
    """Return the schedule that comes of all profiles, and how late it was asked for."""
    order = {"evseId": evse, "duration": duration, "chargingRateUnit": "A"}
    answer = await case.call("GetCompositeSchedule", order, status="Accepted")
    schedule = answer["schedule"]
    assert matches(schedule, {"evseId": evse, "duration": duration, "chargingRateUnit": "A"})
    assert schedule["chargingSchedulePeriod"][0]["startPeriod"] == 0
    return schedule["chargingSchedulePeriod"]


def near(found: list[Any], wanted: list[tuple[int, float | None]]) -> None:
    """Check the periods, whose starts may be some seconds early: time passed since the profiles were set."""
    assert len(found) == len(wanted), found
    for one, (start, limit) in zip(found, wanted, strict=True):
        assert start - 5 <= one["startPeriod"] <= start, found
        assert limit is None or one["limit"] == limit, found


@TWO
async def test_takes_a_default_profile__TC_K_01(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, profile(duration=300))
        await ask(case, chargingProfileId=[1])
        await reported(case, {1: [one]})


@TWO
@pytest.mark.parametrize(
    ("evse", "transaction"),
    [pytest.param(1, {"transactionId": "unknown"}, id="K_02"), pytest.param(0, {}, id="K_11")],
)
async def test_takes_no_profile_of_a_transaction_without_one__TC_K_02__TC_K_11(
    version: Version, evse: int, transaction: dict[str, str]
) -> None:
    async with playing(version) as case:
        await put(case, profile(purpose="TxProfile", **transaction), evse, "Rejected")


@TWO
async def test_takes_a_profile_of_the_station__TC_K_03(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, absolute(case, 1, STATION, 0, duration=300), 0)
        await ask(case, chargingProfileId=[1])
        del one["chargingSchedule"][0]["startSchedule"]
        await reported(case, {0: [one]})


@TWO
async def test_replaces_a_profile__TC_K_04(version: Version) -> None:
    async with playing(version) as case:
        await put(case, profile())
        one = await put(case, profile(periods=[period(0, 10.0)]))
        await ask(case, chargingProfileId=[1])
        await reported(case, {1: [one]})


@TWO
async def test_clears_a_profile__TC_K_05(version: Version) -> None:
    async with playing(version) as case:
        await put(case, profile())
        await case.call("ClearChargingProfile", {"chargingProfileId": 1}, status="Accepted")
        await ask(case, "NoProfiles", chargingProfileId=[1])


async def clear(case: Case, status: str = "Accepted", **criteria: Any) -> None:
    await case.call("ClearChargingProfile", {"chargingProfileCriteria": criteria}, status=status)


@TWO
@pytest.mark.parametrize("evses", [pytest.param([1], id="K_06"), pytest.param([1, 2], id="K_24")])
async def test_clears_what_meets_criteria__TC_K_06__TC_K_24(version: Version, evses: list[int]) -> None:
    async with playing(version) as case:
        for evse in evses:
            await put(case, profile(evse), evse)
        await clear(case, chargingProfilePurpose=DEFAULT, stackLevel=0)
        await ask(case, "NoProfiles", chargingProfilePurpose=DEFAULT, stackLevel=0)


@TWO
async def test_clears_nothing_that_meets_no_criteria__TC_K_07(version: Version) -> None:
    async with playing(version) as case:
        await put(case, profile())
        await clear(case, "Unknown", chargingProfilePurpose=STATION, stackLevel=0)


@TWO
async def test_clears_nothing_that_it_has_not__TC_K_08(version: Version) -> None:
    async with playing(version) as case:
        await case.call("ClearChargingProfile", {"chargingProfileId": 5}, status="Unknown")


@TWO
async def test_clears_the_default_of_a_running_transaction__TC_K_09(version: Version) -> None:
    async with playing(version) as case:
        await put(case, profile())
        await case.charging()
        case.silent.add("TransactionEvent")
        assert (await composite(case, 300))[0]["limit"] == 6
        await clear(case, chargingProfilePurpose=DEFAULT)
        assert (await composite(case, 300))[0]["limit"] != 6
        case.heard.clear()


@TWO
async def test_takes_a_default_for_all_evses__TC_K_10(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, profile(duration=300), 0)
        await ask(case, chargingProfileId=[1])
        await reported(case, {0: [one]})


@TWO
async def test_keeps_profiles_over_a_restart__TC_K_13(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, profile(duration=300))
        await case.call("Reset", {"type": "Immediate"}, status="Accepted")
        await case.booted()
        await ask(case, chargingProfileId=[1])
        await reported(case, {1: [one]})


@TWO
async def test_takes_no_profile_of_an_evse_that_it_has_not__TC_K_14(version: Version) -> None:
    async with playing(version) as case:
        await put(case, profile(), 3, "Rejected")


@TWO
async def test_takes_no_profile_of_a_strange_transaction__TC_K_16(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await put(case, profile(purpose="TxProfile", transactionId="unknown"), status="Rejected")


@TWO
async def test_takes_a_recurring_profile__TC_K_19(version: Version) -> None:
    async with playing(version) as case:
        more = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily", "duration": 86_400}
        await put(case, profile(start=case.at(), **more))


@TWO
async def test_a_profile_holds_from_a_time__TC_K_21(version: Version) -> None:
    async with playing(version) as case:
        await put(case, profile(validFrom=case.at(300)))
        near(await composite(case, 400), [(0, None), (300, 6.0)])


@TWO
async def test_a_profile_holds_until_a_time__TC_K_22(version: Version) -> None:
    async with playing(version) as case:
        await put(case, absolute(case, 1, DEFAULT, 0, validFrom=case.at(-5), validTo=case.at(300)), 0)
        for evse in (0, 1, 2):
            near(await composite(case, 400, evse), [(0, 6.0 if evse else 12.0), (300, None)])


@TWO
async def test_a_schedule_starts_at_a_time__TC_K_23(version: Version) -> None:
    async with playing(version) as case:
        more = {"validFrom": case.at(50), "validTo": case.at(400), "start": case.at(60), "duration": 340}
        await put(case, profile(chargingProfileKind="Absolute", **more))
        near(await composite(case, 300), [(0, None), (60, 6.0)])


@TWO
async def test_a_default_holds_for_a_running_transaction__TC_K_28(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        case.silent.add("TransactionEvent")
        more = {"duration": 300, "validFrom": case.at(-5), "validTo": case.at(305)}
        await put(case, absolute(case, 1, DEFAULT, 0, **more))
        assert (await composite(case, 290))[0]["limit"] == 6
        case.heard.clear()


async def three(case: Case) -> list[dict[str, Any]]:
    """Set a profile of the station and one of each EVSE, on different levels."""
    station = await put(case, absolute(case, 3, STATION, 0), 0)
    del station["chargingSchedule"][0]["startSchedule"]
    return [station, await put(case, profile(1), 1), await put(case, profile(2, level=1), 2)]


@TWO
async def test_reports_profiles_of_the_station__TC_K_29(version: Version) -> None:
    async with playing(version) as case:
        station, _, _ = await three(case)
        await ask(case, evse=0)
        await reported(case, {0: [station]})


@TWO
@pytest.mark.parametrize(
    "criterion",
    [
        pytest.param({}, id="K_30"),
        pytest.param({"stackLevel": 0}, id="K_33"),
        pytest.param({"chargingProfilePurpose": DEFAULT}, id="K_35"),
        pytest.param({"chargingProfilePurpose": DEFAULT, "stackLevel": 0}, id="K_36"),
    ],
)
async def test_reports_profiles_of_an_evse__TC_K_30__TC_K_33__TC_K_35__TC_K_36(
    version: Version, criterion: dict[str, Any]
) -> None:
    async with playing(version) as case:
        _, first, _ = await three(case)
        await ask(case, evse=1, **criterion)
        await reported(case, {1: [first]})


@TWO
async def test_reports_all_profiles__TC_K_31(version: Version) -> None:
    async with playing(version) as case:
        station, first, second = await three(case)
        await ask(case)
        await reported(case, {0: [station], 1: [first], 2: [second]})


@TWO
async def test_reports_one_profile__TC_K_32(version: Version) -> None:
    async with playing(version) as case:
        _, _, second = await three(case)
        await ask(case, chargingProfileId=[2])
        await reported(case, {2: [second]})


@TWO
async def test_reports_profiles_by_who_set_them__TC_K_34(version: Version) -> None:
    async with playing(version) as case:
        _, first, _ = await three(case)
        await ask(case, evse=1, chargingLimitSource=["CSO"])
        await reported(case, {1: [first]})
        await ask(case, "NoProfiles", evse=1, chargingLimitSource=["EMS"])


@TWO
async def test_takes_a_profile_of_a_running_transaction__TC_K_60(version: Version) -> None:
    async with playing(version) as case:
        transaction = await case.charging()
        case.silent.add("TransactionEvent")
        one = await put(case, profile(purpose="TxProfile", transactionId=transaction))
        await ask(case, chargingProfileId=[1])
        await reported(case, {1: [one]})
        case.heard.clear()


@TWO
async def test_starts_from_afar_with_a_profile__TC_K_37(version: Version) -> None:
    async with playing(version) as case:
        await case.connected()
        one = profile(purpose="TxProfile")
        order = {"idToken": TOKEN, "evseId": 1, "remoteStartId": 7, "chargingProfile": one}
        await case.call("RequestStartTransaction", order, status="Accepted")
        await case.event("Started", "RemoteStart", transactionInfo={"remoteStartId": 7})
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
        case.silent.add("TransactionEvent")
        await ask(case, chargingProfileId=[1])
        await reported(case, {1: [one]})
        case.heard.clear()


@TWO
async def test_has_a_schedule_without_profiles__TC_K_39(version: Version) -> None:
    async with playing(version) as case:
        await composite(case, 300, 0)


@TWO
async def test_stacks_profiles__TC_K_40(version: Version) -> None:
    async with playing(version) as case:
        more = {"validFrom": case.at(-5), "validTo": case.at(406)}
        low = [period(0, 6.0), period(100, 8.0), period(200, 10.0)]
        high = [period(0, 7.0), period(100, 9.0)]
        await put(case, absolute(case, 1, DEFAULT, 0, periods=low, duration=405, **more))
        await put(case, absolute(case, 2, DEFAULT, 1, periods=high, duration=150, **more))
        near(await composite(case, 350), [(0, 7.0), (100, 9.0), (150, 8.0), (200, 10.0)])


@TWO
async def test_combines_purposes__TC_K_41(version: Version) -> None:
    def periods(*pairs: tuple[int, float]) -> list[dict[str, Any]]:
        return [period(start, limit) for start, limit in pairs]

    async with playing(version, evses=1) as case:
        transaction = await case.charging()
        case.silent.add("TransactionEvent")
        more = {"validFrom": case.at(-5), "validTo": case.at(406)}
        await put(case, absolute(case, 1, STATION, 0, periods=[period(0, 10.0)], duration=86_400), 0)
        own = periods((0, 6.0), (60, 10.0), (120, 8.0), (180, 15.0), (260, 8.0))
        await put(case, absolute(case, 2, DEFAULT, 0, periods=own, duration=300, **more))
        own = periods((0, 8.0), (50, 11.0), (140, 16.0), (200, 6.0), (240, 12.0))
        more["transactionId"] = transaction
        await put(case, absolute(case, 3, "TxProfile", 0, periods=own, duration=260, **more))
        found = await composite(case, 400)
        assert [one["limit"] for one in found[:4]] == [8.0, 10.0, 6.0, 10.0]
        case.heard.clear()


@TWO
async def test_has_no_schedule_of_an_evse_that_it_has_not__TC_K_47(version: Version) -> None:
    async with playing(version) as case:
        order = {"evseId": 3, "duration": 300, "chargingRateUnit": "A"}
        answer = await case.call("GetCompositeSchedule", order, status="Rejected")
        assert "schedule" not in answer


async def needs(case: Case, status: str) -> str:
    """Let an EV that speaks ISO 15118 come and say what it needs; return the transaction's id."""
    case.answers["NotifyEVChargingNeeds"] = {"status": status}
    case.answers["NotifyEVChargingSchedule"] = {"status": "Accepted"}
    case.silent |= {"NotifyEVChargingSchedule"}
    await case.authorized()
    case.panel.plug_in(1, Vehicle(iso15118=True))
    await case.statuses({1: "Occupied"})
    told = await case.expect("NotifyEVChargingNeeds", evseId=1)
    assert told["chargingNeeds"]["acChargingParameters"]
    return str(case.runner.station.evses[1].transaction.id)  # type: ignore[union-attr]


@TWO
async def test_an_ev_charges_within_what_the_csms_sends__TC_K_53(version: Version) -> None:
    async with playing(version) as case:
        transaction = await needs(case, "Accepted")
        case.silent.add("TransactionEvent")
        one = profile(purpose="TxProfile", transactionId=transaction, periods=[period(0, 10.0)], duration=300)
        await put(case, one)
        await case.until(lambda: case.runner.station.evses[1].drawing)
        case.heard.clear()


@TWO
async def test_an_ev_charges_where_the_csms_sends_nothing__TC_K_54(version: Version) -> None:
    async with playing(version) as case:
        await needs(case, "Rejected")
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
