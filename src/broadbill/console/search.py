"""Search over everything, as groups of links. A source is a function from the words asked, and who asks, to one
group; a page that owns a kind of object adds its source to SOURCES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from babel import Locale
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from broadbill.billing.queries.document_list import document_page
from broadbill.catalog.queries.plan_list import plans_named
from broadbill.console.navigation import places
from broadbill.console.staff import Staff
from broadbill.design.formats import locale_of, money_with_currency
from broadbill.identity.domain.permissions import Permission
from broadbill.network.queries.lines import lines_of
from broadbill.payments.queries.customers import CustomerRow, customer_page
from broadbill.payments.queries.payments import payment_page
from broadbill.reports.queries.catalogue import REPORTS
from broadbill.support.queries.tickets import ticket_row

PER_GROUP = 6
# Longer numbers are no ticket's.
TICKET_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: a link with its icon, a title and the quiet facts under it."""

    icon: str
    title: str
    detail: str
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    found: list[Found]


Source = Callable[[str, Staff], Group]


# What is begun from anywhere: words, icon, view, and who may.
BEGINNINGS = (
    (_lazy("New customer"), "plus", "console:new_customer", Permission.CHANGE_ACCOUNTS),
    (_lazy("Import customers"), "file-up", "console:import_customers", Permission.IMPORT_RECORDS),
    (_lazy("New plan"), "tag", "console:new_plan", Permission.CHANGE_CATALOG),
    (_lazy("Start a billing run"), "play", "console:new_run", Permission.START_BILL_RUNS),
    (_lazy("Make vouchers"), "ticket", "console:make_vouchers", Permission.MAKE_VOUCHERS),
)
# What is done for the one customer that was found.
ACTS = (
    (_lazy("Take payment from %s"), "banknote", "console:take_payment", Permission.RECORD_PAYMENTS),
    (_lazy("Sell a plan to %s"), "plus", "console:sell", Permission.CHANGE_SUBSCRIPTIONS),
    (_lazy("Write a note about %s"), "pencil", "console:note", Permission.CHANGE_ACCOUNTS),
    (_lazy("Give credit to %s"), "hand-coins", "console:give_credit", Permission.CORRECT_DOCUMENTS),
)


def pages(asked: str, user: Staff) -> Group:
    """Pages of the office, reports and what can be begun, by words of their titles; pages when nothing was asked."""
    every = [place for _group, group_places in places("", user) for place in group_places]
    found = [Found(place.page.icon, str(place.page.title), "", place.href) for place in every]
    if asked:
        begun = [
            Found(icon, str(title), "", reverse(view))
            for title, icon, view, who in BEGINNINGS
            if user.may(who)
        ]
        shown = REPORTS if user.may(Permission.VIEW_REPORTS) else ()
        told = [
            Found(
                "chart-column",
                report.title(),
                report.question(),
                reverse("console:report", args=[report.key]),
            )
            for report in shown
        ]
        words = asked.casefold().split()
        found = [
            hit for hit in (*begun, *found, *told) if all(word in hit.title.casefold() for word in words)
        ]
    return Group(_("Go to"), found)


def customers(asked: str, user: Staff) -> tuple[Group, Group]:
    """Customers by name, number, e-mail, telephone or street, an exact number first; what can be done for one."""
    if not asked or not user.may(Permission.VIEW_ACCOUNTS):
        return Group(_("Customers"), []), Group(_("Actions"), [])
    rows = customer_page(
        as_of=timezone.localdate(), asked=asked, size=PER_GROUP, is_counted=False, are_few=True
    ).rows
    exact_first = sorted(rows, key=lambda row: row.number.casefold() != asked.casefold())
    found = [
        Found(
            "user-round", row.name, " · ".join(filter(None, [row.number, row.place])), _customer(row.number)
        )
        for row in exact_first
    ]
    is_one = len(rows) == 1 or (bool(rows) and exact_first[0].number.casefold() == asked.casefold())
    return Group(_("Customers"), found), _acts(exact_first[0], user) if is_one else Group(_("Actions"), [])


def invoices(asked: str, user: Staff) -> Group:
    """Documents whose number begins so."""
    if not asked or not user.may(Permission.VIEW_DOCUMENTS):
        return Group(_("Invoices"), [])
    rows = document_page(number=asked, size=PER_GROUP).rows
    return Group(
        _("Invoices"),
        [
            Found("receipt-text", row.number, row.account_name, reverse("console:invoice", args=[row.number]))
            for row in rows
        ],
    )


def receipts(asked: str, user: Staff) -> Group:
    """Payments whose receipt's number begins so."""
    if not asked or not user.may(Permission.VIEW_PAYMENTS):
        return Group(_("Payments"), [])
    return Group(
        _("Payments"),
        [
            Found("banknote", row.number, f"{row.account_name} · {money_with_currency(row.amount, _locale())}",
                  _customer(row.account))
            for row in payment_page(number=asked, size=PER_GROUP).rows
        ],
    )  # fmt: skip


def lines(asked: str, user: Staff) -> Group:
    """Lines of the network by sign-in name, MAC or IP address."""
    if not asked or " " in asked or not user.may(Permission.VIEW_NETWORK):
        return Group(_("Network"), [])
    return Group(
        _("Network"),
        [
            Found("wifi" if line.is_online else "router", line.username, f"{line.account_name} · {line.subscription}",
                  _customer(line.account))
            for line in lines_of(asked)
        ],
    )  # fmt: skip


def tickets(asked: str, user: Staff) -> Group:
    """The ticket of that number, typed with or without its sign."""
    number = asked.removeprefix("#")
    if not (
        number.isascii()
        and number.isdigit()
        and len(number) < TICKET_DIGITS
        and user.may(Permission.ANSWER_TICKETS)
    ):
        return Group(_("Tickets"), [])
    found = ticket_row(int(number))
    if found is None:
        return Group(_("Tickets"), [])
    title = f"#{found.id} {found.subject}"
    return Group(
        _("Tickets"),
        [Found("message-square", title, found.account_name, reverse("console:ticket", args=[found.id]))],
    )


def plans(asked: str, user: Staff) -> Group:
    """Plans by name or code."""
    if not asked or not user.may(Permission.VIEW_CATALOG):
        return Group(_("Plans"), [])
    return Group(
        _("Plans"),
        [
            Found("tag", plan.name, plan.code, reverse("console:plan", args=[plan.code]))
            for plan in plans_named(asked, most=PER_GROUP)
        ],
    )


def _acts(row: CustomerRow, user: Staff) -> Group:
    """What can be done for a customer."""
    return Group(
        _("Actions"),
        [
            Found(icon, str(title) % row.name, row.number, reverse(view, args=[row.number]))
            for title, icon, view, who in ACTS
            if user.may(who)
        ],
    )


def _customer(number: str) -> str:
    return reverse("console:customer", args=[number])


def _locale() -> Locale:
    return locale_of(get_language() or "en")


SOURCES: list[Source] = [invoices, receipts, lines, tickets, plans, pages]


def search(asked: str, user: Staff) -> list[Group]:
    """The groups that found something, at most PER_GROUP hits each: customers, then the order of SOURCES.

    As many queries as there are kinds of things, whatever is found.
    """
    found, acts = customers(asked, user)
    groups = (found, acts, *(source(asked, user) for source in SOURCES))
    return [Group(group.title, group.found[:PER_GROUP]) for group in groups if group.found]
