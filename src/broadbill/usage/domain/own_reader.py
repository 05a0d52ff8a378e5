"""Reading a row whose columns are the keys of a record in the scenario contract, with its account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from broadbill.usage.domain.drafts import Claim, Draft, Row
from broadbill.usage.domain.row_reader import RowInvalid

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class OwnReader:
    def read(self, row: Row) -> Iterator[Draft]:
        """Raises: RowInvalid."""
        if "recorded" in row.told:
            raise RowInvalid("recorded: is the moment at which the file is taken in")
        told = dict(row.told)
        name = str(told.pop("account", "")), str(told.pop("subscription", ""))
        yield Draft(row.line, Claim("subscription", name, ALWAYS, ALWAYS), told)
