"""What subscriptions owe that were sold alike: rated once, remembered, each time under the right name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from broadbill.core.money import Currency
from broadbill.core.rating import AccountTerms, Event, History, Line, Rulebook, parse_event, propose
from broadbill.core.rating.events import Sale, Subscribe

ACCESS = {
    "code": "access",
    "type": "recurring",
    "period": "month",
    "model": {"model": "flat", "amount": "31"},
}
SETUP = {"code": "setup", "type": "one_off", "model": {"model": "flat", "amount": "50"}}
PLANS = {"fiber": {"charges": [ACCESS, SETUP]}}
BOOK = Rulebook.parse({"plans": PLANS})
EURO = AccountTerms(Currency.of("EUR"))
SALE = Sale("fiber", Decimal(2), None, ())
START, LAST = date(2026, 1, 11), date(2026, 1, 31)


def sold(name: str, key: int = 1, sale: Sale = SALE, at: date = START) -> Subscribe:
    return Subscribe(key, at, at, None, name, sale)


def lines(
    *facts: Event,
    book: Rulebook = BOOK,
    account: AccountTerms = EURO,
    on: date = LAST,
    since: date | None = None,
) -> list[Line]:
    proposal = propose(History(book, account, facts), on=on, since=since)
    return [line for document in proposal.documents for line in document.lines]


def amounts(*facts: Event, **asked: Any) -> list[tuple[str | None, str | None, str]]:
    return [(line.subscription, line.charge, str(line.amount)) for line in lines(*facts, **asked)]


def test_each_owes_it_in_its_own_name() -> None:
    # 2 × 31 × 21 of 31 days = 42; the setup once.
    assert amounts(sold("a")) == [("a", "access", "42.00"), ("a", "setup", "50.00")]
    assert amounts(sold("b", key=7)) == [("b", "access", "42.00"), ("b", "setup", "50.00")]


def test_two_of_one_account_stand_on_it_one_after_the_other() -> None:
    assert [line[0] for line in amounts(sold("b", key=1), sold("a", key=2))] == ["b", "b", "a", "a"]


def test_what_happens_to_one_is_not_remembered_for_the_other() -> None:
    leaves = parse_event(2, {"at": "2026-01-21", "do": "cancel", "id": "a"})

    # 2 × 31 × 10 of 31 days = 20.
    assert amounts(sold("a"), leaves)[0] == ("a", "access", "20.00")
    assert amounts(sold("b"))[0] == ("b", "access", "42.00")


def test_another_day_quantity_or_price_is_not_alike() -> None:
    one = Sale("fiber", Decimal(1), None, ())
    agreed = parse_event(
        1,
        {
            "at": "2026-01-11",
            "do": "subscribe",
            "id": "a",
            "plan": "fiber",
            "price": {"access": {"model": "flat", "amount": "3.10"}},
        },
    )

    assert amounts(sold("a", at=date(2026, 1, 1)))[0][2] == "62.00"
    assert amounts(sold("a", sale=one))[0][2] == "21.00"
    assert amounts(agreed)[0][2] == "2.10"


def test_another_rulebook_account_or_day_of_asking_is_not_alike() -> None:
    dearer = Rulebook.parse(
        {"plans": {"fiber": {"charges": [{**ACCESS, "model": {"model": "flat", "amount": "62"}}]}}}
    )
    yen = AccountTerms(Currency.of("JPY"))

    assert amounts(sold("a"), book=dearer) == [("a", "access", "84.00")]
    assert amounts(sold("a"), account=yen)[0][2] == "42"
    assert [line[2] for line in amounts(sold("a"), on=date(2026, 2, 1))] == ["42.00", "62.00", "50.00"]
    assert [line[2] for line in amounts(sold("a"), on=date(2026, 2, 1), since=date(2026, 2, 1))] == ["62.00"]
