"""Whether a token may charge: one verdict for Authorize and for the token inside a transaction message.

The token itself is judged first, then access rules where the place is known, then what its holder may do at a time and
in all. A repeated start gets the answer of the first: that is what its row keeps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from busbar.csms.changes import RowAdded, RowGone
from busbar.csms.records.authorization import Explanation, TokenProfile, Turn
from busbar.csms.records.device_model import ModelValue
from busbar.csms.rows import Token, Transaction, Use
from busbar.csms.services import access_rules, limits, remote_starts
from busbar.csms.services.access_rules import Place, Policy
from busbar.csms.services.device_model import ACTUAL, path
from busbar.csms.services.redaction import MASK
from busbar.csms.services.view import (
    Context,
    Decision,
    Need,
    PolicyNeed,
    RowNeed,
    StationView,
    TokenNeed,
    Tokens,
    UseNeed,
)
from busbar.model.facts import (
    PersonalMessage,
    TokenAnswer,
    TokenPresented,
    TransactionLimit,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import VariableName
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.versions import RULES

FREE: Final = "NoAuthorization"
_KEY_CODE: Final = "KeyCode"
_FROM_CSMS: Final = "Central"
_ACCEPTED: Final = AuthorizationStatus.ACCEPTED
_NO_POLICY: Final = Policy()
LIMITS: Final = path(VariableName(component="TxCtrlr", variable="SupportedLimits"))


@dataclass(slots=True)
class Judgement:
    """A verdict, and why: the numbers of the rules that decided, and a short text."""

    answer: TokenAnswer
    rules: tuple[int, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where and for what a token is presented.

    Attributes:
        evses: what the station has, for an Authorize, which says no EVSE.
        starting: a session begins with it.
        sessions: those of the token and its group before this one; None where nothing limits them.
        ours: the CSMS itself sent the token, with a remote start.
        uncached: a prepaid token is told not to be kept by the station (2.1).
    """

    place: Place
    evses: frozenset[int] = field(default_factory=frozenset)
    starting: bool = False
    sessions: tuple[Use, ...] | None = None
    ours: bool = False
    uncached: bool = False


def token_needs(token: IdToken | None, tokens: Tokens) -> Sequence[Need]:
    """Return what the verdict on a token lacks."""
    if token is None or token.kind == FREE:
        return ()
    if tokens.policy is None:
        return (PolicyNeed(),) if token.key in tokens.known else (PolicyNeed(), TokenNeed(token.key))
    return () if token.key in tokens.known else (TokenNeed(token.key),)


def token_presented(fact: TokenPresented, view: StationView, context: Context, at: datetime) -> Decision:
    """Answer an Authorize (C01), and keep why."""
    judged = judge(fact.token, context.tokens, at, asked_at(view, fact.token, context.tokens))
    return Decision(judged.answer, [RowAdded(explained(judged, fact.token, view, "authorize", at))])


def use_needs(token: IdToken | None, view: StationView, tokens: Tokens, *, starting: bool = False) -> Sequence[Need]:
    """Return what the verdict on a token that is limited lacks; nothing for others. A start waits for its turn."""
    need = _use(token, tokens, starting=starting)
    if need is None:
        return ()
    asked = starting and need.spent and RULES[view.version].transaction_limits
    needs = (need, supported_need(view)) if asked else (need,)
    return [each for each in needs if each not in view.found]


def _use(token: IdToken | None, tokens: Tokens, *, starting: bool) -> UseNeed | None:
    policy = tokens.policy
    row = None if token is None else tokens.known.get(token.key)
    if policy is None or row is None:
        return None
    group = None if row.group is None else row.group.casefold()
    about = limits.concerning(policy, row.key, group)
    if not about and limits.at_a_time(policy, row.key, group) is None:
        return None
    together = group if any(limit.group is not None for limit in about) else None
    turn = f"token:{row.key}" if together is None else f"group:{together}"
    return UseNeed(row.key, together, bool(about), turn if starting else None)


def supported_need(view: StationView) -> RowNeed:
    """Return how a station's SupportedLimits are found, as far as they are known."""
    return RowNeed(ModelValue, (("station_id", view.station.id), ("path", LIMITS), ("attribute", ACTUAL)))


def supported(view: StationView) -> frozenset[str] | None:
    """Return the limits that a station supports, casefolded; None where they are not known."""
    return supported_limits(view.found.get(supported_need(view), ()))


