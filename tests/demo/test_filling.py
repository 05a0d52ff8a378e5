"""The demo is filled once, in time order, by the real operations; what was interrupted goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction

from broadbill.accounts.domain.new_account import NewAccount
from broadbill.accounts.operations.open_accounts import open_account
from broadbill.billing.queries.document_list import document_page
from broadbill.cli.demo import filling
from broadbill.cli.demo.filling import fill
from broadbill.cli.demo.marker import HoldsOtherRecords
from broadbill.cli.demo.watching import Nobody
from broadbill.kernel.home import current_home
from tests.databases import broadbill, database, environment, rows

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def fill_small() -> bool:
    return fill(
        now=NOW,
        today=date(2026, 11, 22),
        accounts=24,
        months=4,
        password="not a secret 123",
        place="this test",
        watcher=Nobody(),
    )


def documents() -> list[tuple[str, str, date, str]]:
    page = document_page(size=10_000)
    return [(row.number, row.account, row.issued_on, str(row.total)) for row in page.rows]


@pytest.mark.django_db
class TestFill:
    def test_goes_on_with_the_month_in_which_it_was_interrupted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with transaction.atomic():
            assert fill_small()
            undisturbed = documents()
            transaction.set_rollback(True)

        with monkeypatch.context() as patch:
            patch.setattr(filling, "recognise", _interrupt_the_third_time())
            with pytest.raises(KeyboardInterrupt):
                fill_small()
        begun = documents()
        assert fill_small()

        assert 0 < len(begun) < len(undisturbed)
        assert documents() == undisturbed

    def test_leaves_alone_what_holds_other_records(self) -> None:
        stranger = NewAccount(
            number="A1", name="Amina Haddad", opened_on=date(2026, 1, 1), currency="EUR", timezone="UTC"
        )
        open_account(account=stranger, now=NOW, actor="test")

        with pytest.raises(HoldsOtherRecords, match="this test holds records that are not the demo's"):
            fill_small()

        assert documents() == []


def _interrupt_the_third_time() -> object:
    calls = iter(range(100))

    def recognise(**_: object) -> int:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return 0

    return recognise


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's own: it remembers there what the demo offers."""
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def filled(home: Path) -> Iterator[str]:
    """A database in which `broadbill demo --no-serve` was run once."""
    with database("broadbill_demo") as name:
        assert broadbill("migrate", on=name).returncode == 0
        demo = broadbill("demo", "--no-serve", "--accounts", "24", on=name, home=home)
        assert demo.returncode == 0, demo.stderr
        yield name
        # The home is that of all tests, and its page of sign-in would go on offering the demo's customer.
        current_home().remember(demo_customer=None)


@pytest.mark.slow
class TestDemo:
    def test_holds_fourteen_months_of_bills(self, filled: str) -> None:
        months = rows(
            filled, "SELECT DISTINCT date_trunc('month', issued_on)::date FROM billing_document ORDER BY 1"
        )

        today = datetime.now(UTC).date()
        assert len(months) == 14
        assert months[-1] == (today.replace(day=1),)

    def test_holds_invoices_credit_notes_payments_and_a_returned_cheque(self, filled: str) -> None:
        kinds = rows(filled, "SELECT DISTINCT kind FROM billing_document ORDER BY 1")
        methods = rows(filled, "SELECT DISTINCT method FROM payments_payment ORDER BY 1")

        assert kinds == [("credit_note",), ("invoice",)]
        assert methods == [("cash",), ("cheque",), ("transfer",)]
        assert rows(filled, "SELECT reason FROM payments_reversal") == [("Cheque returned unpaid",)]

    def test_skipped_nobody(self, filled: str) -> None:
        assert rows(filled, "SELECT count(*) FROM billing_runissue") == [(0,)]

    def test_balances(self, filled: str) -> None:
        assert rows(filled, "SELECT sum(amount) FROM ledger_posting") == [(0,)]

    def test_was_recorded_on_the_days_on_which_it_happened(self, filled: str) -> None:
        later = "SELECT count(*) FROM contracts_fact WHERE recorded_at > now()"
        long_ago = "SELECT min(recorded_at) < now() - interval '13 months' FROM contracts_fact"

        assert rows(filled, later) == [(0,)]
        assert rows(filled, long_ago) == [(True,)]

    def test_has_this_months_letters_in_the_mailbox_and_no_others(self, filled: str) -> None:
        letters = """
            SELECT count(*), count(*) FILTER (WHERE message.state = 'sent'), bool_and(document.issued_on = run.through)
            FROM message JOIN billing_document AS document ON document.id = message.object_id::bigint
            JOIN billing_billrun AS run ON run.id = (SELECT max(id) FROM billing_billrun)
        """
        [(all_of_them, sent, are_new)] = rows(filled, letters)

        assert all_of_them == sent > 0
        assert are_new

    def test_verifies(self, filled: str) -> None:
        verified = broadbill("verify", "--json", on=filled)

        assert verified.returncode == 0, verified.stdout
        assert json.loads(verified.stdout)["deviations"] == []

    def test_lets_one_household_into_the_portal(self, filled: str, home: Path) -> None:
        seen = "SELECT email FROM identity_user JOIN accounts_viewer AS viewer ON viewer.user_id = identity_user.id"

        [(email,)] = rows(filled, seen)
        again = broadbill("demo", "--no-serve", on=filled, home=home)

        assert f"  {email} " in again.stdout
        assert "their own bills, at /my/" in again.stdout

    def test_lets_cards_be_tried_however_its_home_is_served(self, filled: str, home: Path) -> None:
        """Plainly, with no variable set."""
        served = "from django.conf import settings; print(settings.GATEWAYS)"

        seen = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(); {served}"],
            env={**environment(filled, home=home), "DJANGO_SETTINGS_MODULE": "broadbill.config.settings"},
            capture_output=True,
            text=True,
            check=True,
        )

        assert seen.stdout.strip() == "['sandbox']"

    def test_filled_again_changes_nothing(self, filled: str, home: Path) -> None:
        content = "SELECT (SELECT count(*) FROM event), (SELECT max(id) FROM billing_document)"
        before = rows(filled, content)

        again = broadbill("demo", "--no-serve", on=filled, home=home)

        assert again.returncode == 0, again.stderr
        assert again.stdout.startswith("The demo is filled already.")
        assert rows(filled, content) == before

    def test_never_sends_mail(self, filled: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BROADBILL_SMTP_URL", "smtp://localhost:25")

        refused = broadbill("demo", "--no-serve", on=filled, home=home)

        assert refused.returncode == 1
        assert refused.stderr == (
            "broadbill: BROADBILL_SMTP_URL names a mail server, and the demo never sends mail."
            " Unset it and try again.\n"
        )
