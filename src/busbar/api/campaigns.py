"""Routes of campaigns: made, watched, paused, resumed and stopped by operators. Carries nothing out."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, field

from busbar.api import models
from busbar.api.access import Principal
from busbar.api.backend import Backend, Here
from busbar.api.firmware import LINK
from busbar.api.images import offered
from busbar.api.orders import VariableValue
from busbar.api.problems import Kind, Problem, invalid, missing
from busbar.api.queries import INT32, Number, Paging, page_of, utc
from busbar.api.requests import Interval, Retries
from busbar.csms.ports import Search, Test
from busbar.csms.records.campaigns import (
    CallWork,
    Campaign,
    CampaignMember,
    CampaignProgress,
    CampaignState,
    CertificateWork,
    ConfigurationWork,
    FirmwareWork,
    MemberState,
    Selection,
    Setting,
    Stage,
    Work,
)
from busbar.csms.services.campaigns import stage_ends
from busbar.files import links
from busbar.model.versions import Version

JOB: Final = "busbar.job.campaigns"
LONGEST: Final = timedelta(days=366)
Time = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(min_length=1, max_length=100)]


class FirmwareTask(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="firmware", tag_field="kind"):
    """Install an image of ours; `retrieve_at` and `install_at` are for every station the same."""

    image_id: Annotated[int, Meta(ge=1, le=INT32)]
    retrieve_at: Time | None = None
    install_at: Time | None = None
    retries: Retries | None = None
    retry_interval_s: Interval | None = None


class ConfigurationTask(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="configuration", tag_field="kind"
):
    """Set variables, one after the other."""

    variables: Annotated[list[VariableValue], Meta(min_length=1, max_length=100)]


class CertificateTask(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="certificate", tag_field="kind"):
    """Let each station ask for a new certificate."""

    message: Annotated[str, Meta(pattern=r"^Sign[A-Za-z0-9]{1,40}$(?!\n)")] = "SignChargingStationCertificate"


class CallTask(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag="call", tag_field="kind"):
    """Make any call of ours, in the words of the stations' version."""

    action: Text
    payload: dict[str, Any]


class SelectionInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which stations: all that is given must hold. `firmware` is what they run now, `version` their OCPP version."""

    site_id: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    vendor: Text | None = None
    model: Text | None = None
    firmware: Text | None = None
    version: Version | None = None
    stations: (
        Annotated[list[Annotated[str, Meta(min_length=1, max_length=255)]], Meta(min_length=1, max_length=1000)] | None
    ) = None


class StageInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A part of the stations: a share of all, or a count."""

    percent: Annotated[float, Meta(gt=0, le=100)] | None = None
    count: Annotated[int, Meta(ge=1, le=INT32)] | None = None


class CampaignInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A campaign. Stations beyond the given stages are the last stage; without stages all are one.

    Attributes:
        pause_s: between two stages; `confirm_stages` waits for an operator's resume instead.
        concurrency: stations at work at a time.
        halt_after, halt_pct: failures, or their share of the stations that have ended, that halt it.
    """

    name: Text
    work: FirmwareTask | ConfigurationTask | CertificateTask | CallTask
    selection: SelectionInput
    ends_at: Time
    starts_at: Time | None = None
    stages: Annotated[list[StageInput], Meta(max_length=50)] = field(default_factory=list)
    pause_s: Annotated[int, Meta(ge=0, le=30 * 86_400)] = 0
    confirm_stages: bool = False
    concurrency: Annotated[int, Meta(ge=1, le=500)] = 10
    halt_after: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    halt_pct: Annotated[float, Meta(gt=0, le=100)] | None = None


class CampaignView(models.View, kw_only=True):
    """A campaign as it stands: `counts` are its stations by state, `stage` (from 1) of `stages`."""

    id: int
    name: str
    kind: str
    state: CampaignState
    reason: str
    stage: int
    stages: int
    stage_ended_at: datetime | None
    total: int
    counts: dict[str, int]
    concurrency: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    created_by: str


class CampaignStation(models.View, kw_only=True):
    """How far one station is, and why, where it failed or was left out."""

    station: str
    position: int
    state: MemberState
    reason: str
    attempt: int
    firmware_update: int | None
    sent_at: datetime | None
    updated_at: datetime


@post("/", summary="Begin a campaign")
async def add_campaign(
    request: Request[Principal, None, Any], backend: Here, data: JSONBody[CampaignInput]
) -> Response[CampaignView]:
    """Begin a piece of work for many stations."""
    now = datetime.now(UTC)
    starts_at, ends_at = utc("starts_at", data.starts_at) or now, utc("ends_at", data.ends_at) or now
    if ends_at <= max(now, starts_at) or ends_at > now + LONGEST:
        raise invalid("ends_at", "the window ends after it begins, within a year")
    if any((stage.percent is None) == (stage.count is None) for stage in data.stages):
        raise invalid("stages", "each stage has either a percent or a count")
    names = data.selection.stations
    row = Campaign(
        id=(await backend.store.take_ids("campaign", 1))[0],
        name=data.name,
        work=await _work(backend, data.work, ends_at),
        selection=Selection(
            site_id=data.selection.site_id,
            vendor=data.selection.vendor,
            model=data.selection.model,
            firmware=data.selection.firmware,
            version=data.selection.version,
            stations=None if names is None else tuple(names),
        ),
        stages=[Stage(percent=stage.percent, count=stage.count) for stage in data.stages],
        pause_s=data.pause_s,
        confirm_stages=data.confirm_stages,
        concurrency=data.concurrency,
        halt_after=data.halt_after,
        halt_pct=data.halt_pct,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=now,
        created_by=f"api:{request.user.id}",
    )
    await backend.store.insert(row)
    backend.bus.publish(JOB, b"")
    shown = _shown(row, CampaignProgress(campaign_id=row.id))
    return Response(shown, status_code=201, headers={"Location": f"/api/v1/campaigns/{row.id}"})


async def _work(
    backend: Backend, task: FirmwareTask | ConfigurationTask | CertificateTask | CallTask, ends_at: datetime
) -> Work:
    match task:
        case FirmwareTask():
            image = await offered(backend, task.image_id, "work.image_id")
            retrieve_at = utc("work.retrieve_at", task.retrieve_at)
            last = max(ends_at, retrieve_at or ends_at) + LINK
            return FirmwareWork(
                image_id=image.id,
                location=await links.make_download(backend.store, backend.files, image.file_id, image.name, last),
                vendor=image.vendor,
                model=image.model,
                version=image.version,
                signing_certificate=image.signing_certificate,
                signature=image.signature,
                retrieve_at=retrieve_at,
                install_at=utc("work.install_at", task.install_at),
                retries=task.retries,
                retry_interval_s=task.retry_interval_s,
            )
        case ConfigurationTask():
            names = Setting.__struct_fields__
            return ConfigurationWork(
                settings=[Setting(**{name: getattr(item, name) for name in names}) for item in task.variables]
            )
        case CertificateTask():
            return CertificateWork(message=task.message)
        case CallTask():
            return CallWork(action=task.action, payload=task.payload)


def _shown(row: Campaign, progress: CampaignProgress) -> CampaignView:
    return CampaignView(
        id=row.id,
        name=row.name,
        kind=str(row.work.__struct_config__.tag),
        state=row.state,
        reason=row.reason,
        stage=progress.stage + 1,
        stages=len(stage_ends(row.stages, progress.total)),
        stage_ended_at=progress.stage_ended_at,
        total=progress.total,
        counts=progress.counts,
        concurrency=row.concurrency,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        created_at=row.created_at,
        created_by=row.created_by,
    )


async def _one(backend: Backend, campaign_id: int) -> Campaign:
    row = await backend.store.get(Campaign, campaign_id)
    if row is None:
        raise missing("campaign")
    return row


async def _view(backend: Backend, row: Campaign) -> CampaignView:
    progress = await backend.store.get(CampaignProgress, row.id)
    return _shown(row, progress or CampaignProgress(campaign_id=row.id))


@get("/", summary="List campaigns")
async def list_campaigns(
    backend: Here,
    paging: NamedDependency[Paging],
    in_state: Annotated[
        CampaignState | None, QueryParameter(name="state", description="Only campaigns in this state.")
    ] = None,
) -> models.Page[CampaignView]:
    """List campaigns, newest first."""
    tests = () if in_state is None else (Test("state", "=", in_state),)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(Campaign, search))
    ids = tuple(row.id for row in page.items)
    found = await backend.store.find(CampaignProgress, campaign_id=ids) if ids else []
    known = {progress.campaign_id: progress for progress in found}
    items = [_shown(row, known.get(row.id) or CampaignProgress(campaign_id=row.id)) for row in page.items]
    return models.Page(items=items, next=page.next)


@get("/{campaign_id:int}", summary="Show a campaign")
async def show_campaign(backend: Here, campaign_id: Number) -> CampaignView:
    """Show how far a campaign is."""
    return await _view(backend, await _one(backend, campaign_id))


@get("/{campaign_id:int}/stations", summary="List a campaign's stations")
async def list_campaign_stations(
    backend: Here,
    campaign_id: Number,
    paging: NamedDependency[Paging],
    in_state: Annotated[
        MemberState | None, QueryParameter(name="state", description="Only stations in this state.")
    ] = None,
) -> models.Page[CampaignStation]:
    """List the stations of a campaign in the order in which they are taken up."""
    await _one(backend, campaign_id)
    tests = [Test("campaign_id", "=", campaign_id)]
    if in_state is not None:
        tests.append(Test("state", "=", in_state))
    search = Search(tests=tuple(tests), limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(CampaignMember, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [
        CampaignStation(
            station=names[row.station_id].identity,
            position=row.position,
            state=row.state,
            reason=row.reason,
            attempt=row.attempt,
            firmware_update=row.request_id,
            sent_at=row.sent_at,
            updated_at=row.updated_at,
        )
        for row in page.items
    ]
    return models.Page(items=items, next=page.next)


async def _turn(
    backend: Backend, campaign_id: int, into: CampaignState, come_from: tuple[CampaignState, ...], reason: str
) -> CampaignView:
    """Set a campaign's state, where it may have it now. Raises Problem."""
    row = await _one(backend, campaign_id)
    changed = row.state in come_from and await backend.store.change(
        Campaign, (row.id,), values={"state": into, "reason": reason}, expected={"state": row.state}
    )
    if not changed:
        raise Problem(Kind.CONFLICT, f"the campaign is {row.state.value}")
    backend.bus.publish(JOB, b"")
    return await _view(backend, await _one(backend, campaign_id))


