"""Who paid: by the reference first, then the payer, then name and amount together. What is unsure, a person decides.

Source: the order of the EPC's recommendation for creditor references (structured reference before free text).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from stdnum import iso11649

from broadbill.core.money import Currency
from broadbill.payments.domain.bank import BankLine

SEPARATOR = "[-/ .]?"
TITLES = frozenset({"MR", "MRS", "MS", "DR", "HERR", "FRAU", "M", "MME", "SR", "SRA"})
MOST_NAME_WORDS = 4
MOST_SUGGESTED = 5
WORD = re.compile(r"[A-Z0-9](?:[A-Z0-9\-/_.]*[A-Z0-9])?")


class Reason(StrEnum):
    """What a payer was recognised by, or why nobody was."""

    DOCUMENT = "document"
    ACCOUNT_NUMBER = "account_number"
    PAYER = "payer"
    NAME_AND_AMOUNT = "name_and_amount"
    SEVERAL = "several"
    NOBODY = "nobody"
    MONEY_OUT = "money_out"
    CURRENCY = "currency"
    PERSON = "person"
    DIRECT_DEBIT = "direct_debit"
    DEBIT_DIFFERS = "debit_differs"
    MAYBE_REPEATED = "maybe_repeated"


@dataclass(frozen=True, slots=True)
class Debtor:
    """An account that may have paid. `open_amounts` are its open debts and their sum, in minor units."""

    account_id: int
    currency: Currency
    open_amounts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What the records hold about the words of some lines: account ids by what names them."""

    documents: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    payers: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, Collection[int]] = field(default_factory=dict)
    debtors: Mapping[int, Debtor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The account a line is of, or None with the accounts it may be of, likeliest first."""

    account_id: int | None
    reason: Reason
    suggested: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbering:
    """How documents are numbered: each series' pattern, e.g. `2026-{:06d}`, as it may be written by a payer."""

    series: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]

    @staticmethod
    def of(patterns: Iterable[str]) -> Numbering:
        return Numbering(tuple((pattern, _loose(pattern), _compact(pattern)) for pattern in patterns))

    def named_in(self, texts: Sequence[str]) -> set[str]:
        """The document numbers that the texts may name, with marks left out or put in, or as RF references."""
        found: set[str] = set()
        for text in texts:
            upper = text.upper()
            packed = re.sub(r"[^A-Z0-9]", "", upper)
            for pattern, loose, compact in self.series:
                found.update(pattern.format(int(digits)) for digits in loose.findall(upper))
                for start, digits in compact.findall(packed):
                    found.update(_structured(start, digits, pattern))
        return found


def _structured(start: str, digits: str, pattern: str) -> Iterator[str]:
    """The numbers of the valid references that begin with `start`; what stands behind may be more digits.

    A number has more digits than the pattern asks for after the millionth of a series, and none before it.
    """
    for length in range(6, len(digits) + 1):
        number = pattern.format(int(digits[:length]))
        if number.endswith(digits[:length]) and iso11649.is_valid(start + digits[:length]):
            yield number


def _loose(pattern: str) -> re.Pattern[str]:
    prefix = SEPARATOR.join(
        re.escape(part) for part in re.split(r"[-/ .]", pattern.partition("{")[0].rstrip("-/ ."))
    )
    return re.compile(rf"(?<!CN-)(?<!R-)(?<![A-Z0-9]){prefix}{SEPARATOR}(\d{{6,9}})(?!\d)")


def _compact(pattern: str) -> re.Pattern[str]:
    prefix = re.sub(r"[^A-Z0-9]", "", pattern.partition("{")[0].upper())
    return re.compile(rf"(?=(RF\d\d{prefix})(\d{{6,9}}))")


def words_of(line: BankLine) -> set[str]:
    """Every word of a line's references that may be an account's number."""
    return {word for text in line.references for word in WORD.findall(text.upper())}


def names_of(payer: str) -> list[str]:
    """The payer's name in each order of its words in which the customer may be written, in capitals."""
    plain = unicodedata.normalize("NFC", payer).upper()
    words = [word for word in re.split(r"[\s,;]+", plain) if word and word.strip(".") not in TITLES]
    if len(words) > MOST_NAME_WORDS:
        return [" ".join(words)]
    return [" ".join(words[turn:] + words[:turn]) for turn in range(len(words))]


def recognise(line: BankLine, known: Known, numbering: Numbering) -> Decision:
    """Whose payment a line is. Sure only where one account is meant, in its own currency."""
    if line.amount.minor <= 0:
        return Decision(None, Reason.MONEY_OUT)
    documents = {
        known.documents[number] for number in numbering.named_in(line.references) if number in known.documents
    }
    if documents:
        return _one_of(documents, line, known, Reason.DOCUMENT)
    numbers = {known.numbers[word] for word in words_of(line) if word in known.numbers}
    certain = {account for account in numbers if _pays_exactly(account, line, known)}
    if certain:
        return _one_of(certain, line, known, Reason.ACCOUNT_NUMBER)
    if line.payer_iban in known.payers:
        return _one_of({known.payers[line.payer_iban]}, line, known, Reason.PAYER)
    named = {account for name in names_of(line.payer) for account in known.names.get(name, ())}
    exact = {account for account in named if _pays_exactly(account, line, known)}
    if exact:
        return _one_of(exact, line, known, Reason.NAME_AND_AMOUNT)
    maybe = tuple(sorted(numbers) + sorted(named - numbers))[:MOST_SUGGESTED]
    return Decision(None, Reason.SEVERAL if maybe else Reason.NOBODY, maybe)


def _one_of(accounts: Collection[int], line: BankLine, known: Known, reason: Reason) -> Decision:
    ordered = tuple(sorted(accounts))[:MOST_SUGGESTED]
    if len(accounts) > 1:
        return Decision(None, Reason.SEVERAL, ordered)
    if known.debtors[ordered[0]].currency != line.amount.currency:
        return Decision(None, Reason.CURRENCY, ordered)
    return Decision(ordered[0], reason)


def _pays_exactly(account_id: int, line: BankLine, known: Known) -> bool:
    debtor = known.debtors[account_id]
    return debtor.currency == line.amount.currency and line.amount.minor in debtor.open_amounts
