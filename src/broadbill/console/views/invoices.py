"""Issued documents: the list, one on paper with its reasons, its PDF."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from broadbill.billing.queries.bridge import bridge_to
from broadbill.billing.queries.document_list import DocumentsAsked, all_documents, documents_asked
from broadbill.billing.queries.explain import explain_document
from broadbill.billing.queries.sheets import sheet_of
from broadbill.console.asked import day_in, key_in
from broadbill.console.exports import csv_file
from broadbill.console.staff import staff
from broadbill.console.words import CAME_BY
from broadbill.documents.operations.cache import stored_pdf
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.queries.line_disputes import disputes_of
from broadbill.payments.queries.settlement import settlement_of
from broadbill.payments.queries.write_offs import standing_write_offs

KINDS = {"invoice": _("Invoices"), "credit_note": _("Credit notes")}
HEAD = ("number", "kind", "account", "name", "issued_on", "due_on", "total", "currency")


@requires(Permission.VIEW_DOCUMENTS)
@require_GET
def invoices(request: HttpRequest) -> HttpResponseBase:
    """The filters stand in the address: `q`, `kind`, `from`, `to`; `as=csv` is a file of all that they leave."""
    kind = request.GET.get("kind", "")
    asked = DocumentsAsked(
        number=request.GET.get("q", "").strip(),
        kind=kind if kind in KINDS else "",
        starts=day_in(request.GET, "from"),
        last_day=day_in(request.GET, "to"),
    )
    if request.GET.get("as") == "csv":
        rows = (
            (row.number, row.kind, row.account, row.account_name, row.issued_on, row.due_on, row.total,
             row.total.currency.code)
            for row in all_documents(asked)
        )  # fmt: skip
        return csv_file(f"invoices-{timezone.localdate()}", HEAD, rows)
    context = {
        "page": documents_asked(asked, after=key_in(request.GET)),
        "asked": asked,
        "kinds": KINDS.items(),
        "is_narrowed": asked != DocumentsAsked(),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/invoices/list.html{part}", context)


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
