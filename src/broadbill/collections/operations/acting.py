"""Doing what the steps say, for many accounts at once: letters, fees, service restricted, stopped or ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from broadbill.accounts.models import Account
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.collections.domain.deciding import Debt
from broadbill.collections.domain.policy import LETTERS, Act, Policy, Progress, Step, next_step_on
from broadbill.collections.models import Episode
from broadbill.collections.operations.interest import Claim, charge_interest
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.switching import Switch, cancel_many, suspend_many
from broadbill.contracts.queries.served import served_subscriptions
from broadbill.documents.domain.wording import Wording
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.network.operations.restricting import restrict_many
from broadbill.payments.queries.overdue_items import OverdueItem, overdue_items

REASON = "collections"
# What restricting or stopping service says too.
TELLING = {
    Act.REMINDER: "reminder",
    Act.NOTICE: "payment_notice",
    Act.RESTRICT: "service_restricted",
    Act.SUSPEND: "service_stopped",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step about to be taken, its account locked."""

    account: Account
    debt: Debt
    step: Step
    policy: Policy
    episode: Episode


def act(taken: Sequence[Taken], *, on: date, now: datetime, actor: str) -> None:
    """Do all of it inside the caller's transaction. A fixed number of queries."""
    _charge([one for one in taken if one.step.act is Act.LATE_FEE], on, now, actor)
    claims = [
        Claim(one.account.id, one.debt.overdue, one.step) for one in taken if one.step.act is Act.INTEREST
    ]
    charge_interest(claims=claims, on=on, now=now, actor=actor)
    _restrict([one for one in taken if one.step.act is Act.RESTRICT], on, now, actor)
    _stop([one for one in taken if one.step.act is Act.SUSPEND], on, now, actor)
    _end([one for one in taken if one.step.act is Act.TERMINATE], on, now, actor)
    _tell([one for one in taken if one.step.act in TELLING and not _came_to_nothing(one)], on, now)
    record_events(_events(taken, now, actor))


def _charge(taken: Sequence[Taken], on: date, now: datetime, actor: str) -> None:
    facts = []
    for one in taken:
        assert one.step.amount is not None
        if (amount := one.debt.overdue.currency.round(one.step.amount)).minor > 0:
            name = one.step.name or f"Late fee, {one.debt.overdue} overdue since {one.debt.since}"
            detail = {"amount": str(amount), "name": name}
            facts.append(NewFact(account_id=one.account.id, kind="charge", effective_on=on, detail=detail))
    if facts:
        record_facts(facts=facts, now=now, actor=actor)


def _restrict(taken: Sequence[Taken], on: date, now: datetime, actor: str) -> None:
    ids = [one.account.id for one in taken]
    found = restrict_many(account_ids=ids, on=on, reason=REASON, now=now, actor=actor)
    restricted = {account_id for account_id, _ in found}
    for one in taken:
        one.episode.restricted = one.account.id in restricted or one.episode.restricted


def _came_to_nothing(one: Taken) -> bool:
    """Nothing that the account has in service has a walled garden: nobody is told what is not so."""
    return one.step.act is Act.RESTRICT and not one.episode.restricted


def _stop(taken: Sequence[Taken], on: date, now: datetime, actor: str) -> None:
    served = served_subscriptions(account_ids=[one.account.id for one in taken], on=on)
    switches = [Switch(account_id, subscription, on) for account_id, subscription in served]
    suspend_many(switches=switches, reason=REASON, now=now, actor=actor)
    stopped = {switch.account_id for switch in switches}
    for one in taken:
        one.episode.stopped = one.account.id in stopped or one.episode.stopped


def _end(taken: Sequence[Taken], on: date, now: datetime, actor: str) -> None:
    held = served_subscriptions(account_ids=[one.account.id for one in taken], on=on, suspended_too=True)
    cancel_many(
        switches=[Switch(account_id, subscription, on) for account_id, subscription in held],
        now=now,
        actor=actor,
    )


def _tell(taken: Sequence[Taken], on: date, now: datetime) -> None:
    if not taken:
        return
    readers = readers_of([one.account for one in taken])
    items = overdue_items(account_ids=[one.account.id for one in taken], on=on)
    provider = current_provider()
    drafts = (
        draft
        for one in taken
        for draft in _drafts(one, items.get(one.account.id, ()), readers[one.account.id], provider.name,
                             provider.phone or provider.email, provider.iban)
    )  # fmt: skip
    enqueue_many(drafts=drafts, now=now)


def _drafts(
    one: Taken, items: Sequence[OverdueItem], readers: Sequence[str], seller: str, contact: str, iban: str
) -> Iterator[Draft]:
    profile = one.account.profile
    wording = Wording.of(profile.language)
    after = Progress(one.debt.progress.done + 1, None)
    next_on = next_step_on(one.policy, since=one.debt.since, progress=after) if _warns_of_next(one) else None
    kind = TELLING[one.step.act]
    written = write(
        kind=kind,
        language=profile.language,
        facts={
            "seller": seller,
            "name": profile.legal_name,
            "amount": wording.money(one.debt.overdue),
            "invoices": [
                {
                    "number": item.number,
                    "amount": wording.money(item.open),
                    "due_on": wording.long_date(item.due_on),
                }
                for item in items
            ],
            "until": wording.long_date(next_on) if next_on else "",
            "reference": one.account.number,
            "iban": iban,
            "contact": contact,
        },
    )
    for address in readers:
        yield written.to(
            address,
            object_type="episode",
            object_id=f"{one.episode.pk}/{one.debt.progress.done}/{one.debt.progress.last_on or ''}",
            account_id=one.account.id,
        )


def _warns_of_next(one: Taken) -> bool:
    """Letters say until when to pay; who is restricted is told when service stops, where that comes next."""
    if one.step.act is not Act.RESTRICT:
        return one.step.act in LETTERS
    following = one.policy.steps[one.debt.progress.done + 1 : one.debt.progress.done + 2]
    return bool(following) and following[0].act in (Act.SUSPEND, Act.TERMINATE)


def _events(taken: Sequence[Taken], now: datetime, actor: str) -> Iterator[NewEvent]:
    for one in taken:
        yield NewEvent(
            actor=actor,
            verb=f"dunning.{one.step.act}",
            object_type="episode",
            object_id=str(one.episode.pk),
            occurred_at=now,
            account_id=one.account.id,
            data={
                "overdue": {"minor": one.debt.overdue.minor, "currency": one.debt.overdue.currency.code},
                "since": one.debt.since.isoformat(),
                **({"nothing_done": True} if _came_to_nothing(one) else {}),
            },
        )
