"""Taking in what a bank reports of collections: returns, and bank accounts that are really others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.accounts.queries.provider import current_provider
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import record_event
from broadbill.payments.adapters.nacha_report import looks_like_nacha, read_nacha_report
from broadbill.payments.adapters.pain002 import looks_like_pain002, read_pain002
from broadbill.payments.domain.ach import CHANGES, correction
from broadbill.payments.domain.debit_errors import ReportRefused
from broadbill.payments.domain.debit_reports import Changed, Left, Returned
from broadbill.payments.domain.schemes import ACH
from broadbill.payments.models import Debit, DebitFile, DebitReport
from broadbill.payments.operations.debit_file_status import file_of_status, follow_status
from broadbill.payments.operations.debit_outcomes import give_back
from broadbill.payments.operations.debits import DEBIT_LOCK, check_creditor
from broadbill.payments.operations.mandates import correct_mandate
from broadbill.payments.operations.payouts import BANK_LOCK


@dataclass(frozen=True, slots=True)
class _Followed:
    """What became of a report."""

    kind: DebitReport.Kind
    returned: int
    left: list[Left]
    corrected: int = 0
    about: DebitFile | None = None
    status: str = ""


@transaction.atomic
def take_report(*, content: bytes, file: str, now: datetime, actor: str) -> DebitReport:
    """Follow a bank's report of our collections, all or nothing: what came back or was rejected is owed again, a bank
    account that it corrects is corrected. What only a person can follow is kept with the report.

    Raises: ReportRefused, DebitsRefused.
    """
    wait_for_lock(BANK_LOCK)
    wait_for_lock(DEBIT_LOCK)
    digest = hashlib.sha256(content).digest()
    if earlier := DebitReport.objects.filter(digest=digest).first():
        raise ReportRefused(
            file=file, reason=f"was taken in already on {earlier.taken_at.date()} as {earlier.file}"
        )
    followed = _follow(content, file, now, actor)
    row = DebitReport.objects.create(
        kind=followed.kind,
        file=file,
        digest=digest,
        about=followed.about,
        status=followed.status,
        returned=followed.returned,
        corrected=followed.corrected,
        left=[asdict(each) for each in followed.left],
        taken_by=actor,
        taken_at=now,
    )
    record_event(
        actor=actor,
        verb="debit_report.taken",
        object_type="debit_report",
        object_id=row.id,
        occurred_at=now,
        data={
            "file": file,
            "status": row.status,
            "returned": row.returned,
            "corrected": row.corrected,
            "left": len(followed.left),
        },
    )
    return row


def _follow(content: bytes, file: str, now: datetime, actor: str) -> _Followed:
    if looks_like_nacha(content):
        return _follow_nacha(content, file, now, actor)
    if looks_like_pain002(content):
        return _follow_pain002(content, file, now, actor)
    reason = "is no report of collections: neither pain.002 nor a NACHA file of returns and changes"
    raise ReportRefused(file=file, reason=reason)


def _follow_pain002(content: bytes, file: str, now: datetime, actor: str) -> _Followed:
    status = read_pain002(content, file)
    about = file_of_status(status, file)
    rejected, left = follow_status(status=status, about=about, file=file, now=now, actor=actor)
    return _Followed(DebitReport.Kind.PAIN002, rejected, left, about=about, status=status.words())


def _follow_nacha(content: bytes, file: str, now: datetime, actor: str) -> _Followed:
    provider = current_provider()
    check_creditor(provider, ACH)
    report = read_nacha_report(content, file, provider.ach_company_id)
    traces = [each.reference for each in report.returned] + [each.reference for each in report.changed]
    debits = _debits(traces)
    lock_accounts({debit.account_id for debit in debits.values()})
    not_returned = _give_back(report.returned, debits, now, actor)
    not_corrected = _correct(report.changed, debits, now, actor)
    return _Followed(
        DebitReport.Kind.NACHA,
        len(report.returned) - len(not_returned),
        not_returned + not_corrected,
        corrected=len(report.changed) - len(not_corrected),
    )


def _debits(traces: Sequence[str]) -> dict[str, Debit]:
    """The newest debit of each trace number. One query."""
    rows = Debit.objects.filter(trace__any=traces).select_related("payment", "mandate").order_by("id")
    return {row.trace: row for row in rows}


def _give_back(
    returns: Sequence[Returned], debits: dict[str, Debit], now: datetime, actor: str
) -> list[Left]:
    left = []
    for each in returns:
        debit = debits.get(each.reference)
        if why := _not_returnable(each, debit):
            left.append(Left(each.reference, each.code, why))
        elif debit is not None:
            give_back(debit, code=each.code, on=each.on, unbooked=True, now=now, actor=actor)
    return left


def _not_returnable(each: Returned, debit: Debit | None) -> str:
    if debit is None:
        return "no collection of ours has this trace number"
    if debit.amount != each.minor:
        return f"is of {each.minor} cents, and the collection of {debit.amount}"
    if debit.return_code:
        return f"came back before, as {debit.return_code}"
    if debit.state not in (Debit.State.ASKED, Debit.State.COLLECTED):
        return f"is {debit.state}"
    return ""


def _correct(changes: Sequence[Changed], debits: dict[str, Debit], now: datetime, actor: str) -> list[Left]:
    left = []
    for each in changes:
        debit = debits.get(each.reference)
        if debit is None:
            left.append(Left(each.reference, each.code, "no collection of ours has this trace number"))
            continue
        mandate = debit.mandate
        mandate.refresh_from_db()
        found = correction(each.code, each.data)
        if found is None:
            what = CHANGES.get(each.code, "a code that is not known")
            left.append(Left(each.reference, each.code, f"{mandate.reference}: {what}: {each.data.strip()}"))
        elif mandate.cancelled_at is not None:
            left.append(Left(each.reference, each.code, f"{mandate.reference} is cancelled"))
        elif mandate.bank_account not in (each.account, found.account):
            why = f"{mandate.reference} has had another bank account since"
            left.append(Left(each.reference, each.code, why))
        else:
            correct_mandate(mandate, code=each.code, correction=found, now=now, actor=actor)
    return left
