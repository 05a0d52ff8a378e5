"""What each role of the staff may do. Whatever is not listed for a role, it may not do.

This is the one table. It holds what the built-in roles may do unless an owner has said otherwise (`roles.py`), so that
a permission that is new with an upgrade reaches the roles it is meant for.
docs/reference/permissions.md is made from it.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles that every Broadbill has. An owner may add others."""

    OWNER = "owner"
    BILLING = "billing"
    CASHIER = "cashier"
    SUPPORT = "support"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    READ_ONLY = "read-only"


class Permission(StrEnum):
    """One thing that a page, command or API call may ask for."""

    VIEW_ACCOUNTS = "accounts.view"
    CHANGE_ACCOUNTS = "accounts.change"
    STAND_IN = "accounts.stand_in"
    VIEW_CATALOG = "catalog.view"
    CHANGE_CATALOG = "catalog.change"
    CHANGE_SUBSCRIPTIONS = "subscriptions.change"
    VIEW_DOCUMENTS = "documents.view"
    CORRECT_DOCUMENTS = "documents.correct"
    VIEW_BILL_RUNS = "bill_runs.view"
    START_BILL_RUNS = "bill_runs.start"
    VIEW_PAYMENTS = "payments.view"
    RECORD_PAYMENTS = "payments.record"
    CHARGE_CARDS = "cards.charge"
    REVERSE_PAYMENTS = "payments.reverse"
    REFUND_PAYMENTS = "payments.refund"
    WRITE_OFF_DEBTS = "debts.write_off"
    VIEW_VOUCHERS = "vouchers.view"
    MAKE_VOUCHERS = "vouchers.make"
    VIEW_NETWORK = "network.view"
    END_SESSIONS = "sessions.end"
    MANAGE_NETWORK = "network.manage"
    TRACE_ADDRESSES = "addresses.trace"
    VIEW_LEDGER = "ledger.view"
    VIEW_REPORTS = "reports.view"
    VIEW_TICKETS = "tickets.view"
    ANSWER_TICKETS = "tickets.answer"
    VIEW_MESSAGES = "messages.view"
    SEND_MESSAGES = "messages.send"
    IMPORT_RECORDS = "records.import"
    VIEW_USERS = "users.view"
    MANAGE_USERS = "users.manage"
    CHANGE_SETTINGS = "settings.change"


_BILLING = frozenset(Permission) - {
    Permission.VIEW_USERS,
    Permission.MANAGE_USERS,
    Permission.CHANGE_SETTINGS,
    Permission.CHANGE_CATALOG,
    Permission.MANAGE_NETWORK,
    # Whom an address leads to is a person's to ask for, not everybody's.
    Permission.TRACE_ADDRESSES,
}
# Looks at the business, not at the books or the people who keep them.
_READ_ONLY = frozenset(
    {
        Permission.VIEW_ACCOUNTS,
        Permission.VIEW_CATALOG,
        Permission.VIEW_DOCUMENTS,
        Permission.VIEW_BILL_RUNS,
        Permission.VIEW_PAYMENTS,
        Permission.VIEW_VOUCHERS,
        Permission.VIEW_NETWORK,
        Permission.VIEW_REPORTS,
        Permission.VIEW_TICKETS,
        Permission.VIEW_MESSAGES,
    }
)

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    # Keeps the books: bills, corrects, takes and returns money.
    Role.BILLING: _BILLING,
    # Stands at the counter: finds who pays, sees what is open, takes the money, sells no plan and gives nothing back.
    Role.CASHIER: frozenset(
        {
            Permission.VIEW_ACCOUNTS,
            Permission.VIEW_DOCUMENTS,
            Permission.VIEW_PAYMENTS,
            Permission.RECORD_PAYMENTS,
            Permission.VIEW_VOUCHERS,
        }
    ),
    # Answers the telephone: sees everything of a customer, changes what the customer asks for, takes payments.
    Role.SUPPORT: frozenset(
        {
            Permission.VIEW_ACCOUNTS,
            Permission.CHANGE_ACCOUNTS,
            Permission.STAND_IN,
            Permission.VIEW_CATALOG,
            Permission.CHANGE_SUBSCRIPTIONS,
            Permission.VIEW_DOCUMENTS,
            Permission.VIEW_PAYMENTS,
            Permission.RECORD_PAYMENTS,
            Permission.CHARGE_CARDS,
            Permission.VIEW_TICKETS,
            Permission.ANSWER_TICKETS,
            Permission.VIEW_MESSAGES,
            Permission.SEND_MESSAGES,
            Permission.VIEW_NETWORK,
            Permission.END_SESSIONS,
        }
    ),
    # Goes to the customer's house: sees who lives there, what they have, and whether it works.
    Role.TECHNICIAN: frozenset(
        {
            Permission.VIEW_ACCOUNTS,
            Permission.VIEW_CATALOG,
            Permission.VIEW_TICKETS,
            Permission.ANSWER_TICKETS,
            Permission.VIEW_NETWORK,
            Permission.END_SESSIONS,
            Permission.MANAGE_NETWORK,
        }
    ),
    # Checks the others: sees everything, the books and the staff too, and changes nothing.
    Role.AUDITOR: _READ_ONLY | {Permission.VIEW_LEDGER, Permission.VIEW_USERS},
    Role.READ_ONLY: _READ_ONLY,
}
