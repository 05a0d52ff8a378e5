"""What the sidebar, the phone's bar and the palette's "Go to" offer. A page stands here once it exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broadbill.console.staff import Staff
from broadbill.identity.domain.permissions import Permission

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Page:
    """`key` is the letter after `g` that goes there; `short` pages stand in the phone's bar."""

    title: Words
    icon: str
    view: str
    key: str
    permission: Permission
    short: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation with its address, and whether the request is on it or below it."""

    page: Page
    href: str
    current: bool


MAP: tuple[tuple[Words, tuple[Page, ...]], ...] = (
    (
        "",
        (
            Page(
                _("Overview"), "layout-dashboard", "console:home", "h", Permission.VIEW_ACCOUNTS, short=True
            ),
            Page(_("Customers"), "users", "console:customers", "c", Permission.VIEW_ACCOUNTS, short=True),
        ),
    ),
    (
        _("Money"),
        (
            Page(
                _("Invoices"), "receipt-text", "console:invoices", "i", Permission.VIEW_DOCUMENTS, short=True
            ),
            Page(
                _("Billing runs"), "calendar-days", "console:runs", "b", Permission.VIEW_BILL_RUNS, short=True
            ),
            Page(_("Payments"), "banknote", "console:payments", "y", Permission.VIEW_PAYMENTS),
            Page(_("Bank"), "landmark", "console:bank", "k", Permission.VIEW_PAYMENTS),
            Page(_("Refunds"), "undo-2", "console:refunds", "f", Permission.REFUND_PAYMENTS),
            Page(_("Approvals"), "badge-check", "console:approvals", "w", Permission.REFUND_PAYMENTS),
            Page(_("Daily proof"), "shield-check", "console:proof", "p", Permission.VIEW_PAYMENTS),
            Page(_("Collections"), "scale", "console:collections", "d", Permission.VIEW_PAYMENTS),
            Page(_("Vouchers"), "ticket", "console:vouchers", "v", Permission.VIEW_VOUCHERS),
            Page(_("Reports"), "chart-column", "console:reports", "r", Permission.VIEW_REPORTS),
            Page(_("Books"), "book-open", "console:books", "m", Permission.VIEW_LEDGER),
            Page(_("Audit trail"), "history", "console:audit", "a", Permission.VIEW_LEDGER),
        ),
    ),
    (
        _("Catalog"),
        (
            Page(_("Plans"), "tag", "console:plans", "l", Permission.VIEW_CATALOG),
            Page(_("Promotions"), "percent", "console:promotions", "x", Permission.VIEW_CATALOG),
        ),
    ),
    (_("Support"), (Page(_("Tickets"), "message-square", "console:tickets", "t", Permission.VIEW_TICKETS),)),
    (_("Network"), (Page(_("Online"), "wifi", "console:online", "n", Permission.VIEW_NETWORK),)),
    (
        _("Messages"),
        (Page(_("Outbox"), "send", "console:outbox", "o", Permission.VIEW_MESSAGES),),
    ),
    (
        _("This Broadbill"),
        (
            Page(_("Imports"), "file-up", "console:imports", "j", Permission.IMPORT_RECORDS),
            Page(_("People"), "users", "console:people", "u", Permission.VIEW_USERS),
            Page(_("Settings"), "settings", "console:settings", "e", Permission.CHANGE_SETTINGS),
        ),
    ),
)


def places(path: str, user: Staff) -> Iterator[tuple[Words, list[Place]]]:
    """The groups of the sidebar with the pages that the user's role includes."""
    for group, pages in MAP:
        allowed = [page for page in pages if user.may(page.permission)]
        if allowed:
            yield group, [Place(page, (href := reverse(page.view)), _within(path, href)) for page in allowed]


def _within(path: str, href: str) -> bool:
    return path == href if href == "/" else path.startswith(href)
