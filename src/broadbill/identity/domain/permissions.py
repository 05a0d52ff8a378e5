"""What each role of the staff may do. Whatever is not listed for a role, it may not do."""

from __future__ import annotations

from enum import StrEnum

# What the sign-in of a customer has in place of a staff role: no permission, and no page of the office.
CUSTOMER = "customer"


class Role(StrEnum):
    """What a member of the staff is to the provider."""

    OWNER = "owner"
    CLERK = "clerk"
    AGENT = "agent"
    TECHNICIAN = "technician"


class Permission(StrEnum):
    """One thing that a page, command or API call may ask for."""

    VIEW_ACCOUNTS = "accounts.view"
    CHANGE_ACCOUNTS = "accounts.change"
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
    VIEW_LEDGER = "ledger.view"
    VIEW_REPORTS = "reports.view"
    VIEW_TICKETS = "tickets.view"
    ANSWER_TICKETS = "tickets.answer"
    VIEW_MESSAGES = "messages.view"
    SEND_MESSAGES = "messages.send"
    IMPORT_RECORDS = "records.import"
    MANAGE_USERS = "users.manage"
    CHANGE_SETTINGS = "settings.change"


_CLERK = frozenset(Permission) - {
    Permission.MANAGE_USERS,
    Permission.CHANGE_SETTINGS,
    Permission.CHANGE_CATALOG,
}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    # Keeps the books: bills, corrects, takes and returns money.
    Role.CLERK: _CLERK,
    # Answers the telephone: sees everything of a customer, changes what the customer asks for, takes payments.
    Role.AGENT: frozenset(
        {
            Permission.VIEW_ACCOUNTS,
            Permission.CHANGE_ACCOUNTS,
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
        }
    ),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether the role includes the permission."""
    return permission in ALLOWED[role]
