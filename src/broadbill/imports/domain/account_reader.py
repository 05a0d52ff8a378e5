"""The account of a row, with its contacts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from broadbill.accounts.domain.new_account import NewAccount, NewContact
from broadbill.imports.domain.conditions import Cells, Header
from broadbill.imports.domain.import_map import ImportMap
from broadbill.imports.domain.problem import CellRefused
from broadbill.imports.domain.records import Defaults
from broadbill.imports.domain.sections import Refuse

REQUIRED = frozenset({"number", "name", "opened_on"})


class AccountReader:
    """The sections `account`, `contact` and `closed` of a map, bound to the columns of a file."""

    def __init__(self, imported: ImportMap, header: Header, defaults: Defaults) -> None:
        self._closed = imported.closed
        self._defaults = asdict(defaults)
        self._account = imported.account.bind(header)
        self._tax_exempt = [source.bind(header) for source in imported.tax_exempt]
        self._contacts = [section.bind(header) for section in imported.contacts]
        self._closed_on = imported.closed.on.bind(header) if imported.closed else None

    def read(self, cells: Cells, refuse: Refuse, *, closed: bool) -> dict[str, Any]:
        """The fields of `NewAccount` that could be read, the provider's own where the map is silent."""
        fields = {**self._defaults, **self._account(cells, refuse)}
        if "bill_day" in fields:
            fields["anchor"] = {"day": fields.pop("bill_day")}
        if self._tax_exempt:
            exempt = (read(cells) for read in self._tax_exempt)
            fields["tax_exempt"] = tuple(name for name in exempt if name is not None)
        if closed and self._closed_on:
            fields["closed_on"] = self._closed_on(cells, refuse).get("on")
        if self._contacts:
            found = (read(cells, refuse) for read in self._contacts)
            contacts = (_contact(contact, fields.get("name", "")) for contact in found)
            fields["contacts"] = tuple(contact for contact in contacts if contact is not None)
        return fields

    def check(self, fields: dict[str, Any], refuse: Refuse) -> NewAccount | None:
        """The account; None where a field it cannot do without was refused."""
        if not fields.keys() >= REQUIRED:
            return None
        account = NewAccount(**fields)
        if account.closed_on and account.closed_on < account.opened_on and self._closed:
            column = self._closed.on.columns_of("on")
            expected = f"a day from {account.opened_on} on, when the account was opened"
            refuse(CellRefused(column, account.closed_on.isoformat(), expected))
        return account


def _contact(fields: dict[str, Any], account_name: str) -> NewContact | None:
    """Nobody where the row has neither name, e-mail nor phone. Bills go by e-mail only to who has one."""
    if not fields.keys() & {"name", "email", "phone"}:
        return None
    wanted = fields.pop("receives_bills", False)
    return NewContact(**{"name": account_name, **fields}, receives_bills=wanted and "email" in fields)