@post("/{campaign_id:int}/pause", status_code=200, summary="Pause a campaign")
async def pause_campaign(backend: Here, campaign_id: Number) -> CampaignView:
    """Begin with no further station; those at work go on."""
    return await _turn(backend, campaign_id, CampaignState.PAUSED, (CampaignState.RUNNING,), "paused by an operator")


@post("/{campaign_id:int}/resume", status_code=200, summary="Resume a campaign")
async def resume_campaign(backend: Here, campaign_id: Number) -> CampaignView:
    """Go on with a campaign that is paused; one that halted goes on without its bounds of failure."""
    row = await _one(backend, campaign_id)
    if row.state is CampaignState.HALTED:
        lifted = {"halt_after": None, "halt_pct": None}
        await backend.store.change(Campaign, (row.id,), values=lifted, expected={"state": row.state})
    come_from = (CampaignState.PAUSED, CampaignState.HALTED)
    return await _turn(backend, campaign_id, CampaignState.RUNNING, come_from, "")


@post("/{campaign_id:int}/stop", status_code=200, summary="Stop a campaign")
async def stop_campaign(backend: Here, campaign_id: Number) -> CampaignView:
    """End a campaign for good; stations at work end what they began."""
    come_from = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.HALTED)
    return await _turn(backend, campaign_id, CampaignState.STOPPING, come_from, "stopped by an operator")


routes: list[Any] = [
    add_campaign,
    list_campaigns,
    show_campaign,
    list_campaign_stations,
    pause_campaign,
    resume_campaign,
    stop_campaign,
]
router = Router("/campaigns", route_handlers=routes, tags=["Campaigns"])