def supported_limits(values: Iterable[ModelValue]) -> frozenset[str] | None:
    """Return what values at `LIMITS` say, casefolded; None where they say nothing."""
    said = next((value.value for value in values if value.value is not None), None)
    return None if said is None else frozenset(word.strip().casefold() for word in said.split(","))


def turns_over(view: StationView) -> list[RowGone]:
    """Return the changes that give back the turns that were taken for this message."""
    owner = view.station.organisation_id
    taken = (need.turn for need in view.found if isinstance(need, UseNeed) and need.turn is not None)
    return [RowGone(Turn, (owner, turn)) for turn in taken]


def _sessions(
    token: IdToken | None,
    view: StationView,
    tokens: Tokens,
    transaction_id: str | None = None,
    *,
    starting: bool = False,
) -> tuple[Use, ...] | None:
    need = _use(token, tokens, starting=starting)
    rows = None if need is None else view.found.get(need)
    if rows is None:
        return None
    own = (view.station.id, transaction_id)
    return tuple(row for row in rows if (row.station_id, row.transaction_id) != own)


def asked_at(view: StationView, token: IdToken, tokens: Tokens) -> Occasion:
    """Return where an Authorize of a station comes from."""
    station, sessions = view.station, _sessions(token, view, tokens)
    evses = frozenset(evse for evse, _ in (*view.connectors, *view.plugs) if evse)
    ours = tokens.known.get(token.key) is None and remote_starts.sent(token, view)
    place, uncached = Place(station.id, station.site_id, plugs=view.plugs), RULES[view.version].transaction_limits
    return Occasion(place, evses, sessions=sessions, ours=ours, uncached=uncached)


def started_at(fact: TransactionStarted | TransactionUpdated, view: StationView, tokens: Tokens) -> Occasion:
    """Return where a session begins by a token."""
    place = Place(view.station.id, view.station.site_id, fact.place.evse, fact.place.connector, view.plugs)
    sessions = _sessions(fact.token, view, tokens, fact.transaction_id, starting=True)
    ours = fact.token is not None and tokens.known.get(fact.token.key) is None and remote_starts.began(fact, view)
    uncached = RULES[view.version].transaction_limits
    return Occasion(place, starting=True, sessions=sessions, ours=ours, uncached=uncached)


def limit_of(
    fact: TransactionStarted | TransactionUpdated, view: StationView, context: Context, occasion: Occasion, at: datetime
) -> TransactionLimit | None:
    """Return how far the session that begins with a token may go (E16.FR.02); None is without limit."""
    return _limit(fact.token, fact.place.evse, occasion.sessions, view, context, at, starting=True)


def within_limits(row: Transaction, view: StationView, context: Context, at: datetime) -> TransactionLimit | None:
    """Return how far a session that runs may go from its beginning; None is without limit."""
    token = IdToken(row.token or "", row.token_kind)
    sessions = _sessions(token, view, context.tokens, row.transaction_id)
    return _limit(token, row.evse, sessions, view, context, at, starting=False)


def _limit(
    token: IdToken | None,
    evse: int | None,
    sessions: tuple[Use, ...] | None,
    view: StationView,
    context: Context,
    at: datetime,
    *,
    starting: bool,
) -> TransactionLimit | None:
    tokens = context.tokens
    need = _use(token, tokens, starting=starting)
    if token is None or need is None or tokens.policy is None or sessions is None:
        return None
    row = tokens.known[token.key]
    group = None if row is None or row.group is None else row.group.casefold()
    currency = context.rates.currency(view.station, evse, token)
    return limits.transaction_limit(tokens.policy, need.key, group, sessions, at, currency)


def limit_between(limit: TransactionLimit, told: TransactionLimit | None, view: StationView) -> TransactionLimit | None:
    """Return what of a limit a station is to be told, that itself `told` of one; None is nothing."""
    return limits.still_needed(limit, told, supported(view))


def explained(judged: Judgement, token: IdToken, view: StationView, occasion: str, at: datetime) -> Explanation:
    """Return the record of a judgement; a code that a driver keys in is not named (C04.FR.04)."""
    return Explanation(
        station_id=view.station.id,
        token=MASK if token.kind == _KEY_CODE else token.key,
        occasion=occasion,
        status=judged.answer.status,
        rules=judged.rules,
        why=judged.why,
        at=at,
    )


def verdict(token: IdToken, tokens: Tokens, at: datetime, occasion: Occasion | None = None) -> TokenAnswer:
    """Judge a token at a time. UNKNOWN is a token that nobody entered (1.6 has Invalid for it)."""
    return judge(token, tokens, at, occasion).answer


