"""The books: what each account holds on a day, and closing a month."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.console.asked import day_in
from broadbill.console.exports import csv_file
from broadbill.console.sheets import Question, ask, confirmed
from broadbill.console.staff import staff
from broadbill.core.period import Period
from broadbill.design.formats import locale_of, month_text
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.ledger.operations.closing import close_month
from broadbill.ledger.queries.closing import closed_through
from broadbill.ledger.queries.turnover import held_on


@requires(Permission.VIEW_LEDGER)
@require_GET
def books(request: HttpRequest) -> HttpResponseBase:
    """As of `on`; `as=csv` is a file."""
    day = day_in(request.GET, "on") or timezone.localdate()
    rows = held_on(day)
    if request.GET.get("as") == "csv":
        head = ("code", "account", "kind", "balance", "currency")
        return csv_file(
            f"balances-{day}",
            head,
            ((r.code, r.name, r.kind, r.balance, r.balance.currency.code) for r in rows),
        )
    closed = closed_through()
    context = {
        "rows": rows,
        "day": day,
        "closed": closed,
        "may_close": staff(request).may(Permission.CHANGE_SETTINGS),
    }
    return render(request, "console/books.html", context)


@requires(Permission.CHANGE_SETTINGS)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponseBase:
    """The month after the one that was closed last; the last whole one where none was."""
    today = timezone.localdate()
    closed = closed_through()
    month = Period.month(closed + timedelta(days=1) if closed else today.replace(day=1) - timedelta(days=1))
    title = month_text(month.starts, locale_of(get_language() or "en"))
    question = Question(
        title=_("Close %s") % title,
        words=_(
            "Its revenue is earned to the last day and its books are checked; then nothing is posted in it or before "
            "it any more. What becomes known later is posted in the open month. This cannot be taken back."
        ),
        verb=_("Close the month"),
        is_danger=True,
        form=confirmed(request),
        back=_("Books"),
        back_href=reverse("console:books"),
    )

    def act() -> str:
        close_month(month=month, today=today, now=timezone.now(), actor=staff(request).actor)
        return _("%s is closed.") % title

    return ask(request, question, act)
