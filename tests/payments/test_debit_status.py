"""pain.002: what a bank rejects of a file is owed and may be asked for again, and the file says how it went."""

from __future__ import annotations

import pytest

from broadbill.payments.domain.debit_errors import ReportRefused
from broadbill.payments.models import Debit, DebitFile, DebitReport, Mandate, Payment
from broadbill.payments.operations.debit_reports import take_report
from broadbill.payments.queries.debits import debit_files
from broadbill.payments.queries.in_flight import in_flight_of
from broadbill.payments.queries.verify import verify_payments
from tests.payments.bank_samples import camt_entry, pain002, rejected
from tests.payments.test_direct_debits import (  # noqa: F401
    DUE,
    a_payer,
    came,
    creditor,
    file_of,
    open_of,
    prepare,
    returned,
    take_in,
)
from tests.world import ACTOR, a_plan, a_subscription, at, bill_through

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> list[int]:
    """Three payers of 30.00 each, in one file."""
    plan = a_plan()
    accounts = [a_payer(number=f"P-{number}") for number in range(3)]
    for account in accounts:
        a_subscription(account, plan, "2026-01-01")
    bill_through("2026-01-01")
    prepare()
    file_of()
    return accounts


def take(content: bytes) -> DebitReport:
    return take_report(content=content, file="status.xml", now=at("2026-01-20"), actor=ACTOR)


def file() -> DebitFile:
    return DebitFile.objects.get()


def batch_line(amount: str, name: str) -> str:
    batch = f"<NtryDtls><Btch><PmtInfId>{name}</PmtInfId></Btch></NtryDtls></Ntry>"
    return camt_entry(amount, payer="", day=DUE).partition("<NtryDtls>")[0] + batch


class TestFile:
    @pytest.mark.parametrize("version", ["03", "10"])
    def test_is_shown_as_accepted(self, accounts: list[int], version: str) -> None:
        taken = take(pain002(file(), status="ACTC", version=version))

        assert (taken.returned, taken.left, debit_files()[0].status) == (0, [], "accepted")
        assert in_flight_of(accounts) == dict.fromkeys(accounts, 3000)

    def test_that_is_rejected_asks_for_nothing(self, accounts: list[int]) -> None:
        taken = take(pain002(file(), status="RJCT", code="FF01"))

        assert (taken.returned, debit_files()[0].status, debit_files()[0].waiting) == (3, "rejected", 0)
        assert in_flight_of(accounts) == {}
        assert [open_of(account) for account in accounts] == [3000, 3000, 3000]

    def test_whose_batch_is_rejected_asks_for_nothing_of_it(self, accounts: list[int]) -> None:
        taken = take(pain002(file(), status="", batch_status="RJCT"))

        assert (taken.returned, debit_files()[0].status) == (3, "rejected")


class TestCollection:
    def test_that_is_rejected_is_not_under_way_and_its_mandate_ends_where_the_reason_says_so(
        self, accounts: list[int]
    ) -> None:
        debits = list(Debit.objects.order_by("id"))

        taken = take(pain002(file(), rejected(debits[0], "AC04"), rejected(debits[1], "AM04"), status="PART"))

        assert (taken.returned, debit_files()[0].status) == (2, "partly")
        assert in_flight_of(accounts) == {accounts[2]: 3000}
        assert [row.cancelled_at is not None for row in Mandate.objects.order_by("id")] == [
            True,
            False,
            False,
        ]
        assert Payment.objects.count() == 0

    def test_that_was_rejected_for_want_of_money_is_asked_for_again(self, accounts: list[int]) -> None:
        debits = list(Debit.objects.order_by("id"))
        take(pain002(file(), rejected(debits[0], "MS02"), rejected(debits[1], "AM04"), status="PART"))

        planned = prepare("2026-02-10", today="2026-01-27")

        assert planned.debits == 1
        assert dict(planned.passed_over)["P-0"] == "its last collection came back: the payer refused it"

    def test_the_bank_may_book_the_batch_without_what_it_rejected(self, accounts: list[int]) -> None:
        take(pain002(file(), rejected(Debit.objects.order_by("id")[0], "AM04"), status="PART"))

        take_in(batch_line("60.00", Debit.objects.order_by("id")[1].batch), closing="160.00")

        assert [open_of(account) for account in accounts] == [3000, 0, 0]

    def test_or_the_whole_batch_and_what_it_rejected_back(self, accounts: list[int]) -> None:
        debit = Debit.objects.order_by("id")[0]
        take(pain002(file(), rejected(debit, "AM04"), status="PART"))

        told = take_in(batch_line("90.00", debit.batch), returned(debit, "AM04"), closing="160.00")

        debit.refresh_from_db()
        assert (told.debits, told.queued, debit.state) == (2, 0, "returned")
        assert [open_of(account) for account in accounts] == [3000, 0, 0]
        assert list(verify_payments()) == []

    def test_said_again_changes_nothing(self, accounts: list[int]) -> None:
        debit = Debit.objects.order_by("id")[0]
        take(pain002(file(), rejected(debit, "AM04"), status="PART"))

        again = take(pain002(file(), rejected(debit, "AM04"), status="PART", message="S2"))

        assert (again.returned, again.left) == (0, [])

    def test_rejected_after_its_money_came_is_for_a_person(self, accounts: list[int]) -> None:
        debit = Debit.objects.order_by("id")[0]
        take_in(came(debit), closing="130.00")

        taken = take(pain002(file(), rejected(debit, "AM04"), status="PART"))

        assert [each["why"] for each in taken.left] == ["was rejected, and is collected already"]
        assert open_of(accounts[0]) == 0


class TestRefused:
    def test_whole_where_anything_does_not_fit(self, accounts: list[int]) -> None:
        debit = Debit.objects.order_by("id")[0]
        good = pain002(file(), rejected(debit, "AM04"), status="PART").decode()
        wrong = {
            "is not whole XML": good[:-40],
            "is about 'OTHER', which is no file of ours": good.replace(f"{file().message_id}</Orgnl", "OTHER</Orgnl"),
            "is about pain.001, not about collections": good.replace("pain.008.001.08", "pain.001"),
            "holds 2 collections, not 3": good.replace("<OrgnlNbOfTxs>3<", "<OrgnlNbOfTxs>2<"),
            "sums to 91.00": good.replace("<OrgnlCtrlSum>90.00<", "<OrgnlCtrlSum>91.00<"),
            "names 'NOBODY', which is not in": good.replace(debit.end_to_end, "NOBODY"),
            "is of 31.00, which it is not": good.replace(">30.00</InstdAmt>", ">31.00</InstdAmt>"),
            "lists 1 rejected collections where it says 2": good.replace("<DtldNbOfTxs>1<", "<DtldNbOfTxs>2<"),
            "is XML but no pain.002": good.replace("CstmrPmtStsRpt", "BkToCstmrStmt"),
        }  # fmt: skip

        for reason, content in wrong.items():
            with pytest.raises(ReportRefused) as refused:
                take(content.encode())
            assert reason in str(refused.value)
        assert DebitReport.objects.count() == 0
        assert Debit.objects.filter(state="asked").count() == 3
