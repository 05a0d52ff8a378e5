"""What a change of a service would do to its customer's bills, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from broadbill.accounts.queries.find import account_numbered
from broadbill.billing.queries.what_if import Change, what_if
from broadbill.contracts.queries.subscriptions import SubscriptionRead
from broadbill.core.rating.standing import Standing
from broadbill.design.formats import day_text, locale_of, money_with_currency
from broadbill.documents.domain.wording import Wording


def foreseen(
    service: SubscriptionRead, *, kind: str, on: date, today: date, detail: dict[str, Any] | None = None
) -> str:
    """The next bill and what comes after it, with the change and without it. A fixed number of queries.

    Raises: ScenarioError for a change that rating could not read.
    """
    change = Change(kind=kind, effective_on=on, subscription_id=service.id, detail=detail or {})
    # What is said for a day gone by is billed today at the earliest.
    bill_on = today if on < today else None
    seen = what_if(account_id=account_numbered(service.account).id, change=change, on=bill_on)
    language = get_language() or "en"
    locale = locale_of(language)
    return _(
        "Next bill, %(day)s: %(bill)s instead of %(bill_now)s, tax included. After that: %(then)s instead of %(now)s."
    ) % {
        "day": day_text(seen.on, locale, today=today),
        "bill": money_with_currency(seen.changed.total, locale),
        "bill_now": money_with_currency(seen.unchanged.total, locale),
        "then": _a_period(seen.changed.then, language),
        "now": _a_period(seen.unchanged.then, language),
    }


def _a_period(standings: Sequence[Standing], language: str) -> str:
    wording = Wording.of(language)
    costs = [wording.price_per(one.total, every=one.cycle.every, unit=one.cycle.unit) for one in standings]
    return ", ".join(costs) or _("nothing")
