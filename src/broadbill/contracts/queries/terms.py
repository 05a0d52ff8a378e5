"""What an account's subscriptions are, made from its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from broadbill.accounts.models import Account
from broadbill.accounts.queries.terms import account_terms
from broadbill.catalog.models import Plan
from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.policy import current_policy
from broadbill.contracts.domain.fact import event_of
from broadbill.contracts.models import Fact
from broadbill.core.rating import Event, Rulebook, parse_event
from broadbill.core.rating.events import ChangePlan, ChangePrice, Changes, Resume, Subscribe, Suspend, living
from broadbill.core.rating.timeline import FOREVER, State, replay
from broadbill.core.rating.timeline import Subscription as Life


@dataclass(frozen=True, slots=True)
class Term:
    """A subscription over the days `[starts, ends)`; `ends` is None while nothing ends it."""

    subscription_id: int
    plan_id: int
    quantity: Decimal
    prices: dict[str, Any]
    state: str
    starts: date
    ends: date | None


def terms_of(account: Account) -> list[Term]:
    """The terms of every subscription of the account, as the facts known now say. Seven queries at most."""
    return terms_of_accounts([account])


def terms_of_accounts(accounts: Sequence[Account]) -> list[Term]:
    """The same of many accounts, which come with their profiles. Seven queries at most, however many there are."""
    events, models = _events(accounts)
    plan_ids = dict(Plan.objects.filter(code__in=_plan_codes(events)).values_list("code", "id"))
    return [
        Term(
            subscription_id=int(life.id),
            plan_id=plan_ids[state.plan.code],
            quantity=state.quantity,
            prices={code: models[id(model)] for code, model in state.agreed},
            state="suspended" if is_suspended else "active",
            starts=starts,
            ends=None if ends == FOREVER else ends,
        )
        for life, facts in _replayed(accounts, events)
        for starts, ends, state, is_suspended in _spans(life, facts)
    ]


def lives_of(account: Account) -> dict[int, Life]:
    """Every subscription of the account by id, as the facts known now say. Six queries at most."""
    events, _ = _events([account])
    return {int(life.id): life for life, _ in _replayed([account], events)}


def _replayed(
    accounts: Sequence[Account], events: Mapping[int, Sequence[Event]]
) -> Iterator[tuple[Life, Sequence[Event]]]:
    """Each subscription's life with the facts that made it."""
    plans = plans_content(_plan_codes(events))
    rulebook = Rulebook.parse({"policy": current_policy(), "plans": plans})
    for account in accounts:
        terms = account_terms(account.profile)
        for facts in _by_subscription(events.get(account.id, ())).values():
            if isinstance(facts[0], Subscribe):
                yield replay(facts, 0, rulebook, terms), facts


def _plan_codes(events: Mapping[int, Sequence[Event]]) -> set[str]:
    return {
        event.plan
        for known in events.values()
        for event in known
        if isinstance(event, Subscribe | ChangePlan)
    }


def _by_subscription(events: Sequence[Event]) -> dict[str, list[Event]]:
    """What made or changed a subscription and was not voided, in the order in which it takes effect."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(living(events), key=lambda event: (event.at, event.key)):
        if isinstance(event, Subscribe | Changes):
            found[event.id].append(event)
    return found


def _spans(life: Life, facts: Sequence[Event]) -> Iterator[tuple[date, date, State, bool]]:
    """The segments of a life, cut where service is suspended or resumed: billing may go on through that."""
    switches = {fact.at: isinstance(fact, Suspend) for fact in facts if isinstance(fact, Suspend | Resume)}
    for segment in life.segments:
        ends = min(segment.ends, life.cancelled or FOREVER)
        if segment.starts >= ends:
            continue
        cuts = sorted({segment.starts, *(day for day in switches if segment.starts < day < ends)})
        for starts, cut in zip(cuts, [*cuts[1:], ends], strict=True):
            latest = max((day for day in switches if day <= starts), default=None)
            yield starts, cut, segment.state, latest is not None and switches[latest]


def _events(accounts: Sequence[Account]) -> tuple[dict[int, list[Event]], dict[int, Any]]:
    """The accounts' facts as events, and the JSON behind each agreed price they hold, by the price's identity."""
    events: dict[int, list[Event]] = defaultdict(list)
    models: dict[int, Any] = {}
    for fact in Fact.objects.filter(account__in=accounts).order_by("account_id", "number"):
        event = parse_event(
            fact.number, event_of(fact.kind, fact.effective_on, fact.subscription_id, fact.detail)
        )
        events[fact.account_id].append(event)
        if isinstance(event, ChangePrice):
            models[id(event.model)] = fact.detail["model"]
        if isinstance(event, Subscribe):
            models.update({id(model): fact.detail["price"][code] for code, model in event.sale.prices})
    return events, models
