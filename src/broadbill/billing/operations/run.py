"""The bill run: who is due, cut into chunks, posted one by one; stopped anywhere, it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.accounts.queries.provider import current_provider
from broadbill.billing.models import BillRun, Chunk, Rulebook
from broadbill.billing.operations.chunk import RunPlan, bill_chunk
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.workers import bill_chunks_in_processes
from broadbill.billing.queries.due import Due, cut_into_chunks
from broadbill.billing.queries.runs import tally_of_run
from broadbill.kernel.locks import session_lock
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.queries.closing import check_open

ACCOUNTS_PER_CHUNK = 1000
RUN_LOCK = "billing.run"

# Called with the number of accounts a posted chunk held.
Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRequest:
    """What is asked: bill everything owed through a date, of one account or of all.

    `accounts_per_chunk` are posted in one transaction: more is quicker, fewer lose less when a machine dies.
    `corrections` ask to put right some accounts on documents of a later date.
    `prepaid_only` asks for accounts with a prepaid plan in service, `timezones` for those of these zones.
    `left_out` are accounts, ascending, that are not billed although they are due.
    """

    through: date
    actor: str
    only_account: int | None = None
    accounts_per_chunk: int = ACCOUNTS_PER_CHUNK
    corrections: Corrections | None = None
    prepaid_only: bool = False
    timezones: tuple[str, ...] | None = None
    left_out: tuple[int, ...] = ()

    @property
    def accounts(self) -> Sequence[int] | None:
        """The accounts asked for, ascending; None for all."""
        if self.corrections is not None:
            return self.corrections.account_ids
        return None if self.only_account is None else (self.only_account,)

    @property
    def dated(self) -> date:
        """The date of the documents."""
        return self.corrections.issued_on if self.corrections else self.through

    @property
    def scope(self) -> str:
        return BillRun.Scope.PREPAID.value if self.prepaid_only else BillRun.Scope.ALL.value

    def due(self, rulebook_ids: Sequence[int]) -> Due:
        """Who is asked for."""
        return Due(
            self.through, self.accounts, rulebook_ids, self.prepaid_only, self.timezones, self.left_out
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrections:
    """The accounts to put right, ascending, and the date of the documents that do."""

    account_ids: Sequence[int]
    issued_on: date


def bill(
    *, request: RunRequest, now: datetime, workers: int = 1, started: Callable[[BillRun], None] | None = None,
    progress: Progress | None = None,
) -> BillRun:  # fmt: skip
    """Bill everything owed through the date and return the finished run.

    One run at a time: a second one waits for the first, then finds what it left. A run that was interrupted
    is taken up again when the same is asked, otherwise left as abandoned: the new run bills what it had not.
    Corrections are never taken up again: whoever asks anew has looked anew at who is to be corrected.
    Raises: BooksAreClosed when nothing can be dated on the day any more; WorkerDied when a worker process ended
    before its work; what it had not posted is still due.
    """
    with session_lock(RUN_LOCK):
        check_open(request.dated)
        run = _resumable(request) or _start(request, now)
        if started:
            started(run)
        due = request.due(agreeing_rulebooks(run.rulebook))
        _post_pending(run, due, workers, progress or _quietly, now)
        return _finish(run, request.actor, now)


@transaction.atomic
def bill_at_once(*, account_ids: Sequence[int], through: date, now: datetime, actor: str) -> BillRun | None:
    """Bill what some accounts owe, in the transaction under way, whose doing it follows from. None when nothing is due.

    The caller holds the accounts' locks, so no other run can have them meanwhile; nobody else ever sees this run
    unfinished. Series are locked until the transaction ends: for a few accounts, not for a provider's.
    Raises: BooksAreClosed.
    """
    rulebook = current_rulebook(now=now)
    due = Due(through, sorted(account_ids), agreeing_rulebooks(rulebook))
    chunks = cut_into_chunks(due, ACCOUNTS_PER_CHUNK)
    if not chunks:
        return None
    check_open(through)
    run = BillRun(through=through, scope=BillRun.Scope.CHOSEN)
    _begin(run, rulebook, chunks, actor, now)
    _post_pending(run, due, 1, _quietly, now)
    return _finish(run, actor, now)


def _resumable(request: RunRequest) -> BillRun | None:
    for run in BillRun.objects.filter(state=BillRun.State.RUNNING).order_by("id"):
        asked = (request.through, request.only_account, request.scope, request.timezones, request.left_out)
        same = (run.through, run.only_account_id, run.scope, _zones(run), tuple(run.left_out)) == asked
        if same and run.issued_on is None and request.corrections is None:
            return run
        run.state = BillRun.State.ABANDONED
        run.save(update_fields=["state"])
    return None


def _zones(run: BillRun) -> tuple[str, ...] | None:
    return None if run.timezones is None else tuple(run.timezones)


@transaction.atomic
def _start(request: RunRequest, now: datetime) -> BillRun:
    rulebook = current_rulebook(now=now)
    chunks = cut_into_chunks(request.due(agreeing_rulebooks(rulebook)), request.accounts_per_chunk)
    run = BillRun(
        through=request.through,
        only_account_id=request.only_account,
        issued_on=request.corrections.issued_on if request.corrections else None,
        scope=request.scope,
        timezones=None if request.timezones is None else list(request.timezones),
        left_out=list(request.left_out),
    )
    _begin(run, rulebook, chunks, request.actor, now)
    return run


def _begin(
    run: BillRun, rulebook: Rulebook, chunks: Sequence[tuple[int, int, int]], actor: str, now: datetime
) -> None:
    """Write down the run, how it is cut, and that it began."""
    run.rulebook, run.provider = rulebook, current_provider()
    run.accounts_due = sum(accounts for _, _, accounts in chunks)
    run.started_by, run.started_at = actor, now
    run.save(force_insert=True)
    Chunk.objects.bulk_create(
        Chunk(run_id=run.id, number=number, first_account_id=first, last_account_id=last, accounts=accounts)
        for number, (first, last, accounts) in enumerate(chunks)
    )
    record_event(
        actor=actor,
        verb="bill_run.started",
        object_type="bill_run",
        object_id=run.id,
        occurred_at=now,
        data={"through": run.through.isoformat(), "accounts": run.accounts_due},
    )


def agreeing_rulebooks(rulebook: Rulebook) -> tuple[int, ...]:
    """The stored rulebooks under which nobody owes anything else than under this one.

    Those are the ones it only adds plans to: same policy, same taxes, every plan unchanged.
    """
    content = rulebook.content
    agreeing = [
        other.id
        for other in Rulebook.objects.iterator(chunk_size=10)
        if other.content["policy"] == content["policy"]
        and other.content["taxes"] == content["taxes"]
        and all(content["plans"].get(code) == plan for code, plan in other.content["plans"].items())
    ]
    return tuple(agreeing)


def _post_pending(run: BillRun, due: Due, workers: int, progress: Progress, now: datetime) -> None:
    pending = list(
        Chunk.objects.filter(run_id=run.id, posted_at=None)
        .order_by("number")
        .values_list("number", "accounts")
    )
    plan = RunPlan(
        run_id=run.id,
        rulebook_id=run.rulebook_id,
        due=due,
        actor=run.started_by,
        issued_on=run.issued_on,
    )
    if workers > 1 and len(pending) > 1:
        bill_chunks_in_processes(
            plan=plan, pending=pending, workers=min(workers, len(pending)), progress=progress, now=now
        )
        return
    for number, accounts in pending:
        bill_chunk(plan=plan, number=number, now=now)
        progress(accounts)


def _quietly(accounts: int) -> None:
    """Progress that nobody watches."""


@transaction.atomic
def _finish(run: BillRun, actor: str, now: datetime) -> BillRun:
    tally = tally_of_run(run.id)
    run.state, run.finished_at, run.tally = BillRun.State.FINISHED, now, tally.as_json()
    run.save(update_fields=["state", "finished_at", "tally"])
    record_event(
        actor=actor,
        verb="bill_run.finished",
        object_type="bill_run",
        object_id=run.id,
        occurred_at=now,
        data={"documents": tally.documents},
    )
    return run
