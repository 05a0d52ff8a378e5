"""Roles and permissions in words, for the office and for docs/reference/permissions.md."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Permission, Role

ROLES: dict[str, Promise] = {
    Role.OWNER: _("Owner"),
    Role.BILLING: _("Billing"),
    Role.CASHIER: _("Cashier"),
    Role.SUPPORT: _("Support"),
    Role.TECHNICIAN: _("Technician"),
    Role.AUDITOR: _("Auditor"),
    Role.READ_ONLY: _("Read-only"),
}
DUTIES: dict[str, Promise] = {
    Role.OWNER: _("Everything, always"),
    Role.BILLING: _("Keeps the books: bills, corrects, takes and returns money"),
    Role.CASHIER: _("Takes money at the counter"),
    Role.SUPPORT: _("Answers the telephone and changes what customers ask for"),
    Role.TECHNICIAN: _("Sees who lives where, with what, and whether it works"),
    Role.AUDITOR: _("Sees everything, the books and the staff too, and changes nothing"),
    Role.READ_ONLY: _("Sees the business and changes nothing"),
}

# What somebody with a role does alone up to its limit.
LETTINGS: dict[str, Promise] = {
    Letting.REFUND: _("Refunds up to"),
    Letting.WRITE_OFF: _("Writes off up to"),
    Letting.CREDIT: _("Credits up to"),
    Letting.BILL_RUN: _("Posts billing runs up to"),
}

GROUPS: tuple[tuple[Promise, dict[Permission, Promise]], ...] = (
    (
        _("Customers"),
        {
            Permission.VIEW_ACCOUNTS: _("See customers and what they have"),
            Permission.CHANGE_ACCOUNTS: _("Change customers"),
            Permission.STAND_IN: _("See the portal as a customer does"),
            Permission.CHANGE_SUBSCRIPTIONS: _("Sell, change and stop services"),
            Permission.IMPORT_RECORDS: _("Import customers and usage"),
        },
    ),
    (
        _("Bills"),
        {
            Permission.VIEW_DOCUMENTS: _("See invoices and credit notes"),
            Permission.CORRECT_DOCUMENTS: _("Add charges, give credits, correct"),
            Permission.VIEW_BILL_RUNS: _("See billing runs"),
            Permission.START_BILL_RUNS: _("Start billing runs"),
        },
    ),
    (
        _("Money"),
        {
            Permission.VIEW_PAYMENTS: _("See payments and debts"),
            Permission.RECORD_PAYMENTS: _("Take payments"),
            Permission.CHARGE_CARDS: _("Save and charge cards"),
            Permission.REVERSE_PAYMENTS: _("Take payments back, hold collections"),
            Permission.REFUND_PAYMENTS: _("Refund"),
            Permission.WRITE_OFF_DEBTS: _("Write debts off"),
            Permission.VIEW_VOUCHERS: _("See vouchers"),
            Permission.MAKE_VOUCHERS: _("Make and sell vouchers"),
        },
    ),
    (
        _("What is sold"),
        {
            Permission.VIEW_CATALOG: _("See plans"),
            Permission.CHANGE_CATALOG: _("Change plans and prices"),
        },
    ),
    (
        _("Network"),
        {
            Permission.VIEW_NETWORK: _("See who is online"),
            Permission.END_SESSIONS: _("End sessions"),
            Permission.MANAGE_NETWORK: _("Change sites, servers and pools, declare incidents"),
            Permission.TRACE_ADDRESSES: _("Tell who had an address"),
        },
    ),
    (
        _("Requests"),
        {
            Permission.VIEW_TICKETS: _("See requests"),
            Permission.ANSWER_TICKETS: _("Answer requests"),
        },
    ),
    (
        _("Messages"),
        {
            Permission.VIEW_MESSAGES: _("See messages"),
            Permission.SEND_MESSAGES: _("Send messages again"),
        },
    ),
    (
        _("Books and reports"),
        {
            Permission.VIEW_REPORTS: _("See reports"),
            Permission.VIEW_LEDGER: _("See the books"),
        },
    ),
    (
        _("This Broadbill"),
        {
            Permission.VIEW_USERS: _("See the staff and their roles"),
            Permission.MANAGE_USERS: _("Invite staff, change roles and limits"),
            Permission.CHANGE_SETTINGS: _("Change settings"),
        },
    ),
)
