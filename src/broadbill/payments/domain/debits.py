"""The rules of SEPA direct debit: when a mandate lapses, when money may be collected, what a return means.

Source: EPC SEPA Direct Debit Core Rulebook (mandates unused for 36 months lapse, §4.1; pre-notification 14 days ahead
unless agreed otherwise, §4.3.3; collections fall due on TARGET days); reason codes: ISO 20022
ExternalReturnReason1Code.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from broadbill.core.errors import DomainError

NOTICE_DAYS = 14
LAPSES_AFTER_MONTHS = 36
MOST_TRIES = 2
SATURDAY = 5
UNSAID = "MS03"


@dataclass(frozen=True, slots=True)
class Return:
    """Why a collection came back. `stops` ends the mandate; after a `may_retry` the money is asked for once more."""

    says: str
    stops: bool = False
    may_retry: bool = False


RETURNS = {
    "AC01": Return("the IBAN is wrong", stops=True),
    "AC04": Return("the bank account is closed", stops=True),
    "AC06": Return("the bank account is blocked"),
    "AG01": Return("the bank account takes no direct debits", stops=True),
    "AM04": Return("the bank account did not hold enough", may_retry=True),
    "MD01": Return("there is no valid mandate", stops=True),
    "MD06": Return("the payer asked for the money back"),
    "MD07": Return("the payer has died", stops=True),
    "MS02": Return("the payer refused it"),
    "MS03": Return("the bank gives no reason"),
    "SL01": Return("the payer's bank holds it back as the payer wishes"),
}


@dataclass(kw_only=True, eq=False)
class MandateRefused(DomainError):
    """A mandate that cannot be as it was told."""

    code = "payments.mandate_refused"
    message = "The mandate was not recorded: {reason}."
    reason: str


@dataclass(kw_only=True, eq=False)
class MandateUnknown(DomainError):
    """The account has no mandate in force."""

    code = "payments.mandate_unknown"
    message = "Account {account} has no mandate in force. Record one with `broadbill debit mandate`."
    account: str


@dataclass(kw_only=True, eq=False)
class DebitsRefused(DomainError):
    """Collections that cannot be asked for so. Nothing was changed."""

    code = "payments.debits_refused"
    message = "Nothing was asked for: {reason}."
    reason: str


def returned_as(code: str) -> Return:
    """What the code means; one that is not known is treated as no reason given."""
    return RETURNS.get(code, RETURNS[UNSAID])


def lapses_on(last_used_on: date) -> date:
    """The first day on which a mandate no longer holds."""
    month = last_used_on.month - 1 + LAPSES_AFTER_MONTHS
    year, month = last_used_on.year + month // 12, month % 12 + 1
    return date(year, month, min(last_used_on.day, calendar.monthrange(year, month)[1]))


def may_ask_again(returns: Sequence[str]) -> bool:
    """After a mandate's latest collections, newest first, as return codes ('' did not come back)."""
    codes = [code for code in returns[:MOST_TRIES] if code]
    if not returns or not returns[0]:
        return True
    return returned_as(returns[0]).may_retry and len(codes) < MOST_TRIES


def check_due(due_on: date, today: date, notice_days: int) -> None:
    """Raises: DebitsRefused for a day on which banks do not settle, or that is too near to announce."""
    earliest = next_target_day(today + timedelta(days=notice_days))
    if due_on < earliest:
        raise DebitsRefused(
            reason=f"{due_on} is too soon; {notice_days} days of notice make {earliest} the first day"
        )
    if next_target_day(due_on) != due_on:
        raise DebitsRefused(reason=f"banks do not settle on {due_on}; take {next_target_day(due_on)}")


def next_target_day(day: date) -> date:
    """The day itself or the next on which TARGET, the system between the banks, is open."""
    closed = holidays.financial_holidays("ECB")
    while day.weekday() >= SATURDAY or day in closed:
        day += timedelta(days=1)
    return day
