"""Why a bill is another amount than the one before: from what both documents say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from broadbill.billing.domain.bridge import BridgeCause, BridgeLine, BridgeSide, BridgeTax, Kind, bridge
from broadbill.billing.models import Document, DocumentTax, Line
from broadbill.billing.queries.explain import ExplainedDocument, ExplainedLine, FactRead
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period


@dataclass(frozen=True, slots=True)
class BridgeRow:
    """A cause in words. `kind` is plus or minus; `steps` are its line's arithmetic, `facts` what became known since
    the bill before.
    """

    kind: str
    title: str
    amount: Money
    was: Money | None
    period: Period | None
    steps: tuple[str, ...]
    facts: tuple[FactRead, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the bill before to this one: `before` and the rows sum to `after`."""

    number: str
    issued_on: date
    before: Money
    rows: tuple[BridgeRow, ...]
    after: Money

    @property
    def difference(self) -> Money:
        return self.after - self.before

    @property
    def less(self) -> Money:
        return self.before - self.after

    @property
    def sums(self) -> bool:
        """Whether the rows add up. They do, whatever the documents are; a page says so where they should not."""
        return sum((row.amount.minor for row in self.rows), self.before.minor) == self.after.minor

    @property
    def mostly(self) -> str:
        """The cause that moves it furthest in the direction in which it moved; empty where it did not move."""
        sign = (self.difference.minor > 0) - (self.difference.minor < 0)
        furthest = max(self.rows, key=lambda row: sign * row.amount.minor, default=None)
        return furthest.title if furthest and sign else ""


def bridge_to(document: ExplainedDocument) -> Bridge | None:
    """From the invoice before to this one; None for a first invoice or a credit note. Four queries."""
    if document.kind != Document.Kind.INVOICE:
        return None
    currency = document.total.currency
    last = (
        Document.objects.filter(
            account__number=document.account,
            id__lt=document.id,
            kind=Document.Kind.INVOICE,
            currency=currency.code,
        )
        .order_by("-id")
        .first()
    )
    if last is None:
        return None
    ids = [last.id, document.id]
    lines = list(
        Line.objects.filter(document_id__in=ids)
        .select_related("subscription")
        .order_by("document_id", "position")
    )
    taxes = list(DocumentTax.objects.filter(document_id__in=ids).order_by("document_id", "position"))
    causes = bridge(
        _side(last.id, lines, taxes, currency), _side(document.id, lines, taxes, currency), zero=currency.zero
    )
    explained = {line.position: line for line in document.lines}
    return Bridge(
        number=last.number,
        issued_on=last.issued_on,
        before=Money(last.total, currency),
        rows=tuple(_row(cause, explained, last.facts_seen) for cause in causes),
        after=document.total,
    )


def _side(document_id: int, lines: list[Line], taxes: list[DocumentTax], currency: Currency) -> BridgeSide:
    return BridgeSide(
        lines=tuple(
            BridgeLine(
                position=line.position,
                subscription=line.subscription.code if line.subscription else None,
                charge=line.charge,
                kind=line.kind,
                description=line.description,
                source=line.source,
                period_starts=line.period_starts_on,
                amount=Money(line.amount, currency),
            )
            for line in lines
            if line.document_id == document_id
        ),
        taxes=tuple(
            BridgeTax(tax.name, Money(tax.amount, currency))
            for tax in taxes
            if tax.document_id == document_id
        ),
    )


def _row(cause: BridgeCause, lines: dict[int, ExplainedLine], known: int) -> BridgeRow:
    line = None if cause.kind in (Kind.GONE, Kind.CAUGHT_UP, Kind.TAX) else lines[cause.position]
    return BridgeRow(
        kind="minus" if cause.amount.minor < 0 else "plus",
        title=_title(cause),
        amount=cause.amount,
        was=cause.before if cause.kind in (Kind.CHANGED, Kind.TAX) and cause.before else None,
        period=line.period if line else None,
        steps=line.because if line else (),
        facts=tuple(fact for fact in line.facts if fact.number > known) if line else (),
    )


def _title(cause: BridgeCause) -> str:
    """What happened, in words: the line's own where it is new."""
    comes_back = cause.after.minor < 0
    words = {
        Kind.GONE: _("%s, not on this bill any more"),
        Kind.CAUGHT_UP: _("%s for earlier days, on the bill before alone"),
        Kind.CHANGED: _("%s, another amount than before"),
        Kind.EARLIER: _("%s, given back for earlier days") if comes_back else _("%s, for earlier days"),
        Kind.TAX: _("Tax: %s"),
    }
    return words.get(cause.kind, "%s") % cause.name
