"""From differences to documents: credit note and invoice, goodwill credits, taxes, totals, what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.core.money import Money
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.lines import Document, DocumentName, DocumentType, Line, TaxEntry
from broadbill.core.rating.manual import Goodwill
from broadbill.core.rating.rulebook import Rulebook
from broadbill.core.rating.subtract import Bundle, Draft
from broadbill.core.rating.taxing import Netted, netted, taxes_of


@dataclass(slots=True, eq=False)
class Desk:
    """Where the documents of one account are written, dated `on`. `balance` is the account's, document by document."""

    book: Rulebook
    account: AccountTerms
    on: date
    balance: Money

    def write(self, bundles: Sequence[Bundle], goodwill: Sequence[Goodwill]) -> tuple[Document, ...]:
        """The documents that post the bundles: a credit note first where policy wants one of its own."""
        notes: list[Bundle] = []
        rest = list(bundles)
        if self.book.policy.corrections == "credit_note":
            notes = [bundle for bundle in bundles if bundle.corrects and _sum(bundle) < 0]
            rest = [bundle for bundle in bundles if bundle not in notes]
        found: list[Document] = []
        for part, usable in ((notes, ()), (rest, goodwill)):
            if part:
                document = self._document(part, usable)
                found.append(document)
                self.balance += document.total
        return tuple(found)

    def _document(self, bundles: Sequence[Bundle], goodwill: Sequence[Goodwill]) -> Document:
        drafts = [draft for bundle in bundles for draft in bundle.drafts]
        if len(drafts) > 1:
            drafts.sort(key=_place)
        lines = [netted(draft, self.book, self.account, self.on) for draft in drafts]
        if goodwill:
            self._use_taxed(goodwill, lines)
        taxes = taxes_of(lines, self.book, self.account)
        if goodwill:
            self._use_untaxed(goodwill, lines, taxes)
        currency = self.account.currency
        subtotal = sum([line.net.minor for line in lines])
        total = subtotal + sum([tax.amount.minor for tax in taxes])
        kind: DocumentType = "credit_note" if total < 0 else "invoice"
        in_credit = max(-self.balance.minor, 0)
        return Document(
            type=kind,
            date=self.on,
            lines=tuple([_line(line) for line in lines]),
            taxes=taxes,
            subtotal=Money(subtotal, currency),
            total=Money(total, currency),
            due=Money(max(total - in_credit, 0), currency),
            corrects=_corrected(bundles),
        )

    def _use_taxed(self, goodwill: Sequence[Goodwill], lines: list[Netted]) -> None:
        """Credits with a category lower its net, to 0 at most."""
        for i, credit in enumerate(goodwill):
            category = credit.credit.tax
            if category is None or credit.left <= 0 or credit.credit.at > self.on:
                continue
            same = [line for line in lines if line.draft.owed.category == category]
            net = sum(line.net.minor for line in same)
            priced = sum(line.draft.priced.minor for line in same)
            take = min(credit.left, priced)
            if take <= 0 or net <= 0:
                continue
            line = netted(credit.draft(take, self.account, i), self.book, self.account, self.on)
            if take == priced or -line.net.minor > net:
                line.net = Money(-net, self.account.currency)
            lines.append(line)

    def _use_untaxed(
        self, goodwill: Sequence[Goodwill], lines: list[Netted], taxes: Sequence[TaxEntry]
    ) -> None:
        """Credits outside tax bring the total to 0 at most."""
        total = sum(line.net.minor for line in lines) + sum(tax.amount.minor for tax in taxes)
        for i, credit in enumerate(goodwill):
            take = min(credit.left, total)
            if credit.credit.tax is None and take > 0 and credit.credit.at <= self.on:
                lines.append(netted(credit.draft(take, self.account, i), self.book, self.account, self.on))
                total -= take


def _sum(bundle: Bundle) -> int:
    return sum(draft.priced.minor for draft in bundle.drafts)


def _corrected(bundles: Sequence[Bundle]) -> tuple[DocumentName, ...]:
    """The documents that the bundles correct, in the order they were issued."""
    places: dict[DocumentName, int] = {}
    for bundle in bundles:
        if bundle.corrects:
            places.update(bundle.corrects)
    return tuple(sorted(places, key=places.__getitem__)) if places else ()


def _place(draft: Draft) -> tuple[tuple[int, ...], str, date, date, bool]:
    owed = draft.owed
    period = owed.period.starts if owed.period is not None else date.min
    return (owed.order, owed.charge or "", period, draft.starts or date.min, owed.source is not None)


def _line(line: Netted) -> Line:
    draft, owed = line.draft, line.draft.owed
    return Line(
        subscription=owed.subscription,
        charge=owed.charge,
        kind=owed.kind,
        description=owed.description,
        starts=draft.starts,
        ends=draft.ends,
        quantity=draft.quantity,
        unit_amount=owed.unit_amount,
        amount=line.net,
        tax_category=owed.category,
        because=(*draft.because, *line.words),
        source=owed.source,
        priced=draft.priced,
        period_starts=owed.period.starts if owed.period is not None else None,
        period_ends=owed.period.ends if owed.period is not None else None,
        price=owed.price,
    )
