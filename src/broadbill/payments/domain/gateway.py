"""What a payment gateway is to us: saved methods, charges, refunds, disputes, told in one vocabulary.

A gateway is a file in `adapters/` that keeps `Gateway`; docs/guides/new-payment-gateway.md shows how to add one. Every
request that moves money carries a key of ours that was stored before the request was made: asked again with the key,
the gateway does nothing again. What it says is seen, never guessed: a request without an answer is `OutcomeUnknown`,
and is asked about with `find_charge` or `find_refund`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from broadbill.core.errors import DomainError
from broadbill.core.money import Money


class Outcome(StrEnum):
    """Where a request stands. CHALLENGE: the customer has something to do at `next_url`. PENDING: it takes its time."""

    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CHALLENGE = "challenge"
    PENDING = "pending"


# Why a charge was declined, in our words, and whether the same method may be asked again some days later.
DECLINES: Mapping[str, bool] = {
    "insufficient_funds": True,
    "do_not_honour": True,
    "limit_exceeded": True,
    "processing_error": True,
    "authentication_needed": False,
    "authentication_failed": False,
    "abandoned": False,
    "expired_card": False,
    "stolen_card": False,
    "account_closed": False,
    "no_mandate": False,
    "refused": False,
    # The gateway did not take it up: a wrong key, a method it has not. No bank was asked.
    "not_taken_up": True,
    "never_reached": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupRequest:
    """A customer is about to save a method. `customer` is how the gateway knows them already, or empty."""

    key: str
    account: str
    name: str
    email: str
    customer: str
    currency: str
    return_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSeen:
    """A saved method: never more of a card than its brand, last four digits and the month in which it ends."""

    customer: str
    reference: str
    kind: str
    brand: str
    last_four: str
    expires_year: int | None = None
    expires_month: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupSeen:
    """Where saving a method stands; with CHALLENGE `next_url` is the gateway's own page for it.

    `account` is the request's, once there is a method: empty when it was not begun here.
    """

    reference: str
    outcome: Outcome
    next_url: str = ""
    method: MethodSeen | None = None
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRequest:
    """`method` empty asks for a page of the gateway on which the customer pays once, by whatever it offers there.

    `off_session`: the customer is not there to answer a challenge.
    """

    key: str
    amount: Money
    customer: str
    method: str
    description: str
    off_session: bool
    return_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSeen:
    """A charge as the gateway has it. `decline` is one of DECLINES, on declined charges."""

    reference: str
    key: str
    outcome: Outcome
    amount: Money
    decline: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Give back `amount` of the charge that the gateway knows as `charge`."""

    key: str
    charge: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSeen:
    reference: str
    key: str
    outcome: Outcome
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSeen:
    """The customer's bank takes a charge back. `state` is open, won (the money is ours again) or lost."""

    reference: str
    charge: str
    amount: Money
    fee: Money
    reason: str
    state: str


class NewsKind(StrEnum):
    """What a webhook is about. What it says is asked for, so that old news never undo newer facts."""

    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    METHOD = "method"
    SETUP = "setup"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something happened to what the gateway knows as `reference`. `event` is the news' own id."""

    event: str
    kind: NewsKind
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of the gateway's own account with us: `amount` before its `fee`, in is positive.

    `kind` is charge, refund, dispute, dispute_won, fee, payout, or other; `source` the reference of the charge, refund
    or dispute. All lines together are what the gateway holds of ours, so none is left out.
    """

    reference: str
    kind: str
    source: str
    amount: Money
    fee: Money
    at: datetime


class OutcomeUnknown(Exception):
    """No answer came, or none that could be read: the request may have been done or not."""


@dataclass(kw_only=True, eq=False)
class GatewayRefused(DomainError):
    """The gateway answered and will not do it."""

    code = "payments.gateway_refused"
    message = "{gateway} refused: {reason}."
    gateway: str
    reason: str


@dataclass(kw_only=True, eq=False)
class WebhookRefused(DomainError):
    """A webhook without the right signature, or that is no news of the gateway."""

    code = "payments.webhook_refused"
    message = "This is no webhook of {gateway}: {reason}."
    gateway: str
    reason: str


@dataclass(kw_only=True, eq=False)
class GatewayUnknown(DomainError):
    """No gateway of this name is set up."""

    code = "payments.gateway_unknown"
    message = "The gateway {gateway} is not set up here. See docs/guides/card-payments.md."
    gateway: str


class Gateway(Protocol):
    """One payment gateway. Every method may raise OutcomeUnknown; those that ask for something GatewayRefused too."""

    name: str
    # The settings without which it cannot work: its keys, by their names in Django's settings.
    needs: tuple[str, ...]

    def begin_setup(self, request: SetupRequest) -> SetupSeen:
        """Begin to save a method: the answer leads the customer to the gateway's page."""
        ...

    def read_setup(self, reference: str) -> SetupSeen: ...

    def charge(self, request: ChargeRequest) -> ChargeSeen: ...

    def find_charge(self, *, key: str, reference: str, customer: str = "") -> ChargeSeen | None:
        """The charge by its reference, or by our key among the customer's; None when the gateway has none."""
        ...

    def cancel_charge(self, reference: str) -> ChargeSeen:
        """Give up a charge that waits for the customer; what succeeded meanwhile stays so."""
        ...

    def refund(self, request: RefundRequest) -> RefundSeen: ...

    def find_refund(self, *, key: str, reference: str, charge: str) -> RefundSeen | None: ...

    def read_dispute(self, reference: str) -> DisputeSeen | None: ...

    def read_method(self, reference: str) -> MethodSeen | None:
        """The method as it is now, None when it was removed."""
        ...

    def forget_method(self, reference: str) -> None:
        """Have the gateway forget it, once the customer removed it here."""
        ...

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[News]:
        """What one webhook tells, in the order in which it is to be worked off. Raises: WebhookRefused."""
        ...

    def movements(self, *, since: datetime, until: datetime) -> Iterable[Movement]:
        """The gateway's own account, oldest first: what the daily proof compares with the books."""
        ...
