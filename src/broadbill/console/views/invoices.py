"""Issued documents: the list, one on paper with its reasons, its PDF."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from broadbill.billing.queries.bridge import bridge_to
from broadbill.billing.queries.document_list import document_page
from broadbill.billing.queries.explain import explain_document
from broadbill.billing.queries.sheets import sheet_of
from broadbill.console.staff import staff
from broadbill.console.words import CAME_BY
from broadbill.documents.operations.cache import stored_pdf
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.queries.line_disputes import disputes_of
from broadbill.payments.queries.settlement import settlement_of
from broadbill.payments.queries.write_offs import standing_write_offs


@requires(Permission.VIEW_DOCUMENTS)
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    after = request.GET.get("after", "")
    page = document_page(number=asked, after=int(after) if after.isdigit() else None)
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/invoices/list.html{part}", {"page": page, "asked": asked})


@requires(Permission.VIEW_DOCUMENTS)
@require_GET
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """The document as it was issued; how each line came about is read from what was stored with it."""
    document = explain_document(number, translate=gettext)
    settlement = settlement_of(document_id=document.id, currency=document.total.currency)
    today = timezone.localdate()
    is_open = settlement.still_open is not None and settlement.still_open.minor > 0
    context = {
        "document": document,
        "sheet": sheet_of(number),
        "bridge": bridge_to(document),
        "settlement": settlement,
        "is_open": is_open,
        "late_days": (today - document.due_on).days if is_open and today > document.due_on else 0,
        "methods": CAME_BY,
        "write_offs": standing_write_offs(document_id=document.id),
        "disputes": disputes_of(document_id=document.id),
        "may_dispute": staff(request).may(Permission.CHANGE_ACCOUNTS),
        "may_decide": staff(request).may(Permission.CORRECT_DOCUMENTS),
        "may_write_off": staff(request).may(Permission.WRITE_OFF_DEBTS),
    }
    return render(request, "console/invoices/page.html", context)


@requires(Permission.VIEW_DOCUMENTS)
@require_GET
def invoice_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The PDF, shown by the browser. It is made once and kept."""
    pdf = stored_pdf(sheet=sheet_of(number), folder=Path(settings.DOCUMENTS_FOLDER))
    name = "".join(character if character.isalnum() or character in "-_." else "_" for character in number)
    disposition = f'inline; filename="{name}.pdf"'
    return HttpResponse(
        pdf.content, content_type="application/pdf", headers={"Content-Disposition": disposition}
    )
