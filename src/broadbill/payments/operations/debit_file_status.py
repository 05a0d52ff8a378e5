"""How a bank took a file of collections: what it rejected is not under way any more."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.core.money import Currency
from broadbill.payments.domain.debit_errors import ReportRefused
from broadbill.payments.domain.debit_reports import FileStatus, Left, Rejected
from broadbill.payments.models import Debit, DebitFile
from broadbill.payments.operations.debit_outcomes import reject


def file_of_status(status: FileStatus, file: str) -> DebitFile:
    """The file of ours that a report is about. Raises: ReportRefused for another's, or one of other counts and sums."""
    row = DebitFile.objects.defer("content").filter(message_id=status.message_id).first()
    if row is None:
        raise ReportRefused(file=file, reason=f"is about {status.message_id!r}, which is no file of ours")
    if status.count is not None and status.count != row.debits_count:
        raise ReportRefused(
            file=file,
            reason=f"says that {row.message_id} holds {status.count} collections, not {row.debits_count}",
        )
    if status.total is not None and _minor(status.total, row) != row.total:
        raise ReportRefused(
            file=file, reason=f"says that {row.message_id} sums to {status.total}, which it does not"
        )
    return row


def follow_status(
    *, status: FileStatus, about: DebitFile, file: str, now: datetime, actor: str
) -> tuple[int, list[Left]]:
    """Give up what the bank rejected; return how many, and what a person has to look at. Raises: ReportRefused."""
    debits = list(Debit.objects.filter(file=about).select_related("payment", "mandate").order_by("id"))
    meant = [_meant(each, debits, about, file) for each in status.rejected]
    lock_accounts({debit.account_id for _each, found in meant for debit in found})
    rejected, left = 0, []
    done: set[int] = set()
    # A single collection's own reason goes before that of its batch or file.
    for each, found in sorted(meant, key=lambda pair: pair[0].end_to_end == ""):
        for debit in found:
            if debit.id in done:
                continue
            done.add(debit.id)
            if debit.state == Debit.State.ASKED:
                alone = each.end_to_end != ""
                reject(debit, code=each.code, on=status.on, alone=alone, now=now, actor=actor)
                rejected += 1
            elif debit.payment is not None:
                left.append(Left(debit.end_to_end, each.code, f"was rejected, and is {debit.state} already"))
    return rejected, left


def _meant(each: Rejected, debits: list[Debit], about: DebitFile, file: str) -> tuple[Rejected, list[Debit]]:
    found = [
        debit
        for debit in debits
        if each.end_to_end in ("", debit.end_to_end) and each.batch in ("", debit.batch)
    ]
    if not found:
        name = each.end_to_end or each.batch
        raise ReportRefused(file=file, reason=f"names {name!r}, which is not in {about.message_id}")
    if each.amount is not None and _minor(each.amount, about) != found[0].amount:
        raise ReportRefused(
            file=file, reason=f"says that {each.end_to_end} is of {each.amount}, which it is not"
        )
    return each, found


def _minor(amount: Decimal, about: DebitFile) -> int:
    return Currency.of(about.currency).exact(amount).minor
