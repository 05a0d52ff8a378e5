"""Filling an empty Broadbill with the demo: each month in one transaction, so that a filling that was interrupted
goes on with the month it was in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from broadbill.accounts.operations.provider import change_provider
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.billing.queries.invoices_issued import InvoiceIssued, invoices_issued
from broadbill.catalog.operations.offering import offer_plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.catalog.operations.policy import set_policy
from broadbill.cli.demo import marker
from broadbill.cli.demo.calendar import Calendar
from broadbill.cli.demo.letters import drop_letters, send_letters
from broadbill.cli.demo.paying import LONGEST_MONTHS, Instalment, instalments
from broadbill.cli.demo.provider import OFFERED, PLANS, POLICY, STAFF, TIME_ZONE, VAT, details
from broadbill.cli.demo.recording import EURO, account_id_of, record, subscription_id_of
from broadbill.cli.demo.story import Story, tell_story
from broadbill.cli.demo.watching import Watcher
from broadbill.core.money import Money
from broadbill.identity.operations import add_user
from broadbill.identity.queries.users import sign_ins
from broadbill.kernel.locks import session_lock
from broadbill.kernel.operations.events import record_event
from broadbill.kernel.operations.seals import seal_events
from broadbill.ledger.operations.recognition import recognise
from broadbill.payments.operations.record import NewPayment, record_payments, reverse_payment
from broadbill.tax.operations.rates import set_rate

SYSTEM = "command:demo"
BILL_RUN = "command:bill"
OFFICE_OPENS = time(8, 30)
RUN_STARTS = time(5, 0)
# Between two things that staff write down on one day.
MINUTES_APART = 3


@dataclass(kw_only=True)
class Filling:
    """One filling. `now` is the instant of the call; `last_run` the latest bill run."""

    now: datetime
    story: Story
    accounts: int
    watcher: Watcher
    actors: dict[str, str] = field(default_factory=dict)
    last_run: int = 0

    def instant(self, day: date, at: time) -> datetime:
        """A local time of day, but never one that is still to come."""
        return min(datetime.combine(day, at, ZoneInfo(TIME_ZONE)).astimezone(UTC), self.now)


def fill(
    *,
    now: datetime,
    today: date,
    accounts: int,
    months: int,
    password: str,
    place: str,
    watcher: Watcher,
) -> bool:
    """Fill the demo, or what is missing of it; False when nothing was. What was begun on another day is told as of
    that day.

    Raises: HoldsOtherRecords.
    """
    account_id_of.cache_clear()
    subscription_id_of.cache_clear()
    with session_lock("demo.filling"):
        progress = marker.progress_of_demo(place)
        if progress and progress.is_filled:
            return False
        if progress:
            today, accounts, months = progress.today, progress.accounts, progress.months
        calendar = Calendar(today, months)
        filling = Filling(now=now, story=tell_story(calendar, accounts), accounts=accounts, watcher=watcher)
        watcher.begin((today - calendar.launch).days)
        if progress is None:
            _open_shop(filling, password)
        filling.actors, filling.last_run = _actors(), progress.last_run if progress else 0
        for month in range(months):
            if progress is None or month >= progress.months_filled:
                _fill_month(filling, month)
            else:
                watcher.advance(len(list(calendar.days_of(month))))
        _finish(filling)
        return True


@transaction.atomic
def _open_shop(filling: Filling, password: str) -> None:
    """Everything before the first bill run: the provider, its staff, what it sells, its first customers."""
    calendar = filling.story.calendar
    now = filling.instant(calendar.launch, RUN_STARTS)
    begun = {"today": calendar.today.isoformat(), "accounts": filling.accounts, "months": calendar.months}
    _mark(marker.BEGUN, now, begun)
    change_provider(changes=details(), now=now, actor=SYSTEM)
    for person in STAFF:
        add_user(
            email=person.email,
            roles=[person.role],
            password=password,
            full_name=person.name,
            actor=SYSTEM,
            now=now,
        )
    for position, tax in enumerate(VAT):
        set_rate(
            name="VAT",
            category=tax.category,
            percent=tax.percent,
            inclusive=tax.inclusive,
            valid_from=None,
            valid_to=None,
            position=position,
            now=now,
            actor=SYSTEM,
        )
    set_policy(content=POLICY, now=now, actor=SYSTEM)
    for code, name, charges in PLANS:
        define_plan(code=code, name=name, currency=EURO.code, charges=charges, now=now, actor=SYSTEM)
    for code, offering in OFFERED.items():
        offer_plan(code=code, offering=offering, now=now, actor=SYSTEM)
    filling.actors = _actors()
    for day in calendar.days_before_first_run():
        _record_day(filling, day, ())
        filling.watcher.advance(1)


@transaction.atomic
def _fill_month(filling: Filling, month: int) -> None:
    """The bill run of the first, then each day's doings and payments, then the revenue that the month earned."""
    calendar = filling.story.calendar
    first = calendar.first_of(month)
    at = filling.instant(first, RUN_STARTS)
    run = bill(request=RunRequest(through=first, actor=BILL_RUN), now=at)
    if month < calendar.months - 1:
        drop_letters()
    payments = _instalments(filling, month)
    for day in calendar.days_of(month):
        _record_day(filling, day, payments.get(day, ()))
        filling.watcher.advance(1)
    ends = min(calendar.first_of(month + 1), calendar.today)
    recognise(through=ends - timedelta(days=1), now=filling.instant(ends, RUN_STARTS))
    _mark(marker.MONTH_FILLED, filling.instant(ends, RUN_STARTS), {"month": f"{first:%Y-%m}", "run": run.id})
    received = sum(len(those) for those in payments.values())
    filling.last_run = run.id
    filling.watcher.tell(
        f"{first:%B %Y}: {run.documents.count():,} invoices and credit notes, {received:,} payments"
    )


