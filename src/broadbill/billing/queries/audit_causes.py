"""Why an account was billed something else than it owes: each cause with the amount that it alone changes.

What the last bill knew is brought up to what is known now, one step after another; what a step changes of the
amount owed for the period is its amount. So the causes add up to the difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.db.models import Q

from broadbill.billing.domain.audit import Cause, net_of_period
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.billing.queries.rulebooks import rulebook_content
from broadbill.contracts.models import Fact
from broadbill.core import rating
from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating.events import ChangePlan, Subscribe

PARTS = {"taxes": ("tax", "the taxes were changed"), "policy": ("policy", "the billing policy was changed")}


@dataclass(frozen=True, slots=True)
class Known:
    """What was known: the account's facts and usage up to a number, and a rulebook with the parts renewed since.

    A part is `taxes`, `policy` or `plan:` and a plan's code.
    """

    facts: int
    usage: int
    rulebook_id: int
    renewed: frozenset[str] = frozenset()


def facts_since(seen: Mapping[int, int]) -> dict[int, list[Fact]]:
    """The facts of accounts after those that their last bill knew. One query, none for no accounts."""
    news: dict[int, list[Fact]] = defaultdict(list)
    if seen:
        oldest = Q(account_id__in=list(seen), number__gt=min(seen.values()))
        for fact in Fact.objects.filter(oldest).order_by("account_id", "number"):
            if fact.number > seen[fact.account_id]:
                news[fact.account_id].append(fact)
    return news


def causes_of(
    reading: Reading,
    known: Known,
    news: Sequence[Fact],
    rulebook_id: int,
    period: Period,
    on: date,
    difference: Money,
) -> tuple[Cause, ...]:
    """The causes of a difference, in the order in which knowledge is brought up to date."""
    steps = [("unbilled", "it fell due, but no run billed it", known)]
    steps += _steps(reading, known, news, rulebook_id)
    causes = []
    before = reading.terms.currency.zero
    for place, (kind, words, then) in enumerate(steps, start=1):
        last = place == len(steps)
        after = difference if last else _difference(reading, then, rulebook_id, period, on, otherwise=before)
        if after != before:
            causes.append(Cause(kind, words, after - before))
        before = after
    return tuple(causes)


def _steps(
    reading: Reading, known: Known, news: Sequence[Fact], rulebook_id: int
) -> Iterator[tuple[str, str, Known]]:
    for fact in news:
        known = replace(known, facts=fact.number)
        day = fact.recorded_at.date()
        kind = fact.kind.replace("_", " ")
        yield fact.kind, f"{kind} on {fact.effective_on}, recorded {day} by {fact.recorded_by}", known
    if known.usage < reading.usage_seen:
        late = reading.usage_seen - known.usage
        known = replace(known, usage=reading.usage_seen)
        yield "usage", f"usage came in later, records: {late}", known
    if known.rulebook_id != rulebook_id:
        for part in _renewed(known.rulebook_id, rulebook_id, reading):
            known = replace(known, renewed=known.renewed | {part})
            code = part.removeprefix("plan:")
            kind, words = PARTS.get(part) or ("price", f"the price of plan {code} was changed")
            yield kind, words, known


def _renewed(old_id: int, new_id: int, reading: Reading) -> Iterator[str]:
    """The parts of the rulebook that are others now, of those that concern the account."""
    old, new = rulebook_content(old_id), rulebook_content(new_id)
    for code in sorted({event.plan for event in reading.events if isinstance(event, Subscribe | ChangePlan)}):
        if code in old["plans"] and old["plans"][code] != new["plans"].get(code):
            yield f"plan:{code}"
    for part in PARTS:
        if old[part] != new[part]:
            yield part


def _difference(
    reading: Reading, known: Known, rulebook_id: int, period: Period, on: date, *, otherwise: Money
) -> Money:
    """What the account would still owe for the period if this were all that is known.

    A step on the way may be no history at all (a void of what is not known yet); it then changes nothing.
    """
    then = reading._replace(
        events=tuple(event for event in reading.events if event.key <= known.facts),
        usage=tuple(item for item in reading.usage if item[0] <= known.usage),
    )
    rulebook = _as_it_was(known.rulebook_id, rulebook_id, known.renewed)
    try:
        proposal = propose_for(then, rulebook=rulebook, on=on)
    except DomainError:
        return otherwise
    lines = (line for document in proposal.documents for line in document.lines)
    return net_of_period(lines, period, reading.terms.currency.zero)


@lru_cache(maxsize=32)
def _as_it_was(old_id: int, new_id: int, renewed: frozenset[str]) -> rating.Rulebook:
    """The old rulebook with some parts of the new one. Plans that are new are in it: only a late fact names them."""
    old, new = rulebook_content(old_id), rulebook_content(new_id)
    plans = {**new["plans"], **old["plans"]}
    plans |= {code: plan for code, plan in new["plans"].items() if f"plan:{code}" in renewed}
    taxes, policy = ((new if part in renewed else old)[part] for part in PARTS)
    return rating.Rulebook.parse({"plans": plans, "taxes": taxes, "policy": policy})
