"""A pass over the overdue debts: each gets the step that is due, once, by whoever comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.collections.domain.deciding import Debt, Decision, decide
from broadbill.collections.domain.policy import Policy
from broadbill.collections.models import Episode, StepTaken
from broadbill.collections.operations.acting import Taken, act
from broadbill.collections.operations.promises import settle_promises
from broadbill.collections.operations.restoring import restore_where_paid
from broadbill.collections.queries.debts import USUAL_POLICY, overdue_debts, policies_in_force

ACTOR = "system:collections"
ACCOUNTS_PER_CHUNK = 500


@dataclass(slots=True)
class Pass:
    """What a pass did: steps by what they do, debts left alone by why, accounts whose service came back."""

    overdue: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    restored: int = 0


def run_collections(*, on: date, now: datetime, dry: bool = False) -> Pass:
    """Take every step that is due on a day. Any number of workers may do it at once, and again.

    First what changed is settled: promises, and those who paid. The debts are then judged from one look at all, and
    once more, under the accounts' locks, in the transaction that acts. A dry pass only judges. A fixed number of
    queries for every ACCOUNTS_PER_CHUNK accounts to act on.
    """
    done = Pass()
    if not dry:
        settle_promises(on=on, now=now)
        done.restored = restore_where_paid(on=on, now=now, actor=ACTOR)
    policies = policies_in_force()
    debts = overdue_debts(on=on)
    done.overdue = len(debts)
    due = []
    for debt, code in debts:
        decision = decide(debt, _policy(policies, code), on=on)
        if decision.step is None:
            done.left[str(decision.why)] += 1
        elif dry:
            done.taken[decision.step.act] += 1
        else:
            due.append(debt.account_id)
    for first in range(0, len(due), ACCOUNTS_PER_CHUNK):
        done.taken.update(_act(due[first : first + ACCOUNTS_PER_CHUNK], policies, on, now))
    return done


@transaction.atomic
def _act(account_ids: Sequence[int], policies: Mapping[str, Policy], on: date, now: datetime) -> Counter[str]:
    """Judge once more with the accounts locked, so that a payment that came meanwhile is seen, and act."""
    accounts = lock_accounts(account_ids)
    due = list(_due(account_ids, policies, on))
    episodes = _episodes([(debt, code) for debt, code, _ in due], now)
    taken = []
    for debt, code, decision in due:
        assert decision.step is not None
        taken.append(
            Taken(
                accounts[debt.account_id],
                debt,
                decision.step,
                _policy(policies, code),
                episodes[debt.account_id],
            )
        )
    act(taken, on=on, now=now, actor=ACTOR)
    _write_down(taken, on, now)
    return Counter(str(one.step.act) for one in taken)


def _due(
    account_ids: Sequence[int], policies: Mapping[str, Policy], on: date
) -> Iterator[tuple[Debt, str, Decision]]:
    for debt, code in overdue_debts(on=on, account_ids=account_ids):
        decision = decide(debt, _policy(policies, code), on=on)
        if decision.step is not None:
            yield debt, code, decision


def _episodes(debts: Sequence[tuple[Debt, str]], now: datetime) -> dict[int, Episode]:
    ids = [debt.account_id for debt, _ in debts]
    found = {row.account_id: row for row in Episode.objects.filter(account__in=ids, state=Episode.State.OPEN)}
    fresh = Episode.objects.bulk_create(
        Episode(account_id=debt.account_id, policy=code, since=debt.since, opened_at=now)
        for debt, code in debts
        if debt.account_id not in found
    )
    return found | {row.account_id: row for row in fresh}


def _write_down(taken: Sequence[Taken], on: date, now: datetime) -> None:
    counts = Counter(
        StepTaken.objects.filter(episode__in=[one.episode for one in taken]).values_list(
            "episode_id", flat=True
        )
    )
    StepTaken.objects.bulk_create(
        StepTaken(
            episode=one.episode,
            number=counts[one.episode.pk],
            act=one.step.act,
            on=on,
            overdue=one.debt.overdue.minor,
            currency=one.debt.overdue.currency.code,
            taken_at=now,
        )
        for one in taken
    )
    for one in taken:
        one.episode.since, one.episode.done, one.episode.last_on = (
            one.debt.since,
            one.debt.progress.done + 1,
            on,
        )
    Episode.objects.bulk_update(
        [one.episode for one in taken], ["since", "done", "last_on", "stopped", "restricted"]
    )


def _policy(policies: Mapping[str, Policy], code: str) -> Policy:
    return policies.get(code, policies[USUAL_POLICY])
