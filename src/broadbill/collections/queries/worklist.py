"""Collections for people: who is overdue, what was done, what comes next, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from broadbill.accounts.models import Account
from broadbill.collections.domain.deciding import Debt, decide
from broadbill.collections.domain.policy import Policy
from broadbill.collections.models import Episode, StepTaken
from broadbill.collections.queries.debts import USUAL_POLICY, largest_debts, overdue_debts, policies_in_force
from broadbill.core.money import Money

ROWS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class StepRead:
    on: date
    act: str


@dataclass(frozen=True, slots=True)
class Case:
    """An overdue account. `why` is None when its next step is due; `next_step` names it.

    `service` is what collections did to it: restricted, stopped, or empty.
    """

    account: str
    name: str
    overdue: Money
    since: date
    days: int
    policy: str
    next_on: date | None
    next_step: str
    why: str | None
    service: str = ""
    steps: tuple[StepRead, ...] = ()


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of it, largest debt first. `total` counts all."""

    rows: tuple[Case, ...]
    total: int
    first: bool
    next_key: int | None


def worklist(*, on: date, after: int = 0) -> Worklist:
    """Who is overdue, from the place `after` on. Five queries."""
    policies = policies_in_force()
    shown, total = largest_debts(on=on, after=after, most=ROWS_SHOWN)
    accounts = Account.objects.in_bulk([debt.account_id for debt, _ in shown])
    services = _services([debt.account_id for debt, _ in shown])
    rows = tuple(
        _case(accounts[debt.account_id], debt, code, policies, services.get(debt.account_id, ""), on)
        for debt, code in shown
    )
    rest = after + ROWS_SHOWN < total
    return Worklist(rows, total, after == 0, after + ROWS_SHOWN if rest else None)


def case_of(*, account_id: int, on: date) -> Case | None:
    """One account's case with what was done in it; None when nothing is overdue. Six queries."""
    found = overdue_debts(on=on, account_ids=[account_id])
    if not found:
        return None
    [(debt, code)] = found
    steps = StepTaken.objects.filter(episode__account_id=account_id, episode__state="open").order_by("number")
    service = _services([account_id]).get(account_id, "")
    case = _case(Account.objects.get(pk=account_id), debt, code, policies_in_force(), service, on)
    return replace(case, steps=tuple(StepRead(step.on, step.act) for step in steps))


def _services(account_ids: Sequence[int]) -> dict[int, str]:
    touched = Q(stopped=True) | Q(restricted=True)
    rows = Episode.objects.filter(touched, account__in=account_ids, state=Episode.State.OPEN)
    return {row.account_id: "stopped" if row.stopped else "restricted" for row in rows}


def _case(
    account: Account, debt: Debt, code: str, policies: Mapping[str, Policy], service: str, on: date
) -> Case:
    policy = policies.get(code, policies[USUAL_POLICY])
    decision, done = decide(debt, policy, on=on), debt.progress.done
    return Case(
        account=account.number,
        name=account.name,
        overdue=debt.overdue,
        since=debt.since,
        days=(on - debt.since).days,
        policy=code,
        next_on=decision.next_on,
        next_step=str(policy.steps[done].act) if done < len(policy.steps) else "",
        why=str(decision.why) if decision.why else None,
        service=service,
    )
