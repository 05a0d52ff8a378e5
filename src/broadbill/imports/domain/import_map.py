"""The import map: how the rows of one file become accounts, contracts, subscriptions and opening balances.

`docs/reference/import-map.md` describes every key.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from broadbill.imports.domain.conditions import Condition, parse_condition
from broadbill.imports.domain.keys import Keys, as_tables, as_text, as_texts, as_whole, refuse
from broadbill.imports.domain.kinds import (
    BILL_DAY,
    COUNTRY_CODE,
    CURRENCY,
    CUSTOMER_KIND,
    DATE_WORDS,
    DAYS,
    EMAIL_ADDRESS,
    FLAG,
    LANGUAGE_CODE,
    MONTHS,
    NOTES,
    PAYMENT_METHOD,
    RENEWAL,
    TEXT,
    TIMEZONE,
    Formats,
    amounts,
    days,
    quantities,
)
from broadbill.imports.domain.plan_content import PlanContent, parse_plans
from broadbill.imports.domain.sections import Field, Section, parse_sources
from broadbill.imports.domain.sources import Source, parse_source


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """How the file is written. `header_line` counts from 1; `blank` are cells that stand for nothing."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_line: int = 1
    blank: frozenset[str] = frozenset()
    formats: Formats = field(default_factory=Formats)


@dataclass(frozen=True, slots=True)
class SubscriptionMap:
    """One subscription that a row brings, unless its condition fails. `prices` are agreed, by charge code."""

    path: str
    condition: Condition | None
    fields: Section
    prices: Mapping[str, Source]
    extras: tuple[Source, ...]

    @property
    def columns(self) -> Iterator[str]:
        yield from self.condition.columns if self.condition else ()
        yield from self.fields.columns
        for source in (*self.prices.values(), *self.extras):
            yield from source.columns


@dataclass(frozen=True, slots=True)
class Closed:
    """Which rows are accounts that were closed, and when."""

    condition: Condition
    on: Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    shape: FileShape
    account: Section
    tax_exempt: tuple[Source, ...]
    contacts: tuple[Section, ...]
    contract: Section | None
    subscriptions: tuple[SubscriptionMap, ...]
    opening_balance: Section | None
    # A positive opening balance is money in the customer's favour.
    positive_is_credit: bool
    closed: Closed | None
    skip: Condition | None
    expect: Mapping[str, frozenset[str]]
    plans: tuple[PlanContent, ...]

    @property
    def columns(self) -> frozenset[str]:
        """Every column the map names."""
        sections = [self.account, *self.contacts, self.contract, self.opening_balance]
        sections.append(self.closed.on if self.closed else None)
        conditions = [self.skip, self.closed.condition if self.closed else None]
        named = set(self.expect)
        for part in (*sections, *conditions, *self.subscriptions, *self.tax_exempt):
            if part is not None:
                named.update(part.columns)
        return frozenset(named)


def parse_map(raw: object) -> ImportMap:
    """Raises: MapRefused naming the key that is wrong."""
    keys = Keys(raw, "")
    shape = _parse_shape(keys.take("file", {}))
    account = Keys(keys.need("account"), "account")
    balance = Keys(keys.take("opening_balance"), "opening_balance") if "opening_balance" in keys else None
    parsed = ImportMap(
        shape=shape,
        account=Section.parse(account, _account_fields(shape.formats)),
        tax_exempt=parse_sources(account.take("tax_exempt", []), "account.tax_exempt", TEXT),
        contacts=tuple(_section(item, path, CONTACT_FIELDS) for item, path in _tables(keys, "contact")),
        contract=_maybe_section(keys, "contract", _contract_fields(shape.formats)),
        subscriptions=tuple(
            _parse_subscription(item, path, shape.formats) for item, path in _tables(keys, "subscription")
        ),
        positive_is_credit=_positive_is_credit(balance),
        opening_balance=_finish(balance, _balance_fields(shape.formats)),
        closed=_parse_closed(keys, shape.formats),
        skip=_parse_skip(keys),
        expect=_parse_expect(keys.take("expect", {})),
        plans=parse_plans(keys.take("plans", {}), "plans"),
    )
    account.done()
    keys.done()
    return parsed


def _account_fields(formats: Formats) -> dict[str, Field]:
    day = days(formats)
    return {
        "number": Field(TEXT, required=True),
        "name": Field(TEXT, required=True),
        "opened_on": Field(day, required=True),
        "currency": Field(CURRENCY),
        "timezone": Field(TIMEZONE),
        "language": Field(LANGUAGE_CODE),
        "legal_name": Field(TEXT),
        "street": Field(TEXT),
        "postcode": Field(TEXT),
        "city": Field(TEXT),
        "region": Field(TEXT),
        "country": Field(COUNTRY_CODE),
        "tax_id": Field(TEXT),
        "reverse_charge": Field(FLAG),
        "bill_day": Field(BILL_DAY),
        "terms_days": Field(DAYS),
        "email": Field(EMAIL_ADDRESS),
        "kind": Field(CUSTOMER_KIND),
        "pays_by": Field(PAYMENT_METHOD),
        "notes": Field(NOTES),
    }


CONTACT_FIELDS = {
    "name": Field(TEXT),
    "role": Field(TEXT),
    "email": Field(EMAIL_ADDRESS),
    "phone": Field(TEXT),
    "receives_bills": Field(FLAG),
}


