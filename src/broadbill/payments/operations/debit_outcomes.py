"""How collections went, as the bank's statement says: paid, or returned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from broadbill.accounts.operations.lock import lock_account
from broadbill.core.money import Currency, Money
from broadbill.kernel.operations.events import record_event
from broadbill.payments.domain.bank import BankLine as Booking
from broadbill.payments.domain.debit_lines import Asked, Collections, told_by
from broadbill.payments.domain.debits import UNSAID, returned_as
from broadbill.payments.models import Debit, Payment
from broadbill.payments.operations.mandates import end_mandate
from broadbill.payments.operations.record import NewPayment, record_payments, reverse_payment


@dataclass(frozen=True, slots=True)
class Followed:
    """Bank lines that told of our collections, and those that name some but have another sum."""

    done: frozenset[bytes]
    differing: frozenset[bytes]


def follow_debits(*, lines: Mapping[bytes, Booking], now: datetime, actor: str) -> Followed:
    """Post what lines tell of our collections. In the import's transaction.

    What came is posted before what went back, so that a statement with both is understood.
    """
    coming = {name: line for name, line in lines.items() if line.amount.minor > 0}
    going = {name: line for name, line in lines.items() if line.amount.minor < 0}
    came, unlike = _follow_coming(coming, now, actor)
    went, unlike_too = _follow_going(going, now, actor)
    return Followed(frozenset(came | went), frozenset(unlike | unlike_too))


def _follow_coming(
    lines: Mapping[bytes, Booking], now: datetime, actor: str
) -> tuple[set[bytes], set[bytes]]:
    known = _known(lines.values())
    by_debit: dict[int, Booking] = {}
    done, differing = set(), set()
    for name, line in lines.items():
        said = told_by(line, known)
        if said is None:
            continue
        if said.differs or any(debit_id in by_debit for debit_id in said.came):
            differing.add(name)
            continue
        by_debit |= dict.fromkeys(said.came, line)
        done.add(name)
    _collect(by_debit, now, actor)
    return done, differing


def _collect(by_debit: Mapping[int, Booking], now: datetime, actor: str) -> None:
    debits = list(Debit.objects.filter(pk__in=by_debit).order_by("id"))
    payments = record_payments(
        payments=[
            NewPayment(
                account_id=debit.account_id,
                amount=Money(debit.amount, Currency.of(debit.currency)),
                method=Payment.Method.DIRECT_DEBIT,
                received_on=by_debit[debit.id].booked_on,
                idempotency_key=f"debit:{debit.id}",
                reference=debit.end_to_end,
            )
            for debit in debits
        ],
        now=now,
        actor=actor,
    )
    for debit, payment in zip(debits, payments, strict=True):
        debit.state, debit.payment = Debit.State.COLLECTED, payment
    Debit.objects.bulk_update(debits, ("state", "payment"), batch_size=1000)


def _follow_going(lines: Mapping[bytes, Booking], now: datetime, actor: str) -> tuple[set[bytes], set[bytes]]:
    known = _known(lines.values())
    done: set[bytes] = set()
    differing: set[bytes] = set()
    returned: set[int] = set()
    for name, line in lines.items():
        said = told_by(line, known)
        if said is None:
            continue
        if said.went_back is None or said.went_back in returned:
            differing.add(name)
            continue
        _give_back(said.went_back, line, now, actor)
        returned.add(said.went_back)
        done.add(name)
    return done, differing


def _give_back(debit_id: int, line: Booking, now: datetime, actor: str) -> None:
    """Take the payment back, open the debt again, and end the mandate where the reason says that it no longer holds."""
    debit = Debit.objects.select_related("payment", "mandate").get(pk=debit_id)
    code = line.return_code or UNSAID
    meaning = returned_as(code)
    if debit.payment is None:
        raise AssertionError(f"collected debit {debit_id} has no payment")
    reverse_payment(
        number=debit.payment.number,
        reason=f"returned by the bank, {code}: {meaning.says}",
        reversed_on=line.booked_on,
        now=now,
        actor=actor,
    )
    debit.state, debit.return_code = Debit.State.RETURNED, code
    debit.save(update_fields=["state", "return_code"])
    if meaning.stops:
        lock_account(debit.account_id)
        debit.mandate.refresh_from_db()
        if debit.mandate.cancelled_at is None:
            end_mandate(debit.mandate, because=f"{code}: {meaning.says}", now=now, actor=actor)
    record_event(
        actor=actor,
        verb="debit.returned",
        object_type="debit",
        object_id=debit.id,
        occurred_at=now,
        account_id=debit.account_id,
        data={"code": code, "says": meaning.says, "payment": debit.payment.number},
    )


def _known(lines: Collection[Booking]) -> Collections:
    """The collections that the lines name. One query."""
    words = {text for line in lines for text in line.references}
    rows = Debit.objects.filter(
        Q(end_to_end__any=words, state__in=[Debit.State.ASKED, Debit.State.COLLECTED])
        | Q(batch__any=words, state=Debit.State.ASKED)
    )
    by_batch: dict[str, list[Asked]] = defaultdict(list)
    by_id: dict[str, Asked] = {}
    for row in rows:
        asked = Asked(row.id, row.amount, row.state == Debit.State.COLLECTED)
        by_id[row.end_to_end] = asked
        if not asked.is_collected:
            by_batch[row.batch].append(asked)
    return Collections(by_id, by_batch)
