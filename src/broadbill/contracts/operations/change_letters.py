"""Telling customers that their plan changes: what they paid, what they will pay, and from when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadbill.accounts.models import Account, Provider
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.catalog.queries.plan_list import plan_names
from broadbill.contracts.domain.replacing import Quote
from broadbill.contracts.models import Subscription
from broadbill.core.rating.standing import Standing
from broadbill.documents.domain.wording import Wording
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import Written, write

KIND = "plan_change"


@dataclass(frozen=True, slots=True)
class Queued:
    """How many letters are new in the outbox, and the numbers of accounts that have no address for one."""

    queued: int
    without_address: list[str]


def queue_change_letters(
    *,
    quoted: Sequence[tuple[Account, Sequence[Quote]]],
    plan: str,
    successor: str,
    about: Mapping[int, int],
    now: datetime,
) -> Queued:
    """Put one letter for each reader of each account into the outbox, about all its subscriptions that change.

    `about` is the number of an account's first fact of the change: nobody gets two letters about one change.
    A fixed number of queries for every 500 letters.
    """
    names, readers = plan_names([plan, successor]), readers_of(account for account, _ in quoted)
    moved = [quote.move.subscription_id for _, quotes in quoted for quote in quotes]
    codes = dict(Subscription.objects.filter(pk__in=moved).values_list("id", "code"))
    told = _Telling(current_provider(), names[plan], names[successor], codes)

    drafts: list[Draft] = []
    silent: list[str] = []
    for account, quotes in quoted:
        addresses = readers[account.id]
        if not addresses:
            silent.append(account.number)
            continue
        written = told.letter(account, quotes)
        about_fact = f"{account.id}/{about[account.id]}"
        drafts.extend(
            written.to(address, object_type="fact", object_id=about_fact, account_id=account.id)
            for address in addresses
        )
    return Queued(enqueue_many(drafts=drafts, now=now), silent)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What all letters of one change have in common: who writes, both plans' names, the subscriptions' codes."""

    provider: Provider
    before: str
    after: str
    codes: Mapping[int, str]

    def letter(self, account: Account, quotes: Sequence[Quote]) -> Written:
        profile = account.profile
        wording = Wording.of(profile.language)
        services = [self._service(quote, wording) for quote in quotes]
        first = min(quote.move.effective for quote in quotes)
        return write(
            kind=KIND,
            language=profile.language,
            facts={
                "name": profile.legal_name,
                "starts_on": wording.long_date(first),
                "services": services,
                "seller": self.provider.name,
                "contact": self.provider.phone or self.provider.email,
            },
        )

    def _service(self, quote: Quote, wording: Wording) -> dict[str, str]:
        return {
            "code": self.codes[quote.move.subscription_id],
            "starts_on": wording.long_date(quote.move.effective),
            "before": ", ".join([self.before, *_prices(quote.before, wording)]),
            "after": ", ".join([self.after, *_prices(quote.after, wording)]),
        }


def _prices(standings: Sequence[Standing], wording: Wording) -> list[str]:
    """What a subscription costs, tax included: one price for each rhythm of its charges."""
    return [wording.price_per(one.total, every=one.cycle.every, unit=one.cycle.unit) for one in standings]
