"""What a bank reports of collections outside of its statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

REJECTED = "RJCT"
# ISO 20022 ExternalPaymentGroupStatus1Code: checked, in settlement, settled, with a change, or only some of it.
ACCEPTED = frozenset({"ACCP", "ACTC", "ACSP", "ACSC", "ACWC", "PART"})
PENDING = frozenset({"PDNG", "RCVD"})


@dataclass(frozen=True, slots=True)
class Returned:
    """A collection that comes back, by what the bank calls it; `minor` is the amount."""

    reference: str
    code: str
    minor: int
    on: date


@dataclass(frozen=True, slots=True)
class Changed:
    """The bank account of a collection is really another; `account` is the number it was asked from."""

    reference: str
    code: str
    data: str
    account: str


@dataclass(frozen=True, slots=True)
class Left:
    """Something only a person can follow, and why."""

    reference: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    returned: list[Returned] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rejected:
    """What a bank will not collect: one by its end-to-end id, a batch where that is empty, or all of a file where both
    are. `amount` where the bank repeats it.
    """

    batch: str
    end_to_end: str
    code: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What a bank says of a file of collections; `status` and `batch_statuses` are ISO 20022 codes."""

    message_id: str
    status: str
    batch_statuses: tuple[str, ...]
    count: int | None
    total: Decimal | None
    rejected: tuple[Rejected, ...]
    on: date

    def words(self) -> str:
        """How the bank took the file: accepted, partly, rejected or pending."""
        said = {self.status, *self.batch_statuses} - {""}
        if self.status == REJECTED or said == {REJECTED}:
            return "rejected"
        if self.rejected:
            return "partly"
        return "accepted" if said & ACCEPTED and not said & PENDING else "pending"
