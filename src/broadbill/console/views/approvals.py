"""What waits for another person's agreement, of every kind: maker and checker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from broadbill.billing.queries.drafts import drafts_to_agree_to
from broadbill.console.staff import Staff, staff
from broadbill.core.money import Money
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import for_staff
from broadbill.identity.queries.users import names_of
from broadbill.payments.queries.refunds import waiting_refunds
from broadbill.payments.queries.write_offs import waiting_write_offs


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that was asked for. `agree` is empty where the looker asked for it, or sees it whole first (`page`)."""

    kind: str | Promise
    title: str
    page: str
    reason: str
    amounts: tuple[Money, ...]
    asked_by: str
    asked_at: datetime
    agree: str
    refuse: str


@for_staff
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """Oldest first, of the kinds that the person may agree to; nobody agrees to their own. Four queries at most."""
    me = staff(request)
    waiting = sorted([*_refunds(me), *_write_offs(me), *_runs(me)], key=lambda row: row.asked_at)
    names = names_of({_user(row.asked_by) for row in waiting} - {0}) if waiting else {}
    rows = [(row, names.get(_user(row.asked_by), row.asked_by), row.asked_by == me.actor) for row in waiting]
    return render(request, "console/approvals.html", {"rows": rows})


def _refunds(me: Staff) -> Iterator[Waiting]:
    for row in waiting_refunds() if me.may(Permission.REFUND_PAYMENTS) else ():
        yield Waiting(
            kind=_("Refund"),
            title=row.account_name,
            page=reverse("console:customer", args=[row.account]),
            reason=row.reason,
            amounts=(row.amount,),
            asked_by=row.requested_by,
            asked_at=row.requested_at,
            agree=reverse("console:agree_refund", args=[row.id]),
            refuse=reverse("console:refuse_refund", args=[row.id]),
        )


def _write_offs(me: Staff) -> Iterator[Waiting]:
    for row in waiting_write_offs() if me.may(Permission.WRITE_OFF_DEBTS) else ():
        yield Waiting(
            kind=_("Write-off"),
            title=row.invoice,
            page=reverse("console:invoice", args=[row.invoice]),
            reason=row.reason,
            amounts=(row.amount,),
            asked_by=row.requested_by,
            asked_at=row.requested_at,
            agree=reverse("console:approve_write_off", args=[row.invoice, row.id]),
            refuse=reverse("console:refuse_write_off", args=[row.invoice, row.id]),
        )


def _runs(me: Staff) -> Iterator[Waiting]:
    for row in drafts_to_agree_to() if me.may(Permission.START_BILL_RUNS) else ():
        yield Waiting(
            kind=_("Billing run"),
            title=f"{row.through:%Y-%m-%d}",
            page=reverse("console:draft", args=[row.id]),
            reason="",
            amounts=tuple(totals.total for totals in row.tally.totals) if row.tally else (),
            asked_by=row.posted_by,
            asked_at=row.drafted_at or row.asked_at,
            agree="",
            refuse=reverse("console:refuse_run", args=[row.id]),
        )


def _user(actor: str) -> int:
    return int(actor[5:]) if actor.startswith("user:") else 0