def _contract_fields(formats: Formats) -> dict[str, Field]:
    return {
        "number": Field(TEXT),
        "starts_on": Field(days(formats), required=True),
        "term_months": Field(MONTHS),
        "notice_days": Field(DAYS),
        "renewal": Field(RENEWAL),
        "signed_on": Field(days(formats)),
    }


def _balance_fields(formats: Formats) -> dict[str, Field]:
    return {
        "amount": Field(amounts(formats, negative=True), required=True),
        "as_of": Field(days(formats), required=True),
    }


def _parse_subscription(raw: object, path: str, formats: Formats) -> SubscriptionMap:
    keys = Keys(raw, path)
    price = amounts(formats, negative=False)
    fields = {
        "plan": Field(TEXT, required=True),
        "starts_on": Field(days(formats), required=True),
        "quantity": Field(quantities(formats)),
    }
    prices = Keys(keys.take("prices", {}), keys.at("prices"))
    parsed = SubscriptionMap(
        path=path,
        condition=parse_condition(keys.take("when"), keys.at("when")) if "when" in keys else None,
        fields=Section.parse(keys, fields),
        prices={code: parse_source(source, prices.at(code), price) for code, source in prices.rest().items()},
        extras=parse_sources(keys.take("extras", []), keys.at("extras"), TEXT),
    )
    keys.done()
    return parsed


def _parse_closed(keys: Keys, formats: Formats) -> Closed | None:
    if "closed" not in keys:
        return None
    closed = Keys(keys.take("closed"), "closed")
    condition = parse_condition(closed.need("when"), "closed.when")
    on = Section.parse(closed, {"on": Field(days(formats), required=True)})
    closed.done()
    return Closed(condition, on)


def _parse_skip(keys: Keys) -> Condition | None:
    if "skip" not in keys:
        return None
    skip = Keys(keys.take("skip"), "skip")
    condition = parse_condition(skip.need("when"), "skip.when")
    skip.done()
    return condition


def _parse_expect(raw: object) -> dict[str, frozenset[str]]:
    return {
        column: frozenset(text.strip() for text in as_texts(values, f"expect.{column}"))
        for column, values in Keys(raw, "expect").rest().items()
    }


def _positive_is_credit(balance: Keys | None) -> bool:
    means = balance.take("positive_means", "owed") if balance else "owed"
    if means not in ("owed", "credit"):
        refuse("opening_balance.positive_means", 'must be "owed" or "credit"')
    return means == "credit"


def _tables(keys: Keys, name: str) -> list[tuple[object, str]]:
    return as_tables(keys.take(name), name) if name in keys else []


def _maybe_section(keys: Keys, name: str, fields: Mapping[str, Field]) -> Section | None:
    return _section(keys.take(name), name, fields) if name in keys else None


def _section(raw: object, path: str, fields: Mapping[str, Field]) -> Section:
    section = _finish(Keys(raw, path), fields)
    assert section is not None
    return section


def _finish(keys: Keys | None, fields: Mapping[str, Field]) -> Section | None:
    if keys is None:
        return None
    section = Section.parse(keys, fields)
    keys.done()
    return section


def _parse_shape(raw: object) -> FileShape:
    keys = Keys(raw, "file")
    encoding = as_text(keys.take("encoding", "utf-8"), "file.encoding")
    try:
        # Refuses what is no encoding and what is none of text, such as base64.
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except LookupError:
        refuse(
            "file.encoding", f"{encoding!r} is not known; use a name such as utf-8, windows-1252 or utf-16"
        )
    shape = FileShape(
        encoding=encoding,
        delimiter=_one_character(keys, "delimiter", ","),
        quote=_one_character(keys, "quote", '"'),
        header_line=as_whole(keys.take("header_line", 1), "file.header_line", least=1),
        blank=frozenset(as_texts(keys.take("blank", []), "file.blank")),
        formats=_parse_formats(keys),
    )
    keys.done()
    return shape


def _one_character(keys: Keys, name: str, default: str) -> str:
    raw: Any = keys.take(name, default)
    if not isinstance(raw, str) or len(raw) != 1 or raw in "\r\n":
        refuse(keys.at(name), r"must be one character, such as ; or \t")
    return raw


def _parse_formats(keys: Keys) -> Formats:
    thousands = keys.take("thousands", "")
    decimal = _one_character(keys, "decimal", ".")
    if not isinstance(thousands, str) or len(thousands) > 1 or thousands == decimal:
        refuse("file.thousands", "must be one character other than the decimal sign, or empty")
    dates = as_texts(keys.take("dates", "%Y-%m-%d"), "file.dates")
    for pattern in dates:
        _check_date_pattern(pattern)
    return Formats(decimal, thousands, as_texts(keys.take("ignore", []), "file.ignore"), dates)


def _check_date_pattern(pattern: str) -> None:
    directives = [f"%{rest[0]}" for rest in pattern.split("%")[1:] if rest]
    unknown = [directive for directive in directives if directive not in DATE_WORDS]
    if unknown:
        refuse("file.dates", f"has {unknown[0]}; use {', '.join(DATE_WORDS)}")
    has = [bool(set(directives) & names) for names in ({"%Y", "%y"}, {"%m", "%b", "%B"}, {"%d"})]
    if not all(has):
        refuse("file.dates", f"{pattern!r} must name a year, a month and a day, as %d/%m/%Y does")
