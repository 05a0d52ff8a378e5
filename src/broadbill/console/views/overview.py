"""The first page: what needs a hand, how the money stands, what is being done. Each part for those who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_GET, require_POST

from broadbill.accounts.queries.provider import current_provider
from broadbill.billing.queries.run_list import latest_run
from broadbill.console.guide import HIDDEN, guide
from broadbill.console.staff import Staff, staff
from broadbill.console.words import CAME_BY, DECLINES, WAITING
from broadbill.contracts.queries.service_counts import services_on
from broadbill.core.money import Currency, Money
from broadbill.design.charts import Column, amount_mark
from broadbill.design.formats import count_text, locale_of, month_text, share_text
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import for_staff
from broadbill.payments.queries.payments import last_at_counter
from broadbill.reports.domain.overview import Ages, Books
from broadbill.reports.queries.overview import books_by_month, owed_by_age
from broadbill.reports.queries.waiting import COUNTED_TO, LISTED, waiting_counts, waiting_rows

ROWS_SHOWN, FEWEST_OF_EACH = 12, 3
YEAR_SECONDS = 365 * 24 * 3600

# What waits, for whom, and the page that has all of it where there is one.
WHO_SEES: dict[str, tuple[Permission, str]] = {
    "refunds": (Permission.REFUND_PAYMENTS, "console:refunds"),
    "disputes": (Permission.CORRECT_DOCUMENTS, "console:disputes"),
    "declined": (Permission.CHARGE_CARDS, ""),
    "bank": (Permission.VIEW_PAYMENTS, "console:bank"),
    "overdue": (Permission.VIEW_PAYMENTS, "console:collections"),
    "findings": (Permission.VIEW_PAYMENTS, "console:proof"),
    "mails": (Permission.VIEW_MESSAGES, "console:outbox"),
    "unreached": (Permission.VIEW_NETWORK, "console:unreached"),
    "pools": (Permission.VIEW_NETWORK, "console:addresses"),
    "aside": (Permission.VIEW_NETWORK, "console:usage_files"),
    "credits": (Permission.CORRECT_DOCUMENTS, "console:incidents"),
    "unbilled": (Permission.VIEW_BILL_RUNS, "console:runs"),
}


@dataclass(frozen=True, slots=True)
class Trend:
    """How a figure moved: an arrow, by how much, and whether that is good."""

    text: str
    icon: str
    tone: str


@for_staff
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    user, now, today = staff(request), timezone.now(), timezone.localdate()
    kinds = [kind for kind, (permission, _view) in WHO_SEES.items() if user.may(permission)]
    counts = waiting_counts(kinds, now=now, today=today)
    queues = [kind for kind in kinds if kind in LISTED]
    queue = request.GET.get("queue", "")
    asked = [queue] if queue in queues else [kind for kind in queues if counts[kind]]
    context = {
        "today": today,
        "hour": timezone.localtime(now).hour,
        "first_name": str(user).split()[0],
        "may_add": user.may(Permission.CHANGE_ACCOUNTS),
        "guide": guide(user) if request.COOKIES.get(HIDDEN) != "1" else None,
        "strip": [
            (_words(kind, counts[kind]), reverse(WHO_SEES[kind][1]))
            for kind in kinds
            if counts[kind] and kind not in ("overdue", "declined")
        ],
        "queue": queue if queue in queues else "",
        "queues": [(kind, WAITING[kind].title, _capped(counts[kind])) for kind in queues if counts[kind]],
        "rows": [(row, WAITING[row.kind]) for row in _rows(asked, now, today)],
        "all_of_queue": reverse(page) if queue in queues and (page := WHO_SEES[queue][1]) else "",
        "may_take_payment": user.may(Permission.RECORD_PAYMENTS),
        "declines": DECLINES,
        "methods": CAME_BY,
        **_parts(user, today),
    }
    part = "#queue" if getattr(request, "htmx", False) else ""
    return render(request, f"console/overview.html{part}", context)


@for_staff
@require_POST
def hide_guide(request: HttpRequest) -> HttpResponse:
    """Put the guide of the first steps away, in this browser."""
    response = redirect("console:home")
    response.set_cookie(
        HIDDEN, "1", max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
    )
    return response


def _parts(user: Staff, today: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if user.may(Permission.VIEW_REPORTS):
        currency = Currency.of(current_provider().currency)
        books = books_by_month(currency=currency, today=today)
        ages = owed_by_age(owed=books.now.owed, today=today, is_only_currency=not books.others)
        days = [*(month.month for month in books.months), today]
        parts |= {"books": books, "ages": ages, "stack": _stack(ages), "currency": currency}
        services = services_on(days)
        parts |= {"services": services, "running": services[-1], "running_trend": _more(services)}
        parts |= {"figures": _figures(books), "trends": _trends(books), "bars": _bars(books)}
    if user.may(Permission.VIEW_BILL_RUNS):
        parts["run"] = latest_run()
    if user.may(Permission.VIEW_PAYMENTS):
        parts["counter"] = last_at_counter()
    return parts


def _rows(queues: Sequence[str], now: Any, today: Any) -> list[Any]:
    """The first of what waits; of each kind as many as leaves room for the others."""
    of_each = max(ROWS_SHOWN // max(len(queues), 1), FEWEST_OF_EACH)
    return waiting_rows(queues, now=now, today=today, limit=of_each)[:ROWS_SHOWN]


def _figures(books: Books) -> dict[str, Trend | None]:
    return {
        "collected": _trend(books.now.collected, books.collected_before, up_is_good=True),
        "owed": _trend(books.now.owed, books.before.owed, up_is_good=False),
        "earned": _trend(books.now.earned, books.earned_before, up_is_good=True),
    }


def _trends(books: Books) -> dict[str, list[float]]:
    months = books.months[1:]
    return {
        "collected": [float(month.collected.amount) for month in months],
        "owed": [float(month.owed.amount) for month in months],
        "earned": [float(month.earned.amount) for month in months],
    }


def _trend(now: Money, before: Money, *, up_is_good: bool) -> Trend | None:
    """By what share a figure is larger or smaller than before; None where there was nothing before."""
    if before.minor <= 0 or now.minor == before.minor:
        return None
    is_up = now.minor > before.minor
    share = abs(Decimal(now.minor - before.minor)) / before.minor
    icon = "arrow-up-right" if is_up else "arrow-down-right"
    return Trend(share_text(share, _locale()), icon, "good" if is_up is up_is_good else "bad")


def _more(services: Sequence[int]) -> Trend | None:
    """How many more or fewer services there are than on the first of the month."""
    change = services[-1] - services[-2]
    if not change:
        return None
    icon = "arrow-up-right" if change > 0 else "arrow-down-right"
    return Trend(count_text(abs(change), _locale()), icon, "good" if change > 0 else "bad")


def _bars(books: Books) -> list[Column]:
    locale = _locale()
    last = len(books.months) - 1
    return [
        Column(
            label=month_text(row.month, locale).split(" ")[0],
            long_label=month_text(row.month, locale),
            marks=(amount_mark(row.billed, locale), amount_mark(row.collected, locale)),
            partial=place == last,
        )
        for place, row in enumerate(books.months)
        if place
    ]


def _stack(ages: Ages) -> list[Money]:
    """The shares of the bar: nothing below zero can be drawn."""
    return [part if part.minor > 0 else part.currency.zero for part in
            (ages.not_due, ages.to_30, ages.to_60, ages.older)]  # fmt: skip


def _capped(count: int) -> str:
    text = count_text(min(count, COUNTED_TO), _locale())
    return f"{text}+" if count > COUNTED_TO else text


def _words(kind: str, count: int) -> str:
    n = _capped(count)
    return {
        "refunds": ngettext("%s refund to agree to", "%s refunds to agree to", count),
        "disputes": ngettext("%s disputed line to decide", "%s disputed lines to decide", count),
        "bank": ngettext(
            "%s bank line that nobody is sure of", "%s bank lines that nobody is sure of", count
        ),
        "findings": ngettext("%s finding of the daily proof", "%s findings of the daily proof", count),
        "mails": ngettext("%s message that did not arrive", "%s messages that did not arrive", count),
        "unreached": ngettext(
            "%s line the network was not told of", "%s lines the network was not told of", count
        ),
        "pools": ngettext(
            "%s pool that runs dry or has run dry", "%s pools that run dry or have run dry", count
        ),
        "aside": ngettext("%s record of usage of nobody", "%s records of usage of nobody", count),
        "credits": ngettext("%s incident's credit to decide", "%s incidents' credit to decide", count),
        "unbilled": ngettext(
            "%s account the last run could not bill", "%s accounts the last run could not bill", count
        ),
    }[kind] % n


def _locale() -> Any:
    return locale_of(get_language() or "en")
