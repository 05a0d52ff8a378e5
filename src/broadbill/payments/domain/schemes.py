"""The schemes by which banks collect for us: SEPA direct debit in euros, ACH in US dollars.

Source: EPC SEPA Direct Debit Core Rulebook (mandates unused for 36 months lapse, §4.1; pre-notification 14 days ahead
unless agreed otherwise, §4.3.3; collections fall due on TARGET days). Nacha Operating Rules (an entry settles on
banking days of the Federal Reserve; after R01 or R09 it may be presented twice more, subsection 2.13.4) and
Regulation E, 12 CFR 1005.10(d): ten days of notice where the amount differs from the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from broadbill.payments.domain.debit_errors import DebitsRefused

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Scheme:
    """`calendar` names the bank holidays; `most_tries` is how often a debt is asked for in all; a mandate that is not
    used for `lapses_after_months` lapses, or never.
    """

    code: str
    name: str
    currency: str
    instruments: tuple[str, ...]
    calendar: str
    notice_days: int
    most_tries: int
    lapses_after_months: int | None


SEPA = Scheme("sepa", "SEPA direct debit", "EUR", ("CORE", "B2B"), "ECB", 14, 2, 36)
ACH = Scheme("ach", "ACH", "USD", ("PPD", "CCD", "WEB"), "FED", 10, 3, None)
SCHEMES = {scheme.code: scheme for scheme in (SEPA, ACH)}


def scheme_coded(code: str) -> Scheme:
    """Raises: DebitsRefused."""
    if code not in SCHEMES:
        raise DebitsRefused(reason=f"{code!r} is none of {', '.join(SCHEMES)}")
    return SCHEMES[code]


def scheme_in(currency: str) -> Scheme:
    """The scheme of a currency; SEPA where there is none, which then says so itself."""
    return next((scheme for scheme in SCHEMES.values() if scheme.currency == currency), SEPA)


def scheme_of(instrument: str) -> Scheme | None:
    return next((scheme for scheme in SCHEMES.values() if instrument in scheme.instruments), None)


def check_due(scheme: Scheme, due_on: date, today: date, notice_days: int) -> None:
    """Raises: DebitsRefused for a day on which banks do not settle, or that is too near to announce."""
    earliest = next_banking_day(scheme, today + timedelta(days=notice_days))
    if due_on < earliest:
        raise DebitsRefused(
            reason=f"{due_on} is too soon; {notice_days} days of notice make {earliest} the first day"
        )
    if next_banking_day(scheme, due_on) != due_on:
        raise DebitsRefused(
            reason=f"banks do not settle on {due_on}; take {next_banking_day(scheme, due_on)}"
        )


def next_banking_day(scheme: Scheme, day: date) -> date:
    """The day itself or the next on which banks settle: TARGET is open, or the Federal Reserve."""
    closed = holidays.financial_holidays(scheme.calendar)
    while day.weekday() >= SATURDAY or day in closed:
        day += timedelta(days=1)
    return day
