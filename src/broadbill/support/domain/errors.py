"""What can be refused about tickets."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class TicketUnknown(DomainError):
    """No ticket has this number, or it is of an account that is not looked at."""

    code = "support.ticket_unknown"
    message = "There is no ticket {ticket}."
    ticket: int


@dataclass(kw_only=True, eq=False)
class NothingSaid(DomainError):
    """A ticket or a message without words."""

    code = "support.nothing_said"
    message = "Write a subject and a message."


@dataclass(kw_only=True, eq=False)
class NothingWanted(DomainError):
    """A change of details that was agreed to already, or was never asked for."""

    code = "support.nothing_wanted"
    message = "Ticket {ticket} asks for no change of details any more."
    ticket: int
