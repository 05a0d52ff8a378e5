"""Service back at once for who paid, and only what collections had stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.collections.domain.policy import Act, Policy
from broadbill.collections.models import Episode
from broadbill.collections.queries.debts import USUAL_POLICY, overdue_debts, policies_in_force
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.switching import Switch, resume_many
from broadbill.contracts.queries.served import stopped_subscriptions
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.network.operations.restricting import lift_many

REASON = "collections"
# A payment that does not hold within these days takes its episode up again where it was.
TAKEN_UP_FOR_DAYS = 90


def follow_payments(*, received: Mapping[int, date], now: datetime, actor: str) -> None:
    """A payment came: in its own transaction, service starts again where nothing is overdue any more."""
    if Episode.objects.filter(account_id__any=list(received), state=Episode.State.OPEN).exists():
        _restore(set(received), timezone.localdate(now), now, actor)


def follow_reversal(*, account_id: int, reversed_on: date, now: datetime, actor: str) -> None:
    """A payment did not hold: the episode that it had ended goes on where it was."""
    del now, actor
    latest = Episode.objects.filter(account_id=account_id).order_by("-id").first()
    if latest is None or latest.state == Episode.State.OPEN or latest.closed_on is None:
        return
    if (reversed_on - latest.closed_on).days <= TAKEN_UP_FOR_DAYS:
        latest.state, latest.closed_on = Episode.State.OPEN, None
        latest.save(update_fields=["state", "closed_on"])


def restore_where_paid(*, on: date, now: datetime, actor: str) -> int:
    """Close the episodes of who owes nothing overdue any more, by credit notes or whatever else; return how many."""
    open_now = set(Episode.objects.filter(state=Episode.State.OPEN).values_list("account_id", flat=True))
    late = {debt.account_id for debt, _ in overdue_debts(on=on, account_ids=sorted(open_now))}
    paid = sorted(open_now - late)
    return sum(_restore(paid[first : first + 500], on, now, actor) for first in range(0, len(paid), 500))


@transaction.atomic
def _restore(account_ids: Collection[int], on: date, now: datetime, actor: str) -> int:
    lock_accounts(account_ids)
    still = _still_owing(account_ids, on)
    episodes = list(
        Episode.objects.filter(account__in=account_ids, state=Episode.State.OPEN).exclude(account__in=still)
    )
    if not episodes:
        return 0
    stopped = [episode.account_id for episode in episodes if episode.stopped]
    switches = [
        Switch(account_id, subscription, on)
        for account_id, subscription in stopped_subscriptions(account_ids=stopped, on=on, reason=REASON)
    ]
    resume_many(switches=switches, now=now, actor=actor)
    restricted = [episode.account_id for episode in episodes if episode.restricted]
    lift_many(account_ids=restricted, reason=REASON, now=now, actor=actor)
    _charge_reconnection([e for e in episodes if e.stopped], on, now, actor)
    record_events(
        NewEvent(
            actor=actor,
            verb="dunning.ended",
            object_type="episode",
            object_id=str(episode.pk),
            occurred_at=now,
            account_id=episode.account_id,
            data={"restored": episode.stopped or episode.restricted},
        )
        for episode in episodes
    )
    for episode in episodes:
        # What restricted or stopped service is done anew should the payment not hold.
        if episode.stopped or episode.restricted:
            episode.done, episode.last_on = min(episode.done, _first_stop(episode)), None
        episode.state, episode.closed_on = Episode.State.CLOSED, on
        episode.stopped = episode.restricted = False
    Episode.objects.bulk_update(episodes, ["state", "closed_on", "stopped", "restricted", "done", "last_on"])
    return len(episodes)


def _first_stop(episode: Episode) -> int:
    """How many steps come before the one that stopped service, or restricted it where none stopped it."""
    policies = policies_in_force()
    steps = policies.get(episode.policy, policies[USUAL_POLICY]).steps
    act = Act.SUSPEND if episode.stopped else Act.RESTRICT
    return next((place for place, step in enumerate(steps) if step.act is act), len(steps))


def _still_owing(account_ids: Collection[int], on: date) -> set[int]:
    """Accounts that are still overdue by no less than their policy's minimum."""
    policies = policies_in_force()
    return {
        debt.account_id
        for debt, code in overdue_debts(on=on, account_ids=sorted(account_ids))
        if debt.overdue >= debt.overdue.currency.round(policies.get(code, policies[USUAL_POLICY]).minimum)
    }


def _charge_reconnection(episodes: Collection[Episode], on: date, now: datetime, actor: str) -> None:
    policies: dict[str, Policy] = policies_in_force()
    facts = [
        NewFact(
            account_id=episode.account_id,
            kind="charge",
            effective_on=on,
            detail={"amount": str(fee), "name": f"Reconnection on {on}"},
        )
        for episode in episodes
        if (fee := policies.get(episode.policy, policies[USUAL_POLICY]).reconnection_fee)
    ]
    if facts:
        record_facts(facts=facts, now=now, actor=actor)