def judge(token: IdToken, tokens: Tokens, at: datetime, occasion: Occasion | None = None) -> Judgement:
    """Judge a token at a time, by the access rules too where it is said where."""
    if token.kind == FREE:  # C02.FR.02
        return Judgement(TokenAnswer(status=_ACCEPTED), why="no authorisation is asked for")
    row = tokens.known.get(token.key)
    if row is None and occasion is not None and occasion.ours:
        return Judgement(TokenAnswer(status=_ACCEPTED), why="a remote start of ours brought it")
    if row is None or not _same_kind(row, token):
        why = "no such token" if row is None else "a token of another type has this value"
        status = AuthorizationStatus.INVALID if token.kind == _KEY_CODE else AuthorizationStatus.UNKNOWN  # C04.FR.01
        return Judgement(TokenAnswer(status=status), why=why)
    policy = tokens.policy or _NO_POLICY
    answer = _answer(row, policy, at)
    if answer.status is not _ACCEPTED:
        return Judgement(answer, why="the token's own status")
    group = None if row.group is None else row.group.casefold()
    if occasion is None:
        return Judgement(answer, why="the token is good")
    known = policy.groups.get(group or "")
    if occasion.starting and known is not None and known.master_pass:  # C16.FR.01
        answer.status = AuthorizationStatus.INVALID
        return Judgement(answer, why="a master pass ends sessions and starts none")
    judged = _ruled(Judgement(answer, why="the token is good"), policy, row.key, group, occasion, at)
    if answer.status is not _ACCEPTED or occasion.sessions is None:
        return judged
    if occasion.uncached and limits.prepaid(policy, row.key, group):
        answer.expires_at = at  # C17.FR.01, C17.FR.02
    answer.status, numbers = limits.credit(policy, row.key, group, occasion.sessions, at)
    if answer.status is _ACCEPTED:
        return judged
    none_left = answer.status is AuthorizationStatus.NO_CREDIT
    return Judgement(answer, numbers, "a limit is used up" if none_left else "too many sessions at a time")


def _ruled(
    judged: Judgement, policy: Policy, key: str, group: str | None, occasion: Occasion, at: datetime
) -> Judgement:
    """Apply the rules; where only some EVSEs of a station are allowed, they are named (2.x evseId)."""
    if not policy.rules and not policy.defaults:
        return judged
    answer, place = judged.answer, occasion.place
    if place.evse is None and occasion.evses:
        each = access_rules.allowed_evses(policy, key, group, place, at, occasion.evses)
        good = tuple(evse for evse, ruling in each.items() if ruling.status is _ACCEPTED)
        ruling = each[good[0]] if good else next(iter(each.values()))
        if good and len(good) < len(each):
            answer.evses = good
    else:
        ruling = access_rules.ruling(policy, key, group, place, at)
    answer.status = ruling.status
    return Judgement(answer, ruling.rules, ruling.why)


def _answer(row: Token, policy: Policy, at: datetime) -> TokenAnswer:
    status = row.status
    if status == _ACCEPTED and row.expires_at is not None and row.expires_at <= at:
        status = AuthorizationStatus.EXPIRED
    # C01.FR.06, E01.FR.12: of one type for all its tokens, or stations would see two groups (C09.FR.13)
    group = None if row.group is None else IdToken(row.group)
    answer = TokenAnswer(status=AuthorizationStatus(status), expires_at=row.expires_at, group=group)
    profile = policy.profiles.get(row.key)
    if profile is not None:
        _add(answer, profile, at)
    return answer


def _add(answer: TokenAnswer, profile: TokenProfile, at: datetime) -> None:
    answer.language, answer.language2, answer.priority = profile.language, profile.language2, profile.priority
    answer.energy_transfers = profile.energy_transfers or ()  # Q01.FR.01
    if profile.message is not None:
        answer.message = PersonalMessage(
            content=profile.message, format=profile.message_format, language=profile.language
        )
    if profile.cache_s is not None:  # C10.FR.08: after this the station asks again
        until = at + timedelta(seconds=profile.cache_s)
        answer.expires_at = until if answer.expires_at is None else min(until, answer.expires_at)


def _same_kind(row: Token, token: IdToken) -> bool:
    """A PIN must not pass for a card of the same digits; `Central` is what the CSMS itself sent with a start."""
    return row.kind is None or token.kind is None or token.kind in (row.kind, _FROM_CSMS)
