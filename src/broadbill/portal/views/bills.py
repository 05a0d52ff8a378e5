"""A customer's bills: the list, one with its arithmetic, its PDF; and everything booked, with the balance."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from broadbill.billing.queries.bridge import bridge_to
from broadbill.billing.queries.document_list import document_page
from broadbill.billing.queries.explain import ExplainedDocument, explain_document
from broadbill.billing.queries.sheets import sheet_of
from broadbill.documents.operations.cache import stored_pdf
from broadbill.identity.permissions import for_customers
from broadbill.payments.queries.line_disputes import disputes_of
from broadbill.payments.queries.settlement import open_of_documents, settlement_of
from broadbill.payments.queries.statement import statement_of
from broadbill.portal.customer import Looking, looking

BILLS_PER_PAGE = 24


@for_customers
@require_GET
def bills(request: HttpRequest) -> HttpResponse:
    who = looking(request)
    after = request.GET.get("after", "")
    page = document_page(
        account_id=who.customer.id, after=int(after) if after.isdigit() else None, size=BILLS_PER_PAGE
    )
    unpaid = open_of_documents([row.id for row in page.rows])
    context = {"who": who, "page": page, "unpaid": {key for key, minor in unpaid.items() if minor > 0}}
    return render(request, "portal/bills.html", context)


@for_customers
@require_GET
def bill(request: HttpRequest, number: str) -> HttpResponse:
    """The bill as it was issued; how each line came about is read from what was stored with it."""
    who = looking(request)
    document = _theirs(who, number)
    settlement = settlement_of(document_id=document.id, currency=document.total.currency)
    is_open = settlement.still_open is not None and settlement.still_open.minor > 0
    context = {
        "who": who,
        "document": document,
        "bridge": bridge_to(document),
        "settlement": settlement,
        "is_open": is_open,
        "is_late": is_open and timezone.localdate() > document.due_on,
        "disputes": disputes_of(document_id=document.id),
        "may_dispute": document.kind == "invoice" and document.account == who.customer.number,
        "may_pay": is_open and bool(settings.GATEWAYS),
    }
    return render(request, "portal/bill.html", context)


@for_customers
@require_GET
def bill_pdf(request: HttpRequest, number: str) -> HttpResponse:
    document = _theirs(looking(request), number)
    pdf = stored_pdf(sheet=sheet_of(document.number), folder=Path(settings.DOCUMENTS_FOLDER))
    name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in document.number)
    disposition = f'inline; filename="{name}.pdf"'
    return HttpResponse(
        pdf.content, content_type="application/pdf", headers={"Content-Disposition": disposition}
    )


@for_customers
@require_GET
def statement(request: HttpRequest) -> HttpResponse:
    """A year of bills and payments with the balance after each, oldest first, as a statement is read."""
    who = looking(request)
    customer = who.customer
    this_year = timezone.localdate().year
    asked = request.GET.get("year", "")
    year = (
        int(asked) if asked.isascii() and asked.isdigit() and 1970 <= int(asked) <= this_year else this_year
    )
    booked = statement_of(
        account_id=customer.id,
        currency=customer.currency,
        starts=date(year, 1, 1),
        ends=date(year, 12, 31),
    )
    context = {
        "who": who,
        "statement": booked,
        "year": year,
        "earlier": year - 1 if year > customer.opened_on.year else None,
        "later": year + 1 if year < this_year else None,
    }
    return render(request, "portal/statement.html", context)


def _theirs(who: Looking, number: str) -> ExplainedDocument:
    """The document, if it is of an account that they see. Raises: Http404, DocumentUnknown (404 as well)."""
    document = explain_document(number, translate=gettext)
    if document.account not in who.accounts:
        raise Http404
    return document
