"""Search over everything, as groups of links. A source is a function from the words asked, and who asks, to one
group; a page that owns a kind of object adds its source to SOURCES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from broadbill.billing.queries.document_list import document_page
from broadbill.console.navigation import places
from broadbill.console.staff import Staff
from broadbill.identity.domain.permissions import Permission
from broadbill.payments.queries.customers import customer_page

PER_GROUP = 6


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


def pages(asked: str, user: Staff) -> Group:
    """Pages of the office whose title has the words; all of them when nothing was asked."""
    every = [place for _group, group_places in places("", user) for place in group_places]
    return Group(
        _("Go to"),
        [
            Found(place.page.icon, str(place.page.title), "", place.href)
            for place in every
            if asked.casefold() in str(place.page.title).casefold()
        ],
    )


def customers(asked: str, user: Staff) -> Group:
    """Customers by name, number, e-mail or telephone; an exact number comes first."""
    if not asked or not user.may(Permission.VIEW_ACCOUNTS):
        return Group(_("Customers"), [])
    rows = customer_page(as_of=timezone.localdate(), asked=asked, size=PER_GROUP, is_counted=False).rows
    exact_first = sorted(rows, key=lambda row: row.number.casefold() != asked.casefold())
    return Group(
        _("Customers"),
        [
            Found(
                "user-round",
                row.name,
                " · ".join(filter(None, [row.number, row.place])),
                _customer(row.number),
            )
            for row in exact_first
        ],
    )


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


def actions(asked: str, user: Staff) -> Group:
    """What can be done for the one customer whose number was typed or scanned."""
    if not asked or not user.may(Permission.RECORD_PAYMENTS):
        return Group(_("Actions"), [])
    rows = customer_page(as_of=timezone.localdate(), asked=asked, size=2, is_counted=False).rows
    if len(rows) != 1:
        return Group(_("Actions"), [])
    row = rows[0]
    title = _("Take payment from %s") % row.name
    return Group(
        _("Actions"),
        [Found("banknote", title, row.number, reverse("console:take_payment", args=[row.number]))],
    )


def _customer(number: str) -> str:
    return reverse("console:customer", args=[number])


SOURCES: list[Source] = [customers, invoices, actions, pages]


def search(asked: str, user: Staff) -> list[Group]:
    """The groups that found something, at most PER_GROUP hits each, in the order of SOURCES."""
    groups = (source(asked, user) for source in SOURCES)
    return [Group(group.title, group.found[:PER_GROUP]) for group in groups if group.found]
