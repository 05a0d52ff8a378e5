"""Finding over- and under-billing of a past period."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from broadbill.accounts.models import Account
from broadbill.billing.domain.audit import Finding, net_of_period
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.billing.models import AccountState, Document, Rulebook
from broadbill.billing.queries.readings import read_accounts
from broadbill.contracts.models import Fact
from broadbill.core import rating
from broadbill.core.period import Period
from broadbill.core.rating.events import ChangePlan, Subscribe

ACCOUNTS_PER_BATCH = 1000


def audit_period(
    *, period: Period, rulebook: Rulebook, progress: Callable[[int], None] | None = None
) -> Iterator[Finding]:
    """Rate every account billed for the period anew, from all that is known now, and yield those that differ.

    Each account is rated as of the day through which it was billed, so nothing that fell due since comes in.
    Bounded memory. Raises: DomainError for a history that cannot be rated.
    """
    parsed = rating.Rulebook.parse(rulebook.content)
    last = 0
    while batch := _billed_accounts(period, after=last):
        last = max(batch)
        readings = read_accounts(account_ids=list(batch), rulebook_ids=())
        yield from _findings(readings, batch, period, rulebook, parsed)
        if progress:
            progress(len(batch))


def latest_billed_day() -> date | None:
    """The latest date through which any account was billed."""
    return AccountState.objects.order_by("-billed_through").values_list("billed_through", flat=True).first()


def _billed_accounts(period: Period, *, after: int) -> dict[int, date]:
    rows = AccountState.objects.filter(account_id__gt=after, billed_through__gte=period.starts)
    return dict(rows.order_by("account_id").values_list("account_id", "billed_through")[:ACCOUNTS_PER_BATCH])


def _findings(
    readings: Sequence[Reading],
    billed_through: dict[int, date],
    period: Period,
    rulebook: Rulebook,
    parsed: rating.Rulebook,
) -> Iterator[Finding]:
    differing = []
    for reading in readings:
        proposal = propose_for(reading, rulebook=parsed, on=billed_through[reading.account_id])
        lines = [line for document in proposal.documents for line in document.lines]
        difference = net_of_period(lines, period, reading.terms.currency.zero)
        if difference:
            differing.append((reading, difference))
    names = dict(
        Account.objects.filter(id__in=[r.account_id for r, _ in differing]).values_list("id", "name")
    )
    for reading, difference in differing:
        issued = [line for document in reading.issued for line in document.lines]
        billed = net_of_period(issued, period, reading.terms.currency.zero)
        yield Finding(
            account=reading.number,
            name=names[reading.account_id],
            billed=billed,
            owed=billed + difference,
            causes=tuple(_causes(reading, rulebook)),
        )


def _causes(reading: Reading, rulebook: Rulebook) -> Iterator[str]:
    """What the account's last document did not know: facts, usage, a changed rulebook."""
    last = Document.objects.filter(account_id=reading.account_id).select_related("run").latest("id")
    for fact in Fact.objects.filter(account_id=reading.account_id, number__gt=last.facts_seen).order_by(
        "number"
    ):
        yield (
            f"{fact.kind.replace('_', ' ')} on {fact.effective_on},"
            f" recorded {fact.recorded_at.date()} by {fact.recorded_by}"
        )
    if last.usage_seen < reading.usage_seen:
        yield f"{reading.usage_seen - last.usage_seen} usage records came in later"
    if last.run.rulebook_id != rulebook.id:
        old = Rulebook.objects.get(pk=last.run.rulebook_id).content
        yield from _changes(old, rulebook.content, reading)


def _changes(
    old: dict[str, dict[str, object]], new: dict[str, dict[str, object]], reading: Reading
) -> Iterator[str]:
    sold = {event.plan for event in reading.events if isinstance(event, Subscribe | ChangePlan)}
    for code in sorted(sold):
        if old["plans"].get(code) != new["plans"].get(code):
            yield f"the price of plan {code} was changed"
    if old["taxes"] != new["taxes"]:
        yield "the taxes were changed"
    if old["policy"] != new["policy"]:
        yield "the billing policy was changed"
