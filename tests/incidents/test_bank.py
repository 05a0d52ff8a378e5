"""What others' bank payments showed: debits that came and were called failed, parts of an invoice, a booking twice."""

from __future__ import annotations

import pytest

from broadbill.accounts.models import Account
from broadbill.accounts.operations.provider import change_provider
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.domain.schemes import SEPA
from broadbill.payments.models import Debit, DebitFile, OpenItem, Payment
from broadbill.payments.operations.bank import import_statements
from broadbill.payments.operations.debit_files import make_debit_files
from broadbill.payments.operations.debit_reports import take_report
from broadbill.payments.operations.debits import prepare_debits
from broadbill.payments.operations.mandates import NewMandate, sign_mandate
from broadbill.payments.queries.debits import debit_files
from tests.payments.bank_samples import camt, camt_entry, pain002, rejected
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def owing() -> int:
    """Owes 30.00 for January by invoice 2026-000001."""
    account = an_account("Kate Nwosu", number="K-1")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return account


def take_in(*entries: str, closing: str) -> None:
    statements = read_bank_file(camt(entries, closing=closing), "statement.xml")
    import_statements(statements=statements, file="statement.xml", now=at("2026-01-22"), actor=ACTOR)


def test_invoiceninja_7929_a_debit_whose_money_came_is_collected_whatever_was_thought_before(
    owing: int,
) -> None:
    asked(owing)
    [before] = debit_files()

    take_in(camt_entry("30.00", end_to_end=Debit.objects.get().end_to_end), closing="130.00")

    [after] = debit_files()
    assert (before.collected, before.returned, before.waiting) == (0, 0, 1)
    assert (after.collected, after.returned, after.waiting) == (1, 0, 0)
    assert Debit.objects.get().payment == Payment.objects.get()


def asked(owing: int) -> Debit:
    """Of whoever owes, a collection that the bank was asked for."""
    details = {"name": "Lakeside", "iban": "LU280019400644750000", "creditor_id": "DE98ZZZ09999999999"}
    change_provider(changes=details, now=at("2025-12-01"), actor=ACTOR)
    Account.objects.filter(pk=owing).update(pays_by="direct_debit")
    mandate = NewMandate(
        account_id=owing,
        reference="K-1/1",
        signed_on=on("2025-11-03"),
        bank_account="DE02120300000000202051",
        holder="Kate Nwosu",
    )
    sign_mandate(mandate=mandate, today=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR)
    prepare_debits(
        on=on("2026-01-21"), today=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR, scheme=SEPA
    )
    make_debit_files(on=on("2026-01-21"), today=on("2026-01-19"), now=at("2026-01-19"), actor=ACTOR)
    return Debit.objects.get()


def test_invoiceninja_7929_a_debit_that_was_called_rejected_and_was_paid_all_the_same_is_collected(
    owing: int,
) -> None:
    planned = asked(owing)
    status = pain002(DebitFile.objects.get(), rejected(planned, "MS02"), status="PART")
    take_report(content=status, file="status.xml", now=at("2026-01-20"), actor=ACTOR)

    take_in(camt_entry("30.00", end_to_end=planned.end_to_end), closing="130.00")

    planned.refresh_from_db()
    assert (planned.state, planned.return_code) == ("collected", "")
    assert OpenItem.objects.get(kind="document").open == 0


def test_fossbilling_2288_an_invoice_is_paid_in_parts(owing: int) -> None:
    first = camt_entry("12.50", text="2026-000001", reference="B1")
    second = camt_entry("17.50", text="2026-000001", reference="B2")

    take_in(first, closing="112.50")
    # 30.00 - 12.50 = 17.50
    after_first = OpenItem.objects.get(kind="document").open
    take_in(second, closing="117.50")

    assert after_first == 1750
    assert OpenItem.objects.get(kind="document").open == 0
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1250, 1750]
