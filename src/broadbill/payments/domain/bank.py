"""What a bank says happened on the provider's account, whatever the file it came in."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.core.errors import DomainError
from broadbill.core.money import Money


@dataclass(kw_only=True, eq=False)
class StatementRefused(DomainError):
    """A bank file that is cut off, of another kind, or does not add up. Nothing of it was taken in."""

    code = "payments.statement_invalid"
    message = "{file}: {reason}. Nothing of it was taken in."
    file: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BankLine:
    """One booking: money in is positive, money out negative.

    `references` are the texts that may say what is paid: end-to-end id, structured reference, remittance information.
    `bank_reference` is the bank's own name of the booking, empty where it gives none, and `entry` of the sum that it is
    a part of; `fee` is what the bank says that it took within the amount, in minor units; `return_code` says why a
    direct debit came back (ISO 20022 ExternalReturnReason1Code).
    """

    booked_on: date
    amount: Money
    payer: str = ""
    payer_iban: str = ""
    references: tuple[str, ...] = ()
    bank_reference: str = ""
    entry: str = ""
    return_code: str = ""
    fee: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement of one bank account, or a notification of bookings ahead of it. Balances are None where the file
    has none (CSV, notifications).
    """

    iban: str
    number: str
    lines: Sequence[BankLine]
    opening: Money | None = None
    closing: Money | None = None
    is_notification: bool = False

    def check(self, file: str) -> None:
        """Raises: StatementRefused when the bookings do not lead from the opening to the closing balance."""
        if self.opening is None or self.closing is None:
            return
        found = sum((line.amount for line in self.lines), self.opening)
        if found != self.closing:
            reason = (
                f"statement {self.number} of {self.iban} does not add up: {self.opening} and its bookings"
                f" make {found}, it says {self.closing}"
            )
            raise StatementRefused(file=file, reason=reason)

    def identities(self) -> Iterator[bytes]:
        """A name for each line that is the same whenever and in whichever file the booking comes again.

        It is the bank's own reference where there is one, else what the line says and how many lines of the same
        words the statement had before it.
        """
        seen: Counter[tuple[str, ...]] = Counter()
        for line in self.lines:
            says: tuple[str, ...] = (
                self.iban,
                line.booked_on.isoformat(),
                str(line.amount),
                line.bank_reference,
            )
            if not line.bank_reference:
                says += (line.payer, line.payer_iban, *line.references)
            seen[says] += 1
            yield hashlib.sha256("\x1f".join((*says, str(seen[says]))).encode()).digest()
