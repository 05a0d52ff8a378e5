"""How collections went, as the bank's statement says: paid, or returned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q, Sum

from broadbill.accounts.queries.provider import current_provider
from broadbill.core.money import Currency, Money
from broadbill.ledger.queries.closing import open_day
from broadbill.payments.domain.bank import BankLine as Booking
from broadbill.payments.domain.debit_errors import DebitsRefused
from broadbill.payments.domain.debit_lines import Asked, Collections, Told, told_by, told_of
from broadbill.payments.domain.returns import UNSAID, returned_as
from broadbill.payments.models import Debit, Payment
from broadbill.payments.operations.debit_returns import book_fee, follow_return
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
    company = current_provider().ach_company_id
    lines = {name: _naming_its_batch(line, company) for name, line in lines.items()}
    known = _known(lines.values())
    by_debit: dict[int, date] = {}
    never: set[int] = set()
    stands: set[int] = set()
    done, differing = set(), set()
    for name, line in lines.items():
        said = told_by(line, known)
        if said is None:
            continue
        if said.differs or any(debit_id in by_debit for debit_id in said.came):
            differing.add(name)
            continue
        by_debit |= dict.fromkeys(said.came, line.booked_on)
        never |= set(said.never_came)
        stands |= set(said.came) if said.stands else set()
        done.add(name)
    collect(by_debit, never_came=never, stands=stands, now=now, actor=actor)
    return done, differing


def _naming_its_batch(line: Booking, company: str) -> Booking:
    """Banks in the US book a batch of ACH by our company identification alone: the batch of just that sum is meant, if
    there is one. One query for each line that names us.
    """
    if not company or not any(company in text for text in line.references):
        return line
    minor = line.amount.minor
    waiting = (
        Debit.objects.filter(
            state=Debit.State.ASKED, due_on__lte=line.booked_on, currency=line.amount.currency.code
        )
        .exclude(trace="")
        .values("batch")
        .annotate(all=Sum("amount"), kept=Sum("amount", filter=Q(return_code="")))
        .filter(Q(all=minor) | Q(kept=minor))
        .values_list("batch", flat=True)
    )
    batches = list(waiting)
    return replace(line, references=(*line.references, batches[0])) if len(batches) == 1 else line


def collect(
    booked_on: Mapping[int, date],
    *,
    never_came: Collection[int] = (),
    stands: Collection[int] = (),
    now: datetime,
    actor: str,
) -> None:
    """Make payments of the debits whose money came, each on the day on which it was booked. Of those that a report said
    come back, the payment is taken back at once, unless it `stands`; what the bank left out of its sum never came.
    """
    Debit.objects.filter(pk__in=never_came).update(state=Debit.State.DROPPED, return_unbooked=False)
    Debit.objects.filter(pk__in=stands).update(return_code="", returned_on=None, return_unbooked=False)
    debits = list(Debit.objects.filter(pk__in=booked_on).select_related("mandate").order_by("id"))
    payments = record_payments(
        payments=[
            NewPayment(
                account_id=debit.account_id,
                amount=Money(debit.amount, Currency.of(debit.currency)),
                method=Payment.Method.DIRECT_DEBIT,
                received_on=booked_on[debit.id],
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
    for debit in debits:
        if debit.return_code and debit.returned_on:
            # Both stand in the books as in the bank's: it came, and it went back, not before it came.
            day = max(debit.returned_on, booked_on[debit.id])
            _take_back(debit, on=day, now=now, actor=actor)


def batch_in_sum(*, name: str, amount: Money, booked_on: date, now: datetime, actor: str) -> int:
    """A person says which file or batch was booked in a sum; return how many came. Raises: DebitsRefused."""
    rows = Debit.objects.filter(
        Q(batch=name) | Q(file__message_id=name), state=Debit.State.ASKED, currency=amount.currency.code
    )
    batch = [as_asked(row) for row in rows.order_by("id")]
    if not batch:
        raise DebitsRefused(
            reason=f"no collection of {name} in {amount.currency.code} waits for the bank; see `broadbill debit list`"
        )
    said = told_of(amount.minor, batch)
    if said.differs:
        total = Money(sum(asked.amount for asked in batch), amount.currency)
        raise DebitsRefused(reason=f"what waits of {name} comes to {total}, and the line is of {amount}")
    collect(dict.fromkeys(said.came, booked_on), never_came=said.never_came, now=now, actor=actor)
    return len(said.came)


def _follow_going(lines: Mapping[bytes, Booking], now: datetime, actor: str) -> tuple[set[bytes], set[bytes]]:
    known = _known(lines.values())
    done: set[bytes] = set()
    differing: set[bytes] = set()
    returned: set[int] = set()
    for name, line in lines.items():
        said = told_by(line, known)
        if said is None:
            continue
        if not _go_back(said, line, returned, now, actor):
            differing.add(name)
            continue
        done.add(name)
    return done, differing


def _go_back(said: Told, line: Booking, returned: set[int], now: datetime, actor: str) -> bool:
    """Whether the line was one return, and not told of before in the same file."""
    debit_id = said.confirms or said.went_back
    if debit_id is None or debit_id in returned:
        return False
    returned.add(debit_id)
    debit = Debit.objects.select_related("payment", "mandate").get(pk=debit_id)
    fee = -line.amount - Money(debit.amount, line.amount.currency)
    if said.went_back:
        code = line.return_code or UNSAID
        give_back(debit, code=code, on=line.booked_on, unbooked=False, fee=fee, now=now, actor=actor)
        return True
    Debit.objects.filter(pk=debit_id).update(return_unbooked=False)
    if fee:
        book_fee(debit, fee=fee, on=line.booked_on, now=now, actor=actor)
    return True


def give_back(
    debit: Debit, *, code: str, on: date, unbooked: bool, fee: Money | None = None, now: datetime, actor: str
) -> None:
    """A collection comes back: take its payment back, so that the debt is open again, and end the mandate where the
    reason says that it no longer holds. Of one whose money no statement has told of yet, the payment is taken back when
    it does; `unbooked` where a report tells of the return and the statement has yet to. `fee` is what the bank took.
    """
    debit.return_code, debit.returned_on, debit.return_unbooked = code, on, unbooked
    debit.save(update_fields=["return_code", "returned_on", "return_unbooked"])
    if debit.payment is not None:
        _take_back(debit, on=on, now=now, actor=actor)
    if fee:
        book_fee(debit, fee=fee, on=on, now=now, actor=actor)
    follow_return(debit, tells=True, now=now, actor=actor)


def reject(debit: Debit, *, code: str, on: date, alone: bool, now: datetime, actor: str) -> None:
    """The bank will not collect what it was asked for: the debt was never paid, and the account may be asked again.

    One that is rejected `alone` the bank may book with its batch all the same, and back: both are posted then. Of a
    whole file or batch it will not, and its payers are not told, for it is none of their doing.
    """
    debit.state, debit.return_code, debit.returned_on = Debit.State.DROPPED, code or UNSAID, on
    debit.return_unbooked = alone
    debit.save(update_fields=["state", "return_code", "returned_on", "return_unbooked"])
    follow_return(debit, tells=alone, now=now, actor=actor)


def _take_back(debit: Debit, *, on: date, now: datetime, actor: str) -> None:
    if debit.payment is None:
        raise AssertionError(f"collected debit {debit.id} has no payment")
    reverse_payment(
        number=debit.payment.number,
        reason=f"returned by the bank, {debit.return_code}: {returned_as(debit.return_code).says}",
        reversed_on=open_day(on),
        now=now,
        actor=actor,
    )
    debit.state = Debit.State.RETURNED
    debit.save(update_fields=["state"])


def _known(lines: Collection[Booking]) -> Collections:
    """The collections that the lines name. One query."""
    words = {text for line in lines for text in line.references}
    # Ten million entries later a trace number names another debit; the older one has long been told of.
    open_to_news = Q(state__in=[Debit.State.ASKED, Debit.State.COLLECTED]) | Q(
        state=Debit.State.RETURNED, return_unbooked=True
    )
    # What the bank rejected, and may yet book with its batch.
    rejected = Q(state=Debit.State.DROPPED, return_unbooked=True)
    rows = Debit.objects.filter(
        Q(end_to_end__any=words) & (open_to_news | rejected)
        | Q(trace__any=words) & open_to_news
        | Q(batch__any=words) & (Q(state=Debit.State.ASKED) | rejected)
    )
    by_batch: dict[str, list[Asked]] = defaultdict(list)
    by_id: dict[str, Asked] = {}
    for row in rows.order_by("id"):
        asked = as_asked(row)
        by_id[row.end_to_end] = asked
        if row.trace:
            by_id[row.trace] = asked
        if row.state in (Debit.State.ASKED, Debit.State.DROPPED):
            by_batch[row.batch].append(asked)
    return Collections(by_id, by_batch)


def as_asked(row: Debit) -> Asked:
    return Asked(
        row.id,
        row.amount,
        is_collected=row.state in (Debit.State.COLLECTED, Debit.State.RETURNED),
        is_returned=row.return_code != "",
        is_rejected=row.state == Debit.State.DROPPED,
    )
