"""Replacing a plan: everyone who has it moves to its successor, and is told so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from procrastinate.contrib.django import app

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_accounts
from broadbill.accounts.queries.terms import account_terms
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plan_life import name_successor, refuse_unfit
from broadbill.catalog.queries.plans import plan_coded, plans_content
from broadbill.catalog.queries.policy import current_policy
from broadbill.contracts.domain.replacing import Quote, Replacement, quotes_of, refuse_short_notice
from broadbill.contracts.operations.change_letters import queue_change_letters
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.terms import rebuild_terms_of
from broadbill.contracts.queries.histories import read_events
from broadbill.contracts.queries.plan_holders import accounts_with_plan
from broadbill.core.money import Currency
from broadbill.core.rating import History, Rulebook
from broadbill.tax.queries.rules import tax_rules

ACCOUNTS_PER_BATCH = 1_000
REPLACE_TASK = "contracts.replace_plan"

Quoted = list[tuple[Account, list[Quote]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplaceRequest:
    """`starts` is the first day on which nobody need have the old plan any more: each subscription moves with its own
    period that begins on it or next after it.
    """

    plan: str
    successor: str
    starts: date
    actor: str
    notice_days: int = 30
    without_notice: bool = False


def replace_plan(
    *,
    request: ReplaceRequest,
    today: date,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Replacement:
    """Retire a plan from today, move everyone who has it to its successor, and queue a letter to each.

    Accounts are moved in batches in the order of their ids, each batch in one transaction with a fixed number of
    queries. Doing it again, also after an interruption, moves only who still has the plan.

    Raises: PlanUnknown, PlanReplaced, SuccessorUnfit, NoticeTooShort, ScenarioError for facts of an account that do
            not go together with the new plan (its batch is left as it was).
    """
    plan = _replaceable(request, today)
    name_successor(
        code=request.plan,
        successor=request.successor,
        on=min(today, request.starts),
        now=now,
        actor=request.actor,
    )
    rulebook, found = _rulebook(), Replacement(Currency.of(plan.currency))
    for account_ids in _batches(request):
        _move_batch(request, account_ids, rulebook, found, now)
        if progress:
            progress(len(account_ids))
    return found


def replace_plan_later(*, request: ReplaceRequest, today: date) -> None:
    """Refuse now what `replace_plan` would refuse, and have it done by the background work.

    Raises: PlanUnknown, PlanReplaced, SuccessorUnfit, NoticeTooShort.
    """
    _replaceable(request, today)
    asked = {**asdict(request), "starts": request.starts.isoformat(), "today": today.isoformat()}
    app.configure_task(REPLACE_TASK).defer(**asked)


def preview_replacement(*, request: ReplaceRequest, today: date) -> Replacement:
    """What `replace_plan` would do. Writes nothing; a fixed number of queries for each batch of accounts.

    Raises: as `replace_plan`.
    """
    plan = _replaceable(request, today)
    rulebook, found = _rulebook(), Replacement(Currency.of(plan.currency))
    for account_ids in _batches(request):
        accounts = Account.objects.select_related("profile").filter(pk__in=account_ids).order_by("id")
        for _, quotes in _quoted(request, list(accounts), rulebook):
            found.add(quotes)
    return found


def _replaceable(request: ReplaceRequest, today: date) -> Plan:
    """The old plan, when it may be replaced as asked. Raises: as `replace_plan`."""
    plan = plan_coded(request.plan)
    refuse_unfit(plan=plan, successor=plan_coded(request.successor), on=request.starts)
    if not request.without_notice:
        refuse_short_notice(plan=plan.code, starts=request.starts, days=request.notice_days, today=today)
    return plan


def _rulebook() -> Rulebook:
    return Rulebook.parse({"policy": current_policy(), "plans": plans_content(), "taxes": tax_rules()})


def _batches(request: ReplaceRequest) -> Iterator[list[int]]:
    last = 0
    while batch := accounts_with_plan(
        request.plan, since=request.starts, after=last, most=ACCOUNTS_PER_BATCH
    ):
        yield batch
        last = batch[-1]


@transaction.atomic
def _move_batch(
    request: ReplaceRequest, account_ids: list[int], rulebook: Rulebook, found: Replacement, now: datetime
) -> None:
    quoted = _quoted(request, list(lock_accounts(account_ids).values()), rulebook)
    moves = [(account, quote.move) for account, quotes in quoted for quote in quotes]
    facts = [move.fact(account.id, request.successor) for account, move in moves]
    numbers = record_facts(facts=facts, now=now, actor=request.actor)
    rebuild_terms_of(account_ids=[account.id for account, _ in quoted], now=now)
    first_fact = {fact.account_id: n for fact, n in zip(reversed(facts), reversed(numbers), strict=True)}
    letters = queue_change_letters(
        quoted=quoted, plan=request.plan, successor=request.successor, about=first_fact, now=now
    )
    for _, quotes in quoted:
        found.add(quotes)
    found.letters += letters.queued
    found.not_told.extend(letters.without_address)


def _quoted(request: ReplaceRequest, accounts: list[Account], rulebook: Rulebook) -> Quoted:
    """The accounts that have something to move, with what they paid and will pay. One query."""
    events = read_events([account.id for account in accounts])
    quoted = []
    for account in accounts:
        history = History(rulebook, account_terms(account.profile), events.get(account.id, ()))
        quotes = quotes_of(history, plan=request.plan, successor=request.successor, starts=request.starts)
        if quotes:
            quoted.append((account, quotes))
    return quoted
