"""Taking in bank statements, and deciding what was unsure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from broadbill.core.money import Currency, Money
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import record_event
from broadbill.payments.domain.bank import BankLine as Booking
from broadbill.payments.domain.bank import Statement
from broadbill.payments.domain.errors import BankLineDecided, BankLineUnknown, PaymentRefused
from broadbill.payments.domain.recognise import Decision, Reason, recognise
from broadbill.payments.models import BankLine, BankStatement, Payer, Payment
from broadbill.payments.operations.debit_outcomes import batch_in_sum, follow_debits
from broadbill.payments.operations.payouts import BANK_LOCK, match_payouts
from broadbill.payments.operations.record import NewPayment, record_payment, record_payments
from broadbill.payments.operations.repeated_lines import set_repeated_aside
from broadbill.payments.queries.debtors import known_of, numbering

LINE = ("statement_id", "identity", "entry", "booked_on", "amount", "currency", "payer", "payer_iban", "references",
        "state", "reason", "suggested", "payment_id", "note", "decided_by", "decided_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many lines of a file were new and matched, new and queued for a person, or seen before; and how many told
    of direct debits or of a gateway's payout.
    """

    matched: int
    queued: int
    repeated: int
    debits: int = 0
    payouts: int = 0

    def __add__(self, other: TakenIn) -> TakenIn:
        return TakenIn(
            self.matched + other.matched,
            self.queued + other.queued,
            self.repeated + other.repeated,
            self.debits + other.debits,
            self.payouts + other.payouts,
        )


@transaction.atomic
def import_statements(*, statements: Sequence[Statement], file: str, now: datetime, actor: str) -> TakenIn:
    """Take in the statements of a file, all or nothing: sure payments are recorded, the rest waits in the queue.

    A booking that came before, in this file or another, counts once. Raises: PaymentRefused.
    """
    wait_for_lock(BANK_LOCK)
    taken = TakenIn(0, 0, 0)
    for statement in statements:
        taken += _import(statement, file, now, actor)
    payouts = match_payouts(now=now, actor=actor)
    taken = replace(taken, payouts=payouts)
    record_event(
        actor=actor,
        verb="bank_file.imported",
        object_type="bank_file",
        object_id=file,
        occurred_at=now,
        data=asdict(taken),
    )
    return taken


def _import(statement: Statement, file: str, now: datetime, actor: str) -> TakenIn:
    named = dict(zip(statement.identities(), statement.lines, strict=True))
    row = BankStatement.objects.create(
        iban=statement.iban,
        number=statement.number,
        file=file,
        is_notification=statement.is_notification,
        imported_by=actor,
        imported_at=now,
    )
    earlier = BankLine.objects.filter(identity__any=list(named))
    seen = {bytes(identity) for identity in earlier.values_list("identity", flat=True)}
    earlier.filter(also_in=None).exclude(statement__is_notification=row.is_notification).update(also_in=row)
    unseen = {identity: line for identity, line in named.items() if identity not in seen}
    came = set_repeated_aside(lines=unseen, statement=row, now=now, actor=actor)
    fresh = {identity: line for identity, line in unseen.items() if identity not in came.same}
    row.lines_repeated = len(named) - len(fresh)
    row.save(update_fields=["lines_repeated"])
    debits = follow_debits(
        lines={name: line for name, line in fresh.items() if name not in came.unsure}, now=now, actor=actor
    )
    done = debits.done | debits.differing | came.unsure
    others = {name: line for name, line in fresh.items() if name not in done}
    how = numbering()
    known = known_of(list(others.values()), how)
    decisions = {identity: recognise(line, known, how) for identity, line in others.items()}
    payments = _pay(others, decisions, now, actor)
    decisions |= dict.fromkeys(debits.done, Decision(None, Reason.DIRECT_DEBIT))
    decisions |= dict.fromkeys(debits.differing, Decision(None, Reason.DEBIT_DIFFERS))
    decisions |= dict.fromkeys(came.unsure, Decision(None, Reason.MAYBE_REPEATED))
    copy_rows(
        "payments_bankline",
        LINE,
        (
            _row(row.id, identity, line, decisions[identity], payments.get(identity), now)
            for identity, line in fresh.items()
        ),
    )
    told = len(debits.done)
    return TakenIn(len(payments), len(fresh) - len(payments) - told, len(named) - len(fresh), told)


