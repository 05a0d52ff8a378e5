"""Vouchers: the batches there are, making, printing, selling and blocking them, redeeming one for a customer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from broadbill.accounts.queries.customers import customer_numbered
from broadbill.accounts.queries.provider import current_provider
from broadbill.console import voucher_forms
from broadbill.console.exports import ROWS_AT_A_TIME, every_row, list_file, wants_file
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.words import VOUCHERS
from broadbill.core.money import Currency
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.prepaid.domain.worth import Kind, worth_of
from broadbill.prepaid.operations.end_vouchers import block_batch
from broadbill.prepaid.operations.generate import NewBatch, generate
from broadbill.prepaid.operations.redeem import redeem
from broadbill.prepaid.operations.sell_vouchers import NewSale, sell_vouchers
from broadbill.prepaid.operations.sheet import print_sheet
from broadbill.prepaid.queries.batches import batch_list, batch_named, batch_page

ASKING = require_http_methods(["GET", "POST"])
COLUMNS = {
    "batch": "batch",
    "kind": "kind",
    "worth": "worth",
    "price": "price",
    "currency": "currency",
    "valid_until": "valid_until",
    "count": "count",
    "sold": "sold",
    "redeemed": "redeemed",
    "blocked": "blocked",
    "expired": "expired",
    "outstanding": "outstanding",
}


@requires(Permission.VIEW_VOUCHERS)
@require_GET
def vouchers(request: HttpRequest) -> HttpResponseBase:
    if wants_file(request):
        return list_file("vouchers", every_row(batch_page, key="before", size=ROWS_AT_A_TIME), COLUMNS)
    after = request.GET.get("after", "")
    may = staff(request).may
    context = {
        "page": batch_page(before=int(after) if after.isdigit() else None),
        "kinds": VOUCHERS,
        "may_make": may(Permission.MAKE_VOUCHERS),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/vouchers/list.html{part}", context)


@requires(Permission.MAKE_VOUCHERS)
@ASKING
def make_vouchers(request: HttpRequest) -> HttpResponse:
    currency = Currency.of(current_provider().currency)
    form = voucher_forms.GenerateVouchers(request.POST or None, currency=currency)
    question = Question(
        title=_("Make vouchers"),
        words=_("They can be redeemed once they are sold."),
        verb=_("Make vouchers"),
        form=form,
        back=_("Vouchers"),
        back_href=reverse("console:vouchers"),
        units={"price": currency.code},
    )

    def act() -> str:
        given = form.cleaned_data
        kind = Kind(given["kind"])
        batch = NewBatch(
            kind=kind,
            worth=worth_of(kind, given["value"], currency),
            price=given["price"],
            count=given["count"],
            valid_until=given["valid_until"],
            profile=given["profile"],
        )
        made = generate(batch=batch, now=timezone.now(), actor=staff(request).actor)
        return _("Batch %s is made. Print its sheet.") % made

    return ask(request, question, act)


@requires(Permission.MAKE_VOUCHERS)
@require_POST
def voucher_sheet(request: HttpRequest, batch: str) -> HttpResponse:
    """The cards as a PDF. It is recorded who printed them, so this is no plain link."""
    found = batch_named(batch)
    printed = print_sheet(batch=found, now=timezone.now(), actor=staff(request).actor)
    headers = {"Content-Disposition": f'attachment; filename="{found}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(printed, content_type="application/pdf", headers=headers)


@requires(Permission.MAKE_VOUCHERS)
@ASKING
def sell(request: HttpRequest, batch: str) -> HttpResponse:
    found = batch_named(batch)
    [row] = batch_list(batch_id=found.id)
    unsold, today = row.count - row.sold, timezone.localdate()
    form = voucher_forms.SellVouchers(request.POST or None, today=today, unsold=unsold)
    question = Question(
        title=_("Sell vouchers of %s") % found,
        words=_("%(count)s are left, %(price)s %(currency)s each; tax as your rates say.")
        % {"count": unsold, "price": row.price, "currency": row.currency},
        verb=_("Sell"),
        form=form,
        back=_("Vouchers"),
        back_href=reverse("console:vouchers"),
    )

    def act() -> str:
        given = form.cleaned_data
        sale = NewSale(
            batch_id=found.id,
            method=given["method"],
            sold_to=given["sold_to"],
            sold_on=given["sold_on"],
            idempotency_key=str(given["key"]),
            count=given["count"],
        )
        sold = sell_vouchers(sale=sale, now=timezone.now(), actor=staff(request).actor)
        return _("Sale %(number)s of %(count)s vouchers is recorded.") % {
            "number": sold.number,
            "count": sold.count,
        }

    return ask(request, question, act)


@requires(Permission.MAKE_VOUCHERS)
@ASKING
def block(request: HttpRequest, batch: str) -> HttpResponse:
    found = batch_named(batch)
    form = voucher_forms.BlockBatch(request.POST or None)
    question = Question(
        title=_("Block batch %s") % found,
        words=_("None of its vouchers can be redeemed any more. This cannot be undone."),
        verb=_("Block %s") % found,
        is_danger=True,
        form=form,
        back=_("Vouchers"),
        back_href=reverse("console:vouchers"),
    )

    def act() -> str:
        reason = form.cleaned_data["reason"]
        block_batch(batch_id=found.id, reason=reason, now=timezone.now(), actor=staff(request).actor)
        return _("Batch %s is blocked.") % found

    return ask(request, question, act)


@requires(Permission.RECORD_PAYMENTS)
@ASKING
def redeem_voucher(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = voucher_forms.RedeemVoucher(request.POST or None)
    question = Question(
        title=_("Redeem a voucher for %s") % customer.name,
        words=_("A money voucher becomes credit, and service that waited for it resumes at once."),
        verb=_("Redeem"),
        form=form,
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        actor = staff(request).actor
        code = form.cleaned_data["code"]
        done = redeem(code=code, source=actor, now=timezone.now(), actor=actor, account_id=customer.id)
        return _("Voucher %s is redeemed.") % done.voucher

    return ask(request, question, act)
