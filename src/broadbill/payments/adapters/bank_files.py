"""Telling one kind of bank file from another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadbill.payments.adapters.camt import read_camt
from broadbill.payments.adapters.mt940 import read_mt940
from broadbill.payments.adapters.statement_csv import read_statement_csv
from broadbill.payments.domain.bank import Statement, StatementRefused

MT940 = re.compile(rb"(?m)^:(20|61):")


def read_bank_file(content: bytes, file: str) -> Sequence[Statement]:
    """The statements of a camt.053, camt.054, MT940 or CSV file, each checked to add up. Raises: StatementRefused."""
    if not content.strip():
        raise StatementRefused(file=file, reason="is empty")
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        statements = read_camt(content, file)
    elif MT940.search(content):
        statements = read_mt940(content, file)
    else:
        statements = read_statement_csv(content, file)
    for statement in statements:
        statement.check(file)
    return statements
