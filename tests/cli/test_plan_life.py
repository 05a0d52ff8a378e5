"""`broadbill plan copy`, `price --for`, `retire` and `replace`, and `what-if`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.first_day import first_day
from tests.databases import SOURCE, database, refused, run

pytestmark = pytest.mark.slow

EXAMPLES = SOURCE.parent / "examples"


@pytest.fixture(scope="module")
def books() -> Iterator[str]:
    """The first day's plans and customers: 1001, 1004 and 1005 have fibre-100 at 30.00."""
    with database("broadbill_plan_life") as name:
        first_day(name)
        yield name


def plans(books: str) -> dict[str, dict[str, object]]:
    return {plan["code"]: plan for plan in json.loads(run(books, "plan", "list", "--json"))}


def test_an_example_can_be_sold(books: str) -> None:
    assert run(books, "plan", "add", str(EXAMPLES / "plans" / "three-decimals.json")) == "Added internet.\n"

    assert plans(books)["internet"]["currency"] == "KWD"


def test_a_plan_is_copied_at_another_price(books: str) -> None:
    told = run(
        books, "plan", "copy", "fibre-100", "fibre-200", "--name", "Fibre 200", "--price", "access=36.00"
    )

    assert told == "Added fibre-200, a copy of fibre-100.\n"
    copied = plans(books)["fibre-200"]
    assert (copied["name"], copied["charges"][0]["model"]["amount"]) == ("Fibre 200", "36.00")  # type: ignore[index]


def test_a_price_that_is_no_price_is_refused(books: str) -> None:
    answer = refused(books, "plan", "copy", "fibre-100", "fibre-300", "--price", "access:36")

    assert answer.returncode == 2
    assert "say CHARGE=AMOUNT such as access=29.90" in answer.stderr


def test_a_new_price_leaves_those_who_have_the_plan_alone_unless_told(books: str) -> None:
    for_new = run(books, "plan", "price", "fibre-500", "access", "45.00", "--from", "2031-01-01")
    for_all = run(
        books, "plan", "price", "fibre-500", "access", "44.00", "--from", "2031-02-01", "--for", "everyone"
    )

    assert for_new == (
        "fibre-500 access: 40.00 becomes 45.00 from 2031-01-01.\n"
        "Those who came before keep theirs: 2. Say --for everyone to change it for them too.\n"
    )
    assert for_all == "fibre-500 access: 45.00 becomes 44.00 from 2031-02-01.\n"


def test_a_plan_is_replaced_after_a_look_at_what_it_comes_to(books: str) -> None:
    replace = ("plan", "replace", "fibre-100", "--by", "fibre-200", "--from", "2031-01-01")

    looked = run(books, *replace, "--dry-run")
    assert "retired_on" in (before := plans(books)["fibre-100"])
    done = json.loads(run(books, *replace, "--json"))
    again = run(books, *replace)

    # 3 × 30.00 and 3 × 36.00
    assert looked == (
        "3 subscriptions of 3 customers would move from fibre-100 to fibre-200; 0 keep an agreed price.\n"
        "Recurring revenue a month: EUR 90.00 becomes 108.00, +18.00.\n"
    )
    assert before["retired_on"] is None
    assert (done["subscriptions"], done["recurring_revenue_a_month"]) == (
        3,
        {"before": "90.00", "after": "108.00"},
    )
    assert done["letters"] + len(done["not_told"]) >= 3
    assert again.startswith("0 subscriptions of 0 customers moved")
    assert plans(books)["fibre-100"]["replaced_by"] == "fibre-200"
    assert "replaced by fibre-200" in run(books, "plan", "list")


def test_a_day_too_soon_is_refused_in_one_line(books: str) -> None:
    answer = refused(books, "plan", "replace", "fibre-500", "--by", "fibre-200", "--from", "2026-01-01")

    assert "less than 30 days' notice" in answer.stderr


def test_a_retired_plan_stays_with_those_who_have_it(books: str) -> None:
    assert (
        run(books, "plan", "retire", "seats", "--from", "2031-05-01")
        == "seats is not sold from 2031-05-01 on.\n"
    )

    assert plans(books)["seats"]["retired_on"] == "2031-05-01"


class TestWhatIf:
    """On 1001, who has fibre-100 at 30.00 since before; nothing was billed yet."""

    ASKED = ("what-if", "1001", "--subscription", "S1", "--on", "2030-02-15")

    @pytest.mark.parametrize(
        ("change", "then"),
        [
            (["--plan", "fibre-500"], "EUR 40.00 a month"),
            (["--quantity", "3"], "EUR 90.00 a month"),
            (["--price", "access=29.90"], "EUR 29.90 a month"),
            (["--cancel"], "nothing"),
            (["--cancel", "--at-period-end"], "nothing"),
            (["--suspend"], "EUR 0.00 a month"),
            (["--resume"], "EUR 30.00 a month"),
        ],
    )
    def test_tells_the_bill_the_difference_and_what_comes_after(
        self, books: str, change: list[str], then: str
    ) -> None:
        told = run(books, *self.ASKED, *change).splitlines()

        assert told[0].startswith("The bill on 2030-02-15 would be EUR ")
        assert told[-2].startswith("Difference: EUR ")
        assert told[-1] == f"After that: {then} instead of EUR 30.00 a month."

    def test_is_machine_readable_too(self, books: str) -> None:
        seen = json.loads(run(books, *self.ASKED, "--quantity", "3", "--json"))

        assert seen["changed"]["then"] == [{"every": 1, "unit": "month", "total": "90.00"}]

    @pytest.mark.parametrize("change", [[], ["--cancel", "--quantity", "2"]])
    def test_wants_one_change(self, books: str, change: list[str]) -> None:
        answer = refused(books, *self.ASKED, *change)

        assert answer.returncode == 2
        assert "Say one change" in answer.stderr

    def test_knows_the_charges_of_the_subscription(self, books: str) -> None:
        assert "has no charge acces." in refused(books, *self.ASKED, "--price", "acces=1").stderr
