"""A map is read strictly: whatever it says that means nothing is refused, with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broadbill.imports.adapters.map_file import read_map
from broadbill.imports.domain.errors import MapRefused, MapUnreadable
from broadbill.imports.domain.import_map import parse_map
from broadbill.imports.domain.kinds import PAYS_BY, RENEWALS
from tests.imports.maps import MAP, a_map, changed, raw_map, table

EXAMPLES = Path(__file__).parents[2] / "examples"


def refusal(**changes: Any) -> str:
    with pytest.raises(MapRefused) as refused:
        a_map(**changes)
    return str(refused.value)


class TestUnknownKeys:
    def test_are_refused_with_their_path(self) -> None:
        assert refusal(acount={}) == "In the map, acount is not a known key; did you mean account?."

    def test_are_refused_in_a_section(self) -> None:
        said = refusal(**changed("account", curency="EUR"))

        assert said == "In the map, account.curency is not a known key; did you mean currency?."

    def test_are_refused_in_a_source(self) -> None:
        said = refusal(**changed("account", name={"column": "Name", "fallback": "?"}))

        assert said == "In the map, account.name.fallback is not a known key."

    def test_are_refused_in_a_plan(self) -> None:
        plan = {"name": "Home", "charges": [{"code": "monthly", "typ": "recurring"}]}

        assert refusal(plans={"home": plan}) == "In the map, plans.home.charges[0].type is required."

    def test_are_refused_beside_a_condition(self) -> None:
        case = {"when": {"Plan": "Home"}, "then": "home"}

        said = refusal(**changed("subscription", plan=[case]))

        assert said == "In the map, subscription.plan[0].use is required."


class TestAMap:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"account": None}, "account is required"),
            (changed("account", number=None), "account.number is required"),
            (changed("account", name=""), "account.name must not be empty"),
            (
                changed("account", currency="EURO"),
                "account.currency must be an ISO 4217 currency code such as EUR, not 'EURO'",
            ),
            (
                changed("account", timezone="Lisbon"),
                "account.timezone must be an IANA time zone such as Europe/Lisbon, not 'Lisbon'",
            ),
            (
                changed("account", bill_day=32),
                "account.bill_day must be a day of the month from 1 to 31, or \"start\", not '32'",
            ),
            (
                changed("account", pays_by={"column": "Name", "values": {"Visa": "visa"}}),
                ("account.pays_by.values.Visa must be one of cash, cheque, electronic_cheque, transfer,"
                " direct_debit, card, not 'visa'"),
            ),
            (changed("account", name={"text": "Customer"}), ("account.name.text names no column in braces;"
             " write a constant as a plain text")),
            (changed("account", name={"text": "{No"}), "account.name.text has a brace without its partner"),
            (changed("subscription", starts_on="31/02/2026"),
             "subscription.starts_on must be a date such as 2026-01-31, not '31/02/2026'"),
            (changed("subscription", prices={"monthly": -1}),
             "subscription.prices.monthly must be a number of 0 or more, such as 1234.50, not '-1'"),
            (changed("subscription", plan=[{"use": "home"}, {"when": {"Plan": "Office"}, "use": "office"}]),
             "subscription.plan[0] has no `when`, so the cases after it can never hold"),
            (changed("closed", when={}), "closed.when must name at least one column"),
            (changed("opening_balance", positive_means="debt"),
             'opening_balance.positive_means must be "owed" or "credit"'),
            ({"file": {"encoding": "utf-9"}},
             "file.encoding 'utf-9' is not known; use a name such as utf-8, windows-1252 or utf-16"),
            ({"file": {"encoding": "base64"}},
             "file.encoding 'base64' is not known; use a name such as utf-8, windows-1252 or utf-16"),
            ({"file": {"delimiter": ";;"}}, r"file.delimiter must be one character, such as ; or \t"),
            ({"file": {"dates": "%d/%m"}},
             "file.dates '%d/%m' must name a year, a month and a day, as %d/%m/%Y does"),
            ({"file": {"dates": "%x"}}, "file.dates has %x; use %Y, %y, %m, %d, %b, %B, %H, %M, %S, %%"),
            ({"file": {"decimal": ",", "thousands": ","}},
             "file.thousands must be one character other than the decimal sign, or empty"),
            ({"contact": "Ana"}, "contact must be a table"),
        ],
    )  # fmt: skip
    def test_is_refused_where_it_says_what_cannot_be(self, changes: dict[str, Any], said: str) -> None:
        assert refusal(**changes) == f"In the map, {said}."

    def test_names_every_column_it_reads(self) -> None:
        assert a_map().columns == {"No", "Name", "Plan", "Price", "Since", "Owes", "Mail", "Left"}

    def test_takes_several_contacts_and_subscriptions(self) -> None:
        more = table(
            """
            [[contact]]
            name = "Accounts desk"
            [[contact]]
            email = { column = "Mail" }
            [[subscription]]
            plan = "home"
            starts_on = 2026-11-01
            [[subscription]]
            when = { Router = "Rented" }
            plan = "router"
            starts_on = 2026-11-01
            """
        )

        mapped = parse_map({**raw_map(), **more})

        assert (len(mapped.contacts), len(mapped.subscriptions)) == (2, 2)
        assert "Router" in mapped.columns


class TestAMapFile:
    def test_says_where_it_is_no_toml(self, tmp_path: Path) -> None:
        path = tmp_path / "map.toml"
        path.write_text("[account]\nnumber = \n")

        with pytest.raises(MapUnreadable) as refused:
            read_map(path)

        assert str(refused.value) == f"The map {path} cannot be read: Invalid value (at line 2, column 10)."

    def test_says_when_it_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(MapUnreadable, match=r"no-map\.toml cannot be read: No such file or directory\."):
            read_map(tmp_path / "no-map.toml")

    def test_says_when_it_is_in_another_encoding(self, tmp_path: Path) -> None:
        path = tmp_path / "map.toml"
        path.write_bytes(MAP.replace("Home", "Höme").encode("latin-1"))

        with pytest.raises(MapUnreadable, match="it is not in UTF-8"):
            read_map(path)

    def test_may_begin_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        path = tmp_path / "map.toml"
        path.write_bytes(MAP.encode("utf-8-sig"))

        assert len(read_map(path).plans) == 2

    @pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.toml")), ids=lambda path: path.name)
    def test_that_ships_as_an_example_can_be_read(self, path: Path) -> None:
        assert read_map(path).shape.delimiter in {",", ";"}


class TestWhatIsKnown:
    def test_are_the_payment_methods_of_accounts(self) -> None:
        from broadbill.accounts.models import Account

        assert set(PAYS_BY) == set(Account.PaysBy.values)

    def test_are_the_renewals_of_contracts(self) -> None:
        from broadbill.contracts.models import Contract

        assert set(RENEWALS) == set(Contract.Renewal.values)
