"""An issued document as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.db.models import QuerySet
from stdnum.iso7064 import mod_97_10

from broadbill.accounts.models import Profile, Provider
from broadbill.billing.domain.errors import DocumentUnknown
from broadbill.billing.models import Document, DocumentTax
from broadbill.billing.models import Line as LineRow
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.documents.domain.sheet import (
    Buyer,
    DocumentType,
    Line,
    PageSize,
    Seller,
    Settlement,
    SettlementKind,
    Sheet,
    TaxRow,
)
from broadbill.documents.domain.wording import Wording

# The steps that say which part of a period a line is for: code, from, to, part, whole.
PARTS = frozenset({"days_of_period", "days30_of_period"})


def payment_reference(number: str) -> str:
    """The document's number as an ISO 11649 creditor reference, e.g. RF712026000123."""
    digits = "".join(character for character in number if character.isalnum())
    return f"RF{mod_97_10.calc_check_digits(f'{digits}RF')}{digits}"


def sheet_of(number: str) -> Sheet:
    """Raises: DocumentUnknown."""
    sheets = sheets_of(Document.objects.filter(number=number))
    if not sheets:
        raise DocumentUnknown(number=number)
    return sheets[0]


def sheets_of(documents: QuerySet[Document]) -> list[Sheet]:
    """The sheets of some documents, in their order. Three queries, however many."""
    rows = list(documents.select_related("profile", "account", "run__provider"))
    lines: dict[int, list[LineRow]] = {row.id: [] for row in rows}
    for line in (
        LineRow.objects.filter(document__in=rows)
        .select_related("subscription")
        .order_by("document", "position")
    ):
        lines[line.document_id].append(line)
    taxes: dict[int, list[DocumentTax]] = {row.id: [] for row in rows}
    for tax in DocumentTax.objects.filter(document__in=rows).order_by("document", "position"):
        taxes[tax.document_id].append(tax)
    return [_sheet(row, lines[row.id], taxes[row.id]) for row in rows]


def _sheet(row: Document, lines: Sequence[LineRow], taxes: Sequence[DocumentTax]) -> Sheet:
    currency = Currency.of(row.currency)
    total, due = Money(row.total, currency), Money(row.due, currency)
    wording = Wording.of(row.profile.language)
    is_invoice = row.kind == Document.Kind.INVOICE
    many = len({line.subscription_id for line in lines if line.subscription_id}) > 1
    return Sheet(
        type=DocumentType(row.kind),
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on if is_invoice else None,
        language=row.profile.language,
        seller=_seller(row.run.provider),
        buyer=_buyer(row.profile, row.account.number),
        lines=tuple(_line(line, currency, wording, many=many) for line in lines),
        subtotal=Money(row.subtotal, currency),
        taxes=tuple(
            TaxRow(
                name=tax.name,
                rate=tax.rate,
                base=Money(tax.base, currency),
                amount=Money(tax.amount, currency),
            )
            for tax in taxes
        ),
        total=total,
        settlements=_settlements(total, due) if is_invoice else (),
        amount_due=due,
        service_period=_service_period(lines),
        corrects=tuple(row.corrects),
        reference=payment_reference(row.number) if is_invoice else "",
        page_size=PageSize(row.run.provider.paper),
    )


def _settlements(total: Money, due: Money) -> tuple[Settlement, ...]:
    used = total - due
    return (Settlement(kind=SettlementKind.CREDIT, amount=used),) if used.minor > 0 else ()


def _service_period(lines: Sequence[LineRow]) -> Period | None:
    periods = [period for line in lines if (period := _period(line))]
    if not periods:
        return None
    return Period(min(period.starts for period in periods), max(period.ends for period in periods))


def _period(line: LineRow) -> Period | None:
    if line.starts_on is None or line.ends_on is None or line.starts_on >= line.ends_on:
        return None
    return Period(line.starts_on, line.ends_on)


def _line(line: LineRow, currency: Currency, wording: Wording, *, many: bool) -> Line:
    return Line(
        description=line.description,
        amount=Money(line.amount, currency),
        quantity=line.quantity if line.unit_amount is not None else None,
        unit_amount=line.unit_amount,
        period=_period(line),
        note=_note(line, wording),
        section=_section(line) if many else "",
    )


def _note(line: LineRow, wording: Wording) -> str:
    """Why the amount is not simply the price, in the reader's language; the whole arithmetic is in `explain`."""
    steps = {step[0]: step[1:] for step in line.because}
    if "difference" in steps:
        return wording.say("correction")
    parts = [steps[code] for code in PARTS if code in steps]
    return wording.say("part_of_period", part=parts[0][2], whole=parts[0][3]) if parts else ""


def _section(line: LineRow) -> str:
    if line.subscription is None:
        return ""
    return ", ".join([line.subscription.code, *line.subscription.extras])


@lru_cache(maxsize=4)
def _seller(provider: Provider) -> Seller:
    place = " ".join(part for part in (provider.postcode, provider.city) if part)
    return Seller(
        name=provider.legal_name or provider.name,
        address=tuple(part for part in (provider.street, place, provider.region, provider.country) if part),
        tax_id=provider.tax_id,
        contact=tuple(part for part in (provider.email, provider.phone, provider.website) if part),
        logo=provider.logo.encode() if provider.logo else None,
        iban=provider.iban,
        bic=provider.bic,
        brand_hue=provider.brand_hue,
    )


def _buyer(profile: Profile, number: str) -> Buyer:
    place = " ".join(part for part in (profile.postcode, profile.city) if part)
    return Buyer(
        name=profile.legal_name,
        account_number=number,
        address=tuple(part for part in (profile.street, place, profile.region, profile.country) if part),
        tax_id=profile.tax_id,
    )
