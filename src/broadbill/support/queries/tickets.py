"""Tickets as the office and the portal show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from broadbill.identity.queries.users import names_of
from broadbill.support.domain.errors import TicketUnknown
from broadbill.support.domain.topics import State
from broadbill.support.models import Ticket, TicketMessage


@dataclass(frozen=True, slots=True)
class TicketRow:
    id: int
    account: str
    account_name: str
    topic: str
    subject: str
    state: str
    assigned_to: str
    opened_at: datetime
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRead:
    number: int
    by_customer: bool
    author: str
    body: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class TicketRead:
    """`wanted` are details that the customer asks to have changed, empty when they were or never were asked for."""

    id: int
    account_id: int
    account: str
    account_name: str
    topic: str
    subject: str
    state: str
    document: str
    wanted: dict[str, str]
    assigned_id: int | None
    assigned_to: str
    opened_at: datetime
    messages: tuple[MessageRead, ...]


@dataclass(frozen=True, slots=True)
class TicketPage:
    """`next_key` leads to the page after, and is empty on the last."""

    rows: tuple[TicketRow, ...]
    next_key: str


def ticket_page(
    *, state: str = "", assigned_id: int | None = None, after: str = "", size: int = 50
) -> TicketPage:
    """Longest in its state first; of those who take care of it where one is named. One query."""
    rows = Ticket.objects.select_related("account", "assigned_to").order_by("moved_at", "id")
    rows = rows.filter(state=state) if state else rows.exclude(state=State.SOLVED)
    if assigned_id is not None:
        rows = rows.filter(assigned_to=assigned_id)
    if (key := _key(after)) is not None:
        moved_at, number = key
        rows = rows.filter(Q(moved_at__gt=moved_at) | Q(moved_at=moved_at, id__gt=number))
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return TicketPage(
        tuple(_row(row) for row in found[:size]), f"{last.moved_at.isoformat()}~{last.id}" if last else ""
    )


def ticket_row(ticket_id: int) -> TicketRow | None:
    """One query."""
    row = Ticket.objects.select_related("account", "assigned_to").filter(pk=ticket_id).first()
    return _row(row) if row else None


def tickets_by_state() -> dict[str, int]:
    """How many are open, and how many wait for the customer. One query."""
    counted = Ticket.objects.exclude(state=State.SOLVED).values("state").annotate(many=Count("id"))
    return {row["state"]: row["many"] for row in counted}


def tickets_of(account_id: int, *, size: int = 50) -> tuple[TicketRow, ...]:
    """An account's latest. One query."""
    rows: QuerySet[Ticket] = Ticket.objects.filter(account_id=account_id).select_related(
        "account", "assigned_to"
    )
    return tuple(_row(row) for row in rows.order_by("-id")[:size])


def ticket_read(ticket_id: int, *, account_id: int | None = None) -> TicketRead:
    """A ticket with its thread, of that account where one is named. Three queries. Raises: TicketUnknown."""
    rows = Ticket.objects.select_related("account", "assigned_to").filter(pk=ticket_id)
    row = (rows if account_id is None else rows.filter(account_id=account_id)).first()
    if row is None:
        raise TicketUnknown(ticket=ticket_id)
    messages = list(TicketMessage.objects.filter(ticket_id=ticket_id).order_by("number"))
    names = names_of({int(one.author[5:]) for one in messages if one.author.startswith("user:")})
    return TicketRead(
        id=row.id,
        account_id=row.account_id,
        account=row.account.number,
        account_name=row.account.name,
        topic=row.topic,
        subject=row.subject,
        state=row.state,
        document=row.document,
        wanted=row.wanted or {},
        assigned_id=row.assigned_to_id,
        assigned_to=str(row.assigned_to) if row.assigned_to else "",
        opened_at=row.opened_at,
        messages=tuple(
            MessageRead(one.number, one.by_customer, _author(one.author, names), one.body, one.written_at)
            for one in messages
        ),
    )


def _author(actor: str, names: dict[int, str]) -> str:
    return names.get(int(actor[5:]), actor) if actor.startswith("user:") else actor


def _key(after: str) -> tuple[datetime, int] | None:
    """The end of the page before; None where the address says nothing that was ever one."""
    moved_at, _, number = after.partition("~")
    try:
        return datetime.fromisoformat(moved_at), int(number)
    except ValueError:
        return None


def _row(row: Ticket) -> TicketRow:
    return TicketRow(
        id=row.id,
        account=row.account.number,
        account_name=row.account.name,
        topic=row.topic,
        subject=row.subject,
        state=row.state,
        assigned_to=str(row.assigned_to) if row.assigned_to else "",
        opened_at=row.opened_at,
        moved_at=row.moved_at,
    )