def _finish(filling: Filling) -> None:
    """Send this month's letters, seal what happened, and say that the demo is whole."""
    letters = send_letters(run_id=filling.last_run, queued_at=filling.now)
    filling.watcher.tell(f"{letters:,} letters with their PDFs are in the local mailbox")
    _mark(marker.FILLED, filling.now, {})
    seal_events(now=filling.now)


def _record_day(filling: Filling, day: date, payments: Sequence[tuple[InvoiceIssued, Instalment]]) -> None:
    at = filling.instant(day, OFFICE_OPENS)
    for happening in filling.story.happenings.get(day, ()):
        record(happening, now=at, actor=filling.actors[happening.by])
        at = min(at + timedelta(minutes=MINUTES_APART), filling.now)
    _take_money(payments, day, at, filling.actors["clerk"])


def _take_money(
    payments: Sequence[tuple[InvoiceIssued, Instalment]], day: date, at: datetime, actor: str
) -> None:
    """Record the day's payments together, and take back those that the bank returns."""
    news = [_payment(invoice, instalment) for invoice, instalment in payments]
    # Asked again with its key, a payment that was recorded on an earlier day is only looked up.
    recorded = record_payments(payments=news, now=at, actor=actor)
    for (_, instalment), payment in zip(payments, recorded, strict=True):
        if instalment.comes_back_on == day:
            reason = "Cheque returned unpaid"
            reverse_payment(number=payment.number, reason=reason, reversed_on=day, now=at, actor=actor)


def _payment(invoice: InvoiceIssued, instalment: Instalment) -> NewPayment:
    return NewPayment(
        account_id=invoice.account_id,
        amount=Money(instalment.minor, EURO),
        method=instalment.method,
        received_on=instalment.on,
        idempotency_key=f"demo {invoice.number} {instalment.part}",
        reference=invoice.number,
    )


def _instalments(filling: Filling, month: int) -> dict[date, list[tuple[InvoiceIssued, Instalment]]]:
    """What is paid, or comes back, on each day of a month, for the bills of this month and those before it."""
    calendar = filling.story.calendar
    first, ends = calendar.first_of(month), calendar.first_of(month + 1)
    by_day: dict[date, list[tuple[InvoiceIssued, Instalment]]] = defaultdict(list)
    for invoice in invoices_issued(starts=calendar.first_of(month - LONGEST_MONTHS), ends=ends):
        payer = filling.story.customers[invoice.account].payer
        for instalment in instalments(
            payer, bill=invoice.number, issued_on=invoice.issued_on, due_minor=invoice.due.minor
        ):
            for day in (instalment.on, instalment.comes_back_on):
                if day and first <= day < min(ends, calendar.today):
                    by_day[day].append((invoice, instalment))
    return by_day


def _actors() -> dict[str, str]:
    """Events name people by their sign-in."""
    ids = {sign_in.email: sign_in.id for sign_in in sign_ins()}
    return {person.key: f"user:{ids[person.email]}" for person in STAFF}


def _mark(verb: str, at: datetime, data: dict[str, object]) -> None:
    record_event(actor=SYSTEM, verb=verb, object_type="demo", object_id="lakeside", occurred_at=at, data=data)
