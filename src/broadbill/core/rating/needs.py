"""Which usage rating has to know of an account: from which day on, and of which meters record by record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.events import ChangePlan, ChangePrice, Subscribe
from broadbill.core.rating.facts import Facts
from broadbill.core.rating.history import History
from broadbill.core.rating.pricing import as_terms
from broadbill.core.rating.runs import Run, runs_of
from broadbill.core.rating.spans import Stretch, stretches_of
from broadbill.core.rating.timeline import ONE_DAY, Subscription
from broadbill.core.rating.usage.terms import UsageTerms


@dataclass(frozen=True, slots=True)
class UsageNeeds:
    """What has to be known to rate an account's usage from a day on.

    `by_record` are the meters whose records are rated one by one; of all others the sums of whole days do. Usage
    before `from_day` is not asked for, but for the last record of the meters in `levels`, whose level goes on.
    Usage of days before `billed_until` may stand on documents: what becomes known of them afterwards asks for
    everything to be rated anew.
    """

    by_record: frozenset[str]
    levels: frozenset[str]
    from_day: date
    billed_until: date


def usage_needs(histories: Sequence[History], *, since: date | None = None) -> UsageNeeds:
    """What `propose` needs with this `since`, from the histories without their usage, whichever of them it is asked of.

    A history may have been shorter when it was billed: every price is considered that one of its facts ever named.
    Raises: ScenarioError as `propose` does, with `since`, which goes with one history.
    """
    prices = [price for history in histories for price in _prices(history)]
    by_record = frozenset(meter for meter, terms, pooled in prices if pooled or not terms.adds_up)
    levels = frozenset(meter for meter, terms, _ in prices if terms.aggregate == "time_weighted")
    if since is None:
        return UsageNeeds(by_record, levels, date.min, date.min)
    [history] = histories
    first, billed_until = _open_days(Facts.of(history).lives, history.account, since)
    # What an allowance left over was decided by all the usage before.
    carries = any(terms.rollover is not None for _, terms, _ in prices)
    return UsageNeeds(by_record, levels, date.min if carries else first, billed_until)


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
