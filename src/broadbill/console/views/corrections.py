"""Was anybody billed something else than they owe? Found for a month, and put right account by account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.billing.domain.audit import Finding, Unrated
from broadbill.billing.domain.errors import BillingUnderWay, CannotBeAudited, NothingToCorrect
from broadbill.billing.operations.correct import correct
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.queries.audit import (
    audit_accounts,
    audit_page,
    audit_period,
    day_of_corrections,
    last_run_of_all,
)
from broadbill.billing.queries.document_list import document_page
from broadbill.billing.queries.drafts import is_posting
from broadbill.console.asked import key_in, month_in
from broadbill.console.exports import csv_file
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

HEAD = ("account", "name", "billed", "owed", "difference", "currency", "cause", "amount", "words")
# All that was ever billed.
EVER = Period(date(1970, 1, 1), date.max)


@requires(Permission.VIEW_BILL_RUNS)
@require_GET
def check(request: HttpRequest) -> HttpResponseBase:
    """Every account that was billed, some at a time, for a `month`; `as=csv` is a file with a row for each cause."""
    today = timezone.localdate()
    period = month_in(request.GET, "month") or Period.month(last_run_of_all() or today)
    rulebook = current_rulebook(now=timezone.now()).id
    if request.GET.get("as") == "csv":
        found = (row for batch in audit_period(period=period, rulebook_id=rulebook) for row in batch)
        return csv_file(f"check-{period.starts:%Y-%m}", HEAD, _rows(found))
    page = audit_page(period=period, rulebook_id=rulebook, after=key_in(request.GET))
    context = {
        "page": page,
        "month": period,
        "findings": [row for row in page.rows if isinstance(row, Finding)],
        "unrated": [row for row in page.rows if isinstance(row, Unrated)],
        "may_correct": staff(request).may(Permission.CORRECT_DOCUMENTS),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/runs/check.html{part}", context)


@requires(Permission.CORRECT_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def correct_one(request: HttpRequest, number: str) -> HttpResponse:
    """What one customer was billed against what they owe, over all periods, and the document that puts it right."""
    customer = customer_numbered(number)
    try:
        found = _difference_of(customer.id, customer.number)
        words = _told(found)
    except DomainError as nothing:
        found, words = None, str(nothing)
    question = Question(
        title=_("Check the bills of %s") % customer.name,
        words=words,
        verb=_("Issue the correction") if found else "",
        form=confirmed(request),
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        difference = _difference_of(customer.id, customer.number)
        if is_posting():
            raise BillingUnderWay(account=customer.number)
        [run] = correct(
            found={difference.through: [customer.id]},
            issued_on=day_of_corrections(today=timezone.localdate()),
            actor=staff(request).actor,
            now=timezone.now(),
        )
        return " ".join(
            _("%(number)s over %(amount)s is issued.") % {"number": row.number, "amount": _full(row.total)}
            for row in document_page(run_id=run.id).rows
        )

    return ask(request, question, act)


def _difference_of(account_id: int, number: str) -> Finding:
    """Raises: NothingToCorrect, CannotBeAudited."""
    rulebook = current_rulebook(now=timezone.now()).id
    found = audit_accounts([account_id], period=EVER, rulebook_id=rulebook, through=last_run_of_all())
    if not found:
        raise NothingToCorrect(account=number)
    [row] = found
    if isinstance(row, Unrated):
        raise CannotBeAudited(account=number, reason=row.reason)
    return row


def _told(found: Finding) -> str:
    """Net amounts: `Billed €60.00 and owes €50.00: −€10.00, Outage of 5 days.`"""
    causes = "; ".join(f"{_full(cause.amount)}, {cause.words}" for cause in found.causes)
    return _("Billed %(billed)s and owes %(owed)s before tax. What is different: %(causes)s.") % {
        "billed": _full(found.billed),
        "owed": _full(found.owed),
        "causes": causes,
    }


def _rows(found: Iterable[Finding | Unrated]) -> Iterator[tuple[object, ...]]:
    for row in found:
        if isinstance(row, Unrated):
            yield row.account, row.name, "", "", "", "", "unrated", "", row.reason
            continue
        figures = (row.billed, row.owed, row.difference, row.owed.currency.code)
        for cause in row.causes:
            yield row.account, row.name, *figures, cause.kind, cause.amount, cause.words


def _full(amount: Money) -> str:
    return money_with_currency(amount, locale_of(get_language() or "en"))
