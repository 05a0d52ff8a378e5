"""Which usage rating has to know of an account: from which day on, and of which meters record by record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.events import ChangePlan, ChangePrice, Sale, Subscribe
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.history import History
from broadbill.core.rating.owing import rated_from
from broadbill.core.rating.pricing import as_terms
from broadbill.core.rating.rulebook import Rulebook
from broadbill.core.rating.runs import Run, runs_of
from broadbill.core.rating.spans import Stretch, stretches_of, usage_until
from broadbill.core.rating.timeline import FOREVER, ONE_DAY, Subscription
from broadbill.core.rating.usage.terms import UsageTerms

# A meter that no charge prices.
ANY_METER = ""


@dataclass(frozen=True, slots=True)
class UsageNeeds:
    """What has to be known to rate an account's usage from a day on.

    `by_record` are the meters whose records are rated one by one; of all others the sums of whole days do. Usage
    before `from_day` is not asked for, but for the last record of the meters in `levels`, whose level goes on.
    Usage of days before `billed_until` may stand on documents: what becomes known of them afterwards asks for
    everything to be rated anew. `cuts` are the days on which a stretch or a service begins or has ended: days between
    two of them may be summed up together. None where each day is asked for by itself.
    """

    by_record: frozenset[str]
    levels: frozenset[str]
    from_day: date
    billed_until: date
    cuts: tuple[date, ...] | None = None


def usage_needs(
    histories: Sequence[History], *, since: date | None = None, on: date | None = None
) -> UsageNeeds:
    """What `propose` needs with this `since`, from the histories without their usage, whichever of them it is asked of.

    Args: `on` is the day of which it will be asked, where that is one day and one history.
    A history may have been shorter when it was billed: every price is considered that one of its facts ever named.
    Raises: ScenarioError as `propose` does, with `since` or `on`, which go with one history.
    """
    prices = [price for history in histories for price in _prices(history)]
    by_record = frozenset(meter for meter, terms, pooled in prices if pooled or not terms.adds_up)
    levels = frozenset(meter for meter, terms, _ in prices if terms.aggregate == "time_weighted")
    if since is None:
        return UsageNeeds(by_record, levels, date.min, date.min, _cuts(histories, since, on))
    [history] = histories
    first, billed_until = _open_days(Facts.of(history).lives, history.account, since)
    # What an allowance left over was decided by all the usage before.
    carries = any(terms.rollover is not None for _, terms, _ in prices)
    from_day = date.min if carries else first
    return UsageNeeds(by_record, levels, from_day, billed_until, _cuts(histories, since, on))


def _cuts(histories: Sequence[History], since: date | None, on: date | None) -> tuple[date, ...] | None:
    if on is None:
        return None
    [history] = histories
    if history.rulebook.policy.usage_late == "drop":
        # The day of knowing decides.
        return None
    facts = Facts.of(history)
    if facts.outages or not all(life.as_sold for life in facts.lives):
        return _cuts_of(facts, history.account, since, on)
    sold = tuple([(life.facts.sale, life.starts) for life in facts.lives])
    return _cuts_sold_alike(history.rulebook, history.account, sold, since, on)


@lru_cache(maxsize=8192)
def _cuts_sold_alike(
    rulebook: Rulebook,
    account: AccountTerms,
    sold: tuple[tuple[Sale, date], ...],
    since: date | None,
    on: date,
) -> tuple[date, ...]:
    """The cuts of every account that was sold the same from the same days on and has not changed (decision 0021)."""
    events = [
        Subscribe(0, starts, starts, None, str(place), sale) for place, (sale, starts) in enumerate(sold)
    ]
    return _cuts_of(Facts.of(History(rulebook, account, events)), account, since, on)


def _cuts_of(facts: Facts, account: AccountTerms, since: date | None, on: date) -> tuple[date, ...]:
    begin = rated_from(facts, since)
    found = {FOREVER}
    for life in facts.lives:
        found |= {life.starts, usage_until(life, ANY_METER)}
        for run in runs_of(life, "usage"):
            found.add(usage_until(life, run.charge.meter))
            chain, _ = stretches_of(life, run, account, since=begin, on=on)
            found.update(day for stretch in chain for day in (stretch.starts, stretch.until))
    return tuple(sorted(found - {FOREVER}))


def _prices(history: History) -> Iterator[tuple[str, UsageTerms, bool]]:
    """Every price that usage of the account may meet: its meter, the price, and whether its allowance is shared."""
    sold = [event for event in history.events if isinstance(event, Subscribe)]
    codes = {event.plan for event in history.events if isinstance(event, Subscribe | ChangePlan)}
    agreed = [price for event in sold for price in event.sale.prices]
    agreed += [(event.charge, event.model) for event in history.events if isinstance(event, ChangePrice)]
    shared = any(event.sale.pool is not None for event in sold)
    for code in codes & history.rulebook.plans.keys():
        plan = history.rulebook.plans[code]
        pooled = shared or plan.pool is not None
        for charge in plan.charges.values():
            if charge.type == "usage":
                own = [price for name, price in agreed if name == charge.code]
                for terms in map(as_terms, (*charge.prices, *own)):
                    yield charge.meter, terms, pooled or terms.pool is not None


def _open_days(lives: Sequence[Subscription], account: AccountTerms, since: date) -> tuple[date, date]:
    """The first day of usage and spending that is not all billed, and the day before which usage may be billed."""
    first, billed_until = since, date.min
    for life in lives:
        for kind in ("usage", "commitment"):
            for run in runs_of(life, kind):
                chain, _ = stretches_of(life, run, account, since=since, on=since)
                open_ones = [stretch for stretch in chain if stretch.due >= since]
                # The whole period, of which a pool may share what a stretch already billed has left.
                first = min([first, *(stretch.whole.starts for stretch in open_ones)])
                if kind == "usage":
                    billed_until = max(billed_until, _billed_until(life, run, chain, open_ones, since))
    return first, billed_until


def _billed_until(
    life: Subscription, run: Run, chain: Sequence[Stretch], open_ones: Sequence[Stretch], since: date
) -> date:
    if open_ones:
        return open_ones[0].starts
    if chain:
        return max(stretch.until for stretch in chain)
    ends = min(run.ends, life.service_ends(run.charge))
    # The day of cancelling may belong to the last stretch.
    return ends + ONE_DAY if ends < since else date.min
