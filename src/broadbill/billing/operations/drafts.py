"""Drafts of bill runs: worked out, looked through, posted when they still say the same."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from procrastinate.contrib.django import app

from broadbill.accounts.models import Account
from broadbill.billing.domain.errors import (
    AccountIsLeftOut,
    AccountNotInDraft,
    DraftHasChanged,
    DraftIsEmpty,
    DraftNotReady,
    DraftUnknown,
)
from broadbill.billing.domain.tally import NOTHING, Tally
from broadbill.billing.models import BillRun, DraftException, LeftOut, RunDraft
from broadbill.billing.operations.count_due import accounts_due
from broadbill.billing.operations.draft_contents import Seen, seen_in, write_exceptions
from broadbill.billing.operations.preview import dry_run
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.identity.domain.approvals import refuse_own
from broadbill.kernel.operations.events import record_event
from broadbill.kernel.queries.jobs import is_under_way
from broadbill.ledger.queries.closing import check_open

DRAFT_TASK = "billing.draft"
State = RunDraft.State


@transaction.atomic
def ask_draft(*, through: date, above: Decimal | None, actor: str, now: datetime) -> RunDraft:
    """Have the worker work out what a run through the day would issue. Raises: BooksAreClosed."""
    check_open(through)
    draft = RunDraft.objects.create(through=through, above=above, asked_by=actor, asked_at=now)
    _hand_over(draft)
    _tell("asked", draft, actor, now)
    return draft


@transaction.atomic
def draft_again(*, draft_id: int, actor: str, now: datetime) -> None:
    """Work a draft out anew, or go on with one whose worker gave up. Raises: DraftUnknown, DraftNotReady."""
    draft = _locked(draft_id)
    if _is_worked_on(draft) or draft.state in {State.POSTED, State.DISCARDED}:
        raise DraftNotReady(draft=draft_id)
    if draft.state in {State.READY, State.ASKED}:
        draft.state = State.DRAFTING
    _hand_over(draft)
    _tell("asked", draft, actor, now)


@transaction.atomic
def discard_draft(*, draft_id: int, actor: str, now: datetime) -> None:
    """Put a draft away; nothing is billed by it. Raises: DraftUnknown, DraftNotReady."""
    draft = _locked(draft_id)
    if _is_worked_on(draft) or draft.run_id or draft.state in {State.POSTED, State.DISCARDED}:
        raise DraftNotReady(draft=draft_id)
    draft.state = State.DISCARDED
    draft.save(update_fields=["state"])
    _tell("discarded", draft, actor, now)


@transaction.atomic
def leave_out(*, draft_id: int, account_id: int, reason: str, actor: str, now: datetime) -> None:
    """Do not bill an account with this run. It stays due.

    Raises: DraftUnknown, DraftNotReady, AccountIsLeftOut, AccountNotInDraft where the run would not look at it.
    """
    draft = _ready(draft_id)
    if LeftOut.objects.filter(draft=draft, account_id=account_id).exists():
        raise AccountIsLeftOut(account=_number(account_id))
    seen = _alone(draft, account_id, now)
    LeftOut.objects.create(
        draft=draft, account_id=account_id, reason=reason, left_out_by=actor, left_out_at=now
    )
    DraftException.objects.filter(draft=draft, account_id=account_id).delete()
    draft.tally = (Tally.read(draft.tally) - seen.tally).as_json()
    draft.save(update_fields=["tally"])
    _tell("left_out", draft, actor, now, account_id=account_id, reason=reason)


@transaction.atomic
def put_back(*, draft_id: int, account_id: int, actor: str, now: datetime) -> None:
    """Bill an account after all. Raises: DraftUnknown, DraftNotReady, AccountNotInDraft."""
    draft = _ready(draft_id)
    if not LeftOut.objects.filter(draft=draft, account_id=account_id).delete()[0]:
        raise AccountNotInDraft(account=_number(account_id))
    seen = _alone(draft, account_id, now)
    write_exceptions(draft, seen)
    draft.tally = (Tally.read(draft.tally) + seen.tally).as_json()
    draft.save(update_fields=["tally"])
    _tell("put_back", draft, actor, now, account_id=account_id)


@transaction.atomic
def post_draft(
    *, draft_id: int, check: int, actor: str, now: datetime, limit: Decimal | None = None
) -> RunDraft:
    """Have the worker post a draft, if it still says the same then; above `limit` when another person agrees.

    `check` is the check sum of the tally that the person saw, `limit` what they may bill alone in each currency.
    Raises: DraftUnknown, DraftNotReady, DraftHasChanged, DraftIsEmpty, BooksAreClosed.
    """
    draft = _ready(draft_id)
    tally = Tally.read(draft.tally)
    if tally.check != check:
        raise DraftHasChanged(draft=draft_id)
    if not tally.documents:
        raise DraftIsEmpty(draft=draft_id)
    check_open(draft.through)
    draft.posted_by, draft.moved_from = actor, None
    if limit is not None and any(row.total.amount > limit for row in tally.totals):
        draft.state = State.ASKED
        draft.save(update_fields=["state", "posted_by", "moved_from"])
        _tell("asked_to_post", draft, actor, now)
        return draft
    return _go(draft, actor, now)


@transaction.atomic
def agree_to_post(*, draft_id: int, check: int, actor: str, now: datetime) -> RunDraft:
    """Agree to a run that another person asked to post. `check` is of the tally that was seen.

    Raises: DraftUnknown, DraftNotReady, DraftHasChanged, ApprovalNeedsAnother, BooksAreClosed.
    """
    draft = _in_state(draft_id, State.ASKED)
    refuse_own(asked_by=draft.posted_by, actor=actor, what=f"this run ({draft.through})")
    if Tally.read(draft.tally).check != check:
        raise DraftHasChanged(draft=draft_id)
    check_open(draft.through)
    return _go(draft, actor, now)


@transaction.atomic
def refuse_to_post(*, draft_id: int, note: str, actor: str, now: datetime) -> None:
    """Do not agree; the draft can be changed and asked for again. Raises: DraftUnknown, DraftNotReady."""
    draft = _in_state(draft_id, State.ASKED)
    draft.state = State.READY
    draft.save(update_fields=["state"])
    _tell("refused", draft, actor, now, reason=note)


def work_on(*, draft_id: int, now: datetime, workers: int = 1) -> RunDraft:
    """What the worker does: work the draft out, or work it out once more and post it if nothing moved.

    Done again after a crash, it goes on where it was.
    """
    draft = RunDraft.objects.get(pk=draft_id)
    if draft.state == State.DRAFTING:
        _settle(draft, State.READY, _work_out(draft, now), None, now)
    elif draft.state == State.POSTING and (draft.run_id or _stands(draft, now)):
        _post(draft, workers, now)
    draft.refresh_from_db()
    return draft


def _stands(draft: RunDraft, now: datetime) -> bool:
    """Whether the draft still says what it said; otherwise it says what is so now, and waits to be looked at again."""
    said = Tally.read(draft.tally)
    says = _work_out(draft, now)
    if says == said:
        return True
    _settle(draft, State.READY, says, said, now)
    _tell("moved", draft, draft.posted_by, now)
    return False


def _work_out(draft: RunDraft, now: datetime) -> Tally:
    """Rate everybody who is due, and write the exceptions anew."""
    draft.exceptions.all().delete()
    request, tally = _request(draft), NOTHING
    rulebook = current_rulebook(now=now)
    RunDraft.objects.filter(pk=draft.id).update(
        accounts_done=0, accounts_due=accounts_due(request=request, now=now)
    )
    done = 0
    for chunk in dry_run(request=request, rulebook=rulebook, now=now):
        seen = seen_in(chunk, above=draft.above)
        write_exceptions(draft, seen)
        tally += seen.tally
        done += chunk.accounts
        RunDraft.objects.filter(pk=draft.id).update(accounts_done=done)
    return tally


def _post(draft: RunDraft, workers: int, now: datetime) -> None:
    def began(run: BillRun) -> None:
        RunDraft.objects.filter(pk=draft.id).update(run=run)

    run = bill(request=_request(draft), now=now, workers=workers, started=began)
    RunDraft.objects.filter(pk=draft.id).update(run=run, state=State.POSTED)


@transaction.atomic
def _settle(
    draft: RunDraft, state: RunDraft.State, tally: Tally, moved_from: Tally | None, now: datetime
) -> None:
    draft.state, draft.tally, draft.drafted_at = state, tally.as_json(), now
    draft.moved_from = moved_from.as_json() if moved_from else None
    draft.save(update_fields=["state", "tally", "drafted_at", "moved_from"])


def _request(draft: RunDraft) -> RunRequest:
    return RunRequest(
        through=draft.through,
        actor=draft.posted_by or draft.asked_by,
        left_out=tuple(draft.left_out.order_by("account_id").values_list("account_id", flat=True)),
    )


def _alone(draft: RunDraft, account_id: int, now: datetime) -> Seen:
    """One account as the draft would see it. Raises: AccountNotInDraft when it is not due."""
    request = RunRequest(through=draft.through, actor=draft.asked_by, only_account=account_id)
    for chunk in dry_run(request=request, rulebook=current_rulebook(now=now), now=now):
        return seen_in(chunk, above=draft.above)
    raise AccountNotInDraft(account=_number(account_id))


def _is_worked_on(draft: RunDraft) -> bool:
    return draft.state in {State.DRAFTING, State.POSTING} and is_under_way(draft.job)


def _go(draft: RunDraft, actor: str, now: datetime) -> RunDraft:
    draft.state = State.POSTING
    _hand_over(draft)
    _tell("posting", draft, actor, now)
    return draft


def _ready(draft_id: int) -> RunDraft:
    return _in_state(draft_id, State.READY)


def _in_state(draft_id: int, wanted: RunDraft.State) -> RunDraft:
    draft = _locked(draft_id)
    if draft.state != wanted:
        raise DraftNotReady(draft=draft_id)
    return draft


def _locked(draft_id: int) -> RunDraft:
    draft = RunDraft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise DraftUnknown(draft=draft_id)
    return draft


def _hand_over(draft: RunDraft) -> None:
    draft.job = app.configure_task(DRAFT_TASK).defer(draft_id=draft.id)
    draft.accounts_done = 0
    draft.save(update_fields=["job", "state", "posted_by", "moved_from", "accounts_done"])


def _number(account_id: int) -> str:
    return Account.objects.values_list("number", flat=True).get(pk=account_id)


def _tell(
    what: str, draft: RunDraft, actor: str, now: datetime, *, account_id: int | None = None, reason: str = ""
) -> None:
    record_event(
        actor=actor,
        verb=f"bill_draft.{what}",
        object_type="bill_draft",
        object_id=draft.id,
        occurred_at=now,
        account_id=account_id,
        data={"through": draft.through.isoformat()} | ({"reason": reason} if reason else {}),
    )
