"""One row of the file, read by the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadbill.core.money import Currency
from broadbill.imports.domain.account_reader import AccountReader
from broadbill.imports.domain.conditions import Cells, Header
from broadbill.imports.domain.import_map import ImportMap
from broadbill.imports.domain.keys import joined
from broadbill.imports.domain.problem import CellRefused, Problem
from broadbill.imports.domain.records import (
    BalanceRecord,
    ContractRecord,
    Defaults,
    Record,
    SellablePlan,
    SubscriptionRecord,
)
from broadbill.imports.domain.sections import Refuse
from broadbill.imports.domain.subscription_reader import SubscriptionReader


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row read: its record, or what is wrong with it; neither where the map says to skip it.

    `number` is the account's, known even of a bad row when its cell could be read.
    """

    line: int
    number: str | None
    record: Record | None
    problems: tuple[Problem, ...]


class RowReader:
    """A map bound to the columns of a file, the plans on sale and the provider's defaults.

    Raises: MapRefused when the map names a plan there is none of.
    """

    def __init__(
        self, imported: ImportMap, header: Header, plans: Mapping[str, SellablePlan], defaults: Defaults
    ) -> None:
        self._map = imported
        self._blank = imported.shape.blank
        self._skip = imported.skip.bind(header) if imported.skip else None
        self._closed = imported.closed.condition.bind(header) if imported.closed else None
        self._account = AccountReader(imported, header, defaults)
        self._contract = imported.contract.bind(header) if imported.contract else None
        self._subscriptions = [SubscriptionReader(each, header, plans) for each in imported.subscriptions]
        self._balance = imported.opening_balance.bind(header) if imported.opening_balance else None
        self._expect = [(column, header[column], values) for column, values in imported.expect.items()]

    def read(self, line: int, row: Sequence[str]) -> Outcome:
        cells = self._clean(row)
        if self._skip and self._skip(cells):
            return Outcome(line, None, None, ())
        problems: list[Problem] = []

        def refuse(refusal: CellRefused) -> None:
            problems.append(Problem(line, refusal.column, refusal.value, refusal.expected))

        fields, record = self._read(line, cells, refuse)
        # Several fields may come from the same bad cell: it is told once.
        return Outcome(
            line, fields.get("number"), None if problems else record, tuple(dict.fromkeys(problems))
        )

    def _read(self, line: int, cells: Cells, refuse: Refuse) -> tuple[dict[str, Any], Record | None]:
        self._check_expected(cells, refuse)
        closed = self._closed is not None and self._closed(cells)
        fields = self._account.read(cells, refuse, closed=closed)
        account = self._account.check(fields, refuse)
        contract = None if closed else self._read_contract(cells, fields, refuse)
        subscriptions = () if closed else self._read_subscriptions(cells, fields["currency"], refuse)
        balance = self._read_balance(cells, fields["currency"], refuse)
        if account is None:
            return fields, None
        return fields, Record(
            line=line, account=account, contract=contract, subscriptions=subscriptions, balance=balance
        )

    def _clean(self, row: Sequence[str]) -> list[str]:
        cells = [cell.strip() for cell in row]
        return ["" if cell in self._blank else cell for cell in cells] if self._blank else cells

    def _check_expected(self, cells: Cells, refuse: Refuse) -> None:
        for column, i, values in self._expect:
            if cells[i] not in values:
                refuse(CellRefused(column, cells[i], f"one of {joined(sorted(values))}"))

    def _read_contract(self, cells: Cells, account: dict[str, Any], refuse: Refuse) -> ContractRecord | None:
        if self._contract is None:
            return None
        terms = self._contract(cells, refuse)
        if "starts_on" not in terms:
            return None
        return ContractRecord(
            number=terms.pop("number", f"C-{account.get('number')}"),
            starts_on=terms.pop("starts_on"),
            # No months are no minimum term: month to month.
            term_months=terms.pop("term_months", 0) or None,
            terms=terms,
        )

    def _read_subscriptions(
        self, cells: Cells, currency: str, refuse: Refuse
    ) -> tuple[SubscriptionRecord, ...]:
        found = (reader.read(cells, currency, refuse) for reader in self._subscriptions)
        return tuple(subscription for subscription in found if subscription is not None)

    def _read_balance(self, cells: Cells, code: str, refuse: Refuse) -> BalanceRecord | None:
        if self._balance is None or self._map.opening_balance is None:
            return None
        found = self._balance(cells, refuse)
        if len(found) < 2:
            return None
        currency = Currency.of(code)
        try:
            amount = currency.exact(-found["amount"] if self._map.positive_is_credit else found["amount"])
        except ValueError:
            column = self._map.opening_balance.columns_of("amount")
            refuse(
                CellRefused(column, str(found["amount"]), f"at most {currency.digits} decimals, in {code}")
            )
            return None
        return BalanceRecord(amount=amount, as_of=found["as_of"]) if amount else None
