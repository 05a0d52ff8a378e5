"""Tickets: opened, written to, assigned, solved. Each takes the ticket's row lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.accounts.operations.change_profile import change_profile
from broadbill.kernel.operations.events import record_event
from broadbill.support.domain.errors import NothingSaid, NothingWanted, TicketUnknown
from broadbill.support.domain.topics import State, Topic
from broadbill.support.models import Ticket, TicketMessage
from broadbill.support.operations.letters import tell_answer


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTicket:
    """`document` is the number of the bill it is about; `wanted` are details of the profile to be changed."""

    account_id: int
    topic: Topic
    subject: str
    body: str
    by_customer: bool
    document: str = ""
    wanted: Mapping[str, str] | None = None


@transaction.atomic
def open_ticket(*, ticket: NewTicket, now: datetime, actor: str) -> int:
    """Open a ticket with its first message and return its number. Raises: NothingSaid."""
    subject = " ".join(ticket.subject.split())
    if not subject or not ticket.body.strip():
        raise NothingSaid
    row = Ticket.objects.create(
        account_id=ticket.account_id,
        topic=ticket.topic.value,
        subject=subject,
        # What the office writes first waits for the customer's answer.
        state=State.OPEN if ticket.by_customer else State.WAITING,
        document=ticket.document,
        wanted=dict(ticket.wanted) if ticket.wanted else None,
        opened_by=actor,
        opened_at=now,
        moved_at=now,
    )
    _write(row, ticket.body, by_customer=ticket.by_customer, now=now, actor=actor)
    _tell("ticket.opened", row, actor, now)
    return row.id


@transaction.atomic
def write_as_customer(*, ticket_id: int, account_id: int, body: str, now: datetime, actor: str) -> None:
    """A message of the customer, which makes it the office's turn. Raises: TicketUnknown, NothingSaid."""
    row = _locked(ticket_id, account_id)
    _write(row, body, by_customer=True, now=now, actor=actor)
    _move(row, State.OPEN, now)
    _tell("ticket.written", row, actor, now)


@transaction.atomic
def answer(*, ticket_id: int, body: str, solves: bool, now: datetime, actor: str) -> None:
    """A message of the office, of which the customer is told by letter. Whoever answers first takes care of it.

    Raises: TicketUnknown, NothingSaid.
    """
    row = _locked(ticket_id)
    number = _write(row, body, by_customer=False, now=now, actor=actor)
    if row.assigned_to_id is None and actor.startswith("user:"):
        row.assigned_to_id = int(actor.removeprefix("user:"))
    _move(row, State.SOLVED if solves else State.WAITING, now)
    _tell("ticket.answered", row, actor, now)
    tell_answer(ticket=row, number=number, body=body.strip(), now=now)


@transaction.atomic
def assign(*, ticket_id: int, user_id: int | None, now: datetime, actor: str) -> None:
    """Say who takes care of it; None for nobody. Raises: TicketUnknown."""
    row = _locked(ticket_id)
    row.assigned_to_id = user_id
    row.save(update_fields=["assigned_to"])
    _tell("ticket.assigned", row, actor, now)


@transaction.atomic
def solve(*, ticket_id: int, now: datetime, actor: str, account_id: int | None = None) -> None:
    """Done, without another word: by the office, or by the customer whose `account_id` it is. Raises: TicketUnknown."""
    row = _locked(ticket_id, account_id)
    if row.state != State.SOLVED:
        _move(row, State.SOLVED, now)
        _tell("ticket.solved", row, actor, now)


@transaction.atomic
def agree_to_wanted(*, ticket_id: int, body: str, now: datetime, actor: str) -> None:
    """Change the account's details as the customer asked, and tell them.

    Raises: TicketUnknown, NothingWanted, AccountDetailRefused.
    """
    row = _locked(ticket_id)
    if not row.wanted:
        raise NothingWanted(ticket=ticket_id)
    change_profile(account_id=row.account_id, changes=dict(row.wanted), now=now, actor=actor)
    row.wanted = None
    row.save(update_fields=["wanted"])
    answer(ticket_id=ticket_id, body=body, solves=True, now=now, actor=actor)


def _locked(ticket_id: int, account_id: int | None = None) -> Ticket:
    """The ticket, of that account where one is named."""
    rows = Ticket.objects.select_for_update(no_key=True)
    row = (rows if account_id is None else rows.filter(account_id=account_id)).filter(pk=ticket_id).first()
    if row is None:
        raise TicketUnknown(ticket=ticket_id)
    return row


def _write(row: Ticket, body: str, *, by_customer: bool, now: datetime, actor: str) -> int:
    if not body.strip():
        raise NothingSaid
    row.messages_written += 1
    row.save(update_fields=["messages_written"])
    TicketMessage.objects.create(
        ticket=row,
        number=row.messages_written,
        by_customer=by_customer,
        author=actor,
        body=body.strip(),
        written_at=now,
    )
    return row.messages_written


def _move(row: Ticket, state: State, now: datetime) -> None:
    row.state, row.moved_at = state.value, now
    row.save(update_fields=["state", "moved_at", "assigned_to"])


def _tell(verb: str, row: Ticket, actor: str, now: datetime) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="ticket",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={
            "subject": row.subject,
            "topic": row.topic,
            "state": row.state,
            "assigned_to": row.assigned_to_id,
        },
    )
