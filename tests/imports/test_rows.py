"""A row of the file read by the map: what it becomes, and what is said of a row that cannot be taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from broadbill.accounts.domain.new_account import NewContact
from broadbill.core.money import CURRENCIES, Money
from broadbill.imports.domain.errors import MapRefused
from broadbill.imports.domain.problem import Problem
from broadbill.imports.domain.records import BalanceRecord, Defaults, Record, SellablePlan
from broadbill.imports.domain.row_reader import Outcome, RowReader
from tests.imports.maps import ANA, EVA, HEADER, RUI, a_map, changed

DEFAULTS = Defaults("USD", "America/Denver", "en", 21)
EUR = CURRENCIES["EUR"]
PLANS = {
    "home": SellablePlan("home", "EUR", {"monthly": "flat"}, None),
    "office": SellablePlan("office", "EUR", {"monthly": "per_unit"}, None),
    "voice": SellablePlan("voice", "USD", {"monthly": "graduated"}, None),
    "basic": SellablePlan("basic", "EUR", {"monthly": "flat"}, date(2026, 6, 1)),
}


def read(row: str, *, header: str = HEADER, delimiter: str = ",", **changes: Any) -> Outcome:
    places = {name: place for place, name in enumerate(header.split(delimiter))}
    return RowReader(a_map(**changes), places, PLANS, DEFAULTS).read(2, row.split(delimiter))


def record(row: str, **more: Any) -> Record:
    outcome = read(row, **more)
    assert outcome.problems == ()
    assert outcome.record is not None
    return outcome.record


def problem(row: str, **more: Any) -> Problem:
    outcome = read(row, **more)
    assert outcome.record is None
    [problem] = outcome.problems
    return problem


class TestARow:
    def test_becomes_an_account_with_contact_contract_and_subscription(self) -> None:
        ana = record(ANA)

        assert (ana.account.number, ana.account.name) == ("100", "Ana Reis")
        assert (ana.account.currency, ana.account.timezone) == ("EUR", "Europe/Lisbon")
        assert (ana.account.opened_on, ana.account.closed_on) == (date(2024, 1, 31), None)
        assert ana.account.contacts == (
            NewContact(name="Ana Reis", email="ana@example.pt", receives_bills=True),
        )
        assert ana.contract is not None
        assert (ana.contract.number, ana.contract.term_months) == ("C-100", 12)
        [subscription] = ana.subscriptions
        assert (subscription.plan, subscription.starts_on) == ("home", date(2026, 11, 1))
        assert subscription.prices == {"monthly": {"type": "flat", "amount": "19.90"}}
        assert ana.balance == BalanceRecord(amount=Money(1250, EUR), as_of=date(2026, 11, 1))

    def test_without_an_e_mail_has_nobody_to_reach_and_owes_less_than_nothing(self) -> None:
        rui = record(RUI)

        assert (rui.account.email, rui.account.contacts) == ("", ())
        assert rui.balance == BalanceRecord(amount=Money(-300, EUR), as_of=date(2026, 11, 1))

    def test_takes_an_agreed_price_in_the_model_of_its_charge(self) -> None:
        [subscription] = record(RUI).subscriptions

        assert subscription.prices == {"monthly": {"type": "per_unit", "unit_amount": "49.00"}}

    def test_of_a_closed_account_brings_no_contract_and_no_subscription(self) -> None:
        eva = record(EVA)

        assert eva.account.closed_on == date(2026, 9, 30)
        assert (eva.contract, eva.subscriptions, eva.balance) == (None, (), None)

    def test_of_a_closed_account_may_still_owe(self) -> None:
        assert record("102,Eva,Home,?,01/03/2023,7.00,,30/09/2026").balance == BalanceRecord(
            amount=Money(700, EUR), as_of=date(2026, 11, 1)
        )

    def test_has_the_providers_own_where_the_map_is_silent(self) -> None:
        changes = {**changed("account", currency=None, timezone=None), "subscription": None}

        account = record(ANA, **changes).account

        assert (account.currency, account.timezone, account.terms_days) == ("USD", "America/Denver", 21)

    def test_may_be_skipped(self) -> None:
        outcome = read("T1,Test,?,?,?,,,", skip={"when": {"Name": ["Test", "Total"]}})

        assert (outcome.record, outcome.problems) == (None, ())

    def test_may_be_closed_on_condition_of_any_column(self) -> None:
        closed = {"when": {"Plan": "Home", "Owes": {"not": ["0.00", ""]}}, "on": date(2026, 10, 31)}

        assert record(ANA, closed=closed).account.closed_on == date(2026, 10, 31)
        assert record(RUI, closed=closed).account.closed_on is None

    def test_has_its_spaces_tidied(self) -> None:
        assert record(ANA.replace("Ana Reis", "  Ana \t Reis ")).account.name == "Ana Reis"

    def test_may_write_blanks_and_numbers_its_own_way(self) -> None:
        shape = {"delimiter": ";", "decimal": ",", "thousands": ".", "ignore": ["€", "EUR"], "blank": ["NULL"],
                 "dates": ["%Y-%m-%d", "%d.%m.%y %H:%M"]}  # fmt: skip
        row = "100;Ana Reis;Home;€ 1.019,90;31.01.24 00:00;12,50 EUR;NULL;NULL"

        ana = record(row, header=HEADER.replace(",", ";"), delimiter=";", file=shape)

        assert ana.subscriptions[0].agreed == Decimal("1019.90")
        assert (ana.account.opened_on, ana.account.email) == (date(2024, 1, 31), "")
        assert ana.balance == BalanceRecord(amount=Money(1250, EUR), as_of=date(2026, 11, 1))

    def test_may_count_credit_as_positive(self) -> None:
        balance = record(ANA, **changed("opening_balance", positive_means="credit")).balance

        assert balance == BalanceRecord(amount=Money(-1250, EUR), as_of=date(2026, 11, 1))

    @pytest.mark.parametrize(
        ("months", "opened"), [("0", "2026-10-31"), ("1", "2026-09-30"), ("20", "2025-02-28")]
    )
    def test_may_count_the_months_before_a_day(self, months: str, opened: str) -> None:
        since = {"months_before": date(2026, 10, 31), "column": "Since"}
        row = ANA.replace("31/01/2024", months)

        found = record(row, **changed("account", opened_on=since), contract=None)

        assert found.account.opened_on == date.fromisoformat(opened)


class TestExtrasAndCases:
    EXTRAS = ({"when": {"Owes": {"not": ""}}, "use": "Arrears plan"},
              {"column": "Plan", "values": {"Home": "Router", "Office": ""}},
              {"text": "Delivered to {Name}"}, "Support")  # fmt: skip

    def test_list_what_holds_and_leave_out_what_is_blank(self) -> None:
        changes = changed("subscription", extras=list(self.EXTRAS))

        assert record(ANA, **changes).subscriptions[0].extras == (
            "Arrears plan",
            "Router",
            "Delivered to Ana Reis",
            "Support",
        )
        assert record(RUI, **changes).subscriptions[0].extras == (
            "Arrears plan",
            "Delivered to Rui Melo",
            "Support",
        )

    def test_give_the_plan_of_the_first_case_that_holds(self) -> None:
        cases = [
            {"when": {"Plan": "Office", "Mail": ""}, "use": "office"},
            {"when": {"Plan": ["Home", "Office"]}, "use": {"text": "home"}},
        ]
        cases[1]["use"] = "home"
        changes = changed("subscription", plan=cases)

        assert record(RUI, **changes).subscriptions[0].plan == "office"
        assert record(ANA, **changes).subscriptions[0].plan == "home"

    def test_that_fit_no_case_are_told_with_every_column_they_look_at(self) -> None:
        cases = [{"when": {"Plan": "Office", "Mail": ""}, "use": "office"}]

        assert problem(ANA, **changed("subscription", plan=cases)) == Problem(
            2,
            "Plan, Mail",
            "Home, ana@example.pt",
            "a row that a case of the map fits",
        )

    def test_leave_the_list_price_where_no_price_was_agreed(self) -> None:
        agreed = [{"when": {"Price": {"not": ""}}, "use": {"column": "Price"}}]
        changes = changed("subscription", prices={"monthly": agreed})

        assert record(ANA.replace("19.90", ""), **changes).subscriptions[0].prices == {}
        assert record(ANA, **changes).subscriptions[0].prices == {
            "monthly": {"type": "flat", "amount": "19.90"}
        }

    def test_bring_a_subscription_only_where_its_condition_holds(self) -> None:
        router = {"when": {"Plan": "Office"}, "plan": "home", "starts_on": date(2026, 11, 1), "quantity": 2}

        assert record(RUI, subscription=[router]).subscriptions[0].quantity == 2
        assert record(ANA, subscription=[router]).subscriptions == ()


class TestABadRow:
    @pytest.mark.parametrize(
        ("cell", "value", "said"),
        [
            ("No", "", ("No", "", "a text, not blank")),
            ("No", "9" * 501, ("No", "9" * 501, "at most 500 characters")),
            ("Name", " ", ("Name", "", "a text, not blank")),
            ("Plan", "Homme", ("Plan", "Homme", "one of Home, Office")),
            ("Price", "", ("Price", "", "the agreed price, not blank")),
            ("Price", "-1", ("Price", "-1", "a number of 0 or more, such as 1234.50")),
            ("Price", "12;50", ("Price", "12;50", "a number of 0 or more, such as 1234.50")),
            ("Price", "1e3", ("Price", "1e3", "a number of 0 or more, such as 1234.50")),
            ("Price", "١٢", ("Price", "١٢", "a number of 0 or more, such as 1234.50")),
            ("Price", "NaN", ("Price", "NaN", "a number of 0 or more, such as 1234.50")),
            ("Since", "31/02/2024", ("Since", "31/02/2024", "a day that the calendar has")),
            ("Since", "2024-01-31", ("Since", "2024-01-31", "a date such as 31/01/2026")),
            ("Since", "31/01/1066", ("Since", "31/01/1066", "a date from 1900 to 2199")),
            ("Since", "", ("Since", "", "a date such as 31/01/2026, not blank")),
            ("Owes", "much", ("Owes", "much", "a number such as 1234.50")),
            ("Owes", "1.005", ("Owes", "1.005", "at most 2 decimals, in EUR")),
            ("Mail", "ana", ("Mail", "ana", "an e-mail address")),
            ("Left", "01/01/2020", ("Left", "2020-01-01",
             "a day from 2024-01-31 on, when the account was opened")),
        ],
    )  # fmt: skip
    def test_is_told_with_column_value_and_what_was_expected(
        self, cell: str, value: str, said: tuple[str, str, str]
    ) -> None:
        cells = ANA.split(",")
        cells[HEADER.split(",").index(cell)] = value

        assert problem(",".join(cells)) == Problem(2, *said)

    @pytest.mark.parametrize(
        ("field", "value", "expected"),
        [
            ("currency", "EURO", "an ISO 4217 currency code such as EUR"),
            ("timezone", "Lisbon", "an IANA time zone such as Europe/Lisbon"),
            ("country", "Portugal", "a country code of two capital letters such as PT"),
            ("language", "Português", "a language code such as en or pt-BR"),
            ("bill_day", "32", 'a day of the month from 1 to 31, or "start"'),
            ("terms_days", "30.5", "a whole number of days"),
            ("reverse_charge", "yes", "true or false"),
            (
                "pays_by",
                "Visa",
                "one of cash, cheque, electronic_cheque, transfer, direct_debit, card",
            ),
        ],
    )
    def test_is_told_for_every_field_of_an_account(self, field: str, value: str, expected: str) -> None:
        changes = changed("account", **{field: {"column": "Extra"}})

        said = problem(f"{ANA},{value}", header=f"{HEADER},Extra", subscription=None, **changes)

        assert said == Problem(2, "Extra", value, expected)

    def test_has_all_its_problems_told_at_once(self) -> None:
        problems = read("100,,Villa,x,32/01/2024,?,nobody,").problems

        assert [each.column for each in problems] == ["Name", "Since", "Mail", "Price", "Plan", "Owes"]

    def test_is_told_for_a_value_the_map_does_not_expect(self) -> None:
        said = problem(ANA, expect={"Plan": ["Office", "Villa"]})

        assert said == Problem(2, "Plan", "Home", "one of Office, Villa")

    @pytest.mark.parametrize(
        ("plan", "expected"),
        [
            ("villa", "the code of a plan: home, office, voice, basic"),
            ("voice", "a plan in EUR, as the account is; this one is in USD"),
            ("basic", "a plan on sale on 2026-11-01; this one was retired on 2026-06-01"),
        ],
    )
    def test_is_told_for_a_plan_it_cannot_have(self, plan: str, expected: str) -> None:
        changes = changed("subscription", plan={"column": "Plan"})

        assert problem(ANA.replace("Home", plan), **changes) == Problem(2, "Plan", plan, expected)

    def test_is_told_for_a_price_its_plan_has_no_charge_for(self) -> None:
        changes = changed("subscription", prices={"yearly": {"column": "Price"}})

        assert problem(ANA, **changes) == Problem(
            2, "Plan", "home", "a plan whose yearly has one price to agree on; it has no charge yearly"
        )

    def test_is_told_for_a_price_that_is_not_one_amount(self) -> None:
        changes = {**changed("account", currency="USD"), **changed("subscription", plan="voice")}

        assert problem(ANA, **changes) == Problem(
            2,
            "plan",
            "voice",
            "a plan whose monthly has one price to agree on; its monthly is priced as graduated",
        )


class TestAMapOfAnotherProvider:
    def test_is_refused_where_it_names_a_plan_there_is_none_of(self) -> None:
        with pytest.raises(MapRefused) as refused:
            read(ANA, **changed("subscription", plan={"column": "Plan", "values": {"Home": "villa"}}))

        assert str(refused.value) == (
            "In the map, subscription.plan names the plan 'villa', which neither the map defines nor the"
            " catalog has."
        )