def _pay(
    lines: dict[bytes, Booking], decisions: dict[bytes, Decision], now: datetime, actor: str
) -> dict[bytes, Payment]:
    sure = {
        identity: account for identity in lines if (account := decisions[identity].account_id) is not None
    }
    new = [_new_payment(identity, account, lines[identity]) for identity, account in sure.items()]
    recorded = record_payments(payments=new, now=now, actor=actor)
    return dict(zip(sure, recorded, strict=True))


def _new_payment(identity: bytes, account_id: int, line: Booking) -> NewPayment:
    return NewPayment(
        account_id=account_id,
        amount=line.amount,
        method=Payment.Method.TRANSFER,
        received_on=line.booked_on,
        idempotency_key=f"bank:{identity.hex()}",
        reference=" ".join(line.references),
    )


def _row(
    statement_id: int,
    identity: bytes,
    line: Booking,
    decision: Decision,
    payment: Payment | None,
    now: datetime,
) -> tuple[Any, ...]:
    state = _state(decision, payment)
    return (
        statement_id, identity, line.entry, line.booked_on, line.amount.minor, line.amount.currency.code, line.payer,
        line.payer_iban, "\n".join(line.references), state.value, decision.reason.value,
        json.dumps(decision.suggested), payment and payment.id, "", "",
        None if state == BankLine.State.QUEUED else now,
    )  # fmt: skip


def _state(decision: Decision, payment: Payment | None) -> BankLine.State:
    if payment:
        return BankLine.State.MATCHED
    return BankLine.State.DEBIT if decision.reason == Reason.DIRECT_DEBIT else BankLine.State.QUEUED


@transaction.atomic
def assign_line(*, line_id: int, account_id: int, now: datetime, actor: str) -> Payment:
    """Record a queued line as a payment of an account, and remember whose bank account it came from.

    Raises: BankLineUnknown, BankLineDecided, PaymentRefused.
    """
    row = _queued(line_id)
    amount = Money(row.amount, Currency.of(row.currency))
    if amount.minor <= 0:
        raise PaymentRefused(reason="it is money that went out")
    line = Booking(
        booked_on=row.booked_on,
        amount=amount,
        payer_iban=row.payer_iban,
        references=tuple(row.references.splitlines()),
    )
    payment = record_payment(
        payment=_new_payment(bytes(row.identity), account_id, line), now=now, actor=actor
    )
    if row.payer_iban:
        Payer.objects.update_or_create(
            iban=row.payer_iban, defaults={"account_id": account_id, "learned_by": actor, "learned_at": now}
        )
    _decide(row, BankLine.State.MATCHED, now, actor, payment=payment)
    return payment


@transaction.atomic
def assign_line_to_debits(*, line_id: int, name: str, now: datetime, actor: str) -> int:
    """Record a queued line as the money of a file of collections, or of one of its batches; return how many they are.

    Where a bank names neither on its statements. Raises: BankLineUnknown, BankLineDecided, DebitsRefused.
    """
    wait_for_lock(BANK_LOCK)
    row = _queued(line_id)
    amount = Money(row.amount, Currency.of(row.currency))
    count = batch_in_sum(name=name, amount=amount, booked_on=row.booked_on, now=now, actor=actor)
    row.reason = Reason.DIRECT_DEBIT
    _decide(row, BankLine.State.DEBIT, now, actor, note=name)
    return count


@transaction.atomic
def ignore_line(*, line_id: int, note: str, now: datetime, actor: str) -> None:
    """Take a line out of the queue that is no customer's payment. Raises: BankLineUnknown, BankLineDecided."""
    _decide(_queued(line_id), BankLine.State.IGNORED, now, actor, note=note)


def _queued(line_id: int) -> BankLine:
    row = BankLine.objects.select_for_update().filter(pk=line_id).first()
    if row is None:
        raise BankLineUnknown(line=line_id)
    if row.state != BankLine.State.QUEUED:
        raise BankLineDecided(line=line_id, state=row.state)
    return row


def _decide(
    row: BankLine,
    state: BankLine.State,
    now: datetime,
    actor: str,
    *,
    payment: Payment | None = None,
    note: str = "",
) -> None:
    row.state, row.payment, row.note = state, payment, note
    row.reason = Reason.PERSON if payment else row.reason
    row.decided_by, row.decided_at = actor, now
    row.save(update_fields=["state", "payment", "note", "reason", "decided_by", "decided_at"])
    record_event(
        actor=actor,
        verb=f"bank_line.{state}",
        object_type="bank_line",
        object_id=row.id,
        occurred_at=now,
        account_id=payment.account_id if payment else None,
        data={"payment": payment.number if payment else "", "note": note},
    )
